//! Everything the caller may see of one type, by pages.

use axum::extract::State;

use super::{Answer, Needs, Route, changes::scope};
use crate::{
    answer,
    app::App,
    extract::Query,
    guard::Caller,
    problem::Problem,
    store::{
        changes::Kind,
        quoted,
        snapshot::{self, Place},
    },
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::new("GET", "/v1/snapshot", Needs::Token, get(show))]
}

/// `GET /v1/snapshot`
pub async fn show(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let name = query.text("type").ok_or_else(|| Problem::field("?type", "required"))?;
    let kind = Kind::parse(name).ok_or_else(|| Problem::field("?type", "unknown"))?;
    caller.need(scope(kind))?;
    let (limit, after) = (query.limit(200)?, query.cursor::<Place>()?);
    let (settings, now) = (app.settings, app.now());
    let body = app
        .read(move |sql| {
            let viewer = caller.viewer(sql, &settings, now)?;
            let page = snapshot::page(sql, &viewer, kind, after, limit)?;
            Ok(format!("{{\"state\":{},\"total\":{},{}}}", quoted(&page.state), page.total, page.page.members()))
        })
        .await?;
    Ok(answer::json(body))
}
