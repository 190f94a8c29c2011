//! One message: seen by its thread, changed or taken back by its writer.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodFilter, MethodRouter, patch},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::{
        changes::Kind,
        kinds,
        messages::{self, Change},
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/messages/{id}", Needs::Scope(Scope::MessagesRead), resources::show(Kind::Message)),
        Route::new("PATCH", "/v1/messages/{id}", Needs::Scope(Scope::MessagesWrite), patch(edit)),
        Route::new("DELETE", "/v1/messages/{id}", Needs::Scope(Scope::MessagesWrite), remove()),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageEdit {
    text: String,
}

/// `PATCH /v1/messages/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Message)?;
    let rev = extract::if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        kinds::visible(&tx.sql, &caller.looking(tx.now), Kind::Message, n)?;
        let edit: MessageEdit = extract::json(bytes)?;
        Problem::refuse(rules::text_error("/text", &edit.text, &rules::MESSAGE_TEXT))?;
        messages::change(tx, caller.n, (n, Some(rev)), Change::Text(&edit.text))?;
        resources::stored(tx, &caller, Kind::Message, n)
    })
    .await
}

/// What is left of a message says that it was taken back.
fn remove() -> MethodRouter<App> {
    resources::verb(MethodFilter::DELETE, Prefix::Message, Key::Optional, |tx, caller, n| {
        messages::change(tx, caller.n, (n, None), Change::Delete)?;
        resources::stored(tx, caller, Kind::Message, n)
    })
}
