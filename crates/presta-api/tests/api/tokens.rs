//! A store of the refresh token that can be made to fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use presta_api::{Refresh, RefreshTokens};

#[derive(Default)]
pub struct Tokens {
    token: Mutex<Option<String>>,
    /// Everything saved, in order.
    saved: Mutex<Vec<String>>,
    pub broken: AtomicBool,
}

impl Tokens {
    /// Nobody is signed in.
    pub fn none() -> Arc<Self> {
        Arc::default()
    }

    /// Someone is signed in with refresh token `r1`.
    pub fn first() -> Arc<Self> {
        let tokens = Self::none();
        *tokens.token.lock().unwrap() = Some("r1".to_owned());
        tokens
    }

    pub fn stored(&self) -> Option<String> {
        self.token.lock().unwrap().clone()
    }

    pub fn saved(&self) -> Vec<String> {
        self.saved.lock().unwrap().clone()
    }

    fn check(&self) -> Result<(), String> {
        if self.broken.load(Ordering::SeqCst) {
            Err("storing the refresh token: the keyring is locked".to_owned())
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl RefreshTokens for Tokens {
    async fn load(&self) -> Result<Option<Refresh>, String> {
        Ok(self.stored().map(Refresh::from))
    }

    async fn save(&self, token: &Refresh) -> Result<(), String> {
        self.check()?;
        let token = token.expose().to_owned();
        self.saved.lock().unwrap().push(token.clone());
        *self.token.lock().unwrap() = Some(token);
        Ok(())
    }

    async fn clear(&self) -> Result<(), String> {
        self.check()?;
        *self.token.lock().unwrap() = None;
        Ok(())
    }
}
