//! One message: seen by its thread, changed or taken back by its writer.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{delete, get, patch},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::messages::{self, Change},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/messages/{id}", Needs::Scope(Scope::MessagesRead), get(show)),
        Route::new("PATCH", "/v1/messages/{id}", Needs::Scope(Scope::MessagesWrite), patch(edit)),
        Route::new("DELETE", "/v1/messages/{id}", Needs::Scope(Scope::MessagesWrite), delete(remove)),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageEdit {
    text: String,
}

/// `GET /v1/messages/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Message)?;
    let row = app.read(move |sql| messages::visible(sql, caller.n, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(row.rev), row.json))
}

/// `PATCH /v1/messages/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Message)?;
    let rev = extract::if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        messages::visible(&tx.sql, caller.n, n)?;
        let edit: MessageEdit = extract::json(bytes)?;
        let wrong = rules::text_error("/text", &edit.text, &rules::MESSAGE_TEXT);
        wrong.map_or(Ok(()), |error| Err(Problem::Validation(vec![error])))?;
        messages::change(tx, caller.n, (n, Some(rev)), Change::Text(&edit.text))?;
        Ok(writing::stored(200, None, messages::render_one(&tx.sql, n)?))
    })
    .await
}

/// `DELETE /v1/messages/{id}`
pub async fn remove(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Message)?;
    writing::act(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        messages::change(tx, caller.n, (n, None), Change::Delete)?;
        Ok(writing::stored(200, None, messages::render_one(&tx.sql, n)?))
    })
    .await
}
