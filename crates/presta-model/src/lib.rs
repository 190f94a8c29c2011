//! Ids, money, time and the domain types of the marketplace; no I/O.
//!
//! The types of the resources decode the platform's JSON as the contract (`contract/openapi.yaml`) gives it.
//! Unknown fields are ignored and unknown enum values become `Unknown`, so that a newer platform does not break us.

mod bid;
mod catalog;
mod id;
mod message;
mod money;
mod project;
mod sync;
mod time;
mod user;

pub use bid::{Bid, BidEvent, BidEventKind, BidStatus, Bidder, Milestone, NewBid};
pub use catalog::{Catalog, Category, Fees, Rules, Skill};
pub use id::{BidId, MessageId, ProjectId, ThreadId, UserId};
pub use message::{LastMessage, Message, Participant, PostedMessage, Thread};
pub use money::{AmountError, Currency, Money};
pub use project::{BidStats, BudgetKind, CannotBid, Client, Project, ProjectStatus, Viewer};
pub use sync::{Change, ChangePage, Entity, EntityType, Removal, RemovalReason, SnapshotPage};
pub use time::Millis;
pub use user::{Me, Quota, Role};
