//! Stands before the pages of signing in and the token endpoint: counts requests by address.

use axum::{
    Extension,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{pages, token};
use crate::{app::App, edge::ClientIp, language::Language};

/// The longest form that is read, in bytes.
pub const FORM_MAX: usize = 64 * 1024;
/// Paths below it answer applications; all others are pages.
const FOR_APPLICATIONS: [&str; 2] = ["/oauth/token", "/oauth/revoke"];

/// Lets an address send so many requests a minute.
pub async fn door(
    State(app): State<App>,
    Extension(ClientIp(ip)): Extension<ClientIp>,
    request: Request,
    next: Next,
) -> Response {
    let standing = app.guesses.count(ip, app.now());
    let mut response = if standing.left.is_some() {
        next.run(request).await
    } else if FOR_APPLICATIONS.contains(&request.uri().path()) {
        let mut busy = token::busy();
        busy.headers_mut().insert(axum::http::header::RETRY_AFTER, standing.resets_s.into());
        busy
    } else {
        pages::wait(Language::of(request.headers()), standing.resets_s)
    };
    standing.headers(response.headers_mut());
    response
}
