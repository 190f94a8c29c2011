//! Projects kept in view.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{delete, get, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    scopes::Scope,
    store::bookmarks::{self, Kept},
};

/// The operations of this module. A bookmark is a note to oneself, so that reading projects is enough to make one.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/bookmarks", Needs::Scope(Scope::ProjectsRead), get(list)),
        Route::new("POST", "/v1/bookmarks", Needs::Scope(Scope::ProjectsRead), post(keep)),
        Route::new("GET", "/v1/bookmarks/{id}", Needs::Scope(Scope::ProjectsRead), get(show)),
        Route::new("DELETE", "/v1/bookmarks/{id}", Needs::Scope(Scope::ProjectsRead), delete(drop)),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBookmark {
    project_id: String,
}

/// `GET /v1/bookmarks`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let (viewer, narrow, user_n) = (caller.looking(app.now()), String::new(), caller.n);
    let list = Selection { viewer, rows: bookmarks::LIST, user_n, narrow, render: bookmarks::render };
    listing::page(&app, &query, list).await
}

/// `POST /v1/bookmarks`
pub async fn keep(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new: NewBookmark = extract::json(bytes)?;
        let unknown = || Problem::field("/project_id", "unknown");
        let project_n = Prefix::Project.parse(&new.project_id).ok_or_else(unknown)?;
        let (n, status) = match bookmarks::keep(tx, caller.n, project_n)? {
            Kept::New(n) => (n, 201),
            Kept::Known(n) => (n, 200),
        };
        let row = bookmarks::own(&tx.sql, &caller.looking(tx.now), n)?;
        let location = (status == 201).then(|| format!("/v1/bookmarks/{}", Prefix::Bookmark.id(n)));
        Ok(writing::stored(status, location, row))
    })
    .await
}

/// `GET /v1/bookmarks/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let (n, viewer) = (id.row(Prefix::Bookmark)?, caller.looking(app.now()));
    let row = app.read(move |sql| bookmarks::own(sql, &viewer, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(row.rev), row.json))
}

/// `DELETE /v1/bookmarks/{id}`
pub async fn drop(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Bookmark)?;
    writing::act(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        bookmarks::drop(tx, caller.n, n)?;
        Ok(writing::no_content())
    })
    .await
}
