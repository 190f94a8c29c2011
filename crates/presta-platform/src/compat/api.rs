//! Calls of `/v1` in the name of the caller.

use axum::{
    Router,
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, Request, header, request::Parts},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::Refusal;
use crate::{app::Clock, intent};

/// The header with the token.
const TOKEN: &str = "freelancer-oauth-v1";
/// The largest answer that is read, in bytes: a page of 500 projects of the longest texts.
const MAX_ANSWER: usize = 64 * 1024 * 1024;
/// Pages followed at most, of [`PAGE`] each.
const PAGES: usize = 20;
/// Items of a page.
const PAGE: usize = 100;

/// What every route shares. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Front {
    v1: Router,
    clock: Clock,
}

impl Front {
    pub(super) const fn new(v1: Router, clock: Clock) -> Self {
        Self { v1, clock }
    }
}

/// `/v1` as the caller may use it.
#[derive(Debug, Clone)]
pub struct Api {
    v1: Router,
    clock: Clock,
    headers: HeaderMap,
}

impl FromRequestParts<Front> for Api {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, front: &Front) -> Result<Self, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(language) = parts.headers.get(header::ACCEPT_LANGUAGE) {
            headers.insert(header::ACCEPT_LANGUAGE, language.clone());
        }
        if let Some(token) = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok()) {
            let mut value =
                HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Refusal::invalid("the token"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        Ok(Self { v1: front.v1.clone(), clock: front.clock.clone(), headers })
    }
}

impl Api {
    /// `days` from now.
    ///
    /// # Errors
    /// `invalid`, naming `what`, beyond the calendar.
    pub fn in_days(&self, days: i64, what: &str) -> Result<Timestamp, Refusal> {
        let later = days.checked_mul(86_400).map(SignedDuration::from_secs);
        later.and_then(|later| self.clock.now().checked_add(later).ok()).ok_or_else(|| Refusal::invalid(what))
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Result<Value, Refusal> {
        let Ok(response) = self.v1.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, MAX_ANSWER).await.map_err(|_| Refusal::broken("an answer too large"))?;
        let value = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        let value = value.map_err(|_| Refusal::broken("an answer that is no JSON"))?;
        if parts.status.is_success() { Ok(value) } else { Err(Refusal::of_problem(parts.status, &value)) }
    }

    pub(super) fn request(&self, method: Method, path: &str, body: Body) -> Result<Request<Body>, Refusal> {
        let mut request = Request::builder().method(method).uri(path).body(body);
        if let Ok(request) = &mut request {
            request.headers_mut().clone_from(&self.headers);
        }
        request.map_err(|_| Refusal::invalid("the path"))
    }

    /// `GET` of `path`, which may have a query.
    ///
    /// # Errors
    /// What `/v1` refuses.
    pub async fn get(&self, path: &str) -> Result<Value, Refusal> {
        self.send(self.request(Method::GET, path, Body::empty())?).await
    }

    /// As [`Api::get`], none when there is nothing the caller may see.
    ///
    /// # Errors
    /// What else `/v1` refuses.
    pub async fn find(&self, path: &str) -> Result<Option<Value>, Refusal> {
        match self.get(path).await {
            Ok(value) => Ok(Some(value)),
            Err(refusal) if refusal.not_found() => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The items `skip..skip + take` of the list at `path`, and whether the list says how many there are.
    ///
    /// # Errors
    /// What `/v1` refuses; beyond the pages that are followed, `unsupported`.
    pub async fn list(&self, path: &str, (skip, take): (usize, usize)) -> Result<(Vec<Value>, Option<Value>), Refusal> {
        if skip.saturating_add(take) > PAGES * PAGE {
            return Err(Refusal::unsupported("an offset this deep"));
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut next = format!("{path}{separator}limit={PAGE}");
        let (mut items, mut total) = (Vec::new(), None);
        loop {
            let mut page = self.get(&next).await?;
            total = total.or_else(|| page.get("total").cloned());
            if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
                items.extend(more);
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(cursor) if items.len() < skip + take => {
                    next = format!("{path}{separator}limit={PAGE}&cursor={cursor}");
                }
                _ => break,
            }
        }
        Ok((items.into_iter().skip(skip).take(take).collect(), total))
    }

    async fn write(&self, method: Method, path: &str, body: &Value, etag: Option<&str>) -> Result<Value, Refusal> {
        let mut request = self.request(method, path, Body::from(body.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // That API knows no keys of intents: each call is one of its own.
        let key = HeaderValue::try_from(Uuid::new_v4().to_string());
        headers.insert(intent::HEADER, key.map_err(|_| Refusal::broken("a key"))?);
        if let Some(etag) = etag {
            headers.insert(header::IF_MATCH, HeaderValue::try_from(etag).map_err(|_| Refusal::broken("an etag"))?);
        }
        self.send(request).await
    }

    /// `POST` of `body` to `path`.
    ///
    /// # Errors
    /// What `/v1` refuses.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        self.write(Method::POST, path, body, None).await
    }

    /// `PATCH` of `old`, which was read from `path`.
    ///
    /// # Errors
    /// What `/v1` refuses.
    pub async fn patch(&self, path: &str, old: &Value, body: &Value) -> Result<Value, Refusal> {
        let rev = old.get("rev").and_then(Value::as_i64).unwrap_or_default();
        self.write(Method::PATCH, path, body, Some(&crate::answer::etag(rev))).await
    }
}
