//! What the change feed and the snapshots carry.

use serde::{Deserialize, Serialize};

use crate::{Bid, Me, Message, Project, Thread};

/// The types of resources that are kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EntityType {
    /// The person's profile.
    Me,
    /// Projects of the feed.
    Project,
    /// The person's bids, and bids on their projects.
    Bid,
    /// Conversations.
    Thread,
    /// Messages.
    Message,
    /// A type this version does not keep.
    #[serde(other)]
    Unknown,
}

impl EntityType {
    /// Every type that is kept, in the order a full sync fetches them: what is the person's own first, then the market.
    pub const KEPT: [Self; 5] = [Self::Me, Self::Project, Self::Bid, Self::Thread, Self::Message];

    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Project => "project",
            Self::Bid => "bid",
            Self::Thread => "thread",
            Self::Message => "message",
            Self::Unknown => "unknown",
        }
    }
}

/// A resource of any kept type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Entity {
    /// The person's profile.
    Me(Box<Me>),
    /// A project.
    Project(Box<Project>),
    /// A bid.
    Bid(Box<Bid>),
    /// A conversation.
    Thread(Box<Thread>),
    /// A message.
    Message(Box<Message>),
}

impl Entity {
    /// Reads `data` as a resource of type `kind`; `None` for a type that is not kept.
    ///
    /// # Errors
    /// The JSON error when the data does not have the type's shape.
    pub fn decode(kind: EntityType, data: serde_json::Value) -> Result<Option<Self>, serde_json::Error> {
        Ok(Some(match kind {
            EntityType::Me => Self::Me(serde_json::from_value(data)?),
            EntityType::Project => Self::Project(serde_json::from_value(data)?),
            EntityType::Bid => Self::Bid(serde_json::from_value(data)?),
            EntityType::Thread => Self::Thread(serde_json::from_value(data)?),
            EntityType::Message => Self::Message(serde_json::from_value(data)?),
            EntityType::Unknown => return Ok(None),
        }))
    }
}

/// A changed resource, with its data as of now.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Change {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: i64,
    /// The resource.
    pub data: serde_json::Value,
}

/// A resource the person no longer has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Removal {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: RemovalReason,
}

/// Why a resource is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RemovalReason {
    /// It is gone.
    Deleted,
    /// The person may no longer see it.
    AccessLost,
    /// It left the feed the person subscribed to.
    LeftWindow,
    /// A reason this version does not know.
    #[serde(other)]
    Unknown,
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ChangePage {
    /// The state the page starts from.
    pub old_state: String,
    /// The state after the page is applied.
    pub new_state: String,
    /// Whether there are more.
    pub has_more: bool,
    /// New and changed resources.
    pub changed: Vec<Change>,
    /// Resources to drop.
    pub removed: Vec<Removal>,
}

/// A page of a snapshot of one type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SnapshotPage {
    /// The state from which `/changes` goes on once the snapshot is complete.
    pub state: String,
    /// How many there are in all.
    pub total: u64,
    /// The resources, newest first.
    pub items: Vec<serde_json::Value>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}
