//! The encrypted cache: connections, migrations, tables, search and the outbox.
//!
//! Everything here blocks; callers on an async runtime use a blocking thread.

mod bookmark;
mod connection;
mod error;
mod file;
mod index_file;
mod indexer;
mod key;
mod lengths;
mod log;
mod migrations;
mod open;
mod rank;
mod rekey;
mod row_key;
mod salvage;
mod signals;
mod transaction;
mod vocabulary;

pub mod alert;
pub mod alias;
pub mod attachment;
pub mod bid;
pub mod draft;
pub mod dump;
pub mod durable;
pub mod health;
pub mod message;
pub mod note;
pub mod outbox;
pub mod overlay;
pub mod project;
pub mod project_list;
pub mod resource;
pub mod retention;
pub mod search;
pub mod search_all;
pub mod setting;
pub mod staged_file;
pub mod sync_state;
pub mod thread;

pub use connection::Store;
pub use error::Error;
pub use indexer::Progress;
pub use key::Key;
pub use lengths::LengthsNow;
pub use rusqlite::Connection;
pub use salvage::Recovery;
pub use transaction::{Changed, Tx};
