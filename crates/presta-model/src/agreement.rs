//! What follows an accepted bid: amendments, milestones, and requests for milestones.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Milestone, Money};

/// A change of an accepted bid that one side proposes to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The bid.
    pub bid_id: String,
    /// Who proposed it.
    pub author_id: String,
    /// Where it stands.
    pub status: AmendmentStatus,
    /// The new price; unchanged when there is none.
    #[serde(default)]
    pub amount: Option<Money>,
    /// The new delay in days; unchanged when there is none.
    #[serde(default)]
    pub period_days: Option<u32>,
    /// The new split; unchanged when there is none.
    #[serde(default)]
    pub milestones: Option<Vec<Milestone>>,
    /// Why, in the words of its author.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
}

words!(
    /// Where an amendment stands.
    AmendmentStatus {
        /// Waits for the other side.
        Open,
        /// It holds.
        Accepted,
        /// It does not hold.
        Declined,
    }
);

/// A part of an accepted bid that is paid on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgreedMilestone {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The bid.
    pub bid_id: String,
    /// The project.
    pub project_id: String,
    /// What is delivered.
    pub title: String,
    /// Its share.
    pub amount: Money,
    /// Where it stands.
    pub status: MilestoneStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When the client put the money aside.
    #[serde(default)]
    pub funded_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default)]
    pub released_at: Option<Timestamp>,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
}

words!(
    /// Where a milestone stands.
    MilestoneStatus {
        /// Agreed, not paid for yet.
        Planned,
        /// The freelancer asks for it.
        Requested,
        /// The money is put aside.
        Funded,
        /// Paid.
        Released,
        /// The two sides disagree.
        Disputed,
    }
);

/// A milestone that the freelancer asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MilestoneRequest {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The bid.
    pub bid_id: String,
    /// The project.
    pub project_id: String,
    /// What is delivered.
    pub title: String,
    /// What is asked.
    pub amount: Money,
    /// Why, in the words of its author.
    pub reason: String,
    /// Where it stands.
    pub status: RequestStatus,
    /// The milestone it became.
    #[serde(default)]
    pub milestone_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
}

words!(
    /// Where a request for a milestone stands.
    RequestStatus {
        /// Waits for the client.
        Pending,
        /// It became a milestone.
        Approved,
        /// It did not.
        Declined,
    }
);
