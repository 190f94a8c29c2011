//! Bids (offers) on projects.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Attachment, BidId, Money, ProjectId, UserId};

/// A bid as the platform holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bid {
    /// Identifier.
    pub id: BidId,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The project it answers.
    pub project_id: ProjectId,
    /// That project's title.
    pub project_title: String,
    /// Who made it.
    pub freelancer: Bidder,
    /// The price asked; per hour on hourly projects.
    pub amount: Money,
    /// Days to deliver.
    pub period_days: u32,
    /// The offer's text, plain.
    pub text: String,
    /// How the amount is split; empty or adding up to it.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    /// Where the bid stands.
    pub status: BidStatus,
    /// The platform's fee.
    pub fee: Money,
    /// What is left after the fee.
    pub net: Money,
    /// When it reached the platform.
    pub submitted_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
    /// Its history, oldest first.
    #[serde(default)]
    pub events: Vec<BidEvent>,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Until when an award can be accepted.
    #[serde(default)]
    pub award_expires_at: Option<Timestamp>,
    /// What the project's client noted for themselves; never given to the freelancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_marks: Option<ClientMarks>,
}

/// What a project's client noted of a bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientMarks {
    /// Put out of sight.
    pub hidden: bool,
    /// 1 to 5.
    pub stars: Option<u32>,
    /// In words.
    pub note: Option<String>,
}

/// The author of a bid, as the project's client sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Bidder {
    /// Identifier.
    pub id: UserId,
    /// Public name.
    pub display_name: String,
    /// Mean of the reviews, 0 to 5.
    pub rating: Option<f64>,
    /// Number of reviews.
    pub reviews: u32,
}

/// A part of a bid's amount, due on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Milestone {
    /// What is delivered.
    pub title: String,
    /// Its share of the amount.
    pub amount: Money,
}

/// Where a bid stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BidStatus {
    /// Received by the platform.
    Submitted,
    /// Kept in the client's short list.
    Shortlisted,
    /// Chosen by the client.
    Awarded,
    /// Chosen, and accepted by the freelancer.
    Accepted,
    /// The work is done.
    Completed,
    /// Chosen, and declined by the freelancer.
    Declined,
    /// Declined by the client.
    Rejected,
    /// Chosen, and no longer: the client took it back, or the time to accept was over.
    Revoked,
    /// Withdrawn by the freelancer.
    Retracted,
    /// Another bid was chosen, or the project ended.
    Lost,
    /// A status this version does not know.
    #[serde(other)]
    Unknown,
}

/// A step in a bid's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidEvent {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: BidEventKind,
}

/// What happened to a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BidEventKind {
    /// It was sent.
    Submitted,
    /// Its author changed it.
    Edited,
    /// The client kept it in the short list.
    Shortlisted,
    /// The client chose it.
    Awarded,
    /// The freelancer accepted the award.
    Accepted,
    /// The work is done.
    Completed,
    /// The freelancer declined the award.
    Declined,
    /// The time to accept the award was over.
    Expired,
    /// The client declined it.
    Rejected,
    /// The client took the award back.
    Revoked,
    /// Its author withdrew it.
    Retracted,
    /// Another was chosen.
    Lost,
    /// It counts again: the one that was chosen instead fell through.
    Restored,
    /// A change of what was agreed was proposed.
    AmendmentProposed,
    /// The other side declined that change.
    AmendmentDeclined,
    /// The other side agreed to that change.
    Amended,
    /// A step this version does not know.
    #[serde(other)]
    Unknown,
}

/// What is sent to place a bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBid {
    /// The price asked; per hour on hourly projects.
    pub amount: Money,
    /// Days to deliver.
    pub period_days: u32,
    /// The offer's text, plain.
    pub text: String,
    /// How the amount is split; empty or adding up to it.
    pub milestones: Vec<Milestone>,
}
