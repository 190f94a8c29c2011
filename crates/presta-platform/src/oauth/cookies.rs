//! Two cookies: which browser it is (binds forms to it) and who is signed in.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{edge::FORWARDED_PROTO, secret};

/// Binds forms to a browser.
pub const BROWSER: &str = "presta_browser";
/// Who is signed in.
pub const SESSION: &str = "presta_session";

/// Whether the request came over https; only a proxy we trust can say so (see [`crate::edge::origin`]).
#[must_use]
pub fn is_secure(request: &HeaderMap) -> bool {
    request.get(FORWARDED_PROTO).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Over https a name that a browser takes from this very host only, for all of it and never in the clear.
fn full_name(request: &HeaderMap, name: &str) -> String {
    if is_secure(request) { format!("__Host-{name}") } else { name.to_owned() }
}

/// A cookie of the request.
#[must_use]
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let name = full_name(headers, name);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Sets a cookie that scripts cannot read and other sites cannot send along with a form, the way `request` came.
pub fn set(headers: &mut HeaderMap, request: &HeaderMap, name: &str, value: &str) {
    let name = full_name(request, name);
    let scope = if is_secure(request) { "Path=/; Secure" } else { "Path=/oauth" };
    let text = format!("{name}={value}; {scope}; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// What a form of request `request` must bring back from browser `browser`.
#[must_use]
pub fn csrf(server_secret: &str, browser: &str, request: &str) -> String {
    secret::digest(&format!("{server_secret}\n{browser}\n{request}"))
}
