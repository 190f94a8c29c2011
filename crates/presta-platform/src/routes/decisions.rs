//! Automated decisions about the caller, and asking for a human to look again.

use axum::{
    body::Body,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::{changes::Kind, decisions, kinds},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/decisions", Needs::Scope(Scope::PrivacyRead), get(list)),
        Route::new("GET", "/v1/decisions/{id}", Needs::Scope(Scope::PrivacyRead), resources::show(Kind::Decision)),
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

/// `POST /v1/decisions/{id}:request-human-review`
pub async fn ask(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Decision)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        kinds::visible(&tx.sql, &caller.looking(tx.now), Kind::Decision, n)?;
        let request: ReviewRequest = extract::json(bytes)?;
        Problem::refuse(rules::text_error("/statement", &request.statement, &STATEMENT))?;
        decisions::request_review(tx, caller.n, n, &request.statement)?;
        resources::stored(tx, &caller, Kind::Decision, n)
    })
    .await
}
