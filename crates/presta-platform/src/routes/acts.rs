//! What either side does with a bid in one word, and the marks its client keeps.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    bids::stored,
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::acts::{self, Act},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let scope = Needs::Scope(Scope::BidsWrite);
    vec![
        Route::new("POST", "/v1/bids/{id}:retract", scope, act(Act::Retract)),
        Route::new("POST", "/v1/bids/{id}:shortlist", scope, act(Act::Shortlist)),
        Route::new("POST", "/v1/bids/{id}:award", scope, act(Act::Award)),
        Route::new("POST", "/v1/bids/{id}:accept", scope, act(Act::Accept)),
        Route::new("POST", "/v1/bids/{id}:decline", scope, act(Act::Decline)),
        Route::new("POST", "/v1/bids/{id}:reject", scope, act(Act::Reject)),
        Route::new("POST", "/v1/bids/{id}:revoke", scope, act(Act::Revoke)),
        Route::new("POST", "/v1/bids/{id}:complete", scope, act(Act::Complete)),
        Route::new("POST", "/v1/bids/{id}:hide", scope, post(hide)),
        Route::new("POST", "/v1/bids/{id}:rate", scope, post(rate)),
    ]
}

const STARS: std::ops::RangeInclusive<i64> = 1..=5;
const NOTE: std::ops::RangeInclusive<usize> = 1..=1_000;

fn act(act: Act) -> MethodRouter<App> {
    resources::act(Prefix::Bid, move |tx, caller, n| {
        acts::act(tx, caller.n, n, act)?;
        stored(tx, caller, n, (200, None))
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hiding {
    hidden: bool,
}

/// `POST /v1/bids/{id}:hide`
pub async fn hide(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Bid)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let Hiding { hidden } = extract::json(bytes)?;
        acts::hide(tx, caller.n, n, hidden)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    stars: i64,
    note: Option<String>,
}

/// `POST /v1/bids/{id}:rate`
pub async fn rate(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Bid)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let Rating { stars, note } = extract::json(bytes)?;
        Problem::refuse(rules::range_error("/stars", stars, &STARS))?;
        Problem::refuse(note.as_deref().and_then(|note| rules::text_error("/note", note, &NOTE)))?;
        acts::rate(tx, caller.n, n, (stars, note.as_deref()))?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}
