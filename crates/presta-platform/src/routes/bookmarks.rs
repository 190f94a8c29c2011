//! Projects kept in view.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    scopes::Scope,
    store::{
        bookmarks::{self, Kept},
        changes::Kind,
    },
};

/// The operations of this module. A bookmark is a note to oneself, so that reading projects is enough to make one.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/bookmarks", Needs::Scope(Scope::ProjectsRead), resources::mine(Kind::Bookmark)),
        Route::new("POST", "/v1/bookmarks", Needs::Scope(Scope::ProjectsRead), post(keep)),
        Route::new("GET", "/v1/bookmarks/{id}", Needs::Scope(Scope::ProjectsRead), resources::show(Kind::Bookmark)),
        Route::new("DELETE", "/v1/bookmarks/{id}", Needs::Scope(Scope::ProjectsRead), drop()),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBookmark {
    project_id: String,
}

/// `POST /v1/bookmarks`
pub async fn keep(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new: NewBookmark = extract::json(bytes)?;
        let unknown = || Problem::field("/project_id", "unknown");
        let project_n = Prefix::Project.parse(&new.project_id).ok_or_else(unknown)?;
        match bookmarks::keep(tx, caller.n, project_n)? {
            Kept::New(n) => resources::created(tx, &caller, Kind::Bookmark, n, "/v1/bookmarks"),
            Kept::Known(n) => resources::stored(tx, &caller, Kind::Bookmark, n),
        }
    })
    .await
}

fn drop() -> MethodRouter<App> {
    resources::removal(Prefix::Bookmark, |tx, caller, n| bookmarks::drop(tx, caller.n, n))
}
