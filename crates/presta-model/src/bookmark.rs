//! Projects put aside.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ProjectId;

/// A project put aside; removing it leaves the project as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The project.
    pub project_id: ProjectId,
    /// When it was made.
    pub created_at: Timestamp,
}
