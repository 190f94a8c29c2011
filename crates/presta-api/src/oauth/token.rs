//! The token and revocation endpoints (RFC 6749 §3.2, RFC 7009).

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::session::Session;
use crate::{Error, Refresh, SignInError};

/// What tokens are asked for with.
pub(crate) enum Grant<'a> {
    /// The code of a redirect (RFC 6749 §4.1.3, RFC 7636 §4.5).
    Code { code: &'a str, verifier: &'a str, redirect_uri: &'a str },
    /// A refresh token (RFC 6749 §6).
    Refresh { token: &'a Refresh },
}

/// Tokens as the platform gives them (RFC 6749 §5.1). There is no `Debug`.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    token_type: String,
    /// Seconds.
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    pub(crate) refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl TokenAnswer {
    /// The `Authorization` header's value.
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        if !self.token_type.eq_ignore_ascii_case("bearer") {
            return Err(SignInError::Unsupported("bearer tokens").into());
        }
        let text = Zeroizing::new(format!("Bearer {}", self.access_token));
        let mut value = HeaderValue::from_str(&text).map_err(|_| Error::misshapen("the access token"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// How long the access token is good for; a token without a term is renewed when it is refused.
    pub(crate) fn lifetime(&self) -> Duration {
        const LONGEST: u64 = 24 * 3600;
        Duration::from_secs(self.expires_in.unwrap_or(LONGEST).min(LONGEST))
    }
}

impl Session {
    /// Asks for tokens. A refusal by OAuth error code is [`SignInError::Refused`].
    pub(crate) async fn token(&self, grant: &Grant<'_>) -> Result<TokenAnswer, Error> {
        let endpoint = self.metadata().await?.token_endpoint.clone();
        let client_id = ("client_id", self.client_id.as_str());
        let form = match grant {
            Grant::Code { code, verifier, redirect_uri } => vec![
                ("grant_type", "authorization_code"),
                client_id,
                ("code", code),
                ("code_verifier", verifier),
                ("redirect_uri", redirect_uri),
            ],
            Grant::Refresh { token } => {
                vec![("grant_type", "refresh_token"), client_id, ("refresh_token", token.expose())]
            }
        };
        let request = self
            .transport
            .request(Method::POST, endpoint)
            .form(&form)
            .build()
            .map_err(|error| Error::Setup(error.without_url().to_string()))?;
        let answer = self.transport.send(request).await?;
        if matches!(answer.status.as_u16(), 400 | 401)
            && let Ok(refusal) = answer.json::<Refusal>("a refusal of tokens")
        {
            return Err(SignInError::Refused { code: oauth_code(&refusal.error) }.into());
        }
        answer.decode("the tokens")
    }

    /// Asks the platform to forget a refresh token (RFC 7009 §2.1).
    pub(crate) async fn revoke(&self, token: &Refresh) -> Result<(), Error> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = metadata.revocation_endpoint.clone() else {
            return Ok(());
        };
        let form =
            [("token", token.expose()), ("token_type_hint", "refresh_token"), ("client_id", self.client_id.as_str())];
        let request = self
            .transport
            .request(Method::POST, endpoint)
            .form(&form)
            .build()
            .map_err(|error| Error::Setup(error.without_url().to_string()))?;
        self.transport.send(request).await?.success()
    }
}

/// An OAuth error code that can be told: of the characters RFC 6749 allows, and short.
pub(crate) fn oauth_code(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).take(64).collect()
}
