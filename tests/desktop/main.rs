//! The real window, the real platform, a real browser and a real keyring, from end to end.
//!
//! Run through `./test`, or as `scripts/with-keyring cargo test -p desktop` after a release build.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod english;
mod hostile;
mod large;
mod main_job;
mod secrets;
mod sign_in;
mod weather;
