//! Where faults are done: around everything else, so that what goes wrong is what the wire shows.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Armed, Faults, User, archive, body, events,
    rules::{Fault, StatusBody},
};
use crate::{
    app::App,
    download::{CONTENT_DIGEST, REPR_DIGEST},
    guard,
    ids::Prefix,
    language::Language,
    problem::Problem,
    secret,
    store::{tokens, users},
    wire::Peer,
};

/// 32 zeros in base64, a digest that nothing has.
const WRONG_DIGEST: &str = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
const WRONG_SHA256: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const PORTAL: &str = "<!doctype html><html><head><title>Wi-Fi Gare du Midi</title></head><body>\
    <h1>Bienvenue</h1><form action=\"/accept\" method=\"post\"><button>Se connecter</button></form></body></html>";

/// Does the first fault that fires to a request.
pub async fn fault(State((app, faults)): State<(App, Arc<Faults>)>, mut request: Request, next: Next) -> Response {
    if !faults.armed() {
        return next.run(request).await;
    }
    let user = if faults.about_users() { user(&app, token(&request)).await } else { None };
    let Some(armed) = faults.pick(request.method(), request.uri().path(), user.as_ref()) else {
        return next.run(request).await;
    };
    app.counters.faulted();
    tracing::debug!(method = %request.method(), path = request.uri().path(), fault = ?armed.rule.fault, "fault");
    // What is counted and spoilt below are the bytes of the body itself.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    done(&app, &armed, request, next).await
}

async fn done(app: &App, armed: &Armed, request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    match &armed.rule.fault {
        Fault::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            next.run(request).await
        }
        Fault::Drip { bytes, every_ms } => {
            body::drip(next.run(request).await, *bytes, Duration::from_millis(*every_ms))
        }
        Fault::ResetBefore => {
            cut(&request);
            Response::new(Body::empty())
        }
        Fault::ResetAfterCommit => {
            let peer = request.extensions().get::<ConnectInfo<Peer>>().cloned();
            drop(next.run(request).await);
            if let Some(ConnectInfo(peer)) = peer {
                peer.cut.now();
            }
            Response::new(Body::empty())
        }
        Fault::Truncate { bytes } => body::truncate(next.run(request).await, *bytes),
        Fault::WrongContentType { value } => {
            let mut response = next.run(request).await;
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            response
        }
        Fault::Status { code, retry_after, body } => status(*code, *retry_after, *body, language),
        Fault::CaptivePortal { location } => portal(location.as_deref()),
        Fault::ExpiredState => problem(&Problem::SyncStateExpired, language),
        Fault::EventsDuplicate => events::duplicate(next.run(request).await),
        Fault::EventsReorder => events::reorder(next.run(request).await),
        Fault::EventsSilent => events::silent(next.run(request).await),
        Fault::EventsCloseAfter { n } => events::close_after(next.run(request).await, *n),
        Fault::TokenRevoked => {
            if let Err(error) = revoke(app, token(&request)).await {
                return problem(&error, language);
            }
            next.run(request).await
        }
        Fault::ArchiveChanged => archive::changed(armed, request, next).await,
        Fault::BadDigest => bad_digest(next.run(request).await).await,
        Fault::ClockSkew { ms } => {
            let skewed = Timestamp::now().checked_add(SignedDuration::from_millis(*ms)).ok();
            let mut response = body::rewrite(next.run(request).await, |_, text| body::moved(text, *ms)).await;
            if let Some(date) = skewed.and_then(body::http_date) {
                response.headers_mut().insert(header::DATE, date);
            }
            response
        }
        Fault::InvalidUtf8 => body::invalid_utf8(next.run(request).await),
        Fault::Huge { bytes } => body::huge(next.run(request).await, *bytes),
    }
}

fn cut(request: &Request) {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>() {
        peer.cut.now();
    }
}

/// The hash of the token of a request.
fn token(request: &Request) -> Option<String> {
    guard::bearer(request.headers()).map(secret::digest)
}

/// Whose token it is.
async fn user(app: &App, token: Option<String>) -> Option<User> {
    let (hash, now) = (token?, app.now());
    app.read(move |sql| {
        let Some(bearer) = tokens::bearer(sql, &hash, now)? else { return Ok(None) };
        let login = users::login(sql, bearer.user_n)?;
        Ok(Some(User { login, id: Prefix::User.id(bearer.user_n).to_string() }))
    })
    .await
    .ok()
    .flatten()
}

async fn revoke(app: &App, token: Option<String>) -> Result<(), Problem> {
    let Some(hash) = token else { return Ok(()) };
    app.write(move |tx| match tokens::bearer(&tx.sql, &hash, tx.now)? {
        Some(bearer) => tokens::revoke_family(tx, &bearer.family),
        None => Ok(()),
    })
    .await
}

fn problem(problem: &Problem, language: Language) -> Response {
    let id = secret::random_hex(8).unwrap_or_default();
    let mut response = Response::new(Body::from(problem.body(language, &id).to_string()));
    *response.status_mut() = problem.status();
    let headers = response.headers_mut();
    problem.headers(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

fn status(code: u16, retry_after: Option<u64>, body: StatusBody, language: Language) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match body {
        StatusBody::Problem => {
            let told = match code {
                429 => Problem::RateLimited { retry_after_s: retry_after.unwrap_or(1) },
                500 => Problem::Internal("asked for".to_owned()),
                _ => Problem::Unavailable,
            };
            problem(&told, language)
        }
        StatusBody::Html => html(format!("<html><body><center><h1>{status}</h1></center><hr>nginx</body></html>")),
        StatusBody::Empty => Response::new(Body::empty()),
    };
    *response.status_mut() = status;
    match retry_after {
        Some(seconds) => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        None => {
            response.headers_mut().remove(header::RETRY_AFTER);
        }
    }
    response
}

fn html(text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

fn portal(location: Option<&str>) -> Response {
    let mut response = html(PORTAL);
    if let Some(to) = location.and_then(|to| HeaderValue::try_from(to).ok()) {
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

async fn bad_digest(response: Response) -> Response {
    let hash = |name: Option<&str>, _: &str| (name == Some("sha256")).then(|| WRONG_SHA256.to_owned());
    let mut response = body::rewrite(response, hash).await;
    let wrong = HeaderValue::from_static(WRONG_DIGEST);
    if response.headers().contains_key(REPR_DIGEST) {
        response.headers_mut().insert(REPR_DIGEST, wrong.clone());
    }
    response.headers_mut().insert(CONTENT_DIGEST, wrong);
    response
}
