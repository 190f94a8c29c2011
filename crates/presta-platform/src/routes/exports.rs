//! Downloads of one's data.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Method},
    routing::{MethodRouter, get, post},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    archive::{self, forms::Form, parts, sources::Source},
    download::Download,
    extract,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    scopes::Scope,
    store::{
        changes::Kind,
        exports::{self, New},
        keys::Stored,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::Exports);
    vec![
        Route::new("GET", "/v1/exports", needs, resources::mine(Kind::Export)),
        Route::new("POST", "/v1/exports", needs, post(ask)),
        Route::new("GET", "/v1/exports/{id}", needs, resources::show(Kind::Export)),
        Route::new("POST", "/v1/exports/{id}:cancel", needs, cancel()),
        Route::new("POST", "/v1/exports/{id}:retry", needs, retry()),
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

/// `POST /v1/exports`
pub async fn ask(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new = extract::json::<NewBody>(bytes)?.check(tx.now)?;
        caller.recent(tx.now)?;
        let n = exports::ask(tx, caller.n, &new)?;
        Ok(Stored { status: 202, ..resources::created(tx, &caller, Kind::Export, n, "/v1/exports")? })
    })
    .await
}

fn cancel() -> MethodRouter<App> {
    resources::act(Prefix::Export, |tx, caller, n| {
        exports::cancel(tx, caller.n, n)?;
        resources::stored(tx, caller, Kind::Export, n)
    })
}

fn retry() -> MethodRouter<App> {
    resources::act(Prefix::Export, |tx, caller, n| {
        exports::state(&tx.sql, caller.n, n)?;
        caller.recent(tx.now)?;
        exports::retry(tx, caller.n, n)?;
        resources::stored(tx, caller, Kind::Export, n)
    })
}

/// `GET /v1/exports/{id}/parts/{n}`
pub async fn part(
    State(app): State<App>,
    caller: Caller,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    method: Method,
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
        media_type: "application/zip".to_owned(),
        disposition: format!("attachment; filename=\"{}\"", exports::part_name(n, place.1)),
    };
    download.answer((&method, &headers)).await
}
