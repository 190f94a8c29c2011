//! Answers of the routes: ready JSON, with validators where the contract has them.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::store::keys::Stored;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// 200 with a JSON text.
#[must_use]
pub fn json(body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// The strong validator of a revision.
#[must_use]
pub fn etag(rev: i64) -> String {
    format!("\"{rev}\"")
}

/// Whether the caller has what `etag` names already: `If-None-Match`, compared weakly (RFC 9110 §13.1.2).
#[must_use]
pub fn known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
}

/// 200 with `ETag`, or 304 when the caller has that very revision.
#[must_use]
pub fn resource(headers: &HeaderMap, etag: &str, body: String) -> Response {
    let mut response = if known(headers, etag) {
        let mut empty = StatusCode::NOT_MODIFIED.into_response();
        empty.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        empty
    } else {
        json(body)
    };
    if let Ok(value) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// The answer of a write.
#[must_use]
pub fn written(stored: Stored) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = if stored.body.is_empty() { Response::new(Body::empty()) } else { json(stored.body) };
    *response.status_mut() = status;
    let validators = [(header::LOCATION, stored.location), (header::ETAG, stored.etag)];
    for (name, text) in validators {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
