//! Files that go with a resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file that goes with a resource; its bytes are fetched apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Identifier.
    pub id: String,
    /// File name, as its sender gave it.
    pub name: String,
    /// Media type, as the platform found it.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// When it was uploaded.
    pub created_at: Timestamp,
}
