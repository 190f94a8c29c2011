//! The client against servers that lie, break and stall, played by hand over raw TCP.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod answers;
mod contract;
mod downloads;
mod events;
mod limits;
mod renewal;
mod requests;
mod server;
mod sign_in;
mod tokens;
