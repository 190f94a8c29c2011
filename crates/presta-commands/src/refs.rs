//! Requests and responses that name one thing.

use presta_model::ProjectId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A project.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ProjectRequest {
    /// Which.
    pub project_id: ProjectId,
}

/// An act of the queue.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ActRef {
    /// Which.
    pub act_id: String,
}
