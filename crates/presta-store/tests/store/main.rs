//! The store's integration tests, on real SQLCipher files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]
#![allow(clippy::print_stdout, reason = "figures are told")]

mod draft;
mod file;
mod filters;
mod kill;
mod outbox;
mod sample;
