//! Clients' invitations to bid.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{PersonName, ProjectId};

/// An invitation to bid on a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The project.
    pub project_id: ProjectId,
    /// That project's title.
    pub project_title: String,
    /// Who invites.
    pub client: PersonName,
    /// Who is invited.
    pub freelancer: PersonName,
    /// Where it stands.
    pub status: InvitationStatus,
    /// In the words of the client.
    #[serde(default)]
    pub message: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
}

words!(
    /// Where an invitation stands.
    InvitationStatus {
        /// Waits for the freelancer.
        Pending,
        /// Accepted.
        Accepted,
        /// Declined.
        Declined,
        /// Taken back by the client.
        Withdrawn,
    }
);
