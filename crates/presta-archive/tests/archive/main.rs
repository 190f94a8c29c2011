//! Archives as the platform and this client write them, and what others make of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "these are tests")]

mod compare;
mod good;
mod hostile;
mod kit;
mod limits;
