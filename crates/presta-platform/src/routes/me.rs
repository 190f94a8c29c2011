//! The caller: who they are, their quota and their feed.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Needs, Route};
use crate::scopes::Scope;
use crate::{
    answer,
    app::App,
    extract,
    given::given,
    guard::Caller,
    problem::{FieldError, Problem},
    rules,
    seed::catalog,
    store::{
        bids, details, instant,
        users::{self, Edit, Feed},
    },
};
use axum::routing::{get, patch};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/me", Needs::Scope(Scope::ProfileRead), get(show)),
        Route::new("PATCH", "/v1/me", Needs::Scope(Scope::ProfileWrite), patch(edit)),
        Route::new("GET", "/v1/me/quota", Needs::Scope(Scope::BidsRead), get(quota)),
        Route::new("GET", "/v1/me/feed", Needs::Scope(Scope::ProfileRead), get(feed)),
        Route::new("PATCH", "/v1/me/feed", Needs::Scope(Scope::ProfileWrite), patch(set_feed)),
    ]
}

const NAME: std::ops::RangeInclusive<usize> = 1..=80;
const SKILLS_MAX: usize = 50;
const MAX_AGE_DAYS: std::ops::RangeInclusive<i64> = 1..=3_650;

/// `GET /v1/me`
pub async fn show(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let me = app.read(move |sql| users::find(sql, caller.n)).await?;
    Ok(answer::resource(&headers, &answer::etag(me.rev), me.me().to_string()))
}

fn unknown(list: &[String], pointer: &str, known: impl Fn(&str) -> bool) -> Vec<FieldError> {
    if list.len() > SKILLS_MAX {
        return vec![FieldError::with(pointer, "too-many", json!({"max": SKILLS_MAX}))];
    }
    let wrong = list.iter().enumerate().filter(|(_, id)| !known(id));
    wrong.map(|(i, _)| FieldError::new(format!("{pointer}/{i}"), "unknown")).collect()
}

fn check(edit: &Edit) -> Result<(), Problem> {
    let mut errors = Vec::new();
    if let Some(name) = &edit.display_name {
        errors.extend(rules::text_error("/display_name", name, &NAME));
    }
    if edit.locale.as_deref().is_some_and(|locale| !matches!(locale, "fr" | "en")) {
        errors.push(FieldError::new("/locale", "unknown"));
    }
    if edit.time_zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        errors.push(FieldError::new("/time_zone", "unknown"));
    }
    errors.extend(unknown(edit.skills.as_deref().unwrap_or(&[]), "/skills", catalog::is_skill));
    errors.extend(details::errors(edit));
    Problem::refuse(errors)
}

/// `PATCH /v1/me`
pub async fn edit(State(app): State<App>, caller: Caller, headers: HeaderMap, body: Body) -> Answer {
    let rev = extract::if_match(&headers)?;
    let edit: Edit = extract::json(&extract::body(&headers, body).await?)?;
    check(&edit)?;
    let me = app.write(move |tx| users::edit(tx, caller.n, rev, edit)).await?;
    Ok(with_etag(me.rev, me.me().to_string()))
}

fn with_etag(rev: i64, body: String) -> Response {
    answer::resource(&HeaderMap::new(), &answer::etag(rev), body).into_response()
}

/// `GET /v1/me/quota`
pub async fn quota(State(app): State<App>, caller: Caller) -> Answer {
    let now = app.now();
    let from = rules::month_start(now);
    let used = app.read(move |sql| bids::placed_since(sql, caller.n, from)).await?;
    let body = json!({
        "used": used, "limit": app.settings.bids_per_month,
        "next_refresh_at": instant(rules::next_month_start(now)),
    });
    Ok(answer::json(body.to_string()))
}

/// `GET /v1/me/feed`
pub async fn feed(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let (feed, rev) = app.read(move |sql| users::feed(sql, caller.n)).await?;
    Ok(answer::resource(&headers, &answer::etag(rev), json!(feed).to_string()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedEdit {
    #[serde(default, deserialize_with = "given")]
    skills: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    categories: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    max_age_days: Option<i64>,
}

/// `PATCH /v1/me/feed`
pub async fn set_feed(State(app): State<App>, caller: Caller, headers: HeaderMap, body: Body) -> Answer {
    let rev = extract::if_match(&headers)?;
    let edit: FeedEdit = extract::json(&extract::body(&headers, body).await?)?;
    let mut errors = unknown(edit.skills.as_deref().unwrap_or(&[]), "/skills", catalog::is_skill);
    let categories = edit.categories.as_deref().unwrap_or(&[]);
    errors.extend(unknown(categories, "/categories", catalog::is_category));
    errors.extend(edit.max_age_days.and_then(|days| rules::range_error("/max_age_days", days, &MAX_AGE_DAYS)));
    Problem::refuse(errors)?;
    let (feed, rev) = app
        .write(move |tx| {
            let (old, _) = users::feed(&tx.sql, caller.n)?;
            let feed = Feed {
                skills: edit.skills.unwrap_or(old.skills),
                categories: edit.categories.unwrap_or(old.categories),
                max_age_days: edit.max_age_days.unwrap_or(old.max_age_days),
            };
            let rev = users::set_feed(tx, caller.n, rev, &feed)?;
            Ok((feed, rev))
        })
        .await?;
    Ok(with_etag(rev, json!(feed).to_string()))
}
