//! Automated decisions about the caller, and asking for a human to look again.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::decisions,
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/decisions", Needs::Scope(Scope::PrivacyRead), get(list)),
        Route::new("GET", "/v1/decisions/{id}", Needs::Scope(Scope::PrivacyRead), get(show)),
        Route::new("POST", "/v1/decisions/{id}:request-human-review", Needs::Scope(Scope::PrivacyWrite), post(ask)),
    ]
}

const STATEMENT: std::ops::RangeInclusive<usize> = 20..=4_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewRequest {
    statement: String,
}

/// `GET /v1/decisions`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let kind = query.one_of("kind", &["ranking", "recommendation", "safety"])?.unwrap_or("");
    let (viewer, user_n) = (caller.looking(app.now()), caller.n);
    let list = Selection { viewer, rows: decisions::LIST, user_n, narrow: kind.to_owned(), render: decisions::render };
    listing::page(&app, &query, list).await
}

/// `GET /v1/decisions/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let (n, viewer) = (id.row(Prefix::Decision)?, caller.looking(app.now()));
    let row = app.read(move |sql| decisions::own(sql, &viewer, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(row.rev), row.json))
}

/// `POST /v1/decisions/{id}:request-human-review`
pub async fn ask(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Decision)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let viewer = caller.looking(tx.now);
        decisions::own(&tx.sql, &viewer, n)?;
        let request: ReviewRequest = extract::json(bytes)?;
        let wrong = rules::text_error("/statement", &request.statement, &STATEMENT);
        wrong.map_or(Ok(()), |error| Err(Problem::Validation(vec![error])))?;
        decisions::request_review(tx, caller.n, n, &request.statement)?;
        Ok(writing::stored(200, None, decisions::own(&tx.sql, &viewer, n)?))
    })
    .await
}
