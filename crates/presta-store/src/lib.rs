//! The encrypted cache: connections, migrations, tables, search and the outbox.
//!
//! Everything here blocks; callers on an async runtime use a blocking thread.

mod connection;
mod error;
mod fold;
mod key;
mod migrations;
mod transaction;

pub mod bid;
pub mod draft;
pub mod dump;
pub mod message;
pub mod outbox;
pub mod project;
pub mod project_list;
pub mod search;
pub mod setting;
pub mod sync_state;
pub mod thread;

pub use connection::Store;
pub use error::Error;
pub use fold::fold;
pub use key::Key;
pub use rusqlite::Connection;
pub use transaction::{Changed, Tx};
