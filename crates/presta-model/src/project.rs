//! Projects (jobs) as clients post them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BidId, Money, ProjectId, UserId};

/// A project that a client posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Identifier.
    pub id: ProjectId,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// One line, plain text.
    pub title: String,
    /// Markdown that may hold HTML; never shown unsanitised.
    pub description: String,
    /// Id of the category in the catalog.
    pub category: String,
    /// Ids of the skills in the catalog.
    pub skills: Vec<String>,
    /// Fixed price or by the hour.
    #[serde(rename = "type")]
    pub kind: BudgetKind,
    /// Lower end of the budget; per hour when hourly.
    pub budget_min: Option<Money>,
    /// Upper end of the budget; per hour when hourly.
    pub budget_max: Option<Money>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Town, when the client gave one.
    pub city: Option<String>,
    /// Whether the work may be done remotely.
    pub remote: bool,
    /// BCP 47 tag of the brief.
    pub language: String,
    /// Where the project stands.
    pub status: ProjectStatus,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// When bidding ends.
    pub bids_close_at: Option<Timestamp>,
    /// How many bids there are, and their average.
    pub bid_stats: BidStats,
    /// Who posted it.
    pub client: Client,
    /// How the project looks to the signed-in person.
    pub viewer: Viewer,
}

/// How a project is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BudgetKind {
    /// One price for the whole.
    Fixed,
    /// By the hour.
    Hourly,
    /// A kind this version does not know.
    #[serde(other)]
    Unknown,
}

/// Where a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProjectStatus {
    /// Published; see `viewer.can_bid` for whether bids are taken.
    Open,
    /// No more bids.
    Closed,
    /// A bid was chosen.
    Awarded,
    /// Withdrawn by its client.
    Cancelled,
    /// A status this version does not know.
    #[serde(other)]
    Unknown,
}

/// Statistics over a project's bids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BidStats {
    /// Number of bids.
    pub count: u32,
    /// Mean amount, when the platform gives it.
    pub average: Option<Money>,
}

/// The client of a project, as everyone sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Client {
    /// Identifier.
    pub id: UserId,
    /// Public name.
    pub display_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Town.
    pub city: Option<String>,
    /// Identity checked by the platform.
    pub verified: bool,
    /// Means of payment checked by the platform.
    pub payment_verified: bool,
    /// Mean of the reviews, 0 to 5.
    pub rating: Option<f64>,
    /// Number of reviews.
    pub reviews: u32,
    /// Share of posted projects that were awarded, in percent.
    pub hire_rate_percent: Option<u32>,
    /// Number of projects posted.
    pub projects_posted: u32,
    /// Date (or instant) of sign-up, as given.
    pub member_since: String,
}

/// A project as the signed-in person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Viewer {
    /// Whether a bid would be taken.
    pub can_bid: bool,
    /// Why not.
    pub reason: Option<CannotBid>,
    /// The person's own bid.
    pub my_bid_id: Option<BidId>,
    /// Bookmarked on the platform.
    pub bookmarked: bool,
}

/// Why a person cannot bid on a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CannotBid {
    /// It is their own.
    OwnProject,
    /// Bidding is over.
    ProjectClosed,
    /// They have a bid on it already.
    DuplicateBid,
    /// Their quota is used up.
    QuotaExhausted,
    /// The account has no freelancer role.
    NotAFreelancer,
    /// A reason this version does not know.
    #[serde(other)]
    Unknown,
}
