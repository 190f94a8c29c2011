//! Keeps the refresh token: in the keyring once the account is known, in memory while a sign-in is under way.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use presta_api::{Refresh, RefreshTokens};
use presta_vault::{Secret, Vault};

#[derive(Debug)]
pub(crate) struct TokenKeeper {
    vault: Vault,
    place: Mutex<Place>,
}

#[derive(Debug, Clone)]
enum Place {
    /// A sign-in is under way and nobody's keyring entry is known.
    Pending(Option<Refresh>),
    /// The keyring's entry.
    Entry(String),
}

impl TokenKeeper {
    /// For a sign-in whose account is not known yet.
    pub(crate) fn pending(vault: Vault) -> Self {
        Self { vault, place: Mutex::new(Place::Pending(None)) }
    }

    /// For an account that signed in before.
    pub(crate) fn of(vault: Vault, entry: String) -> Self {
        Self { vault, place: Mutex::new(Place::Entry(entry)) }
    }

    /// Moves the pending token into the keyring.
    pub(crate) async fn settle(&self, entry: String) -> Result<(), presta_vault::Error> {
        if let Place::Pending(Some(token)) = self.place() {
            self.vault.set(&entry, &Secret::from(token.expose().to_owned())).await?;
        }
        self.set_place(Place::Entry(entry));
        Ok(())
    }

    fn place(&self) -> Place {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_place(&self, place: Place) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

#[async_trait]
impl RefreshTokens for TokenKeeper {
    async fn load(&self) -> Result<Option<Refresh>, String> {
        match self.place() {
            Place::Pending(token) => Ok(token),
            Place::Entry(entry) => {
                let secret = self.vault.get(&entry).await.map_err(|error| error.to_string())?;
                Ok(secret.map(|secret| Refresh::from(secret.expose().to_owned())))
            }
        }
    }

    async fn save(&self, token: &Refresh) -> Result<(), String> {
        match self.place() {
            Place::Pending(_) => {
                self.set_place(Place::Pending(Some(token.clone())));
                Ok(())
            }
            Place::Entry(entry) => self
                .vault
                .set(&entry, &Secret::from(token.expose().to_owned()))
                .await
                .map_err(|error| error.to_string()),
        }
    }

    async fn clear(&self) -> Result<(), String> {
        match self.place() {
            Place::Pending(_) => {
                self.set_place(Place::Pending(None));
                Ok(())
            }
            Place::Entry(entry) => self.vault.delete(&entry).await.map_err(|error| error.to_string()),
        }
    }
}
