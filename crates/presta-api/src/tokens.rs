//! Where the refresh token is kept.

use async_trait::async_trait;
use zeroize::Zeroizing;

/// A refresh token (RFC 6749 §1.5); wiped when dropped, and `Debug` prints none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Refresh(Zeroizing<String>);

impl Refresh {
    /// The token itself; keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Refresh {
    fn from(token: String) -> Self {
        Self(Zeroizing::new(token))
    }
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refresh(…)")
    }
}

/// Where the refresh token is kept between runs. The error texts name the operation and never hold the token.
#[async_trait]
pub trait RefreshTokens: Send + Sync {
    /// The token, if someone is signed in.
    async fn load(&self) -> Result<Option<Refresh>, String>;

    /// Keeps `token` in the place of the one before; it must be safe when this returns.
    async fn save(&self, token: &Refresh) -> Result<(), String>;

    /// Forgets the token; there may be none.
    async fn clear(&self) -> Result<(), String>;
}
