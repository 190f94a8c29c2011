//! `presta` itself, against the reference platform and a real keyring: run as `scripts/with-keyring cargo test -p presta-cli`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "these are tests")]

mod accounts;
mod archive;
mod attach;
mod codes;
mod day;
mod doctor;
mod export;
mod locked;
mod privacy;
mod queue;
mod shell;
mod terminal;
mod transcript;
