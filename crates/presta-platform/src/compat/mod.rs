//! `/compat/`: a façade in the shape of the Freelancer.com 0.1 API, wide enough for its unmodified Python SDK.
//!
//! Nothing is decided here. Each call is turned into calls of `/v1`, inside of the process, with the caller's own token; so
//! permissions, limits, rules and problems are those of the contract, and only their shape is another's. Numbers of rows
//! stand for ids, since that API counts in integers.
//!
//! Off unless the server is started with `--compat`. `tests/contract/sdk` drives it with the SDK and lists what has no
//! counterpart.

mod answer;
mod api;
mod bids;
mod catalog;
mod files;
mod messages;
mod milestones;
mod params;
mod people;
mod posting;
mod projects;
mod reviews;
mod shapes;
mod users;

use axum::{Router, response::IntoResponse as _};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::Clock;

pub use answer::{Refusal, Success};
pub use api::{Api, Front};
pub use params::Params;

/// Where the façade is.
pub const BASE: &str = "/compat";

/// What its routes answer.
type Answer = Result<Success, Refusal>;

/// The façade over `v1`, the complete router of the contract, to be nested under [`BASE`]. That API counts days from now
/// where the contract has instants: `clock` is that of the server.
pub fn router(v1: Router, clock: Clock) -> Router {
    let routes = projects::routes()
        .merge(posting::routes())
        .merge(bids::routes())
        .merge(milestones::routes())
        .merge(reviews::routes())
        .merge(messages::routes())
        .merge(users::routes())
        .merge(people::routes());
    Router::new()
        .nest("/api", routes)
        .fallback(|| async { Refusal::unsupported("this path") })
        .method_not_allowed_fallback(|| async { Refusal::unsupported("this method") })
        .layer(CatchPanicLayer::custom(|_| Refusal::broken("a panic").into_response()))
        .with_state(Front::new(v1, clock))
}
