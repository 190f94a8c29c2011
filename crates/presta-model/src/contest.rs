//! Contests and their entries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Attachment, Bidder, Client, Money};

/// A contest: many work, one prize.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// One line, plain text.
    pub title: String,
    /// Markdown that may hold HTML; never shown unsanitised.
    pub brief: String,
    /// Id of the category in the catalog.
    pub category: String,
    /// Ids of the skills in the catalog.
    #[serde(default)]
    pub skills: Vec<String>,
    /// What the winner gets, before the fee.
    pub prize: Money,
    /// Where it stands.
    pub status: ContestStatus,
    /// Entries are seen by the client alone.
    pub sealed: bool,
    /// When entries end.
    pub entries_close_at: Timestamp,
    /// Entries so far.
    pub entry_count: u32,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The entry that won.
    #[serde(default)]
    pub winner_entry_id: Option<String>,
    /// The platform's fee on the prize.
    #[serde(default)]
    pub fee: Option<Money>,
    /// What is left of the prize after the fee.
    #[serde(default)]
    pub net: Option<Money>,
    /// Who called it.
    pub client: Client,
    /// How it looks to the signed-in person.
    pub viewer: ContestViewer,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// A contest as the signed-in person sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContestViewer {
    /// Whether an entry would be taken.
    pub can_enter: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<CannotEnter>,
    /// The person's own entries.
    pub my_entries: u32,
}

words!(
    /// Where a contest stands.
    ContestStatus {
        /// Entries are taken.
        Open,
        /// Entries are over, the client chooses.
        Judging,
        /// An entry won.
        Awarded,
        /// Ended without a winner.
        Closed,
    }
);

words!(
    /// Why a person cannot enter a contest.
    CannotEnter {
        /// The account has no freelancer role.
        NotAFreelancer,
        /// It is their own.
        OwnContest,
        /// Entries are over.
        ContestClosed,
        /// They have as many entries as one may have.
        LimitReached,
    }
);

/// An entry in a contest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The contest.
    pub contest_id: String,
    /// That contest's title.
    pub contest_title: String,
    /// Who made it.
    pub freelancer: Bidder,
    /// Where it stands.
    pub status: EntryStatus,
    /// Plain text.
    pub text: String,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The client's opinion.
    #[serde(default)]
    pub rating: Option<EntryRating>,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
    /// When the platform received it.
    pub submitted_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// What a client thinks of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntryRating {
    /// 1 to 5.
    pub stars: u32,
    /// In words.
    #[serde(default)]
    pub comment: Option<String>,
    /// When.
    pub rated_at: Timestamp,
}

words!(
    /// Where an entry stands.
    EntryStatus {
        /// Received by the platform.
        Submitted,
        /// Declined by the client.
        Rejected,
        /// Taken back by its author.
        Withdrawn,
        /// It won.
        Awarded,
        /// Another won, or nobody did.
        NotChosen,
    }
);
