//! Secrets: the OS keyring, or memory in tests.
//!
//! A [`Vault`] holds a few short named secrets of one service. On the desktop they live in the OS keyring
//! (Secret Service on Linux, Keychain on macOS, Credential Manager on Windows); nothing is ever written elsewhere.

mod error;
mod memory;
mod os;
mod sealed;
mod secret;

use std::sync::Arc;

pub use error::Error;
pub use sealed::{SealError, SealingKey, is_sealed, unseal};
pub use secret::Secret;

/// Most bytes of one secret: what the Windows Credential Manager takes (`CRED_MAX_CREDENTIAL_BLOB_SIZE`).
pub const LIMIT: usize = 2560;

/// The entry that [`Vault::check`] makes and removes.
const PROBE: &str = "check";

/// Named secrets; clones share them.
#[derive(Debug, Clone)]
pub struct Vault {
    store: Store,
}

#[derive(Debug, Clone)]
enum Store {
    Os(Arc<os::Keyring>),
    Memory(Arc<memory::Memory>),
}

impl Vault {
    /// The OS keyring's entries of `service`. Nothing is asked of the keyring yet.
    pub fn os(service: &str) -> Self {
        Self { store: Store::Os(Arc::new(os::Keyring::new(service))) }
    }

    /// A vault that forgets everything with its last clone.
    pub fn memory() -> Self {
        Self { store: Store::Memory(Arc::default()) }
    }

    /// The secret called `name`, if there is one. The keyring may show a prompt, for which a minute is left.
    ///
    /// # Errors
    /// [`Error::Absent`] and [`Error::Locked`] when the keyring cannot be used.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        match &self.store {
            Store::Os(keyring) => keyring.get(name).await,
            Store::Memory(memory) => Ok(memory.get(name)),
        }
    }

    /// Stores `value` as `name`, over the one that was there.
    ///
    /// # Errors
    /// [`Error::TooLong`] above [`LIMIT`] bytes, before anything is written; [`Error::Absent`] and
    /// [`Error::Locked`] when the keyring cannot be used.
    pub async fn set(&self, name: &str, value: &Secret) -> Result<(), Error> {
        let len = value.expose().len();
        if len > LIMIT {
            return Err(Error::TooLong { len, limit: LIMIT });
        }
        match &self.store {
            Store::Os(keyring) => keyring.set(name, value).await,
            Store::Memory(memory) => {
                memory.set(name, value);
                Ok(())
            }
        }
    }

    /// Removes the secret called `name`; it is no error when there is none.
    ///
    /// # Errors
    /// [`Error::Absent`] and [`Error::Locked`] when the keyring cannot be used.
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        match &self.store {
            Store::Os(keyring) => keyring.delete(name).await,
            Store::Memory(memory) => {
                memory.delete(name);
                Ok(())
            }
        }
    }

    /// Finds out whether secrets can be kept, by keeping one: a keyring without a collection answers reads and refuses
    /// writes. May show a prompt, as [`Vault::set`] does.
    ///
    /// # Errors
    /// [`Error::Absent`] and [`Error::Locked`] when the keyring cannot be used.
    pub async fn check(&self) -> Result<(), Error> {
        self.set(PROBE, &Secret::from("check".to_owned())).await?;
        self.delete(PROBE).await
    }

    /// What keeps the secrets: `secret-service`, `keychain`, `credential-manager` or `memory`.
    pub fn store_name(&self) -> &'static str {
        match &self.store {
            Store::Os(_) => os::STORE_NAME,
            Store::Memory(_) => "memory",
        }
    }
}
