//! Downloads of one's data.

use axum::{
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    routing::{get, post},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    privacy_requests::viewer,
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    archive::{self, forms::Form, parts, sources::Source},
    download::Download,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    scopes::Scope,
    store::{
        changes::Tx,
        exports::{self, New},
        keys::Stored,
        projects::Viewer,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Exports);
    vec![
        Route::new("GET", "/v1/exports", needs, get(list)),
        Route::new("POST", "/v1/exports", needs, post(ask)),
        Route::new("GET", "/v1/exports/{id}", needs, get(show)),
        Route::new("POST", "/v1/exports/{id}:cancel", needs, post(cancel)),
        Route::new("POST", "/v1/exports/{id}:retry", needs, post(retry)),
        Route::new("GET", "/v1/exports/{id}/parts/{n}", needs, get(part)),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    profile: String,
    #[serde(default)]
    resources: Vec<String>,
    since: Option<String>,
    formats: Vec<String>,
}

/// Errors of a list of names: unknown ones, and those that are there twice.
fn names(list: &[String], pointer: &str, wrong: impl Fn(&str) -> Option<&'static str>) -> Vec<FieldError> {
    let twice = |i: usize, name: &String| list.iter().take(i).any(|other| other == name);
    let check = |(i, name): (usize, &String)| {
        let code = wrong(name).or_else(|| twice(i, name).then_some("duplicate"))?;
        Some(FieldError::new(format!("{pointer}/{i}"), code))
    };
    list.iter().enumerate().filter_map(check).collect()
}

impl NewBody {
    fn check(self, now: i64) -> Result<New, Problem> {
        let mut errors = Vec::new();
        let profile = match self.profile.as_str() {
            "access" => "access",
            "portability" => "portability",
            _ => {
                errors.push(FieldError::new("/profile", "unknown"));
                ""
            }
        };
        errors.extend(names(&self.resources, "/resources", |name| match Source::parse(name) {
            None => Some("unknown"),
            Some(source) if profile == "portability" && !source.given() => Some("not-in-profile"),
            Some(_) => None,
        }));
        if self.formats.is_empty() {
            errors.push(FieldError::new("/formats", "too-few"));
        }
        errors.extend(names(&self.formats, "/formats", |name| Form::parse(name).is_none().then_some("unknown")));
        let since = self.since.map(|text| text.parse::<Timestamp>().map(Timestamp::as_millisecond));
        let since = match since {
            Some(Err(_)) => {
                errors.push(FieldError::new("/since", "invalid"));
                None
            }
            Some(Ok(ms)) if ms > now => {
                errors.push(FieldError::new("/since", "in-the-future"));
                None
            }
            Some(Ok(ms)) => Some(ms),
            None => None,
        };
        if errors.is_empty() {
            Ok(New { profile, resources: self.resources, since, formats: self.formats })
        } else {
            Err(Problem::Validation(errors))
        }
    }
}

fn stored(tx: &Tx<'_>, caller: &Caller, n: i64, (status, location): (u16, Option<String>)) -> Result<Stored, Problem> {
    let rows = exports::render(&tx.sql, &viewer(caller, tx.now), &[n])?;
    let datum = rows.into_iter().next().ok_or(Problem::NotFound)?;
    Ok(Stored { status, location, etag: Some(answer::etag(datum.rev)), body: datum.json })
}

/// `POST /v1/exports`
pub async fn ask(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new = extract::json::<NewBody>(bytes)?.check(tx.now)?;
        caller.recent(tx.now)?;
        let n = exports::ask(tx, caller.n, &new)?;
        let location = format!("/v1/exports/{}", Prefix::Export.id(n));
        stored(tx, &caller, n, (202, Some(location)))
    })
    .await
}

struct Mine(Viewer);

impl List for Mine {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        exports::of(sql, self.0.n, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        exports::render(sql, &self.0, rows)
    }
}

/// `GET /v1/exports`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, Mine(viewer(&caller, app.now()))).await
}

/// `GET /v1/exports/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Export)?;
    let viewer = viewer(&caller, app.now());
    let datum = app
        .read(move |sql| {
            exports::state(sql, viewer.n, n)?;
            exports::render(sql, &viewer, &[n])?.pop().ok_or(Problem::NotFound)
        })
        .await?;
    Ok(answer::resource(&headers, &answer::etag(datum.rev), datum.json))
}

/// `POST /v1/exports/{id}:cancel`
pub async fn cancel(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Export)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        exports::cancel(tx, caller.n, n)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

/// `POST /v1/exports/{id}:retry`
pub async fn retry(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Export)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        exports::state(&tx.sql, caller.n, n)?;
        caller.recent(tx.now)?;
        exports::retry(tx, caller.n, n)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

/// `GET /v1/exports/{id}/parts/{n}`
pub async fn part(
    State(app): State<App>,
    caller: Caller,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Answer {
    let Path((id, part)) = path.map_err(|_| Problem::NotFound)?;
    let n = Prefix::Export.parse(&id).ok_or(Problem::NotFound)?;
    let part: u32 = part.parse().map_err(|_| Problem::NotFound)?;
    let now = app.now();
    let place = (n, i64::from(part));
    let found = app.read(move |sql| exports::part(sql, caller.n, place, now)).await?;
    let download = Download {
        path: parts::path(&archive::folder(&app.files).join(found.folder), part),
        sha256: found.sha256,
        size: found.size,
        modified_at: found.ready_at,
        media_type: "application/zip",
        name: exports::part_name(n, place.1),
    };
    download.answer(&headers).await
}
