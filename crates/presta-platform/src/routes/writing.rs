//! Writes: the body, the intent, and the one transaction.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, Method, Uri, request::Parts},
};

use super::Answer;
use crate::{
    app::App,
    extract,
    guard::Caller,
    intent::{Intent, Key},
    problem::Problem,
    store::{changes::Tx, keys::Stored},
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

/// As [`write`], for acts that may have no body at all.
///
/// # Errors
/// As [`write`].
pub async fn act<F>(app: &App, caller: &Caller, asked: &Asked, (key, body): (Key, Body), work: F) -> Answer
where
    F: FnOnce(&mut Tx<'_>, &Bytes) -> Result<Stored, Problem> + Send + 'static,
{
    let bytes = extract::optional_body(&asked.headers, body).await?;
    run(app, caller, asked, (key, bytes), work).await
}

/// Refuses parameters where an act has none: no body, or an empty object.
///
/// # Errors
/// `validation`.
pub fn no_parameters(bytes: &[u8]) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    if !bytes.is_empty() {
        let Nothing {} = extract::json(bytes)?;
    }
    Ok(())
}

async fn run<F>(app: &App, caller: &Caller, asked: &Asked, (key, bytes): (Key, Bytes), work: F) -> Answer
where
    F: FnOnce(&mut Tx<'_>, &Bytes) -> Result<Stored, Problem> + Send + 'static,
{
    let intent = Intent::of(caller.n, key, (&asked.method, &asked.uri), &asked.headers, &bytes)?;
    intent.run(app, move |tx| work(tx, &bytes)).await
}
