//! The key of an account's database: found in the vault, sealed under a passphrase or not, and changed.
//!
//! A change writes the key to come beside the key there is, rewrites the file, then puts the new key in the place of the
//! old one. Killed anywhere, one of the two entries opens the file; which one is found out by opening it.

use std::sync::{Arc, Mutex, PoisonError};

use presta_store::{Changed, Key, Store};
use presta_vault::{SealError, SealingKey, Secret, is_sealed, unseal};
use tokio::sync::oneshot;
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

/// How databases are opened.
#[derive(Debug, Clone)]
pub(crate) struct Opener {
    pub(crate) bus: Bus,
    /// Another process works on the profile: nothing is changed on the disk or in the vault.
    pub(crate) beside: bool,
    /// Held by the thread that opens a file. The next one waits for it, also when nobody else does any more.
    pub(crate) one: Arc<Mutex<()>>,
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
pub(crate) async fn open(place: &Place, opener: &Opener, passphrase: Option<&Secret>) -> Result<Opened, OpenError> {
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
        match open_with(place, opener, &keys.key).await {
            // Which of the two it is to be is for the other process to say.
            Ok(store) if opener.beside => return Ok(Opened { store, keys }),
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
pub(crate) async fn make(place: &Place, opener: &Opener) -> Result<Opened, OpenError> {
    let keys = Keys { key: random_key()?, sealing: None };
    place.vault.set(&place.key_entry(), &keys.stored(place)?).await?;
    let store = open_with(place, opener, &keys.key).await?;
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
        let stored = protected.stored(place)?;
        // A key to come that is not sealed must not stay beside one that is. It goes first, so that an error leaves what is
        // known here true; before that the key in use is in its place, for a change may have left it in the other one only.
        place.vault.set(&place.key_entry(), &self.stored(place)?).await?;
        place.vault.delete(&place.next_key_entry()).await?;
        place.vault.set(&place.key_entry(), &stored).await?;
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

async fn open_with(place: &Place, opener: &Opener, key: &Key) -> Result<Store, OpenError> {
    let (database, key, opener) = (place.database(), key.clone(), opener.clone());
    let (sender, opened) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let Opener { bus, beside, one } = opener;
        let _one = one.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.is_closed() {
            return;
        }
        let opened = if beside {
            Store::open_beside(&database, &key)
        } else {
            Store::open(&database, &key, move |changed: Changed| bus.touch(changed.into_tags()))
        };
        // When nobody waits for it any more it is closed again before the next one is opened.
        drop(sender.send(opened));
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
