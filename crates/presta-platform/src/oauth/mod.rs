//! The authorization server: metadata (RFC 8414), code with PKCE (RFC 7636) for native applications
//! (RFC 8252), issuer in the response (RFC 9207), rotation (RFC 9700), revocation (RFC 7009).

pub mod authorize;
pub mod consent;
pub mod cookies;
pub mod door;
pub mod login;
pub mod pages;
pub mod pending;
pub mod token;
mod words;

use axum::{
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use crate::{
    answer,
    routes::{Needs, Route},
    scopes::Scope,
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/.well-known/oauth-authorization-server", Needs::Nothing, get(metadata)),
        Route::new("GET", "/oauth/authorize", Needs::Nothing, get(authorize::show)),
        Route::new("GET", "/oauth/login", Needs::Nothing, get(login::show)),
        Route::new("POST", "/oauth/login", Needs::Nothing, post(login::submit)),
        Route::new("GET", "/oauth/consent", Needs::Nothing, get(consent::show)),
        Route::new("POST", "/oauth/consent", Needs::Nothing, post(consent::submit)),
        Route::new("GET", "/oauth/style.css", Needs::Nothing, get(pages::style)),
        Route::new("POST", "/oauth/token", Needs::Nothing, post(token::exchange)),
        Route::new("POST", "/oauth/revoke", Needs::Nothing, post(token::revoke)),
    ]
}

/// The one client, public.
pub const CLIENT_ID: &str = "prestataires-desktop";

/// The address the request came to, without a slash at its end.
#[must_use]
pub fn issuer(headers: &HeaderMap, uri: &Uri) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
        .unwrap_or("localhost");
    let scheme = if cookies::is_secure(headers) { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// `GET /.well-known/oauth-authorization-server`
pub async fn metadata(headers: HeaderMap, uri: Uri) -> Response {
    let issuer = issuer(&headers, &uri);
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    let body = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "ui_locales_supported": ["fr", "en"],
        "scopes_supported": scopes,
    });
    answer::json(body.to_string()).into_response()
}
