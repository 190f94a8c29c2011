//! Two cookies: which browser it is (binds forms to it) and who is signed in.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::secret;

/// Binds forms to a browser.
pub const BROWSER: &str = "presta_browser";
/// Who is signed in.
pub const SESSION: &str = "presta_session";

/// A cookie of the request.
#[must_use]
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Sets a cookie that scripts cannot read and other sites cannot send along with a form.
pub fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let text = format!("{name}={value}; Path=/oauth; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// What a form of request `request` must bring back from browser `browser`.
#[must_use]
pub fn csrf(server_secret: &str, browser: &str, request: &str) -> String {
    secret::digest(&format!("{server_secret}\n{browser}\n{request}"))
}
