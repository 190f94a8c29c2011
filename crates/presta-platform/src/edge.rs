//! What surrounds every route: request ids, problems in the request's language, panics, and the
//! rewriting of `…/{id}:action` to a path the router can tell apart.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    language::Language,
    problem::{Pending, Problem},
    secret,
    wire::Peer,
};

/// Stands between an id and its action inside of the router; never valid in a request.
pub const ACTION: &str = "/~";

/// `/v1/bids/{id}:retract` as the router has it.
#[must_use]
pub fn inner(path: &str) -> String {
    match path.rsplit_once(':') {
        Some((before, action)) => format!("{before}{ACTION}{action}"),
        None => path.to_owned(),
    }
}

/// Writes pending problems in the request's language and gives every answer an id.
pub async fn finish(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let started = std::time::Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = secret::random_hex(8).unwrap_or_default();
    let mut response = next.run(request).await;
    if let Some(Pending(problem)) = response.extensions_mut().remove::<Pending>() {
        let body = problem.body(language, &id).to_string();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        *response.body_mut() = Body::from(body);
        if matches!(*problem, Problem::Internal(_) | Problem::Database(_)) {
            tracing::error!(request_id = id, %method, path, error = %problem, "request failed");
        }
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(&id) {
        headers.insert("x-request-id", value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = response.status().as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(request_id = id, %method, path, status, duration_ms, "answered");
    response
}

/// The address a request came from: that of the connection, or what a proxy of ours says.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

/// Whether `http` or `https` was spoken with the one who asked.
pub const FORWARDED_PROTO: &str = "x-forwarded-proto";
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Works out where a request came from. Without a proxy that is trusted, nobody can say they came from elsewhere.
pub async fn origin(State(trusted): State<bool>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|peer| peer.0.ip);
    let mut ip = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if trusted {
        let last = request.headers().get_all(FORWARDED_FOR).iter().next_back();
        let said = last.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        ip = said.unwrap_or(ip);
    } else {
        request.headers_mut().remove(FORWARDED_PROTO);
        request.headers_mut().remove(FORWARDED_FOR);
    }
    request.extensions_mut().insert(ClientIp(ip));
    next.run(request).await
}

/// What becomes of a panic in a route.
#[must_use]
pub fn panicked(payload: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    Problem::Internal(format!("panic: {text}")).into_response()
}

/// `/v1/bids/x:retract` → `/v1/bids/x/~retract`; what already looks so is sent to nowhere.
pub async fn split_action(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.contains(ACTION) {
        return Problem::NotFound.into_response();
    }
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let colon = path.get(last..).and_then(|segment| segment.find(':'));
    if let (true, Some(colon)) = (path.starts_with("/v1/"), colon) {
        let (before, after) = path.split_at(last + colon);
        let mut text = format!("{before}{ACTION}{}", after.trim_start_matches(':'));
        if let Some(query) = request.uri().query() {
            text.push('?');
            text.push_str(query);
        }
        match text.parse::<Uri>() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(_) => return Problem::NotFound.into_response(),
        }
    }
    next.run(request).await
}
