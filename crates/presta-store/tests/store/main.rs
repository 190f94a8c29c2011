//! The store's integration tests, on real SQLCipher files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod draft;
mod dump;
mod file;
mod filters;
mod outbox;
mod sample;
