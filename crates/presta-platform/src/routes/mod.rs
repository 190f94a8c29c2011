//! Every route of the server, in one list: the router is made from it, and the contract is held
//! against it.

mod bids;
mod catalog;
mod changes;
mod events;
mod me;
mod projects;
mod snapshot;
mod threads;

use axum::{
    Router, middleware,
    response::Response,
    routing::{MethodRouter, get, patch, post},
};

use crate::{app::App, edge, guard, oauth, problem::Problem, scopes::Scope};

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

/// Every operation.
#[must_use]
pub fn all() -> Vec<Route> {
    use Needs::{Nothing, Token};
    use Scope::{BidsRead, BidsWrite, MessagesRead, MessagesWrite, ProfileRead, ProfileWrite, ProjectsRead};
    let route = |method, path, needs, handler| Route { method, path, needs, handler };
    let scope = Needs::Scope;
    vec![
        route("GET", "/.well-known/oauth-authorization-server", Nothing, get(oauth::metadata)),
        route("GET", "/oauth/authorize", Nothing, get(oauth::authorize::show)),
        route("GET", "/oauth/login", Nothing, get(oauth::login::show)),
        route("POST", "/oauth/login", Nothing, post(oauth::login::submit)),
        route("GET", "/oauth/consent", Nothing, get(oauth::consent::show)),
        route("POST", "/oauth/consent", Nothing, post(oauth::consent::submit)),
        route("GET", "/oauth/style.css", Nothing, get(oauth::pages::style)),
        route("POST", "/oauth/token", Nothing, post(oauth::token::exchange)),
        route("POST", "/oauth/revoke", Nothing, post(oauth::token::revoke)),
        route("GET", "/v1/me", scope(ProfileRead), get(me::show)),
        route("PATCH", "/v1/me", scope(ProfileWrite), patch(me::edit)),
        route("GET", "/v1/me/quota", scope(BidsRead), get(me::quota)),
        route("GET", "/v1/me/feed", scope(ProfileRead), get(me::feed)),
        route("PATCH", "/v1/me/feed", scope(ProfileWrite), patch(me::set_feed)),
        route("GET", "/v1/catalog", scope(ProjectsRead), get(catalog::show)),
        route("GET", "/v1/projects", scope(ProjectsRead), get(projects::list)),
        route("GET", "/v1/projects/{id}", scope(ProjectsRead), get(projects::show)),
        route("GET", "/v1/projects/{id}/bids", scope(BidsRead), get(bids::of_project)),
        route("POST", "/v1/projects/{id}/bids", scope(BidsWrite), post(bids::place)),
        route("GET", "/v1/bids", scope(BidsRead), get(bids::mine)),
        route("GET", "/v1/bids/{id}", scope(BidsRead), get(bids::show)),
        route("PATCH", "/v1/bids/{id}", scope(BidsWrite), patch(bids::edit)),
        route("POST", "/v1/bids/{id}:retract", scope(BidsWrite), post(bids::retract)),
        route("POST", "/v1/bids/{id}:shortlist", scope(BidsWrite), post(bids::shortlist)),
        route("POST", "/v1/bids/{id}:award", scope(BidsWrite), post(bids::award)),
        route("POST", "/v1/bids/{id}:reject", scope(BidsWrite), post(bids::reject)),
        route("GET", "/v1/threads", scope(MessagesRead), get(threads::list)),
        route("POST", "/v1/threads", scope(MessagesWrite), post(threads::open)),
        route("GET", "/v1/threads/{id}", scope(MessagesRead), get(threads::show)),
        route("GET", "/v1/threads/{id}/messages", scope(MessagesRead), get(threads::messages)),
        route("POST", "/v1/threads/{id}/messages", scope(MessagesWrite), post(threads::write)),
        route("POST", "/v1/threads/{id}:read", scope(MessagesWrite), post(threads::read)),
        route("POST", "/v1/threads/{id}:typing", scope(MessagesWrite), post(threads::typing)),
        route("POST", "/v1/threads/{id}:mute", scope(MessagesWrite), post(threads::mute)),
        route("POST", "/v1/threads/{id}:archive", scope(MessagesWrite), post(threads::archive)),
        route("GET", "/v1/changes", Token, get(changes::show)),
        route("GET", "/v1/snapshot", Token, get(snapshot::show)),
        route("GET", "/v1/events", Token, get(events::listen)),
    ]
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
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .with_state(app.clone())
}
