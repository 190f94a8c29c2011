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
mod bids;
mod browser;
mod contract;
mod docs;
mod files;
mod filters;
mod idempotency;
mod market;
mod oauth;
mod pages;
mod problems;
mod server;
mod sync;
mod threads;
