//! The one list of commands that every host offers: the window, the bridge and the command line.
//!
//! A command is `name(Request) -> Response`; its body parses, calls the engine or the store, and maps. Every failure
//! is a `{code, params}` whose words the user interface owns.

mod accounts;
mod alerts;
mod app;
mod archive;
mod attachments;
mod bids;
mod export;
mod list;
mod messages;
mod notes;
mod projects;
mod queue;
mod refs;
mod search;
mod storage;
mod writes;

#[cfg(feature = "bindings")]
pub mod bindings;

pub use list::{COMMANDS, CommandInfo, dispatch};
pub use presta_engine::store::outbox::Failure;

/// A request or response without content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Nothing {}
