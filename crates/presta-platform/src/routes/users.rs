//! Others: their public profile, and what was said of them.

use axum::{extract::State, http::HeaderMap, routing::get};

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
};
use crate::{
    answer,
    app::App,
    extract::{Id, Query},
    guard::Caller,
    ids::Prefix,
    scopes::Scope,
    secret,
    store::{profiles, reviews, users},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/users/{id}", Needs::Scope(Scope::ProfileRead), get(show)),
        Route::new("GET", "/v1/users/{id}/reviews", Needs::Scope(Scope::ProfileRead), get(reviewed)),
    ]
}

/// `GET /v1/users/{id}`: the windows move with time, so the validator is that of the text.
pub async fn show(State(app): State<App>, _: Caller, id: Id, headers: HeaderMap) -> Answer {
    let (n, now) = (id.row(Prefix::User)?, app.now());
    let body = app.read(move |sql| profiles::public(sql, n, now)).await?.to_string();
    Ok(answer::resource(&headers, &format!("\"{}\"", secret::digest(&body)), body))
}

/// `GET /v1/users/{id}/reviews`
pub async fn reviewed(State(app): State<App>, caller: Caller, id: Id, query: Query) -> Answer {
    let user_n = id.row(Prefix::User)?;
    app.read(move |sql| users::find(sql, user_n)).await?;
    let (viewer, narrow) = (caller.looking(app.now()), String::new());
    listing::page(&app, &query, Selection { viewer, rows: reviews::RECEIVED, user_n, narrow, render: reviews::render })
        .await
}
