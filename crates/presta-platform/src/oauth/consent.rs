//! The page where access is allowed or denied.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    cookies,
    login::{field, fields},
    pages::{self, Failure, LoginForm},
    pending::{self, Pending, SignedIn},
};
use crate::{
    app::App,
    extract::Query,
    language::Language,
    problem::Problem,
    secret,
    store::tokens::{self, Grant},
};

/// `GET /oauth/consent`
pub async fn show(State(app): State<App>, query: Query, headers: HeaderMap) -> Result<Response, Problem> {
    let id = query.text("request").unwrap_or("");
    let Some(pending) = pending::find(&app, id, &headers).await? else {
        return Ok(pages::failure(Language::of(&headers), Failure::Expired));
    };
    let Some(browser) = cookies::get(&headers, cookies::BROWSER) else {
        return Ok(pages::failure(pending.params.language(), Failure::Forged));
    };
    let csrf = cookies::csrf(&app.secret, browser, &pending.id);
    Ok(match &pending.user {
        Some(user) => pages::consent(&pending, &user.name, &csrf),
        None => {
            let form = LoginForm { login: "", password: "", wrong: false };
            pages::login(StatusCode::OK, &pending, &form, &app.demo, &csrf)
        }
    })
}

/// `POST /oauth/consent`
pub async fn submit(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let Some(fields) = fields(body).await else {
        return Ok(pages::failure(Language::of(&headers), Failure::TooLarge));
    };
    let Some(pending) = pending::find(&app, field(&fields, "request"), &headers).await? else {
        return Ok(pages::failure(Language::of(&headers), Failure::Expired));
    };
    let language = pending.params.language();
    let browser = cookies::get(&headers, cookies::BROWSER).unwrap_or("");
    let csrf = cookies::csrf(&app.secret, browser, &pending.id);
    let Some(user) = pending.user.clone() else {
        return Ok(pages::failure(language, Failure::Expired));
    };
    if browser.is_empty() || !secret::same(&csrf, field(&fields, "csrf")) {
        return Ok(pages::failure(language, Failure::Forged));
    }
    match field(&fields, "decision") {
        "allow" => allow(&app, pending, &user).await,
        "deny" => {
            let id = pending.id.clone();
            app.write(move |tx| tokens::end_authorization(tx, &id)).await?;
            Ok(pending.params.redirect(&[("error", "access_denied")]))
        }
        _ => Ok(pages::failure(language, Failure::Forged)),
    }
}

async fn allow(app: &App, pending: Pending, user: &SignedIn) -> Result<Response, Problem> {
    let code = secret::token()?;
    let hash = secret::digest(&code);
    let grant = Grant {
        user_n: user.n,
        signed_at: user.at,
        redirect_uri: pending.params.redirect_uri.clone(),
        challenge: pending.params.challenge.clone(),
        scope: pending.params.scope.clone(),
        family: secret::token()?,
    };
    let id = pending.id.clone();
    let first = app
        .write(move |tx| {
            let first = tokens::end_authorization(tx, &id)?;
            if first {
                tokens::issue_code(tx, &hash, &grant)?;
            }
            Ok(first)
        })
        .await?;
    if !first {
        return Ok(pages::failure(pending.params.language(), Failure::Expired));
    }
    Ok(pending.params.redirect(&[("code", &code)]))
}
