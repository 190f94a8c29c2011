//! The sign-in page.

use std::collections::HashMap;

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    cookies, door,
    pages::{self, Failure, LoginForm},
    pending,
};
use crate::{
    app::App, edge::ClientIp, extract::Query, language::Language, problem::Problem, secret, store::accounts,
    store::tokens,
};

/// Characters of a login by which wrong passwords are counted.
const GUESSED: usize = 100;

/// The fields of a form; none when it is longer than [`door::FORM_MAX`].
pub async fn fields(body: Body) -> Option<HashMap<String, String>> {
    let bytes = axum::body::to_bytes(body, door::FORM_MAX).await.ok()?;
    Some(url::form_urlencoded::parse(&bytes).into_owned().collect())
}

/// A field, empty when it is not there.
#[must_use]
pub fn field<'f>(fields: &'f HashMap<String, String>, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

/// `GET /oauth/login`: the page again, on reload or with a demo account filled in.
pub async fn show(State(app): State<App>, query: Query, headers: HeaderMap) -> Result<Response, Problem> {
    let language = Language::of(&headers);
    let id = query.text("request").unwrap_or("");
    let Some(pending) = pending::find(&app, id, &headers).await? else {
        return Ok(pages::failure(language, Failure::Expired));
    };
    let Some(browser) = cookies::get(&headers, cookies::BROWSER) else {
        return Ok(pages::failure(pending.params.language(), Failure::Forged));
    };
    let csrf = cookies::csrf(&app.secret, browser, &pending.id);
    let account = app.demo.iter().find(|account| Some(account.login) == query.text("demo"));
    let form = LoginForm {
        login: account.map_or("", |account| account.login),
        password: account.map_or("", |account| account.password),
        wrong: false,
    };
    Ok(pages::login(StatusCode::OK, &pending, &form, &app.demo, &csrf))
}

/// `POST /oauth/login`
pub async fn submit(
    State(app): State<App>,
    Extension(ClientIp(ip)): Extension<ClientIp>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Some(fields) = fields(body).await else {
        return Ok(pages::failure(Language::of(&headers), Failure::TooLarge));
    };
    let Some(pending) = pending::find(&app, field(&fields, "request"), &headers).await? else {
        return Ok(pages::failure(Language::of(&headers), Failure::Expired));
    };
    let browser = cookies::get(&headers, cookies::BROWSER).unwrap_or("");
    let csrf = cookies::csrf(&app.secret, browser, &pending.id);
    if browser.is_empty() || !secret::same(&csrf, field(&fields, "csrf")) {
        return Ok(pages::failure(pending.params.language(), Failure::Forged));
    }
    let (login, password) = (field(&fields, "login").trim().to_lowercase(), field(&fields, "password").to_owned());
    let guessed: String = login.chars().take(GUESSED).collect();
    if let Some(wait_s) = app.guesses.wait(ip, &guessed, app.now()) {
        tracing::warn!(wait_s, "too many wrong passwords");
        return Ok(pages::wait(pending.params.language(), wait_s));
    }
    let asked = login.clone();
    let found = app.read(move |sql| accounts::find(sql, &asked)).await?;
    let turn = app.guesses.turn().await?;
    let check = move || match found {
        Some((user_n, hash)) => accounts::matches(&password, &hash).then_some(user_n),
        None => {
            accounts::waste_time(&password);
            None
        }
    };
    let user = tokio::task::spawn_blocking(check)
        .await
        .map_err(|error| Problem::Internal(format!("password check: {error}")))?;
    drop(turn);
    let Some(user_n) = user else {
        app.guesses.wrong(ip, &guessed, app.now());
        let form = LoginForm { login: &login, password: "", wrong: true };
        return Ok(pages::login(StatusCode::UNAUTHORIZED, &pending, &form, &app.demo, &csrf));
    };
    app.guesses.right(ip, &guessed);
    let session = secret::token()?;
    let (hash, id) = (secret::digest(&session), pending.id.clone());
    app.write(move |tx| tokens::sign_in(tx, &id, &hash, user_n)).await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = format!("/oauth/consent?request={}", pending.id);
    if let Ok(value) = HeaderValue::try_from(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    pages::secure(response.headers_mut());
    cookies::set(response.headers_mut(), &headers, cookies::SESSION, &session);
    Ok(response)
}
