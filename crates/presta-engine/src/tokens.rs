//! Keeps the refresh token: in the keyring once the account is known, in memory while a sign-in is under way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use presta_api::{Refresh, RefreshTokens};
use presta_vault::{Secret, Vault};

use crate::bus::Bus;

#[derive(Debug)]
pub(crate) struct TokenKeeper {
    vault: Vault,
    place: Mutex<Place>,
    /// Whether the keyring did not answer when it was last needed.
    gone: AtomicBool,
    bus: Bus,
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
    pub(crate) fn pending(vault: Vault, bus: Bus) -> Self {
        Self { vault, place: Mutex::new(Place::Pending(None)), gone: AtomicBool::new(false), bus }
    }

    /// For an account that signed in before.
    pub(crate) fn of(vault: Vault, entry: String, bus: Bus) -> Self {
        Self { vault, place: Mutex::new(Place::Entry(entry)), gone: AtomicBool::new(false), bus }
    }

    /// Moves the pending token into the keyring.
    pub(crate) async fn settle(&self, entry: String) -> Result<(), presta_vault::Error> {
        if let Place::Pending(Some(token)) = self.place() {
            self.vault.set(&entry, &Secret::from(token.expose().to_owned())).await?;
        }
        self.set_place(Place::Entry(entry));
        Ok(())
    }

    /// Whether the keyring did not answer when it was last needed: nothing is lost, and nothing can be renewed.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Notes how the keyring answered; the session shows it.
    fn note<T>(&self, answer: Result<T, presta_vault::Error>) -> Result<T, String> {
        let gone = answer.is_err();
        if self.gone.swap(gone, Ordering::AcqRel) != gone {
            self.bus.touch(["session"]);
        }
        answer.map_err(|error| error.to_string())
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
                let secret = self.note(self.vault.get(&entry).await)?;
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
            Place::Entry(entry) => {
                let token = Secret::from(token.expose().to_owned());
                self.note(self.vault.set(&entry, &token).await)
            }
        }
    }

    async fn clear(&self) -> Result<(), String> {
        match self.place() {
            Place::Pending(_) => {
                self.set_place(Place::Pending(None));
                Ok(())
            }
            Place::Entry(entry) => self.note(self.vault.delete(&entry).await),
        }
    }
}
