//! What either side does with a bid in one word, and the marks its client keeps.

use axum::{body::Body, extract::State, routing::post};
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Needs, Route,
    bids::stored,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::acts::{self, Act},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let scope = Needs::Scope(Scope::BidsWrite);
    vec![
        Route::new("POST", "/v1/bids/{id}:retract", scope, post(retract)),
        Route::new("POST", "/v1/bids/{id}:shortlist", scope, post(shortlist)),
        Route::new("POST", "/v1/bids/{id}:award", scope, post(award)),
        Route::new("POST", "/v1/bids/{id}:accept", scope, post(accept)),
        Route::new("POST", "/v1/bids/{id}:decline", scope, post(decline)),
        Route::new("POST", "/v1/bids/{id}:reject", scope, post(reject)),
        Route::new("POST", "/v1/bids/{id}:revoke", scope, post(revoke)),
        Route::new("POST", "/v1/bids/{id}:complete", scope, post(complete)),
        Route::new("POST", "/v1/bids/{id}:hide", scope, post(hide)),
        Route::new("POST", "/v1/bids/{id}:rate", scope, post(rate)),
    ]
}

const STARS: std::ops::RangeInclusive<i64> = 1..=5;
const NOTE: std::ops::RangeInclusive<usize> = 1..=1_000;

async fn act(app: App, caller: Caller, id: Id, (asked, body): (Asked, Body), act: Act) -> Answer {
    let n = id.row(Prefix::Bid)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        acts::act(tx, caller.n, n, act)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

/// `POST /v1/bids/{id}:retract`
pub async fn retract(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Retract).await
}

/// `POST /v1/bids/{id}:shortlist`
pub async fn shortlist(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Shortlist).await
}

/// `POST /v1/bids/{id}:award`
pub async fn award(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Award).await
}

/// `POST /v1/bids/{id}:accept`
pub async fn accept(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Accept).await
}

/// `POST /v1/bids/{id}:decline`
pub async fn decline(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Decline).await
}

/// `POST /v1/bids/{id}:reject`
pub async fn reject(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Reject).await
}

/// `POST /v1/bids/{id}:revoke`
pub async fn revoke(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Revoke).await
}

/// `POST /v1/bids/{id}:complete`
pub async fn complete(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Complete).await
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
        if !STARS.contains(&stars) {
            let params = json!({"min": STARS.start(), "max": STARS.end()});
            return Err(Problem::Validation(vec![FieldError::with("/stars", "out-of-range", params)]));
        }
        if let Some(error) = note.as_deref().and_then(|note| rules::text_error("/note", note, &NOTE)) {
            return Err(Problem::Validation(vec![error]));
        }
        acts::rate(tx, caller.n, n, (stars, note.as_deref()))?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}
