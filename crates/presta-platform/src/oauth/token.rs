//! The token and revocation endpoints.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    CLIENT_ID,
    login::{field, fields},
};
use crate::{
    answer,
    app::App,
    problem::Problem,
    scopes::Scopes,
    secret,
    store::{
        changes::Tx,
        devices,
        tokens::{self, ACCESS_S, Pair},
    },
};

/// What RFC 6749 §5.2 has for a refusal.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

const fn refusal(error: &'static str, description: &'static str) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, error, description }
}

/// Too many requests (RFC 6749 has no word for it; this is the nearest of its §4.1.2.1).
#[must_use]
pub fn busy() -> Response {
    let description = "too many requests from this address";
    Refusal { status: StatusCode::TOO_MANY_REQUESTS, error: "temporarily_unavailable", description }.response()
}

impl Refusal {
    fn response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        uncached(self.status, answer::json(body.to_string()))
    }
}

fn uncached(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The form of a request to this endpoint, by our client.
async fn form(headers: &HeaderMap, body: Body) -> Result<HashMap<String, String>, Refusal> {
    let encoded = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !encoded {
        return Err(refusal("invalid_request", "the body must be form-encoded"));
    }
    let Some(fields) = fields(body).await else {
        let description = "the body is longer than 64 KiB";
        return Err(Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, error: "invalid_request", description });
    };
    if field(&fields, "client_id") == CLIENT_ID {
        Ok(fields)
    } else {
        Err(refusal("invalid_client", "unknown client_id"))
    }
}

/// Fresh tokens, and the hashes to store.
struct Fresh {
    access: String,
    refresh: String,
    pair: Pair,
}

impl Fresh {
    fn draw() -> Result<Self, Problem> {
        let (access, refresh) = (secret::token()?, secret::token()?);
        let pair = Pair { access: secret::digest(&access), refresh: secret::digest(&refresh) };
        Ok(Self { access, refresh, pair })
    }
}

type Granted = Result<String, Refusal>;

fn by_code(tx: &Tx<'_>, fields: &HashMap<String, String>, fresh: &Fresh) -> Result<Granted, Problem> {
    let Some(grant) = tokens::take_code(tx, &secret::digest(field(fields, "code")))? else {
        return Ok(Err(refusal("invalid_grant", "the code is unknown, expired or used")));
    };
    if grant.redirect_uri != field(fields, "redirect_uri") {
        return Ok(Err(refusal("invalid_grant", "redirect_uri is another one")));
    }
    let verifier = field(fields, "code_verifier");
    if !(43..=128).contains(&verifier.len()) || !secret::same(&secret::digest(verifier), &grant.challenge) {
        return Ok(Err(refusal("invalid_grant", "code_verifier does not match")));
    }
    tokens::open_family(tx, &grant.family, grant.user_n, grant.signed_at)?;
    tokens::issue(tx, &fresh.pair, grant.user_n, &grant.family, &grant.scope)?;
    Ok(Ok(grant.scope))
}

fn by_refresh(tx: &Tx<'_>, fields: &HashMap<String, String>, fresh: &Fresh) -> Result<Granted, Problem> {
    let Some(token) = tokens::renewable(tx, &secret::digest(field(fields, "refresh_token")))? else {
        return Ok(Err(refusal("invalid_grant", "the refresh token is unknown, expired or used")));
    };
    let scope = match fields.get("scope") {
        None => token.scope.clone(),
        Some(asked) => {
            let narrower =
                Scopes::parse(asked).zip(Scopes::parse(&token.scope)).filter(|(asked, granted)| granted.covers(*asked));
            match narrower {
                Some((asked, _)) => asked.to_string(),
                None => return Ok(Err(refusal("invalid_scope", "more than was granted"))),
            }
        }
    };
    tokens::rotate(tx, &token, &fresh.pair, &scope)?;
    Ok(Ok(scope))
}

/// `POST /oauth/token`
pub async fn exchange(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let fields = match form(&headers, body).await {
        Ok(fields) => fields,
        Err(refusal) => return Ok(refusal.response()),
    };
    let fresh = Fresh::draw()?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (granted, fresh) = app
        .write(move |tx| {
            let granted = match field(&fields, "grant_type") {
                "authorization_code" => by_code(tx, &fields, &fresh)?,
                "refresh_token" => by_refresh(tx, &fields, &fresh)?,
                _ => Err(refusal("unsupported_grant_type", "unknown grant_type")),
            };
            devices::note(tx, &fresh.pair.access, agent.as_deref())?;
            devices::settle(tx)?;
            Ok((granted, fresh))
        })
        .await?;
    let scope = match granted {
        Ok(scope) => scope,
        Err(refusal) => return Ok(refusal.response()),
    };
    let body = json!({
        "access_token": fresh.access, "token_type": "Bearer", "expires_in": ACCESS_S,
        "refresh_token": fresh.refresh, "scope": scope,
    });
    Ok(uncached(StatusCode::OK, answer::json(body.to_string())))
}

/// `POST /oauth/revoke`: 200 also for tokens nobody knows (RFC 7009 §2.2).
pub async fn revoke(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let fields = match form(&headers, body).await {
        Ok(fields) => fields,
        Err(refusal) => return Ok(refusal.response()),
    };
    let token = field(&fields, "token");
    if token.is_empty() {
        return Ok(refusal("invalid_request", "token is missing").response());
    }
    let hash = secret::digest(token);
    app.write(move |tx| {
        tokens::revoke(tx, &hash)?;
        devices::settle(tx)
    })
    .await?;
    Ok(uncached(StatusCode::OK, ().into_response()))
}
