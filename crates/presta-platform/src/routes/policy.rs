//! The privacy policy.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Needs, Route,
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Query},
    guard::Caller,
    intent::Key,
    policy,
    problem::Problem,
    secret,
    store::{self, keys::Stored},
};

/// The operations of this module. Any token will do: everyone may read what becomes of their data.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/legal/policy", Needs::Token, get(show)),
        Route::new("POST", "/v1/legal/policy:acknowledge", Needs::Token, post(acknowledge)),
    ]
}

/// `GET /v1/legal/policy`
pub async fn show(State(app): State<App>, caller: Caller, query: Query, headers: HeaderMap) -> Answer {
    let since = query.text("since").map(str::to_owned);
    if since.as_deref().is_some_and(|since| !policy::is_known(since)) {
        return Err(Problem::field("?since", "unknown"));
    }
    let acknowledged = app.read(move |sql| store::policy::acknowledged(sql, caller.n)).await?;
    let body = policy::json(since.as_deref(), acknowledged).to_string();
    Ok(answer::resource(&headers, &format!("\"{}\"", secret::digest(&body)), body))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AcknowledgeBody {
    version: String,
}

/// `POST /v1/legal/policy:acknowledge`
pub async fn acknowledge(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let AcknowledgeBody { version } = extract::json(bytes)?;
        if version != policy::current().name {
            let code = if policy::is_known(&version) { "stale" } else { "unknown" };
            return Err(Problem::field("/version", code));
        }
        store::policy::acknowledge(tx, caller.n, &version)?;
        let acknowledged = store::policy::acknowledged(&tx.sql, caller.n)?;
        let body = acknowledged.map(|(version, at)| json!({"version": version, "at": at}).to_string());
        Ok(Stored { status: 200, location: None, etag: None, body: body.unwrap_or_default() })
    })
    .await
}
