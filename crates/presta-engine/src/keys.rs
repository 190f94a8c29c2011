//! The key of an account's database: found in the vault, sealed under a passphrase or not, and changed.
//!
//! A change writes the key to come beside the key there is, rewrites the file, then puts the new key in the place of the
//! old one. Killed anywhere, one of the two entries opens the file; which one is found out by opening it.

use presta_store::{Changed, Key, Store};
use presta_vault::{SealError, SealingKey, Secret, is_sealed, unseal};
use zeroize::Zeroizing;

use crate::account::Place;
use crate::bus::Bus;
use crate::{Error, SignedOutReason};

/// An open database with its key.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
}

/// The key of an open database, and what seals it.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    key: Key,
    /// Present when the person has set a passphrase.
    pub(crate) sealing: Option<SealingKey>,
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Vault(#[from] presta_vault::Error),
    /// The vault has no key for it.
    #[error("the keyring has no key for the cache")]
    KeyLost,
    /// A passphrase is needed.
    #[error("the key is under a passphrase")]
    Sealed,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] presta_store::Error),
    #[error("the work was interrupted")]
    Interrupted,
}

impl OpenError {
    /// What the person is told at start.
    pub(crate) fn reason(&self) -> SignedOutReason {
        match self {
            Self::Vault(presta_vault::Error::Locked) => SignedOutReason::KeyringLocked,
            Self::Vault(_) => SignedOutReason::KeyringAbsent,
            Self::KeyLost => SignedOutReason::KeyLost,
            Self::Store(presta_store::Error::WrongKey) => SignedOutReason::WrongKey,
            Self::Store(presta_store::Error::TooNew { .. }) => SignedOutReason::DatabaseTooNew,
            _ => SignedOutReason::Storage,
        }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Vault(error) => Self::Vault(error),
            OpenError::Store(error) => Self::Store(error),
            OpenError::KeyLost => Self::refused("key-lost"),
            OpenError::Sealed => Self::refused("locked"),
            OpenError::Seal(SealError::WrongPassphrase) => Self::refused("wrong-passphrase"),
            OpenError::Seal(_) => Self::refused("key-lost"),
            OpenError::Interrupted => Self::Interrupted,
        }
    }
}

/// Opens the database of `place` with the key that the vault has for it.
pub(crate) async fn open(place: &Place, bus: &Bus, passphrase: Option<&Secret>) -> Result<Opened, OpenError> {
    let entries = [place.key_entry(), place.next_key_entry()];
    let mut wrong = None;
    for entry in &entries {
        let Some(stored) = place.vault.get(entry).await? else { continue };
        let keys = match unwrap(place, &stored, passphrase).await {
            Ok(keys) => keys,
            // A key that is no key says nothing of the other entry.
            Err(OpenError::Store(error)) => {
                wrong = Some(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        match open_with(place, bus, &keys.key).await {
            Ok(store) => {
                if *entry == place.next_key_entry() {
                    place.vault.set(&place.key_entry(), &stored).await?;
                }
                forget_next(place).await;
                return Ok(Opened { store, keys });
            }
            Err(OpenError::Store(error @ presta_store::Error::WrongKey)) => wrong = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(wrong.map_or(OpenError::KeyLost, OpenError::Store))
}

/// Gives `place` a database with a key of its own.
pub(crate) async fn make(place: &Place, bus: &Bus) -> Result<Opened, OpenError> {
    let keys = Keys { key: random_key()?, sealing: None };
    place.vault.set(&place.key_entry(), &keys.stored(place)?).await?;
    let store = open_with(place, bus, &keys.key).await?;
    Ok(Opened { store, keys })
}

impl Keys {
    /// Gives the database another key.
    pub(crate) async fn rotate(&mut self, place: &Place, store: &Store) -> Result<(), Error> {
        // The key in use is in its place first: what an earlier change left half done must not be lost now.
        place.vault.set(&place.key_entry(), &self.stored(place)?).await?;
        let next = Self { key: random_key()?, sealing: self.sealing.clone() };
        let stored = next.stored(place)?;
        place.vault.set(&place.next_key_entry(), &stored).await?;
        let rewritten = tokio::task::spawn_blocking({
            let (store, key) = (store.clone(), next.key.clone());
            move || store.rekey(&key)
        });
        if let Err(error) = rewritten.await.map_err(|_| Error::Interrupted)? {
            forget_next(place).await;
            return Err(error.into());
        }
        *self = next;
        place.vault.set(&place.key_entry(), &stored).await?;
        forget_next(place).await;
        Ok(())
    }

    /// Seals the key under another passphrase, or under none.
    pub(crate) async fn protect(&mut self, place: &Place, passphrase: Option<Secret>) -> Result<(), Error> {
        let sealing = match passphrase {
            Some(passphrase) => Some(blocking(move || SealingKey::new(&passphrase)).await?),
            None => None,
        };
        let protected = Self { key: self.key.clone(), sealing };
        place.vault.set(&place.key_entry(), &protected.stored(place)?).await?;
        // One that is not sealed must not stay beside one that is.
        place.vault.delete(&place.next_key_entry()).await?;
        *self = protected;
        Ok(())
    }

    /// The key as the vault keeps it.
    fn stored(&self, place: &Place) -> Result<Secret, OpenError> {
        let plain = Secret::from(self.key.expose().to_owned());
        match &self.sealing {
            Some(sealing) => Ok(sealing.seal(&place.key_entry(), &plain)?),
            None => Ok(plain),
        }
    }
}

/// Whether `passphrase` is the one that seals the key of `place`. Takes as long either way.
pub(crate) async fn verify(place: &Place, passphrase: &Secret) -> Result<(), Error> {
    match place.vault.get(&place.key_entry()).await? {
        Some(stored) => Ok(unwrap(place, &stored, Some(passphrase)).await.map(|_| ())?),
        None => Err(OpenError::KeyLost.into()),
    }
}

async fn unwrap(place: &Place, stored: &Secret, passphrase: Option<&Secret>) -> Result<Keys, OpenError> {
    if !is_sealed(stored) {
        return Ok(Keys { key: Key::from_hex(stored.expose())?, sealing: None });
    }
    let Some(passphrase) = passphrase.cloned() else { return Err(OpenError::Sealed) };
    let (name, stored) = (place.key_entry(), stored.clone());
    let (plain, sealing) = blocking(move || unseal(&name, &stored, &passphrase)).await?;
    Ok(Keys { key: Key::from_hex(plain.expose())?, sealing: Some(sealing) })
}

async fn open_with(place: &Place, bus: &Bus, key: &Key) -> Result<Store, OpenError> {
    let (database, key, bus) = (place.database(), key.clone(), bus.clone());
    let opened = tokio::task::spawn_blocking(move || {
        Store::open(&database, &key, move |changed: Changed| bus.touch(changed.into_tags()))
    });
    Ok(opened.await.map_err(|_| OpenError::Interrupted)??)
}

/// A key that opens nothing any more; it is no harm when it stays.
async fn forget_next(place: &Place) {
    if let Err(error) = place.vault.delete(&place.next_key_entry()).await {
        tracing::warn!(%error, "a key that is no longer needed stays in the keyring");
    }
}

fn random_key() -> Result<Key, OpenError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| presta_store::Error::Random(error.to_string()))?;
    Ok(Key::from_bytes(*bytes))
}

/// A derivation takes a while, so it has a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, OpenError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| OpenError::Interrupted)??)
}
