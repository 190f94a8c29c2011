//! Entries of contests: reading, entering, and the acts of both sides.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get, post},
};
use rusqlite::Connection;
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    resources,
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
        contests,
        entries::{self, Act},
        keys::Stored,
        projects::Viewer,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    const READ: Needs = Needs::Scope(Scope::ContestsRead);
    const WRITE: Needs = Needs::Scope(Scope::ContestsWrite);
    vec![
        Route::new("GET", "/v1/contests/{id}/entries", READ, get(list)),
        Route::new("POST", "/v1/contests/{id}/entries", WRITE, post(enter)),
        Route::new("GET", "/v1/entries/{id}", READ, resources::seen(Prefix::Entry, entries::render_one)),
        Route::new("POST", "/v1/entries/{id}:rate", WRITE, post(rate)),
        Route::new("POST", "/v1/entries/{id}:award", WRITE, act(|| Act::Award)),
        Route::new("POST", "/v1/entries/{id}:reject", WRITE, act(|| Act::Reject)),
        Route::new("POST", "/v1/entries/{id}:withdraw", WRITE, act(|| Act::Withdraw)),
    ]
}

const TEXT: std::ops::RangeInclusive<usize> = 0..=5_000;
const COMMENT: std::ops::RangeInclusive<usize> = 0..=2_000;
const STARS: std::ops::RangeInclusive<i64> = 1..=5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    #[serde(default)]
    text: String,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    stars: i64,
    comment: Option<String>,
}

struct Seen {
    viewer: Viewer,
    contest_n: i64,
}

impl List for Seen {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        contests::find(sql, self.contest_n)?;
        entries::list(sql, self.viewer.n, self.contest_n, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        entries::render(sql, &self.viewer, rows)
    }
}

fn stored(tx: &Tx<'_>, caller: &Caller, n: i64, (status, location): (u16, Option<String>)) -> Result<Stored, Problem> {
    let entry = entries::render_one(&tx.sql, &caller.looking(tx.now), n)?;
    Ok(Stored { status, location, etag: Some(answer::etag(entry.rev)), body: entry.json })
}

/// `GET /v1/contests/{id}/entries`
pub async fn list(State(app): State<App>, caller: Caller, id: Id, query: Query) -> Answer {
    let contest_n = id.row(Prefix::Contest)?;
    listing::page(&app, &query, Seen { viewer: caller.looking(app.now()), contest_n }).await
}

/// `POST /v1/contests/{id}/entries`
pub async fn enter(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let contest_n = id.row(Prefix::Contest)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new: NewEntry = extract::json(bytes)?;
        Problem::refuse(rules::text_error("/text", &new.text, &TEXT))?;
        if rules::said(&new.text).is_empty() && new.attachment_ids.is_empty() {
            return Err(Problem::field("/text", "required"));
        }
        let n = entries::enter(tx, caller.n, contest_n, (&new.text, &new.attachment_ids))?;
        stored(tx, &caller, n, (201, Some(format!("/v1/entries/{}", Prefix::Entry.id(n)))))
    })
    .await
}

/// `POST /v1/entries/{id}:rate`
pub async fn rate(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Entry)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let rating: Rating = extract::json(bytes)?;
        let mut errors: Vec<FieldError> = Vec::new();
        if !STARS.contains(&rating.stars) {
            errors.push(FieldError::new("/stars", "out-of-range"));
        }
        errors.extend(rules::text_error("/comment", rating.comment.as_deref().unwrap_or(""), &COMMENT));
        Problem::refuse(errors)?;
        entries::act(tx, caller.n, n, &Act::Rate(rating.stars, rating.comment))?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

fn act(act: fn() -> Act) -> MethodRouter<App> {
    resources::act(Prefix::Entry, move |tx, caller, n| {
        entries::act(tx, caller.n, n, &act())?;
        stored(tx, caller, n, (200, None))
    })
}
