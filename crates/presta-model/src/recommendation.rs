//! Projects the platform recommends, with its reasons.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ProjectId;

/// A project the platform recommends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The project.
    pub project_id: ProjectId,
    /// The higher, the better it fits; 0 to 100.
    pub score: i64,
    /// Why, strongest first.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One reason for a recommendation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Its name; the user interface has the words.
    pub code: String,
    /// Values for the sentence.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
}
