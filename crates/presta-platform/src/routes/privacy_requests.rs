//! Requests to exercise a right.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use rusqlite::Connection;
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        changes::Tx,
        keys::Stored,
        privacy_requests::{self, New, Type},
        projects::Viewer,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::PrivacyRead), Needs::Scope(Scope::PrivacyWrite));
    vec![
        Route::new("GET", "/v1/privacy-requests", read, get(list)),
        Route::new("POST", "/v1/privacy-requests", write, post(file)),
        Route::new("GET", "/v1/privacy-requests/{id}", read, get(show)),
        Route::new("POST", "/v1/privacy-requests/{id}:withdraw", write, post(withdraw)),
    ]
}

/// Bounds of a statement, in characters.
const STATEMENT: std::ops::RangeInclusive<usize> = 10..=8_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    r#type: String,
    statement: String,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

impl NewBody {
    fn check(self) -> Result<New, Problem> {
        let mut errors = Vec::new();
        let kind = Type::parse(&self.r#type);
        if kind.is_none() {
            errors.push(FieldError::new("/type", "unknown"));
        }
        errors.extend(rules::text_error("/statement", &self.statement, &STATEMENT));
        match kind.filter(|_| errors.is_empty()) {
            Some(kind) => Ok(New { kind, statement: self.statement, attachment_ids: self.attachment_ids }),
            None => Err(Problem::Validation(errors)),
        }
    }
}

/// A request shows nothing that hangs on projects.
pub(super) const fn viewer(caller: &Caller, now: i64) -> Viewer {
    Viewer { n: caller.n, freelancer: caller.freelancer, quota_left: true, now }
}

fn stored(tx: &Tx<'_>, caller: &Caller, n: i64, (status, location): (u16, Option<String>)) -> Result<Stored, Problem> {
    let rows = privacy_requests::render(&tx.sql, &viewer(caller, tx.now), &[n])?;
    let datum = rows.into_iter().next().ok_or(Problem::NotFound)?;
    Ok(Stored { status, location, etag: Some(answer::etag(datum.rev)), body: datum.json })
}

/// `POST /v1/privacy-requests`
pub async fn file(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new = extract::json::<NewBody>(bytes)?.check()?;
        if new.kind == Type::Erasure {
            caller.recent(tx.now)?;
        }
        let n = privacy_requests::file(tx, caller.n, &new)?;
        let location = format!("/v1/privacy-requests/{}", Prefix::PrivacyRequest.id(n));
        stored(tx, &caller, n, (201, Some(location)))
    })
    .await
}

struct Mine(Viewer);

impl List for Mine {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        privacy_requests::list(sql, self.0.n, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        privacy_requests::render(sql, &self.0, rows)
    }
}

/// `GET /v1/privacy-requests`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, Mine(viewer(&caller, app.now()))).await
}

/// `GET /v1/privacy-requests/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::PrivacyRequest)?;
    let viewer = viewer(&caller, app.now());
    let datum = app
        .read(move |sql| {
            privacy_requests::find(sql, viewer.n, n)?;
            privacy_requests::render(sql, &viewer, &[n])?.pop().ok_or(Problem::NotFound)
        })
        .await?;
    Ok(answer::resource(&headers, &answer::etag(datum.rev), datum.json))
}

/// `POST /v1/privacy-requests/{id}:withdraw`
pub async fn withdraw(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::PrivacyRequest)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        privacy_requests::withdraw(tx, caller.n, n)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}
