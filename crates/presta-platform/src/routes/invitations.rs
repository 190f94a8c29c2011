//! Invitations to bid, from both sides.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};

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
    scopes::Scope,
    store::invitations::{self, Reply},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/invitations", Needs::Scope(Scope::ProjectsRead), get(list)),
        Route::new("GET", "/v1/invitations/{id}", Needs::Scope(Scope::ProjectsRead), get(show)),
        Route::new("POST", "/v1/invitations/{id}:accept", Needs::Scope(Scope::BidsWrite), post(accept)),
        Route::new("POST", "/v1/invitations/{id}:decline", Needs::Scope(Scope::BidsWrite), post(decline)),
    ]
}

/// `GET /v1/invitations`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let sent = query.one_of("role", &["received", "sent"])? == Some("sent");
    let status = query.one_of("status", &["pending", "accepted", "declined", "withdrawn"])?.unwrap_or("");
    let list = Selection {
        viewer: caller.looking(app.now()),
        rows: if sent { invitations::SENT } else { invitations::RECEIVED },
        user_n: caller.n,
        narrow: status.to_owned(),
        render: invitations::render,
    };
    listing::page(&app, &query, list).await
}

/// `GET /v1/invitations/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let (n, viewer) = (id.row(Prefix::Invitation)?, caller.looking(app.now()));
    let row = app.read(move |sql| invitations::visible(sql, &viewer, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(row.rev), row.json))
}

async fn reply(app: App, caller: Caller, id: Id, asked: Asked, body: Body, reply: Reply) -> Answer {
    let n = id.row(Prefix::Invitation)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        invitations::answer(tx, caller.n, n, reply)?;
        Ok(writing::stored(200, None, invitations::visible(&tx.sql, &caller.looking(tx.now), n)?))
    })
    .await
}

/// `POST /v1/invitations/{id}:accept`
pub async fn accept(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    reply(app, caller, id, asked, body, Reply::Accept).await
}

/// `POST /v1/invitations/{id}:decline`
pub async fn decline(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    reply(app, caller, id, asked, body, Reply::Decline).await
}
