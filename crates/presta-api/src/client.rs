//! The client: requests on behalf of the signed-in person.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Request, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::session::{Access, Session};
use crate::transport::{Answer, Transport};
use crate::{Config, Error, RefreshTokens, Timeouts};

/// The platform's HTTP client; clones share the connections and the sign-in.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Arc<Transport>,
    pub(crate) session: Arc<Session>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.transport.base.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the platform at `config.base`; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Insecure`] for plain http to another host than this one, [`Error::Setup`] when the HTTP client
    /// cannot be made.
    pub fn new(config: Config, tokens: Arc<dyn RefreshTokens>) -> Result<Self, Error> {
        let transport = Arc::new(Transport::new(&config)?);
        let session = Arc::new(Session::new(Arc::clone(&transport), config.client_id, tokens));
        Ok(Self { transport, session })
    }

    /// Where the platform is.
    pub fn base(&self) -> &Url {
        &self.transport.base
    }

    /// How long things may take.
    pub fn timeouts(&self) -> Timeouts {
        self.transport.timeouts
    }

    /// The language of the platform's texts from now on (BCP 47).
    pub fn set_locale(&self, locale: &str) {
        self.transport.set_locale(locale);
    }

    /// Makes sure that there is an access token, by the stored refresh token if need be.
    ///
    /// # Errors
    /// [`Error::SignedOut`] when there is no refresh token or it is refused; network errors otherwise.
    pub async fn resume(&self) -> Result<(), Error> {
        self.session.access().await.map(|_| ())
    }

    /// Forgets the sign-in here, and asks the platform to do so as well (RFC 7009) if it can be reached.
    ///
    /// # Errors
    /// [`Error::TokenStore`] when the refresh token could not be cleared.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.session.sign_out().await
    }

    /// Waits for a renewal of the sign-in that is under way, and lets no other begin: for the end of the program, which
    /// must not fall between the platform's rotation of the refresh token and its saving.
    pub async fn close(&self) {
        self.session.close().await;
    }

    /// Reads a resource.
    pub(crate) async fn get(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Answer, Error> {
        let mut url = self.transport.url(segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(self.transport.request(Method::GET, url)).await
    }

    /// Reads what the platform may hold back for `held` longer than any answer.
    pub(crate) async fn get_held(
        &self,
        segments: &[&str],
        query: &[(&str, &str)],
        held: Duration,
    ) -> Result<Answer, Error> {
        let mut url = self.transport.url(segments)?;
        url.query_pairs_mut().extend_pairs(query);
        let limit = self.transport.timeouts.answer.saturating_add(held);
        self.send_within(self.transport.request(Method::GET, url), limit).await
    }

    /// Creates or acts; `key` names the intent, so that a repeated request acts once.
    pub(crate) async fn post(
        &self,
        segments: &[&str],
        key: Uuid,
        body: &(impl Serialize + Sync),
    ) -> Result<Answer, Error> {
        let url = self.transport.url(segments)?;
        let request = self.transport.request(Method::POST, url).header("Idempotency-Key", key.to_string()).json(body);
        self.send(request).await
    }

    /// Changes revision `rev` of a resource.
    pub(crate) async fn patch(
        &self,
        segments: &[&str],
        rev: i64,
        key: Uuid,
        body: &(impl Serialize + Sync),
    ) -> Result<Answer, Error> {
        let url = self.transport.url(segments)?;
        let request = self
            .transport
            .request(Method::PATCH, url)
            .header("If-Match", format!("\"{rev}\""))
            .header("Idempotency-Key", key.to_string())
            .json(body);
        self.send(request).await
    }

    /// Removes a resource.
    pub(crate) async fn delete(&self, segments: &[&str], key: Uuid) -> Result<Answer, Error> {
        let url = self.transport.url(segments)?;
        self.send(self.transport.request(Method::DELETE, url).header("Idempotency-Key", key.to_string())).await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Error> {
        self.send_within(request, self.transport.timeouts.answer).await
    }

    async fn send_within(&self, request: RequestBuilder, limit: Duration) -> Result<Answer, Error> {
        let request = built(request)?;
        let access = self.session.access().await?;
        let answer = self.transport.send_within(signed(&request, &access)?, limit).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let access = self.session.renew(&access).await?;
        self.transport.send_within(signed(&request, &access)?, limit).await
    }

    /// Opens a stream; the time limit is on the answer's head alone.
    pub(crate) async fn open(&self, request: RequestBuilder) -> Result<Response, Error> {
        let request = built(request)?;
        let access = self.session.access().await?;
        let response = self.open_once(&request, &access).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let access = self.session.renew(&access).await?;
        self.open_once(&request, &access).await
    }

    async fn open_once(&self, request: &Request, access: &Access) -> Result<Response, Error> {
        let work = self.transport.open(signed(request, access)?);
        tokio::time::timeout(self.transport.timeouts.answer, work).await.unwrap_or(Err(Error::Timeout))
    }
}

fn built(request: RequestBuilder) -> Result<Request, Error> {
    request.build().map_err(|error| Error::Setup(error.without_url().to_string()))
}

/// A copy of the request with the access token (RFC 6750 §2.1).
fn signed(request: &Request, access: &Access) -> Result<Request, Error> {
    let mut request = request.try_clone().ok_or_else(|| Error::Setup("the request cannot be sent twice".to_owned()))?;
    request.headers_mut().insert(reqwest::header::AUTHORIZATION, access.header.clone());
    Ok(request)
}
