//! Requests about personal data (GDPR articles 15 to 22), and exports of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Attachment;
use crate::words::words;

/// A request about personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRequest {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: PrivacyRequestKind,
    /// In the words of the person.
    pub statement: String,
    /// Where it stands.
    pub status: PrivacyRequestStatus,
    /// When the platform received it.
    pub received_at: Timestamp,
    /// When it is to be acknowledged.
    pub ack_due_at: Timestamp,
    /// When the law asks for the answer.
    pub statutory_due_at: Timestamp,
    /// The ground of a refusal.
    #[serde(default)]
    pub refusal: Option<String>,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Its history, oldest first.
    #[serde(default)]
    pub events: Vec<PrivacyEvent>,
}

words!(
    /// What a request about personal data asks.
    PrivacyRequestKind {
        /// A copy (article 15).
        Access,
        /// A copy to take elsewhere (article 20).
        Portability,
        /// A correction (article 16).
        Rectification,
        /// Deletion (article 17).
        Erasure,
        /// A stop of the processing (article 18).
        Restriction,
        /// An objection (article 21).
        Objection,
        /// A look by a human (article 22).
        HumanReview,
        /// Something else is wrong.
        Complaint,
    }
);

words!(
    /// Where a request stands.
    PrivacyRequestStatus {
        /// Received.
        Received,
        /// Acknowledged.
        Acknowledged,
        /// It takes longer.
        Extended,
        /// Answered.
        Answered,
        /// Refused.
        Refused,
        /// Taken back.
        Withdrawn,
    }
);

/// A step in a request's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyEvent {
    /// When.
    pub at: Timestamp,
    /// What it came to.
    pub kind: PrivacyRequestStatus,
    /// In words.
    pub text: String,
}

/// An export of the personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// Where it stands.
    pub state: ExportState,
    /// How far it is, 0 to 100.
    pub percent: u32,
    /// `portability` or `access`.
    pub profile: String,
    /// What is in it.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Only what changed since.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// `json`, `csv`, `html`.
    #[serde(default)]
    pub formats: Vec<String>,
    /// The files to fetch.
    #[serde(default)]
    pub parts: Vec<ExportPart>,
    /// What the parts hold.
    #[serde(default)]
    pub manifest: Option<ExportManifest>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ready.
    #[serde(default)]
    pub ready_at: Option<Timestamp>,
    /// Until when it can be fetched.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
}

words!(
    /// Where an export stands.
    ExportState {
        /// Waits for its turn.
        Queued,
        /// Is being made.
        Running,
        /// Can be fetched.
        Ready,
        /// Failed; it can be tried again.
        Failed,
        /// Stopped by the person.
        Cancelled,
        /// Can no longer be fetched.
        Expired,
    }
);

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportPart {
    /// Its number, from 1.
    pub n: u32,
    /// File name.
    pub name: String,
    /// Where it is fetched.
    pub url: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Until when it can be fetched.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// What the parts of an export hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportManifest {
    /// `portability` or `access`.
    pub profile: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Every file.
    #[serde(default)]
    pub files: Vec<ExportedFile>,
}

/// A file inside a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedFile {
    /// The part.
    pub part: u32,
    /// Path in it.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}
