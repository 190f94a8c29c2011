//! Applications of others, linked accounts, and the address book.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use serde_json::json;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract,
    guard::Caller,
    intent::Key,
    scopes::Scope,
    store::{
        changes::Kind,
        connections::{self, Connected},
        keys::Stored,
        kinds,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Connections);
    vec![
        Route::new("GET", "/v1/connections/apps", needs, resources::mine(Kind::App)),
        Route::new("DELETE", "/v1/connections/apps/{id}", needs, remove(Connected::Apps)),
        Route::new("GET", "/v1/connections/accounts", needs, resources::mine(Kind::Account)),
        Route::new("DELETE", "/v1/connections/accounts/{id}", needs, remove(Connected::Accounts)),
        Route::new("GET", "/v1/connections/contacts", needs, resources::mine(Kind::Contact)),
        Route::new("DELETE", "/v1/connections/contacts/{id}", needs, remove(Connected::Contacts)),
        Route::new("POST", "/v1/connections/contacts:clear", needs, post(clear)),
    ]
}

fn remove(connected: Connected) -> MethodRouter<App> {
    let prefix = kinds::prefix(connected.kind());
    resources::removal(prefix, move |tx, caller, n| connected.remove(tx, caller.n, n))
}

/// `POST /v1/connections/contacts:clear`
pub async fn clear(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        let removed = connections::clear_contacts(tx, caller.n)?;
        let body = json!({"removed": removed}).to_string();
        Ok(Stored { status: 200, location: None, etag: None, body })
    })
    .await
}
