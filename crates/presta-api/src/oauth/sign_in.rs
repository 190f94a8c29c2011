//! A sign-in under way: from the URL for the browser to the tokens.

use url::Url;

use crate::oauth::loopback::{Listener, Redirect};
use crate::oauth::pkce::{Verifier, random_state};
use crate::oauth::token::{Grant, oauth_code};
use crate::{Client, Error, SignInError};

/// The pages the browser shows once the sign-in is over: full HTML documents in the person's language.
#[derive(Debug, Clone, Default)]
pub struct ClosingPages {
    /// After success.
    pub success_html: String,
    /// After anything else.
    pub failure_html: String,
}

/// A sign-in that waits for the browser. Dropping it frees the port.
pub struct SignIn {
    client: Client,
    listener: Listener,
    authorize_url: Url,
    redirect_uri: String,
    issuer: String,
    iss_required: bool,
    state: String,
    verifier: Verifier,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

impl Client {
    /// Prepares a sign-in: reads the platform's metadata and opens a port for the redirect.
    /// `locale` is the language of the sign-in pages (BCP 47).
    ///
    /// # Errors
    /// [`SignInError::IssuerMismatch`] when the metadata is of another issuer, [`SignInError::Loopback`] when no
    /// port can be opened; network errors.
    pub async fn begin_sign_in(&self, scopes: &[&str], locale: &str) -> Result<SignIn, Error> {
        let metadata = self.session.metadata().await?;
        let listener = Listener::bind().await?;
        let redirect_uri = listener.redirect_uri();
        let state = random_state()?;
        let verifier = Verifier::random()?;
        let mut authorize_url = metadata.authorization_endpoint.clone();
        authorize_url
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.session.client_id)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &state)
            .append_pair("code_challenge", &verifier.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("ui_locales", locale);
        Ok(SignIn {
            client: self.clone(),
            listener,
            authorize_url,
            redirect_uri,
            issuer: metadata.issuer.clone(),
            iss_required: metadata.authorization_response_iss_parameter_supported,
            state,
            verifier,
        })
    }
}

impl SignIn {
    /// The page to open in the browser.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize_url
    }

    /// Waits for the browser to come back, exchanges the code and keeps the tokens.
    /// Requests for anything but the redirect's path are answered and passed over.
    ///
    /// # Errors
    /// [`SignInError`] says which check failed or that nobody came; [`Error::TokenStore`] when the refresh token
    /// could not be kept; network errors.
    pub async fn finish(self, pages: ClosingPages) -> Result<(), Error> {
        let Self { client, listener, redirect_uri, issuer, iss_required, state, verifier, .. } = self;
        let limit = client.transport.timeouts.sign_in;
        // The listener ends with the first redirect: what comes after it finds no one.
        let mut redirect =
            tokio::time::timeout(limit, listener.redirect()).await.map_err(|_| SignInError::TimedOut)??;
        let outcome = match check(&mut redirect, &state, &issuer, iss_required) {
            Ok(code) => {
                let grant = Grant::Code { code: &code, verifier: verifier.as_str(), redirect_uri: &redirect_uri };
                client.session.sign_in(&grant).await
            }
            Err(error) => Err(error.into()),
        };
        let (status, page) = match &outcome {
            Ok(()) => ("200 OK", &pages.success_html),
            Err(_) => ("400 Bad Request", &pages.failure_html),
        };
        redirect.answer(status, page).await;
        outcome
    }
}

/// The code of a redirect that is the answer to our request (RFC 6749 §4.1.2, RFC 9207 §2.4).
fn check(redirect: &mut Redirect, state: &str, issuer: &str, iss_required: bool) -> Result<String, SignInError> {
    if redirect.one("state") != Some(state) {
        return Err(SignInError::StateMismatch);
    }
    match redirect.one("iss") {
        Some(iss) if iss == issuer => {}
        None if !iss_required && !redirect.has("iss") => {}
        _ => return Err(SignInError::IssuerMismatch),
    }
    match redirect.one("error") {
        Some("access_denied") => return Err(SignInError::Denied),
        Some(code) => {
            return Err(SignInError::Refused { code: oauth_code(code) });
        }
        None => {}
    }
    redirect.one("code").filter(|code| !code.is_empty()).map(str::to_owned).ok_or(SignInError::NoCode)
}
