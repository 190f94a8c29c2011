//! Projects: the list with every filter, and one of them.

use axum::{extract::State, http::HeaderMap};

use super::{Answer, Needs, Route};
use crate::scopes::Scope;
use crate::{
    answer,
    app::App,
    extract::{Id, Query},
    guard::Caller,
    ids::Prefix,
    problem::Problem,
    store::{
        pages::Page,
        projects,
        search::{self, Filter, Sort},
        users,
    },
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/projects", Needs::Scope(Scope::ProjectsRead), get(list)),
        Route::new("GET", "/v1/projects/{id}", Needs::Scope(Scope::ProjectsRead), get(show)),
    ]
}

const DAY_MS: i64 = 86_400_000;
const MINOR: std::ops::RangeInclusive<i64> = 0..=1_000_000_000_000;

fn one_of(query: &Query, name: &str, known: &[&str]) -> Result<Option<String>, Problem> {
    match query.word(name) {
        Some(text) if known.contains(&text) => Ok(Some(text.to_owned())),
        Some(_) => Err(Problem::field(format!("?{name}"), "unknown")),
        None => Ok(None),
    }
}

fn statuses(query: &Query) -> Result<Vec<String>, Problem> {
    let list = query.list("status");
    if list.is_empty() {
        return Ok(vec!["open".to_owned()]);
    }
    if list.iter().any(|status| status == "any") {
        return Ok(Vec::new());
    }
    let known = |status: &String| matches!(status.as_str(), "open" | "closed" | "awarded" | "cancelled");
    if list.iter().all(known) { Ok(list) } else { Err(Problem::field("?status", "unknown")) }
}

fn minor(query: &Query, name: &str) -> Result<Option<i64>, Problem> {
    match query.parse::<i64>(name)? {
        Some(value) if !MINOR.contains(&value) => Err(Problem::field(format!("?{name}"), "out-of-range")),
        value => Ok(value),
    }
}

fn bids_max(query: &Query) -> Result<Option<i64>, Problem> {
    let name = "bids_max";
    match query.parse::<i64>(name)? {
        Some(value) if !(0..=1_000_000).contains(&value) => Err(Problem::field(format!("?{name}"), "out-of-range")),
        value => Ok(value),
    }
}

fn filter(query: &Query, now: i64) -> Result<Filter, Problem> {
    let max_age = match query.parse::<i64>("max_age_days")? {
        Some(days) if !(0..=36_500).contains(&days) => {
            return Err(Problem::field("?max_age_days", "out-of-range"));
        }
        days => days,
    };
    Ok(Filter {
        q: query.text("q").map(str::to_owned),
        skills: query.list("skills"),
        categories: query.list("category"),
        kind: one_of(query, "type", &["fixed", "hourly"])?,
        budget_min: minor(query, "budget_min")?,
        budget_max: minor(query, "budget_max")?,
        currency: query.text("currency").map(str::to_ascii_uppercase),
        language: query.text("language").map(str::to_ascii_lowercase),
        country: query.text("country").map(str::to_ascii_uppercase),
        city: query.text("city").map(str::to_owned),
        remote: query.parse("remote")?,
        client_verified: query.parse("client_verified")?,
        bids_max: bids_max(query)?,
        posted_from: max_age.map(|days| now - days * DAY_MS),
        not_bid: query.parse("not_bid")?.unwrap_or_default(),
        status: statuses(query)?,
        mine: query.parse("mine")?.unwrap_or_default(),
    })
}

fn sort(query: &Query) -> Result<Sort, Problem> {
    match query.word("sort") {
        None | Some("newest") => Ok(Sort::Newest),
        Some("budget") => Ok(Sort::Budget),
        Some("fewest_bids") => Ok(Sort::FewestBids),
        Some("deadline") => Ok(Sort::Deadline),
        Some("match") => Ok(Sort::Match),
        Some(_) => Err(Problem::field("?sort", "unknown")),
    }
}

/// `GET /v1/projects`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let now = app.now();
    let (filter, sort) = (filter(&query, now)?, sort(&query)?);
    let (limit, after) = (query.limit(50)?, query.cursor()?);
    let settings = app.settings;
    let body = app
        .read(move |sql| {
            let viewer = caller.viewer(sql, &settings, now)?;
            let skills = users::find(sql, caller.n)?.skills;
            let found = search::find(sql, (caller.n, &skills), &filter, sort, (after, limit))?;
            let items: Vec<String> =
                projects::render(sql, &viewer, &found.rows)?.into_iter().map(|project| project.json).collect();
            let page = Page::of(&items, found.next_cursor);
            Ok(format!("{{{},\"total\":{}}}", page.members(), found.total))
        })
        .await?;
    Ok(answer::json(body))
}

/// `GET /v1/projects/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Project)?;
    let (settings, now) = (app.settings, app.now());
    let project = app
        .read(move |sql| {
            let viewer = caller.viewer(sql, &settings, now)?;
            projects::render_one(sql, &viewer, n)
        })
        .await?;
    Ok(answer::resource(&headers, &project.etag(), project.json))
}
