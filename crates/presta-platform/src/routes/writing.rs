//! Writes: the body, the intent, and the one transaction.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, Method, Uri, request::Parts},
};

use super::Answer;
use crate::{
    answer,
    app::App,
    extract,
    guard::Caller,
    intent::{Intent, Key},
    problem::Problem,
    store::{changes::Tx, keys::Stored, snapshot::Datum},
};

/// What an intent is made from, beside the body.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The address, with `:action` as the router sees it.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        Ok(Self { method, uri, headers })
    }
}

/// Carries out a write that has a JSON body, once per intent: `work` runs in the transaction that keeps its answer.
///
/// # Errors
/// What the body or the key lacks, what `work` refuses, or a database error.
pub async fn write<F>(app: &App, caller: &Caller, asked: &Asked, (key, body): (Key, Body), work: F) -> Answer
where
    F: FnOnce(&mut Tx<'_>, &Bytes) -> Result<Stored, Problem> + Send + 'static,
{
    let bytes = extract::body(&asked.headers, body).await?;
    run(app, caller, asked, (key, bytes), work).await
}

/// As [`write`], for acts that may have no body at all; one that is there is a JSON object.
///
/// # Errors
/// As [`write`].
pub async fn act<F>(app: &App, caller: &Caller, asked: &Asked, (key, body): (Key, Body), work: F) -> Answer
where
    F: FnOnce(&mut Tx<'_>, &Bytes) -> Result<Stored, Problem> + Send + 'static,
{
    let bytes = extract::optional_body(&asked.headers, body).await?;
    if !bytes.is_empty() {
        extract::json::<serde_json::Map<String, serde_json::Value>>(&bytes)?;
    }
    run(app, caller, asked, (key, bytes), work).await
}

/// The answer of a write that ends in one row.
#[must_use]
pub fn stored(status: u16, location: Option<String>, row: Datum) -> Stored {
    Stored { status, location, etag: Some(answer::etag(row.rev)), body: row.json }
}

/// The answer of a write that leaves nothing to be shown.
#[must_use]
pub const fn no_content() -> Stored {
    Stored { status: 204, location: None, etag: None, body: String::new() }
}

async fn run<F>(app: &App, caller: &Caller, asked: &Asked, (key, bytes): (Key, Bytes), work: F) -> Answer
where
    F: FnOnce(&mut Tx<'_>, &Bytes) -> Result<Stored, Problem> + Send + 'static,
{
    let intent = Intent::of(caller.n, key, (&asked.method, &asked.uri), &asked.headers, &bytes)?;
    intent.run(app, move |tx| work(tx, &bytes)).await
}
