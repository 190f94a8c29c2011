//! The pages of signing in: plain HTML, no script at all.

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    pending::Pending,
    words::{self, Words},
};
use crate::{html::escaped, language::Language, scopes::Scopes, store::demo::Account};

const STYLE: &str = include_str!("style.css");
/// Chromium holds the redirect after a form to `form-action`, so the application's address is in it.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; \
    form-action 'self' http://127.0.0.1:*; frame-ancestors 'none'";
/// A policy cannot name an IPv6 address: for `http://[::1]` only the scheme is left to say.
const POLICY_IPV6: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; \
    form-action 'self' http:; frame-ancestors 'none'";

/// Sets the headers every page and redirect carries.
pub fn secure(headers: &mut HeaderMap) {
    let all = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn page(status: StatusCode, language: Language, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} – Prestataires.pro</title>\n\
         <link rel=\"stylesheet\" href=\"/oauth/style.css\">\n</head>\n<body>\n<main>\n\
         <p class=\"brand\">Prestataires<span>.pro</span></p>\n<h1>{title}</h1>\n{body}</main>\n\
         </body>\n</html>\n",
        language.tag()
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    secure(headers);
    response
}

/// `GET /oauth/style.css`
pub async fn style() -> Response {
    let mut response = Response::new(Body::from(STYLE));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    response
}

fn hidden(pending: &Pending, csrf: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"request\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n",
        escaped(&pending.id),
        escaped(csrf)
    )
}

/// What the sign-in form shows.
#[derive(Debug, Clone, Copy)]
pub struct LoginForm<'f> {
    /// Kept after a wrong password.
    pub login: &'f str,
    /// Only ever that of a demo account.
    pub password: &'f str,
    /// Says that it was wrong.
    pub wrong: bool,
}

/// The sign-in page.
#[must_use]
pub fn login(status: StatusCode, pending: &Pending, form: &LoginForm<'_>, demo: &[Account], csrf: &str) -> Response {
    let language = pending.params.language();
    let words = words::of(language);
    let alert = if form.wrong {
        format!("<p class=\"alert\" role=\"alert\" id=\"login-error\">{}</p>\n", words.wrong)
    } else {
        String::new()
    };
    let invalid = if form.wrong { " aria-invalid=\"true\" aria-describedby=\"login-error\"" } else { "" };
    let (login_focus, password_focus) = if form.login.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    let body = format!(
        "<p class=\"lead\">{}</p>\n{alert}<form method=\"post\" action=\"/oauth/login\">\n{}\
         <label for=\"login\">{}</label>\n<input id=\"login\" name=\"login\" type=\"text\" \
         autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required \
         value=\"{}\"{invalid}{login_focus}>\n<label for=\"password\">{}</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" \
         autocomplete=\"current-password\" required value=\"{}\"{invalid}{password_focus}>\n\
         <button id=\"login-submit\" class=\"primary\" type=\"submit\">{}</button>\n</form>\n{}",
        words.sign_in_lead,
        hidden(pending, csrf),
        words.login,
        escaped(form.login),
        words.password,
        escaped(form.password),
        words.submit,
        demo_accounts(pending, demo, words),
    );
    page(status, language, words.sign_in, &body)
}

fn demo_accounts(pending: &Pending, demo: &[Account], words: &Words) -> String {
    if demo.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<section class=\"demo\" aria-labelledby=\"demo-title\">\n\
         <h2 id=\"demo-title\">{}</h2>\n<p>{}</p>\n<ul>\n",
        words.demo_title, words.demo_lead
    );
    let [freelancer, client, both] = words.roles;
    for account in demo {
        let role = match account.role {
            "freelancer" => freelancer,
            "client" => client,
            _ => both,
        };
        let _ = writeln!(
            out,
            "<li><div><strong>{role}</strong><code>{login}</code> <code>{}</code></div>\
             <a class=\"fill\" href=\"/oauth/login?request={}&amp;demo={login}\" \
             aria-label=\"{fill} {login}\">{fill}</a></li>",
            account.password,
            escaped(&pending.id),
            login = account.login,
            fill = words.fill,
        );
    }
    out.push_str("</ul>\n</section>\n");
    out
}

/// The page where access is allowed or denied.
#[must_use]
pub fn consent(pending: &Pending, name: &str, csrf: &str) -> Response {
    let language = pending.params.language();
    let words = words::of(language);
    let mut permissions = String::new();
    if let Some(scopes) = Scopes::parse(&pending.params.scope) {
        for scope in scopes.iter() {
            let _ = writeln!(permissions, "<li>{}</li>", words::permission(scope, language));
        }
    }
    let body = format!(
        "<p class=\"lead\">{}</p>\n<p class=\"who\">{} <strong>{}</strong> · \
         <a class=\"fill\" href=\"/oauth/login?request={}\">{}</a></p>\n<p>{}</p>\n\
         <ul class=\"permissions\">\n{permissions}</ul>\n\
         <form method=\"post\" action=\"/oauth/consent\">\n{}<div class=\"choices\">\n\
         <button id=\"consent-allow\" class=\"primary\" type=\"submit\" name=\"decision\" \
         value=\"allow\">{}</button>\n<button id=\"consent-deny\" type=\"submit\" \
         name=\"decision\" value=\"deny\">{}</button>\n</div>\n</form>\n\
         <p class=\"note\">{}</p>\n",
        words.consent_lead,
        words.signed_in_as,
        escaped(name),
        escaped(&pending.id),
        words.other_account,
        words.will,
        hidden(pending, csrf),
        words.allow,
        words.deny,
        words.back_note,
    );
    let mut response = page(StatusCode::OK, language, words.consent, &body);
    if pending.params.redirect_uri.starts_with("http://[") {
        let policy = HeaderValue::from_static(POLICY_IPV6);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Why signing in cannot go on, with nobody to send the browser back to.
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// Unknown application.
    Client,
    /// An address that is not the application's.
    Redirect,
    /// Too late, or answered.
    Expired,
    /// Not from our page.
    Forged,
    /// More than a form of ours can be.
    TooLarge,
}

/// The page that says so.
#[must_use]
pub fn failure(language: Language, failure: Failure) -> Response {
    let words = words::of(language);
    let (status, text) = match failure {
        Failure::Client => (StatusCode::BAD_REQUEST, words.client),
        Failure::Redirect => (StatusCode::BAD_REQUEST, words.redirect),
        Failure::Expired => (StatusCode::GONE, words.expired),
        Failure::Forged => (StatusCode::FORBIDDEN, words.forged),
        Failure::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, words.too_large),
    };
    let body = format!("<p class=\"alert\" role=\"alert\">{text}</p>\n");
    page(status, language, words.failed, &body)
}

/// The page for those who tried too often: come back in `wait_s` seconds.
#[must_use]
pub fn wait(language: Language, wait_s: u64) -> Response {
    let words = words::of(language);
    let minutes = wait_s.div_ceil(60);
    let body = format!("<p class=\"alert\" role=\"alert\">{} {minutes} min.</p>\n", words.too_often);
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, language, words.failed, &body);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}
