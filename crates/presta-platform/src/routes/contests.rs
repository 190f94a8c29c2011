//! Contests: listing, calling, editing, closing.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get, patch, post},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Needs, Route,
    bids::Money,
    listing::{self, Ordered},
    resources,
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    given::given,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        changes::Tx,
        contests::{self, Call, Filter, Sort},
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
        Route::new("GET", "/v1/contests", READ, get(list)),
        Route::new("POST", "/v1/contests", WRITE, post(call)),
        Route::new("GET", "/v1/contests/{id}", READ, resources::seen(Prefix::Contest, contests::render_one)),
        Route::new("PATCH", "/v1/contests/{id}", WRITE, patch(edit)),
        Route::new("POST", "/v1/contests/{id}:close", WRITE, close()),
    ]
}

const STATUSES: [&str; 4] = ["open", "judging", "awarded", "closed"];
const TITLE: std::ops::RangeInclusive<usize> = 10..=120;
const BRIEF: std::ops::RangeInclusive<usize> = 50..=20_000;
/// How far ahead a contest may close: 90 days, in ms.
const AHEAD_MS: i64 = 90 * 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewContest {
    title: String,
    brief: String,
    category: String,
    skills: Vec<String>,
    prize: Money,
    entries_close_at: Timestamp,
    #[serde(default)]
    sealed: bool,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContestEdit {
    #[serde(default, deserialize_with = "given")]
    title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    brief: Option<String>,
    #[serde(default, deserialize_with = "given")]
    category: Option<String>,
    #[serde(default, deserialize_with = "given")]
    skills: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    prize: Option<Money>,
    #[serde(default, deserialize_with = "given")]
    entries_close_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "given")]
    sealed: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    attachment_ids: Option<Vec<String>>,
}

impl NewContest {
    fn call(self) -> Call {
        Call {
            title: self.title,
            brief: self.brief,
            category: self.category,
            skills: self.skills,
            prize: self.prize.amount_minor,
            currency: self.prize.currency,
            sealed: self.sealed,
            entries_close_at: self.entries_close_at.as_millisecond(),
            attachment_ids: self.attachment_ids,
        }
    }
}

impl ContestEdit {
    /// The contest as it becomes, and its files if they are said anew. An end that is not changed is not judged again.
    fn apply(self, old: &Call, now: i64) -> Result<(Call, Option<Vec<String>>), Problem> {
        let mut call = old.clone();
        call.title = self.title.unwrap_or(call.title);
        call.brief = self.brief.unwrap_or(call.brief);
        call.category = self.category.unwrap_or(call.category);
        call.skills = self.skills.unwrap_or(call.skills);
        if let Some(prize) = self.prize {
            call.prize = prize.amount_minor;
            call.currency = prize.currency;
        }
        call.sealed = self.sealed.unwrap_or(call.sealed);
        let close = self.entries_close_at.map(Timestamp::as_millisecond);
        call.entries_close_at = close.unwrap_or(call.entries_close_at);
        check(&call, close.map(|_| now))?;
        Ok((call, self.attachment_ids))
    }
}

/// `now` is given when the end is to be judged.
fn check(call: &Call, now: Option<i64>) -> Result<(), Problem> {
    let mut errors = Vec::new();
    errors.extend(rules::text_error("/title", &call.title, &TITLE));
    errors.extend(rules::text_error("/brief", &call.brief, &BRIEF));
    errors.extend(rules::subject_errors(&call.category, &call.skills));
    if !rules::CURRENCIES.contains(&call.currency.as_str()) {
        errors.push(FieldError::new("/prize/currency", "unknown"));
    }
    if let Some(now) = now
        && !(now + 1..=now.saturating_add(AHEAD_MS)).contains(&call.entries_close_at)
    {
        errors.push(FieldError::with("/entries_close_at", "out-of-range", json!({"max_days": AHEAD_MS / 86_400_000})));
    }
    Problem::refuse(errors)?;
    rules::check_amount("/prize/amount_minor", call.prize)
}

fn stored(tx: &Tx<'_>, caller: &Caller, n: i64, (status, location): (u16, Option<String>)) -> Result<Stored, Problem> {
    let contest = contests::render_one(&tx.sql, &caller.looking(tx.now), n)?;
    Ok(Stored { status, location, etag: Some(answer::etag(contest.rev)), body: contest.json })
}

fn statuses(query: &Query) -> Result<Vec<String>, Problem> {
    let Some(said) = query.word("status") else { return Ok(vec!["open".to_owned()]) };
    let list: Vec<String> = said.split(',').map(str::to_owned).collect();
    let known = |status: &String| status == "any" || STATUSES.contains(&status.as_str());
    if !list.iter().all(known) {
        return Err(Problem::field("?status", "unknown"));
    }
    Ok(if list.iter().any(|status| status == "any") { Vec::new() } else { list })
}

fn sort(query: &Query) -> Result<Sort, Problem> {
    match query.text("sort") {
        None | Some("newest") => Ok(Sort::Newest),
        Some("prize") => Ok(Sort::Prize),
        Some("deadline") => Ok(Sort::Deadline),
        Some("fewest_entries") => Ok(Sort::FewestEntries),
        Some(_) => Err(Problem::field("?sort", "unknown")),
    }
}

/// Where a page ends, and in which order that is.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    sort: String,
    key: i64,
    n: i64,
}

struct Found {
    viewer: Viewer,
    filter: Filter,
    sort: Sort,
}

impl Ordered for Found {
    type Place = Place;

    fn places(&self, sql: &Connection, after: Option<Place>, limit: i64) -> Result<Vec<Place>, Problem> {
        let order = format!("{:?}", self.sort);
        if after.as_ref().is_some_and(|place| place.sort != order) {
            return Err(Problem::field("?cursor", "invalid"));
        }
        let after = after.map_or((i64::MAX, i64::MAX), |place| (place.key, place.n));
        let rows = contests::list(sql, self.viewer.n, (&self.filter, self.sort), after, limit)?;
        Ok(rows.into_iter().map(|(key, n)| Place { sort: order.clone(), key, n }).collect())
    }

    fn render(&self, sql: &Connection, places: &[Place]) -> Result<Vec<Datum>, Problem> {
        let rows: Vec<i64> = places.iter().map(|place| place.n).collect();
        contests::render(sql, &self.viewer, &rows)
    }
}

/// `GET /v1/contests`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let filter = Filter {
        words: query.text("q").unwrap_or("").split_whitespace().map(str::to_owned).collect(),
        status: statuses(&query)?,
        categories: query.list("category"),
        mine: query.parse("mine")?.unwrap_or_default(),
        entered: query.parse("entered")?.unwrap_or_default(),
    };
    let found = Found { viewer: caller.looking(app.now()), filter, sort: sort(&query)? };
    listing::ordered(&app, &query, found).await
}

/// `POST /v1/contests`
pub async fn call(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let call = extract::json::<NewContest>(bytes)?.call();
        check(&call, Some(tx.now))?;
        let n = contests::call(tx, caller.n, &call)?;
        stored(tx, &caller, n, (201, Some(format!("/v1/contests/{}", Prefix::Contest.id(n)))))
    })
    .await
}

/// `PATCH /v1/contests/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Contest)?;
    let rev = extract::if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let edit: ContestEdit = extract::json(bytes)?;
        let now = tx.now;
        contests::edit(tx, caller.n, (n, rev), |old| edit.apply(old, now))?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

fn close() -> MethodRouter<App> {
    resources::act(Prefix::Contest, |tx, caller, n| {
        contests::close(tx, caller.n, n)?;
        stored(tx, caller, n, (200, None))
    })
}
