//! The reference platform: a real HTTP server that keeps the contract of `contract/openapi.yaml`.
//!
//! It depends on no other crate of the workspace: client and server meet at the contract alone.

pub mod admin;
pub mod answer;
pub mod app;
pub mod archive;
pub mod compat;
pub mod consent_texts;
pub mod contact;
pub mod counters;
pub mod db;
pub mod docs;
pub mod download;
pub mod due;
pub mod edge;
pub mod extract;
pub mod faults;
pub mod file_names;
pub mod given;
pub mod guard;
pub mod guesses;
pub mod hub;
pub mod ids;
pub mod import;
pub mod intent;
pub mod language;
pub mod limiter;
pub mod live;
pub mod load;
pub mod oauth;
pub mod policy;
pub mod problem;
pub mod problem_words;
pub mod ranges;
pub mod routes;
pub mod rules;
pub mod scopes;
pub mod secret;
pub mod seed;
pub mod serve;
pub mod store;
pub mod tus;
pub mod uploading;
pub mod vat;
pub mod wire;
pub mod working_days;
