//! The reference platform: a real HTTP server that keeps the contract of `contract/openapi.yaml`.
//!
//! It depends on no other crate of the workspace: client and server meet at the contract alone.

pub mod answer;
pub mod app;
pub mod contact;
pub mod db;
pub mod docs;
pub mod edge;
pub mod extract;
pub mod guard;
pub mod hub;
pub mod ids;
pub mod import;
pub mod intent;
pub mod language;
pub mod limiter;
pub mod live;
pub mod load;
pub mod oauth;
pub mod problem;
pub mod problem_words;
pub mod routes;
pub mod rules;
pub mod scopes;
pub mod secret;
pub mod seed;
pub mod serve;
pub mod store;
