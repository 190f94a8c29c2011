//! How the sync stands, as the user interface shows it.

use presta_store::outbox::Failure;
use serde::Serialize;
use ts_rs::TS;

/// What the sync is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SyncPhase {
    /// Waiting for changes.
    #[default]
    Idle,
    /// The first full sync, or another full one.
    First,
    /// Fetching what changed.
    Delta,
    /// Paused by the person; a full sync goes on where it is.
    Paused,
}

/// How the sync stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct SyncStatus {
    /// Whether the platform answers.
    pub online: bool,
    /// Since when it does not, in ms since 1970.
    pub offline_since: Option<i64>,
    /// Why: an error's code.
    pub offline_reason: Option<String>,
    /// What is being done.
    pub phase: SyncPhase,
    /// Rows fetched in a full sync.
    pub done: u64,
    /// Rows there are, as far as is known.
    pub total: Option<u64>,
    /// When what is shown was last known to be up to date, in ms since 1970.
    pub as_of: Option<i64>,
    /// Why the last sync failed, although the platform was reached.
    pub error: Option<Failure>,
    /// How far a backlog of rows has become searchable; `None` when all is.
    pub indexing: Option<Indexing>,
    /// Why the disk takes nothing: what is typed is not kept until it does.
    pub storage_error: Option<Failure>,
    /// What was done about a damaged file, until the person has read it.
    pub storage_notice: Option<Failure>,
}

/// How far a backlog of rows has become searchable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Indexing {
    /// Rows that can be found.
    pub done: u64,
    /// Rows of the backlog.
    pub total: u64,
}

/// Numbers beside the places of the sidebar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct Counts {
    /// Bids that are still running.
    pub bids: u32,
    /// Drafts of bids.
    pub drafts: u32,
    /// Unread messages.
    pub unread: u32,
    /// Acts waiting to be sent.
    pub queued: u32,
    /// Acts that wait for the person.
    pub needs_attention: u32,
    /// Projects with an alert that was not seen.
    pub alerts: u32,
}
