//! Every route of the server, in one list put together from the modules' own: the router is made from it, and the
//! contract is held against it.

mod acts;
mod amendments;
mod attachments;
mod bids;
mod bookmarks;
pub mod catalog;
mod changes;
mod communications;
mod connections;
mod contests;
mod decisions;
mod devices;
mod entries;
mod events;
mod exports;
mod invitations;
pub mod listing;
mod me;
mod messages;
mod milestones;
mod policy;
mod privacy_requests;
mod projects;
mod projects_write;
mod recommendations;
mod resources;
mod reviews;
mod saved_searches;
mod snapshot;
mod threads;
mod uploads;
mod users;
pub mod writing;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
    routing::MethodRouter,
};

use crate::{app::App, docs, edge, guard, oauth, problem::Problem, scopes::Scope};

/// What routes answer.
type Answer = Result<Response, Problem>;

/// What a route asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the pages of signing in.
    Nothing,
    /// Any valid token; what it covers decides what is seen.
    Token,
    /// A token with this permission.
    Scope(Scope),
}

/// One operation of the contract.
#[derive(Debug)]
pub struct Route {
    /// Upper case.
    pub method: &'static str,
    /// As in the contract: `/v1/bids/{id}:retract`.
    pub path: &'static str,
    /// What it asks of the caller.
    pub needs: Needs,
    handler: MethodRouter<App>,
}

impl Route {
    /// One operation.
    #[must_use]
    pub const fn new(method: &'static str, path: &'static str, needs: Needs, handler: MethodRouter<App>) -> Self {
        Self { method, path, needs, handler }
    }
}

/// Every operation.
#[must_use]
pub fn all() -> Vec<Route> {
    [
        oauth::routes(),
        me::routes(),
        catalog::routes(),
        projects::routes(),
        projects_write::routes(),
        bids::routes(),
        acts::routes(),
        amendments::routes(),
        milestones::routes(),
        threads::routes(),
        messages::routes(),
        users::routes(),
        reviews::routes(),
        saved_searches::routes(),
        bookmarks::routes(),
        invitations::routes(),
        recommendations::routes(),
        decisions::routes(),
        uploads::routes(),
        attachments::routes(),
        contests::routes(),
        entries::routes(),
        changes::routes(),
        snapshot::routes(),
        events::routes(),
        communications::routes(),
        privacy_requests::routes(),
        exports::routes(),
        policy::routes(),
        connections::routes(),
        devices::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router of every route, without what surrounds it.
pub fn router(app: &App) -> Router {
    let mut router = Router::new();
    for Route { method, path, needs, handler } in all() {
        let needed = match needs {
            Needs::Nothing => None,
            Needs::Token => Some(None),
            Needs::Scope(scope) => Some(Some(scope)),
        };
        let handler = match needed {
            Some(scope) => {
                let state = (app.clone(), scope);
                handler.route_layer(middleware::from_fn_with_state(state, guard::guard))
            }
            None if path.starts_with("/oauth/") => {
                handler.route_layer(middleware::from_fn_with_state(app.clone(), oauth::door::door))
            }
            None => handler,
        };
        let counters = Arc::clone(&app.counters);
        let handler = handler.route_layer(middleware::from_fn(move |request: Request, next: Next| {
            let counters = Arc::clone(&counters);
            async move {
                let response = next.run(request).await;
                counters.answered(method, path, response.status().as_u16());
                response
            }
        }));
        router = router.route(&edge::inner(path), handler);
    }
    router
        .merge(docs::router())
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .with_state(app.clone())
}
