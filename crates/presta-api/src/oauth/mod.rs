//! Sign-in by the authorization code flow with PKCE in the person's own browser (RFC 8252, RFC 7636).

mod loopback;
mod metadata;
mod pkce;
mod sign_in;
mod token;

pub use sign_in::{ClosingPages, SignIn};

pub(crate) use metadata::Metadata;
pub(crate) use token::{Grant, TokenAnswer};
