//! Journeys of the engine against the real platform over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]
#![allow(clippy::print_stdout, reason = "figures are told")]

mod accounts;
mod alerts;
mod archive;
mod attaching;
mod attachments;
mod disk;
mod doubt;
mod every_write;
mod failing_disk;
mod faults;
mod files;
mod files_killed;
mod keyring;
mod kill;
mod lock;
mod model;
mod offline;
mod offline24;
mod online;
mod person;
mod power;
mod profile;
mod realtime;
mod renewal;
mod rotation;
mod search;
mod seed;
mod session;
mod writes;
