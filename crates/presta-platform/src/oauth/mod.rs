//! The authorization server: metadata (RFC 8414), code with PKCE (RFC 7636) for native applications
//! (RFC 8252), issuer in the response (RFC 9207), rotation (RFC 9700), revocation (RFC 7009).

pub mod authorize;
pub mod consent;
pub mod cookies;
pub mod login;
pub mod pages;
pub mod pending;
pub mod token;
mod words;

use axum::{
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{answer, scopes::Scope};

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
    format!("http://{host}")
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
