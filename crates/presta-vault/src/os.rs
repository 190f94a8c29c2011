//! The OS keyring.
//!
//! `keyring` chooses the store of the platform, once. Its choice is final even when it failed, and a Secret Service
//! session does not outlive the daemon that gave it, so after a failure of the platform a new store is connected
//! and the call made once more.
//!
//! Calls block, on a prompt even for as long as the user likes; they are made one at a time on a blocking thread.
//! A call that is given up keeps its place until it ends, so that a late write never overtakes a newer one.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use keyring_core::error::decode_password;
use keyring_core::{Entry, Error as KeyringError};
use tokio::sync::Mutex;

use crate::{Error, Secret};

/// How long a call may take, the time to answer a prompt included.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What keeps the secrets on this OS.
pub(crate) const STORE_NAME: &str = if cfg!(target_os = "macos") {
    "keychain"
} else if cfg!(windows) {
    "credential-manager"
} else {
    "secret-service"
};

/// The default store is one for the whole process, and so are the turns taken with it.
static TURN: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// The entries of one service.
#[derive(Debug)]
pub(crate) struct Keyring {
    service: String,
}

impl Keyring {
    pub(crate) fn new(service: &str) -> Self {
        Self { service: service.to_owned() }
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.call("reading", name, |entry| match entry.get_secret() {
            Ok(bytes) => Ok(Some(Secret::from(decode_password(bytes)?))),
            Err(KeyringError::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Stores bytes and not a password: some platforms keep passwords in UTF-16, at twice the length.
    pub(crate) async fn set(&self, name: &str, value: &Secret) -> Result<(), Error> {
        let value = value.clone();
        self.call("storing", name, move |entry| entry.set_secret(value.expose().as_bytes())).await
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<(), Error> {
        self.call("deleting", name, |entry| match entry.delete_credential() {
            Err(KeyringError::NoEntry) => Ok(()),
            other => other,
        })
        .await
    }

    /// Takes a turn with the keyring, within [`TIME_LIMIT`].
    async fn call<T: Send + 'static>(
        &self,
        operation: &'static str,
        name: &str,
        act: impl Fn(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let service = self.service.clone();
        let entry_name = name.to_owned();
        let work = async {
            let turn = Arc::clone(&TURN).lock_owned().await;
            tokio::task::spawn_blocking(move || {
                let _turn = turn;
                act_connected(|| act(&Entry::new(&service, &entry_name)?))
            })
            .await
        };
        match tokio::time::timeout(TIME_LIMIT, work).await {
            Ok(Ok(result)) => result.map_err(|failure| failure.named(operation, name)),
            Ok(Err(_)) => Err(Error::Other(format!("{operation} the keyring entry {name}: the call was cut short"))),
            Err(_) => Err(Error::Locked),
        }
    }
}

/// How a call failed.
enum Failure {
    /// No store could be connected.
    NoStore,
    Keyring(KeyringError),
}

/// Makes the call on the process's store, and once more on a new one when the platform failed.
fn act_connected<T>(act: impl Fn() -> keyring_core::Result<T>) -> Result<T, Failure> {
    let first = match keyring::Entry::store_status() {
        Ok(()) => act(),
        // Another call may have connected a store since `keyring` failed to.
        Err(_) if keyring_core::get_default_store().is_some() => act(),
        Err(_) => Err(KeyringError::NoDefaultStore),
    };
    match first {
        Err(KeyringError::PlatformFailure(_) | KeyringError::NoDefaultStore) => {
            connect().map_err(|_| Failure::NoStore)?;
            act().map_err(Failure::Keyring)
        }
        other => other.map_err(Failure::Keyring),
    }
}

/// Makes a new connection the process's store.
#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> keyring_core::Result<()> {
    let store = zbus_secret_service_keyring_store::Store::new()?;
    keyring_core::set_default_store(store);
    Ok(())
}

/// The stores of macOS and Windows hold no connection that could be renewed.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn connect() -> keyring_core::Result<()> {
    match keyring_core::get_default_store() {
        Some(_) => Ok(()),
        None => Err(KeyringError::NoDefaultStore),
    }
}

impl Failure {
    fn named(self, operation: &str, name: &str) -> Error {
        match self {
            Self::NoStore | Self::Keyring(KeyringError::NoDefaultStore) => Error::Absent,
            // The Secret Service has no default collection, and none was made.
            Self::Keyring(KeyringError::NoStorageAccess(why)) if format!("{why:?}") == "NoResult" => Error::Absent,
            Self::Keyring(KeyringError::NoStorageAccess(_)) => Error::Locked,
            Self::Keyring(KeyringError::TooLong(_, limit)) => {
                Error::Other(format!("{operation} the keyring entry {name}: more than {limit} characters"))
            }
            // These carry the secret's bytes, or may: only their kind is told.
            Self::Keyring(KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..)) => {
                Error::Other(format!("{operation} the keyring entry {name}: what is stored is not text"))
            }
            Self::Keyring(error) => Error::Other(format!("{operation} the keyring entry {name}: {error}")),
        }
    }
}
