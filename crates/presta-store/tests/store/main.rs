//! The store's integration tests, on real SQLCipher files.

mod draft;
mod file;
mod filters;
mod outbox;
mod sample;
