//! Invitations to bid, from both sides.

use axum::{
    extract::State,
    routing::{MethodRouter, get},
};

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
    resources,
};
use crate::{
    app::App,
    extract::Query,
    guard::Caller,
    ids::Prefix,
    scopes::Scope,
    store::{
        changes::Kind,
        invitations::{self, Reply},
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/invitations", Needs::Scope(Scope::ProjectsRead), get(list)),
        Route::new("GET", "/v1/invitations/{id}", Needs::Scope(Scope::ProjectsRead), resources::show(Kind::Invitation)),
        Route::new("POST", "/v1/invitations/{id}:accept", Needs::Scope(Scope::BidsWrite), reply(Reply::Accept)),
        Route::new("POST", "/v1/invitations/{id}:decline", Needs::Scope(Scope::BidsWrite), reply(Reply::Decline)),
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

fn reply(reply: Reply) -> MethodRouter<App> {
    resources::act(Prefix::Invitation, move |tx, caller, n| {
        invitations::answer(tx, caller.n, n, reply)?;
        resources::stored(tx, caller, Kind::Invitation, n)
    })
}
