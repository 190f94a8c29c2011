//! Searches that are kept.

use std::ops::RangeInclusive;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, patch, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id},
    given::given,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules::{self, CURRENCIES},
    scopes::Scope,
    store::{
        changes::Kind,
        details,
        saved_searches::{self, Search, SearchQuery},
    },
};

/// The operations of this module. A kept search is a note to oneself, so that reading projects is enough to make one.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/saved-searches", Needs::Scope(Scope::ProjectsRead), resources::mine(Kind::SavedSearch)),
        Route::new("POST", "/v1/saved-searches", Needs::Scope(Scope::ProjectsRead), post(add)),
        Route::new(
            "GET",
            "/v1/saved-searches/{id}",
            Needs::Scope(Scope::ProjectsRead),
            resources::show(Kind::SavedSearch),
        ),
        Route::new("PATCH", "/v1/saved-searches/{id}", Needs::Scope(Scope::ProjectsRead), patch(edit)),
        Route::new("DELETE", "/v1/saved-searches/{id}", Needs::Scope(Scope::ProjectsRead), remove()),
    ]
}

const NAME: RangeInclusive<usize> = 1..=80;
const WORDS: RangeInclusive<usize> = 1..=200;
const MINOR: RangeInclusive<i64> = 0..=1_000_000_000_000;
const COUNT: RangeInclusive<i64> = 0..=10_000;
const DAYS: RangeInclusive<i64> = 0..=36_500;
const LIST_MAX: usize = 50;
const ID: RangeInclusive<usize> = 1..=64;
const ALERTS: [&str; 3] = ["off", "instant", "daily"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSearch {
    name: String,
    query: SearchQuery,
    alert: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchEdit {
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    query: Option<SearchQuery>,
    #[serde(default, deserialize_with = "given")]
    alert: Option<String>,
}

fn list_errors(at: &str, list: Option<&Vec<String>>, known: Option<&[&str]>) -> Vec<FieldError> {
    let list = list.map_or(&[][..], Vec::as_slice);
    if list.len() > LIST_MAX {
        return vec![FieldError::with(at, "too-many", json!({"max": LIST_MAX}))];
    }
    let wrong = |(i, text): (usize, &String)| match known {
        Some(known) => (!known.contains(&text.as_str())).then(|| FieldError::new(format!("{at}/{i}"), "unknown")),
        None => rules::text_error(&format!("{at}/{i}"), text, &ID),
    };
    list.iter().enumerate().filter_map(wrong).collect()
}

fn query_errors(query: &SearchQuery) -> Vec<FieldError> {
    let one_of = |at: &str, text: Option<&String>, known: &[&str]| {
        text.filter(|text| !known.contains(&text.as_str())).map(|_| FieldError::new(at, "unknown"))
    };
    let within = |at: &str, value: Option<i64>, bounds: &RangeInclusive<i64>| {
        value.and_then(|value| rules::range_error(at, value, bounds))
    };
    let mut errors = list_errors("/query/skills", query.skills.as_ref(), None);
    errors.extend(list_errors("/query/category", query.category.as_ref(), None));
    let statuses = ["open", "closed", "awarded", "cancelled"];
    errors.extend(list_errors("/query/status", query.status.as_ref(), Some(&statuses)));
    errors.extend(query.q.as_ref().and_then(|text| rules::text_error("/query/q", text, &WORDS)));
    errors.extend(query.city.as_ref().and_then(|text| rules::text_error("/query/city", text, &NAME)));
    errors.extend(one_of("/query/type", query.kind.as_ref(), &["fixed", "hourly"]));
    errors.extend(one_of("/query/currency", query.currency.as_ref(), &CURRENCIES));
    errors.extend(one_of("/query/language", query.language.as_ref(), &["fr", "en"]));
    let sorts = ["newest", "budget", "fewest_bids", "deadline", "match"];
    errors.extend(one_of("/query/sort", query.sort.as_ref(), &sorts));
    if query.country.as_ref().is_some_and(|country| !details::is_country(country)) {
        errors.push(FieldError::new("/query/country", "invalid"));
    }
    errors.extend(within("/query/budget_min", query.budget_min, &MINOR));
    errors.extend(within("/query/budget_max", query.budget_max, &MINOR));
    errors.extend(within("/query/bids_max", query.bids_max, &COUNT));
    errors.extend(within("/query/max_age_days", query.max_age_days, &DAYS));
    errors
}

fn check(name: Option<&String>, query: Option<&SearchQuery>, alert: Option<&String>) -> Result<(), Problem> {
    let mut errors: Vec<FieldError> = query.map(query_errors).unwrap_or_default();
    errors.extend(name.and_then(|name| rules::text_error("/name", name, &NAME)));
    if alert.is_some_and(|alert| !ALERTS.contains(&alert.as_str())) {
        errors.push(FieldError::new("/alert", "unknown"));
    }
    Problem::refuse(errors)
}

/// `POST /v1/saved-searches`
pub async fn add(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new: NewSearch = extract::json(bytes)?;
        check(Some(&new.name), Some(&new.query), Some(&new.alert))?;
        let search = Search { name: new.name, query: new.query, alert: new.alert };
        let n = saved_searches::add(tx, caller.n, &search)?;
        resources::created(tx, &caller, Kind::SavedSearch, n, "/v1/saved-searches")
    })
    .await
}

/// `PATCH /v1/saved-searches/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::SavedSearch)?;
    let rev = extract::if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let edit: SearchEdit = extract::json(bytes)?;
        check(edit.name.as_ref(), edit.query.as_ref(), edit.alert.as_ref())?;
        saved_searches::edit(tx, caller.n, (n, rev), |search| {
            let SearchEdit { name, query, alert } = edit;
            search.name = name.unwrap_or_else(|| std::mem::take(&mut search.name));
            search.query = query.unwrap_or_else(|| std::mem::take(&mut search.query));
            search.alert = alert.unwrap_or_else(|| std::mem::take(&mut search.alert));
        })?;
        resources::stored(tx, &caller, Kind::SavedSearch, n)
    })
    .await
}

fn remove() -> MethodRouter<App> {
    resources::removal(Prefix::SavedSearch, |tx, caller, n| saved_searches::remove(tx, caller.n, n))
}
