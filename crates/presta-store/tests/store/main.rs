//! The store's integration tests, on real SQLCipher files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]
#![allow(clippy::print_stdout, reason = "figures are told")]

mod alert;
mod attachment;
mod bookmark;
mod close;
mod damage;
mod draft;
mod dump;
mod file;
mod filters;
mod index;
mod kill;
mod lengths;
mod long_reader;
mod old_file;
mod outbox;
mod ranking;
mod rekey;
mod retention;
mod sample;
mod search_all;
mod similar;
mod thread;
mod writes;
