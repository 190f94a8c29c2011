//! The real server, started as a process on port 0 with a database of its own, held to the contract
//! with every answer.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected should end"
)]

mod api;
mod attachments;
mod awards;
mod bad_input;
mod bids;
mod browser;
mod communications;
mod compat;
mod connections;
mod contests;
mod contract;
mod contracts;
mod deals;
mod decisions;
mod docs;
#[path = "../drive/mod.rs"]
mod drive;
mod exports;
mod files;
mod filters;
mod hostile;
mod idempotency;
mod market;
mod matrix;
mod messages;
mod oauth;
mod pages;
mod people;
mod policy;
mod postings;
mod privacy_requests;
mod problems;
mod ranks;
mod recommendations;
mod reviews;
mod rotation;
mod saved;
mod server;
mod sync;
mod threads;
mod uploads;
