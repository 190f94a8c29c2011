//! The sign-in page.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    cookies,
    pages::{self, Failure, LoginForm},
    pending,
};
use crate::{app::App, extract::Query, language::Language, problem::Problem, secret, store::accounts, store::tokens};

/// The fields of a form.
#[must_use]
pub fn fields(body: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
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
pub async fn submit(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let fields = fields(&body);
    let Some(pending) = pending::find(&app, field(&fields, "request"), &headers).await? else {
        return Ok(pages::failure(Language::of(&headers), Failure::Expired));
    };
    let browser = cookies::get(&headers, cookies::BROWSER).unwrap_or("");
    let csrf = cookies::csrf(&app.secret, browser, &pending.id);
    if browser.is_empty() || !secret::same(&csrf, field(&fields, "csrf")) {
        return Ok(pages::failure(pending.params.language(), Failure::Forged));
    }
    let (login, password) = (field(&fields, "login").trim().to_lowercase(), field(&fields, "password").to_owned());
    let asked = login.clone();
    let found = app.read(move |sql| accounts::find(sql, &asked)).await?;
    let check = move || found.filter(|(_, hash)| accounts::matches(&password, hash));
    let user = tokio::task::spawn_blocking(check)
        .await
        .map_err(|error| Problem::Internal(format!("password check: {error}")))?;
    let Some((user_n, _)) = user else {
        let form = LoginForm { login: &login, password: "", wrong: true };
        return Ok(pages::login(StatusCode::UNAUTHORIZED, &pending, &form, &app.demo, &csrf));
    };
    let session = secret::token()?;
    let (hash, id) = (secret::digest(&session), pending.id.clone());
    app.write(move |tx| tokens::sign_in(tx, &id, &hash, user_n)).await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = format!("/oauth/consent?request={}", pending.id);
    if let Ok(value) = HeaderValue::try_from(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    pages::secure(response.headers_mut());
    cookies::set(response.headers_mut(), cookies::SESSION, &session);
    Ok(response)
}
