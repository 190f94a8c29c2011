//! `GET /oauth/authorize`: checks what the application asks for, and shows the first page.

use std::net::Ipv6Addr;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use url::{Host, Url};

use super::{
    CLIENT_ID, cookies, issuer,
    pages::{self, Failure},
    pending::{self, Params},
};
use crate::{app::App, extract::Query, language::Language, problem::Problem, scopes::Scopes, secret, store::tokens};

const STATE_MAX: usize = 2_048;

/// `http://127.0.0.1:<any port>/callback` or the same on `[::1]` (RFC 8252 §7.3).
fn is_loopback(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let host = match url.host() {
        Some(Host::Ipv4(ip)) => ip.octets() == [127, 0, 0, 1],
        Some(Host::Ipv6(ip)) => ip == Ipv6Addr::LOCALHOST,
        _ => false,
    };
    host && url.scheme() == "http"
        && url.path() == "/callback"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

fn language(query: &Query, headers: &HeaderMap) -> Language {
    query
        .text("ui_locales")
        .and_then(|tags| tags.split(' ').find_map(Language::from_tag))
        .unwrap_or_else(|| Language::of(headers))
}

/// A challenge is 43 characters of base64url (RFC 7636 §4.2 with SHA-256).
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Checks what may be answered to the application itself.
fn check(query: &Query, params: &Params) -> Result<(), (&'static str, &'static str)> {
    if query.text("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code"));
    }
    if query.text("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    if !is_challenge(&params.challenge) {
        return Err(("invalid_request", "code_challenge is missing or malformed"));
    }
    if params.scope.is_empty() {
        return Err(("invalid_scope", "unknown scope"));
    }
    if params.state.as_ref().is_some_and(|state| state.len() > STATE_MAX) {
        return Err(("invalid_request", "state is too long"));
    }
    if query.word("max_age").is_some_and(|said| !said.is_empty()) && params.max_age.is_none_or(|age| age < 0) {
        return Err(("invalid_request", "max_age must be a number of seconds"));
    }
    Ok(())
}

/// `GET /oauth/authorize`
pub async fn show(State(app): State<App>, query: Query, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let language = language(&query, &headers);
    if query.text("client_id") != Some(CLIENT_ID) {
        return Ok(pages::failure(language, Failure::Client));
    }
    let Some(redirect_uri) = query.text("redirect_uri").filter(|uri| is_loopback(uri)) else {
        return Ok(pages::failure(language, Failure::Redirect));
    };
    let scopes = Scopes::parse(query.text("scope").unwrap_or(""));
    let params = Params {
        redirect_uri: redirect_uri.to_owned(),
        scope: scopes.map(|scopes| scopes.to_string()).unwrap_or_default(),
        state: query.text("state").map(str::to_owned),
        challenge: query.text("code_challenge").unwrap_or("").to_owned(),
        max_age: query.parse("max_age").unwrap_or(None),
        prompt_login: query.text("prompt") == Some("login"),
        login_hint: query.text("login_hint").map(str::to_owned),
        english: language == Language::English,
        issuer: issuer(&headers, &uri),
    };
    if let Err((error, description)) = check(&query, &params) {
        return Ok(params.redirect(&[("error", error), ("error_description", description)]));
    }
    let id = secret::token()?;
    let text =
        serde_json::to_string(&params).map_err(|error| Problem::Internal(format!("authorization request: {error}")))?;
    let stored = id.clone();
    app.write(move |tx| tokens::begin_authorization(tx, &stored, &text)).await?;
    let Some(pending) = pending::find(&app, &id, &headers).await? else {
        return Ok(pages::failure(language, Failure::Expired));
    };
    let (browser, fresh) = match cookies::get(&headers, cookies::BROWSER) {
        Some(browser) => (browser.to_owned(), false),
        None => (secret::token()?, true),
    };
    let csrf = cookies::csrf(&app.secret, &browser, &pending.id);
    let mut response = match &pending.user {
        Some(user) => pages::consent(&pending, &user.name, &csrf),
        None => {
            let login = pending.params.login_hint.clone().unwrap_or_default();
            let form = pages::LoginForm { login: &login, password: "", wrong: false };
            pages::login(StatusCode::OK, &pending, &form, &app.demo, &csrf)
        }
    };
    if fresh {
        cookies::set(response.headers_mut(), &headers, cookies::BROWSER, &browser);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_the_callback_on_a_loopback_address_is_redirected_to() {
        assert!(is_loopback("http://127.0.0.1:1/callback"));
        assert!(is_loopback("http://[::1]:65535/callback"));
        for wrong in [
            "http://localhost:1/callback",
            "https://127.0.0.1/callback",
            "http://127.0.0.1:1/other",
            "http://127.0.0.1:1/callback?x=1",
            "http://127.0.0.1:1/callback#x",
            "http://127.0.0.1@evil.example/callback",
            "http://a@127.0.0.1/callback",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!is_loopback(wrong), "{wrong}");
        }
    }
}
