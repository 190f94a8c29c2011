//! Projects the platform proposes, and what one makes of them.

use axum::{
    extract::State,
    routing::{MethodFilter, MethodRouter, get},
};
use serde::{Deserialize, Serialize};

use super::{Answer, Needs, Route, resources, writing};
use crate::{
    answer,
    app::App,
    extract::Query,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    scopes::Scope,
    store::{
        pages::{self, Page},
        recommendations::{self, Verdict},
    },
};

/// The operations of this module. What one makes of a recommendation is told to nobody, so that reading is enough.
#[must_use]
pub fn routes() -> Vec<Route> {
    let needs = Needs::Scope(Scope::ProjectsRead);
    vec![
        Route::new("GET", "/v1/recommendations", needs, get(list)),
        Route::new("POST", "/v1/recommendations/{id}:dismiss", needs, judge(Verdict::Dismiss)),
        Route::new("POST", "/v1/recommendations/{id}:less-like-this", needs, judge(Verdict::Less)),
    ]
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    #[serde(default = "first")]
    key: i64,
    n: i64,
}

/// Above every key: a place without one is the beginning.
const fn first() -> i64 {
    i64::MAX
}

/// `GET /v1/recommendations`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let limit = query.limit(50)?;
    let after = query.cursor::<Place>()?.map(|place| (place.key, place.n));
    let viewer = caller.looking(app.now());
    let body = app
        .read(move |sql| {
            let (rows, next) = recommendations::page(sql, &viewer, after, limit)?;
            let items: Vec<String> = rows.into_iter().map(|row| row.json).collect();
            Ok(Page::of(&items, next.map(|(key, n)| pages::cursor(&Place { key, n }))).json())
        })
        .await?;
    Ok(answer::json(body))
}

fn judge(verdict: Verdict) -> MethodRouter<App> {
    resources::verb(MethodFilter::POST, Prefix::Recommendation, Key::Optional, move |tx, caller, n| {
        recommendations::answer(tx, &caller.looking(tx.now), n, verdict)?;
        Ok(writing::no_content())
    })
}
