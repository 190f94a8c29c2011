//! The authorization server's metadata (RFC 8414).

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::config::require_secure;
use crate::transport::Transport;
use crate::{Error, SignInError};

/// What the platform says of its sign-in.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    #[serde(default)]
    pub(crate) revocation_endpoint: Option<Url>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    /// Whether redirects carry `iss` (RFC 9207 §3).
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Fetches and checks the metadata of the platform.
    pub(crate) async fn discover(transport: &Transport) -> Result<Self, Error> {
        let request = transport
            .request(Method::GET, well_known(&transport.base))
            .build()
            .map_err(|error| Error::Setup(error.without_url().to_string()))?;
        let answer = transport.send(request).await?;
        let metadata: Self = answer.decode("the sign-in metadata")?;
        metadata.check(&transport.base)?;
        Ok(metadata)
    }

    fn check(&self, base: &Url) -> Result<(), Error> {
        if self.issuer != issuer(base) {
            return Err(SignInError::IssuerMismatch.into());
        }
        if !self.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(SignInError::Unsupported("PKCE with S256").into());
        }
        let endpoints = [&self.authorization_endpoint, &self.token_endpoint];
        for endpoint in endpoints.into_iter().chain(&self.revocation_endpoint) {
            require_secure(endpoint)?;
            // A platform on the web has no business on this machine's own ports.
            if base.scheme() == "https" && endpoint.scheme() != "https" {
                return Err(Error::Insecure { host: endpoint.host_str().unwrap_or_default().to_owned() });
            }
        }
        Ok(())
    }
}

/// The issuer a platform at `base` has: the URL without a trailing slash.
fn issuer(base: &Url) -> String {
    base.as_str().trim_end_matches('/').to_owned()
}

/// The well-known path goes between the host and the issuer's path (RFC 8414 §3.1).
fn well_known(base: &Url) -> Url {
    let mut url = base.clone();
    let path = base.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(issuer: &str, token_endpoint: &str) -> Metadata {
        serde_json::from_value(serde_json::json!({
            "issuer": issuer,
            "authorization_endpoint": "https://prestataires.pro/oauth/authorize",
            "token_endpoint": token_endpoint,
            "code_challenge_methods_supported": ["plain", "S256"],
        }))
        .unwrap()
    }

    #[test]
    fn the_issuer_is_the_platform_and_endpoints_are_secure() {
        let base: Url = "https://prestataires.pro/".parse().unwrap();
        let ours = "https://prestataires.pro";
        let token = "https://prestataires.pro/oauth/token";
        assert!(metadata(ours, token).check(&base).is_ok());
        assert!(matches!(
            metadata("https://prestataires.pro.evil.example", token).check(&base),
            Err(Error::SignIn(SignInError::IssuerMismatch))
        ));
        for insecure in ["http://prestataires.pro/oauth/token", "http://127.0.0.1:1/oauth/token"] {
            assert!(matches!(metadata(ours, insecure).check(&base), Err(Error::Insecure { .. })));
        }
    }

    #[test]
    fn a_platform_without_s256_is_refused() {
        let base: Url = "https://prestataires.pro".parse().unwrap();
        let mut metadata = metadata("https://prestataires.pro", "https://prestataires.pro/t");
        metadata.code_challenge_methods_supported = vec!["plain".to_owned()];
        assert!(matches!(metadata.check(&base), Err(Error::SignIn(SignInError::Unsupported(_)))));
    }

    #[test]
    fn the_well_known_path_precedes_the_issuers() {
        let url = |base: &str| well_known(&base.parse().unwrap()).to_string();
        assert_eq!(url("http://127.0.0.1:8080"), "http://127.0.0.1:8080/.well-known/oauth-authorization-server");
        assert_eq!(url("https://h.example/eu/"), "https://h.example/.well-known/oauth-authorization-server/eu");
    }
}
