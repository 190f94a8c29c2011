//! Journeys of the engine against the real platform over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod faults;
mod offline;
mod online;
mod person;
mod profile;
mod session;
