//! The platform's HTTP client: transport, sign-in, events, one file per resource.
//!
//! A [`Client`] keeps the access token in memory and renews it through [`RefreshTokens`] when the platform asks for
//! it, once however many requests wait. It follows no redirect, reads nothing that is not JSON, and tells with every
//! [`Error`] whether trying again makes sense ([`Error::retry`]).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic"))]

mod client;
mod config;
mod error;
mod events;
mod oauth;
mod problem;
mod resources;
mod retry_after;
mod session;
mod sse;
mod tokens;
mod transport;

pub use client::Client;
pub use config::{Config, Timeouts};
pub use error::{DecodeFault, Error, Retry, SignInError};
pub use events::{EventStream, PlatformEvent, read_events};
pub use oauth::{ClosingPages, SignIn};
pub use problem::{FieldError, Problem, ProblemKind};
pub use resources::{Download, UploadPlace, is_upload_gone};
pub use tokens::{Refresh, RefreshTokens};
