//! Requests and answers: timeouts, limits, content types. Tokens and bodies are never logged.

use std::sync::{Once, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Request, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use url::Url;

use crate::config::{is_loopback, require_secure};
use crate::{Config, Error, Problem, Timeouts, retry_after};

/// Most bytes of an answer, once decompressed.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

/// The HTTP client and what every request has in common.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) timeouts: Timeouts,
    locale: RwLock<HeaderValue>,
}

/// An answer read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        require_secure(&config.base)?;
        install_tls_provider();
        let loopback = is_loopback(&config.base);
        let mut http = reqwest::Client::builder()
            .user_agent(&config.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .https_only(!loopback)
            .connect_timeout(config.timeouts.connect);
        if loopback {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|error| Error::Setup(error.to_string()))?,
            base: config.base.clone(),
            timeouts: config.timeouts,
            locale: RwLock::new(language(&config.locale)),
        })
    }

    pub(crate) fn set_locale(&self, locale: &str) {
        *self.locale.write().unwrap_or_else(PoisonError::into_inner) = language(locale);
    }

    /// The URL of the path made of `segments`, under the base; segments are escaped.
    pub(crate) fn url(&self, segments: &[&str]) -> Result<Url, Error> {
        let mut url = self.base.clone();
        {
            let mut path = url.path_segments_mut().map_err(|()| Error::BadIdentifier)?;
            path.pop_if_empty();
            for segment in segments {
                // An empty segment and dots would name another resource.
                if matches!(*segment, "" | "." | "..") {
                    return Err(Error::BadIdentifier);
                }
                path.push(segment);
            }
        }
        Ok(url)
    }

    /// A request for JSON in the person's language.
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.request_for("application/json, application/problem+json", method, url)
    }

    /// A request for media types, in the person's language.
    pub(crate) fn request_for(&self, accept: &'static str, method: Method, url: Url) -> RequestBuilder {
        let locale = self.locale.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.http.request(method, url).header(ACCEPT, accept).header(ACCEPT_LANGUAGE, locale)
    }

    /// Sends the request and reads its answer, whatever the status, redirects excepted.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, Error> {
        self.send_within(request, self.timeouts.answer).await
    }

    /// As [`Transport::send`], with another time limit.
    pub(crate) async fn send_within(&self, request: Request, limit: Duration) -> Result<Answer, Error> {
        let work = async {
            let response = self.open(request).await?;
            self.read(response).await
        };
        tokio::time::timeout(limit, work).await.unwrap_or(Err(Error::Timeout))
    }

    /// Sends the request and gives the answer with its body unread. The caller sets a time limit.
    pub(crate) async fn open(&self, request: Request) -> Result<Response, Error> {
        let method = request.method().clone();
        let path = request.url().path().to_owned();
        let began = Instant::now();
        let result = self.http.execute(request).await;
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(response) => {
                let status = response.status();
                tracing::debug!(%method, path, status = status.as_u16(), ms, "answer");
                if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                    let host = redirect_host(&response);
                    return Err(Error::Redirected { host });
                }
                Ok(response)
            }
            Err(error) => {
                let error = Error::from_http(error);
                tracing::debug!(%method, path, ms, code = error.code(), "no answer");
                Err(error)
            }
        }
    }

    /// Reads the body up to [`ANSWER_LIMIT`], counted after decompression. A refusal means what its status says, however
    /// large the explanation.
    pub(crate) async fn read(&self, response: Response) -> Result<Answer, Error> {
        let status = response.status();
        let headers = response.headers().clone();
        let too_large = |headers| {
            if status.is_success() {
                Err(Error::TooLarge { limit: ANSWER_LIMIT })
            } else {
                Ok(Answer { status, headers, body: Vec::new() })
            }
        };
        if response.content_length().is_some_and(|length| length > ANSWER_LIMIT as u64) {
            return too_large(headers);
        }
        let mut pieces = response.bytes_stream();
        let mut body = Vec::new();
        loop {
            let piece = tokio::time::timeout(self.timeouts.idle, pieces.next()).await.map_err(|_| Error::Timeout)?;
            let Some(piece) = piece else { break };
            let piece = piece.map_err(Error::from_http)?;
            if body.len() + piece.len() > ANSWER_LIMIT {
                return too_large(headers);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// Reads the answer as `what`; a status that is no success becomes its error.
    pub(crate) fn decode<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Error> {
        self.success()?;
        self.json(what)
    }

    /// Refuses any status but a success.
    pub(crate) fn success(&self) -> Result<(), Error> {
        if self.status.is_success() { Ok(()) } else { Err(self.refusal()) }
    }

    /// Reads the body as JSON, whatever the status.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Error> {
        if !self.is_json() {
            return Err(self.not_json());
        }
        serde_json::from_slice(&self.body).map_err(|error| Error::from_json(what, &error))
    }

    /// Whether there is no body.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The revision in the `ETag`, when it is one.
    pub(crate) fn rev(&self) -> Option<i64> {
        self.headers.get(ETAG)?.to_str().ok()?.trim_start_matches("W/").trim_matches('"').parse().ok()
    }

    /// The error that a status outside of 2xx stands for.
    pub(crate) fn refusal(&self) -> Error {
        let status = self.status.as_u16();
        // 407 and 511 are by definition not the platform's own.
        if matches!(status, 407 | 511) {
            return self.not_json();
        }
        let wait = self
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after::parse(value, Timestamp::now()));
        let problem = if self.is_json() { Problem::decode(status, &self.body, wait) } else { None };
        match problem.or_else(|| Problem::of_status(status, wait)) {
            Some(problem) => Error::Problem(Box::new(problem)),
            None => Error::UnexpectedStatus(status),
        }
    }

    fn not_json(&self) -> Error {
        Error::NotJson { content_type: content_type(&self.headers).to_owned() }
    }

    fn is_json(&self) -> bool {
        let media = content_type(&self.headers).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
    }
}

/// The answer's `Content-Type`, cut to a length that can be told.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.get(..100).unwrap_or(value)
}

fn redirect_host(response: &Response) -> String {
    response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| response.url().join(location).ok())
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A locale as a header; one that cannot be a header is left to the platform to choose.
fn language(locale: &str) -> HeaderValue {
    HeaderValue::from_str(locale).unwrap_or_else(|_| HeaderValue::from_static("*"))
}

/// reqwest is built without a TLS provider of its own; the process gets ring's, unless it has one.
fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that another one was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
