//! Every route of the server, in one list put together from the modules' own: the router is made from it, and the
//! contract is held against it.

mod bids;
mod catalog;
mod changes;
mod events;
pub mod listing;
mod me;
mod projects;
mod snapshot;
mod threads;
pub mod writing;

use axum::{Router, middleware, response::Response, routing::MethodRouter};

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
        bids::routes(),
        threads::routes(),
        changes::routes(),
        snapshot::routes(),
        events::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router of every route, without what surrounds it.
pub fn router(app: &App) -> Router {
    let mut router = Router::new();
    for Route { path, needs, handler, .. } in all() {
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
            None => handler,
        };
        router = router.route(&path.replace("}:", &format!("}}{}", edge::ACTION)), handler);
    }
    router
        .merge(docs::router())
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .with_state(app.clone())
}
