//! Ids, money, time and the domain types of the marketplace; no I/O.
//!
//! The types of the resources decode the platform's JSON as the contract (`contract/openapi.yaml`) gives it.
//! Unknown fields are ignored and unknown enum values become `Unknown`, so that a newer platform does not break us.

mod agreement;
mod attachment;
mod bid;
mod bookmark;
mod catalog;
mod communications;
mod connections;
mod contest;
mod decision;
mod fold;
mod id;
mod invitation;
mod message;
mod money;
mod operation;
mod privacy;
mod project;
mod recommendation;
mod resource;
mod review;
mod saved_search;
mod sync;
mod time;
mod user;
mod words;

pub use agreement::{AgreedMilestone, Amendment, AmendmentStatus, MilestoneRequest, MilestoneStatus, RequestStatus};
pub use attachment::Attachment;
pub use bid::{Bid, BidEvent, BidEventKind, BidStatus, Bidder, ClientMarks, Milestone, NewBid};
pub use bookmark::Bookmark;
pub use catalog::{Catalog, Category, Fees, Rules, Skill};
pub use communications::{CommunicationCell, Communications, ConsentText};
pub use connections::{App, Contact, ContactSource, Device, LinkedAccount};
pub use contest::{CannotEnter, Contest, ContestStatus, ContestViewer, Entry, EntryRating, EntryStatus};
pub use decision::{Decision, DecisionKind, Factor, HumanReview, HumanReviewStatus};
pub use fold::{fold, is_unseen, turns_direction};
pub use id::{BidId, MessageId, ProjectId, ThreadId, UserId};
pub use invitation::{Invitation, InvitationStatus};
pub use message::{LastMessage, Message, Participant, PostedMessage, Thread};
pub use money::{AmountError, Currency, Money};
pub use operation::{
    BodyError, Effect, Field, FieldConflict, Merged, Method, OPERATIONS, Operation, creating_act, local_id, three_way,
};
pub use privacy::{
    Export, ExportManifest, ExportPart, ExportState, ExportedFile, PrivacyEvent, PrivacyRequest, PrivacyRequestKind,
    PrivacyRequestStatus,
};
pub use project::{BidStats, BudgetKind, CannotBid, Client, Project, ProjectStatus, Viewer};
pub use recommendation::{Reason, Recommendation};
pub use resource::Resource;
pub use review::{Review, ReviewStatus, Scores};
pub use saved_search::{Alert, SavedSearch, SearchQuery};
pub use sync::{Change, ChangePage, Entity, EntityType, Removal, RemovalReason, SnapshotPage};
pub use time::Millis;
pub use user::{Address, Me, PersonName, Quota, Role};
