//! The other listener, for tests and for the operator of a demo: faults, clock, counters, mails, market script.
//!
//! Off unless asked for, on a loopback address only, and closed to browsers: a page that makes one send a request here
//! is recognised by its `Origin`, and one that renames its host by `Host`.

mod clock;
mod market;
mod watch;

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, ensure};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use rusqlite::{Connection, OptionalExtension as _};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    answer,
    app::App,
    edge, extract,
    faults::{Faults, rules::Rules},
    ids::Prefix,
    problem::Problem,
    store::changes,
};

/// What the routes here share.
#[derive(Debug, Clone)]
pub struct Admin {
    /// The server.
    pub app: App,
    /// The rules of its faults.
    pub faults: Arc<Faults>,
}

type Answer = Result<Response, Problem>;

/// Opens the listener.
///
/// # Errors
/// When the address is not a loopback one, or cannot be listened on.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    ensure!(address.ip().is_loopback(), "--admin takes a loopback address only, not {address}");
    TcpListener::bind(address).await.context("listening for --admin")
}

/// Serves until the server ends.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, admin: Admin) -> std::io::Result<()> {
    let mut ending = admin.app.ending.clone();
    axum::serve(listener, router(admin))
        .with_graceful_shutdown(async move {
            let _ = ending.wait_for(|ending| *ending).await;
        })
        .await
}

/// Every route, with what surrounds it.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/admin/mails", get(watch::mails))
        .route("/admin/counters", get(watch::counters))
        .route("/admin/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/admin/clock", get(clock::show).put(clock::set))
        .route("/admin/script", post(market::script))
        .route("/admin/tokens:revoke", post(market::revoke_tokens))
        .route("/admin/states:expire", post(expire_states))
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .with_state(admin)
        .layer(middleware::from_fn(local_only))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn(edge::finish))
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let local = name == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    local && !headers.contains_key(header::ORIGIN)
}

async fn local_only(request: Request, next: Next) -> Response {
    if is_local(request.headers()) { next.run(request).await } else { Problem::Forbidden.into_response() }
}

async fn faults(State(admin): State<Admin>) -> Answer {
    Ok(answer::json(admin.faults.json()?.to_string()))
}

async fn set_faults(State(admin): State<Admin>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = extract::body(&headers, body).await?;
    admin.faults.set(extract::json::<Rules>(&bytes)?)?;
    Ok(answer::json(admin.faults.json()?.to_string()))
}

async fn clear_faults(State(admin): State<Admin>) -> Response {
    admin.faults.clear();
    StatusCode::NO_CONTENT.into_response()
}

async fn expire_states(State(admin): State<Admin>) -> Answer {
    admin.app.write(|tx| changes::expire_all(&tx.sql)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The row of a user by sign-in name or public id.
///
/// # Errors
/// `validation` at `at` when there is nobody of that name, or a database error.
pub fn user(sql: &Connection, name: &str, at: &str) -> Result<i64, Problem> {
    if let Some(n) = Prefix::User.parse(name) {
        return Ok(n);
    }
    sql.query_row("SELECT n FROM users WHERE login = ?1", [name], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Problem::field(at, "unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_local(&headers)
    }

    #[test]
    fn only_those_on_this_machine_and_no_web_page_are_answered() {
        assert!(asked("127.0.0.1:9", None) && asked("localhost:9", None) && asked("[::1]:9", None));
        assert!(!asked("evil.example:9", None) && !asked("127.0.0.1:9", Some("https://evil.example")));
    }

    #[tokio::test]
    async fn other_than_loopback_addresses_are_refused() {
        for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
            let error = bind(address.parse().unwrap()).await.unwrap_err().to_string();
            assert!(error.contains("loopback"), "{error}");
        }
        assert!(bind("127.0.0.1:0".parse().unwrap()).await.is_ok());
    }
}
