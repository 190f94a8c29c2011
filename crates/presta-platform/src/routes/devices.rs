//! Devices that are signed in.

use axum::{
    Extension,
    body::Body,
    extract::State,
    routing::{delete, get},
};
use rusqlite::Connection;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id, Query},
    guard::{Access, Caller},
    ids::Prefix,
    intent::Key,
    problem::Problem,
    scopes::Scope,
    store::{devices, keys::Stored, snapshot::Datum},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Connections);
    vec![
        Route::new("GET", "/v1/me/devices", needs, get(list)),
        Route::new("DELETE", "/v1/me/devices/{id}", needs, delete(revoke)),
    ]
}

struct Mine {
    user_n: i64,
    family: String,
}

impl List for Mine {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        devices::list(sql, self.user_n, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        devices::render(sql, rows, Some(&self.family))
    }
}

/// `GET /v1/me/devices`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Extension(access): Extension<Access>,
    query: Query,
) -> Answer {
    listing::page(&app, &query, Mine { user_n: caller.n, family: access.family }).await
}

/// `DELETE /v1/me/devices/{id}`
pub async fn revoke(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Device)?;
    writing::act(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        devices::revoke(tx, caller.n, n)?;
        Ok(Stored { status: 204, location: None, etag: None, body: String::new() })
    })
    .await
}
