//! Devices that are signed in.

use axum::{
    Extension,
    extract::State,
    routing::{MethodRouter, get},
};
use rusqlite::Connection;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    resources,
};
use crate::{
    app::App,
    extract::Query,
    guard::{Access, Caller},
    ids::Prefix,
    problem::Problem,
    scopes::Scope,
    store::{changes::Kind, devices, kinds, snapshot::Datum},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Connections);
    vec![
        Route::new("GET", "/v1/me/devices", needs, get(list)),
        Route::new("DELETE", "/v1/me/devices/{id}", needs, revoke()),
    ]
}

struct Mine {
    user_n: i64,
    family: String,
}

impl List for Mine {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        kinds::own_rows(sql, self.user_n, Kind::Device, (before, limit))
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

fn revoke() -> MethodRouter<App> {
    resources::removal(Prefix::Device, |tx, caller, n| devices::revoke(tx, caller.n, n))
}
