//! What the change feed and the snapshots carry.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Bid, Me, Message, Project, Resource, Thread};

/// The types of resources that are kept here: every type of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
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
    /// Proposed changes of accepted bids.
    Amendment,
    /// Parts of accepted bids, paid on their own.
    Milestone,
    /// Milestones that are asked for.
    MilestoneRequest,
    /// Invitations to bid.
    Invitation,
    /// Projects put aside.
    Bookmark,
    /// Searches that are kept.
    SavedSearch,
    /// Projects the platform recommends.
    Recommendation,
    /// Contests.
    Contest,
    /// Entries in contests.
    Entry,
    /// What people say of each other after the work.
    Review,
    /// What the platform may write to the person.
    Communications,
    /// Automated decisions about the person.
    Decision,
    /// Requests about personal data.
    PrivacyRequest,
    /// Exports of personal data.
    Export,
    /// Applications let into the account.
    App,
    /// Accounts elsewhere that are linked.
    Account,
    /// Devices that are signed in.
    Device,
    /// The address book.
    Contact,
    /// A type this version does not keep.
    #[serde(other)]
    Unknown,
}

impl EntityType {
    /// Every type that is kept, in the order a full sync fetches them: what is the person's own, the few before the many,
    /// and the market last.
    pub const KEPT: [Self; 23] = [
        Self::Me,
        Self::Bid,
        Self::Thread,
        Self::Amendment,
        Self::Milestone,
        Self::MilestoneRequest,
        Self::Invitation,
        Self::Bookmark,
        Self::SavedSearch,
        Self::Recommendation,
        Self::Contest,
        Self::Entry,
        Self::Review,
        Self::Communications,
        Self::Decision,
        Self::PrivacyRequest,
        Self::Export,
        Self::App,
        Self::Account,
        Self::Device,
        Self::Contact,
        Self::Message,
        Self::Project,
    ];

    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Project => "project",
            Self::Bid => "bid",
            Self::Thread => "thread",
            Self::Message => "message",
            Self::Amendment => "amendment",
            Self::Milestone => "milestone",
            Self::MilestoneRequest => "milestone_request",
            Self::Invitation => "invitation",
            Self::Bookmark => "bookmark",
            Self::SavedSearch => "saved_search",
            Self::Recommendation => "recommendation",
            Self::Contest => "contest",
            Self::Entry => "entry",
            Self::Review => "review",
            Self::Communications => "communications",
            Self::Decision => "decision",
            Self::PrivacyRequest => "privacy_request",
            Self::Export => "export",
            Self::App => "app",
            Self::Account => "account",
            Self::Device => "device",
            Self::Contact => "contact",
            Self::Unknown => "unknown",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Self {
        Self::KEPT.into_iter().find(|kind| kind.as_str() == name).unwrap_or(Self::Unknown)
    }

    /// Whether it is kept as a [`Resource`], without a table of its own.
    pub fn is_plain(self) -> bool {
        !matches!(self, Self::Me | Self::Project | Self::Bid | Self::Thread | Self::Message | Self::Unknown)
    }

    /// The name of the lists of this type, by which the user interface hears of changes.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Me => "session",
            Self::Entry => "entries",
            Self::Communications => "communications",
            Self::Project => "projects",
            Self::Bid => "bids",
            Self::Thread => "threads",
            Self::Message => "messages",
            Self::Amendment => "amendments",
            Self::Milestone => "milestones",
            Self::MilestoneRequest => "milestone_requests",
            Self::Invitation => "invitations",
            Self::Bookmark => "bookmarks",
            Self::SavedSearch => "saved_searches",
            Self::Recommendation => "recommendations",
            Self::Contest => "contests",
            Self::Review => "reviews",
            Self::Decision => "decisions",
            Self::PrivacyRequest => "privacy_requests",
            Self::Export => "exports",
            Self::App => "apps",
            Self::Account => "linked-accounts",
            Self::Device => "devices",
            Self::Contact => "contacts",
            Self::Unknown => "unknown",
        }
    }

    /// The field that names what a resource of this type belongs to.
    pub fn parent_field(self) -> Option<&'static str> {
        match self {
            Self::Entry => Some("contest_id"),
            Self::Amendment | Self::Milestone | Self::MilestoneRequest | Self::Review => Some("bid_id"),
            Self::Bookmark | Self::Invitation | Self::Recommendation | Self::Bid | Self::Thread => Some("project_id"),
            Self::Message => Some("thread_id"),
            _ => None,
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
    /// A resource of any other type.
    Plain(Box<Resource>),
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
            plain => Self::Plain(Box::new(Resource::read(plain, data)?)),
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
