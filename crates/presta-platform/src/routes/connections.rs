//! Applications of others, linked accounts, and the address book.

use axum::{
    body::Body,
    extract::State,
    routing::{delete, get, post},
};
use rusqlite::Connection;
use serde_json::json;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    intent::Key,
    problem::Problem,
    scopes::Scope,
    store::{
        connections::{self, Connected},
        keys::Stored,
        kinds,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Connections);
    vec![
        Route::new("GET", "/v1/connections/apps", needs, get(apps)),
        Route::new("DELETE", "/v1/connections/apps/{id}", needs, delete(remove_app)),
        Route::new("GET", "/v1/connections/accounts", needs, get(accounts)),
        Route::new("DELETE", "/v1/connections/accounts/{id}", needs, delete(remove_account)),
        Route::new("GET", "/v1/connections/contacts", needs, get(contacts)),
        Route::new("DELETE", "/v1/connections/contacts/{id}", needs, delete(remove_contact)),
        Route::new("POST", "/v1/connections/contacts:clear", needs, post(clear)),
    ]
}

struct Of(i64, Connected);

impl List for Of {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        self.1.list(sql, self.0, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        self.1.render(sql, rows)
    }
}

async fn remove(app: App, caller: Caller, id: Id, asked: Asked, body: Body, connected: Connected) -> Answer {
    let n = id.row(kinds::prefix(connected.kind()))?;
    writing::act(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        connected.remove(tx, caller.n, n)?;
        Ok(Stored { status: 204, location: None, etag: None, body: String::new() })
    })
    .await
}

/// `GET /v1/connections/apps`
pub async fn apps(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, Of(caller.n, Connected::Apps)).await
}

/// `GET /v1/connections/accounts`
pub async fn accounts(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, Of(caller.n, Connected::Accounts)).await
}

/// `GET /v1/connections/contacts`
pub async fn contacts(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, Of(caller.n, Connected::Contacts)).await
}

/// `DELETE /v1/connections/apps/{id}`
pub async fn remove_app(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    remove(app, caller, id, asked, body, Connected::Apps).await
}

/// `DELETE /v1/connections/accounts/{id}`
pub async fn remove_account(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    remove(app, caller, id, asked, body, Connected::Accounts).await
}

/// `DELETE /v1/connections/contacts/{id}`
pub async fn remove_contact(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    remove(app, caller, id, asked, body, Connected::Contacts).await
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
