//! Locking an account with a passphrase: by hand, or when nobody has been there for a while.
//!
//! The lock is real: the key in the keyring is sealed under the passphrase, and locking closes the cache, forgets the
//! key and the access token and ends the work. The refresh token stays in the keyring as it is.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use presta_store::outbox::Failure;
use presta_store::setting;
use presta_vault::Secret;
use serde::Serialize;
use ts_rs::TS;

use crate::account::{AccountRef, Place};
use crate::accounts::host;
use crate::keys::OpenError;
use crate::session::SessionState;
use crate::{Active, Engine, Error, keys};

/// Fewest characters of a passphrase.
pub const SHORTEST_PASSPHRASE: usize = 8;
/// The minutes that can be chosen.
pub const LOCK_CHOICES: [u32; 5] = [1, 5, 15, 30, 60];
/// How often is looked whether the time is over: short enough for a lid that was just opened.
const TICK: Duration = Duration::from_secs(2);
/// Wrong passphrases before the first wait.
const FREE_TRIES: u32 = 3;
const FIRST_WAIT_MS: i64 = 5_000;
const LONGEST_WAIT_MS: i64 = 300_000;

/// How the account in use is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Security {
    /// Whether it opens with a passphrase.
    pub passphrase: bool,
    /// Minutes after which it locks by itself; `None` for never.
    pub lock_after_minutes: Option<u32>,
    /// The minutes that can be chosen.
    pub choices: Vec<u32>,
    /// Fewest characters of a passphrase.
    pub shortest_passphrase: u32,
    /// What keeps the secrets: `secret-service`, `keychain`, `credential-manager` or `memory`.
    pub keyring: String,
}

/// An account that waits for its passphrase.
#[derive(Debug)]
pub(crate) struct Locked {
    place: Place,
    name: Option<String>,
    tries: Tries,
}

/// Passphrases that did not fit, since the account was last open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tries {
    failures: u32,
    /// In ms since 1970.
    retry_at: Option<i64>,
}

impl Locked {
    pub(crate) fn new(place: Place, name: Option<String>, tries: Tries) -> Self {
        Self { place, name, tries }
    }

    pub(crate) fn account(&self) -> &AccountRef {
        &self.place.account
    }

    pub(crate) fn state(&self) -> SessionState {
        SessionState::Locked {
            local_id: self.place.account.digest(),
            name: self.name.clone(),
            server: host(&self.place.account.server),
            retry_at: self.tries.retry_at,
        }
    }

    /// Notes a passphrase that did not fit.
    pub(crate) fn failed(&mut self, now: i64) -> Tries {
        let failures = self.tries.failures.saturating_add(1);
        self.tries = Tries { failures, retry_at: wait(failures).map(|wait| now.saturating_add(wait)) };
        self.tries
    }
}

/// How long the next passphrase has to wait, in ms: three for nothing, then 5 s, 10 s, 20 s … 5 min.
fn wait(failures: u32) -> Option<i64> {
    let doublings = failures.checked_sub(FREE_TRIES)?;
    Some(FIRST_WAIT_MS.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT_MS))
}

impl Engine {
    /// How the account in use is protected.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`].
    pub async fn security(&self) -> Result<Security, Error> {
        let active = self.signed_in()?;
        Ok(Security {
            passphrase: active.has_passphrase(),
            lock_after_minutes: *active.lock_after.borrow(),
            choices: LOCK_CHOICES.to_vec(),
            shortest_passphrase: shortest(),
            keyring: active.place.vault.store_name().to_owned(),
        })
    }

    /// Puts the account in use under a passphrase, or another one.
    ///
    /// # Errors
    /// `passphrase-too-short` with `min`; `wrong-passphrase` when `current` does not fit; the keyring's.
    pub async fn set_passphrase(&self, current: Option<Secret>, new: Secret) -> Result<Security, Error> {
        self.alone()?;
        if new.expose().chars().count() < SHORTEST_PASSPHRASE {
            return Err(Error::Refused(Failure::new("passphrase-too-short").with("min", shortest())));
        }
        self.protect(current, Some(new)).await
    }

    /// Takes the passphrase of the account in use away; it no longer locks.
    ///
    /// # Errors
    /// `wrong-passphrase`; the keyring's.
    pub async fn remove_passphrase(&self, current: Secret) -> Result<Security, Error> {
        self.alone()?;
        self.protect(Some(current), None).await?;
        self.set_lock_after(None).await
    }

    async fn protect(&self, current: Option<Secret>, new: Option<Secret>) -> Result<Security, Error> {
        let active = self.signed_in()?;
        let mut keys = active.keys.lock().await;
        if active.store.is_closed() {
            return Err(Error::Interrupted);
        }
        if keys.sealing.is_some() {
            let Some(current) = current else { return Err(Error::refused("wrong-passphrase")) };
            keys::verify(&active.place, &current).await?;
        }
        keys.protect(&active.place, new).await?;
        active.sealed.store(keys.sealing.is_some(), Ordering::SeqCst);
        drop(keys);
        self.inner.bus.touch(["security", "accounts"]);
        self.security().await
    }

    /// Chooses after how many minutes without a sign of the person the account in use locks; `None` for never.
    ///
    /// # Errors
    /// `no-passphrase` while it has none; `bad-request` for minutes that cannot be chosen.
    pub async fn set_lock_after(&self, minutes: Option<u32>) -> Result<Security, Error> {
        self.alone()?;
        let active = self.signed_in()?;
        if let Some(minutes) = minutes {
            if !active.has_passphrase() {
                return Err(Error::refused("no-passphrase"));
            }
            if !LOCK_CHOICES.contains(&minutes) {
                return Err(Error::refused("bad-request"));
            }
        }
        active
            .write_durably(move |tx| {
                match minutes {
                    Some(minutes) => setting::set(tx, setting::LOCK_AFTER, &minutes).map(|_| ())?,
                    None => setting::remove(tx, setting::LOCK_AFTER)?,
                }
                Ok(())
            })
            .await?;
        self.inner.session.see(self.now());
        active.lock_after.send_replace(minutes);
        self.inner.bus.touch(["security"]);
        self.security().await
    }

    /// Gives the database of the account in use another key. A kill on the way loses nothing.
    ///
    /// # Errors
    /// The keyring's and the store's; the data can be read as before then.
    pub async fn rotate_key(&self) -> Result<(), Error> {
        self.alone()?;
        let active = self.signed_in()?;
        // Carried through when nobody waits for it any more.
        let work = tokio::spawn(async move {
            let mut keys = active.keys.lock().await;
            // Signed out or locked meanwhile: a key must not come back.
            if active.store.is_closed() {
                return Err(Error::Interrupted);
            }
            let rotated = keys.rotate(&active.place, &active.store).await;
            active.upkeep.index.notify_one();
            rotated
        });
        work.await.map_err(|_| Error::Interrupted)?
    }

    /// Locks the account in use now.
    ///
    /// # Errors
    /// `no-passphrase` while it has none.
    pub async fn lock(&self) -> Result<SessionState, Error> {
        let _turn = self.inner.session.turn().await;
        let active = self.signed_in()?;
        if !active.has_passphrase() {
            return Err(Error::refused("no-passphrase"));
        }
        // What reads for long, or a change of key, keeps nothing open.
        if let Some(label) = active.label_soon().await {
            self.inner.accounts.know(&active.place.account, label);
        }
        self.cancel_sign_in();
        let (place, name) = (active.place.clone(), active.person.display_name.clone());
        drop(active);
        self.put_away(Some(Locked::new(place, Some(name), Tries::default()))).await;
        Ok(self.session())
    }

    /// Opens the locked account.
    ///
    /// # Errors
    /// `wrong-passphrase`, with `seconds` when the next one has to wait; `unlock-too-soon` with `seconds`;
    /// `not-locked`; the keyring's.
    pub async fn unlock(&self, passphrase: Secret) -> Result<SessionState, Error> {
        let _turn = self.inner.session.turn().await;
        let now = self.now();
        let locked = self.inner.session.with_locked(|locked| (locked.place.clone(), locked.tries.retry_at));
        let Some((place, retry_at)) = locked else { return Err(Error::refused("not-locked")) };
        if let Some(left) = retry_at.map(|at| at - now).filter(|left| *left > 0) {
            return Err(Error::Refused(Failure::new("unlock-too-soon").with("seconds", seconds(left))));
        }
        match self.open_place(place, Some(&passphrase)).await {
            Ok(()) => Ok(self.session()),
            Err(error) => {
                let error = Error::from(error);
                let mut failure = error.failure();
                if failure.code != "wrong-passphrase" {
                    return Err(error);
                }
                if let Some(at) = self.inner.session.note_wrong_passphrase(now).and_then(|tries| tries.retry_at) {
                    failure = failure.with("seconds", seconds(at - now));
                }
                self.inner.bus.touch(["session"]);
                Err(Error::Refused(failure))
            }
        }
    }

    /// Gives up the locked account's cache because its passphrase is forgotten: the file is set aside with its sealed key,
    /// and signing in fetches everything again.
    ///
    /// # Errors
    /// `not-locked`; the keyring's, and nothing has changed then.
    pub async fn forget_passphrase(&self) -> Result<SessionState, Error> {
        self.alone()?;
        let _turn = self.inner.session.turn().await;
        let Some(place) = self.inner.session.with_locked(|locked| locked.place.clone()) else {
            return Err(Error::refused("not-locked"));
        };
        let now = self.now();
        if let Some(sealed) = place.vault.get(&place.key_entry()).await? {
            place.vault.set(&place.kept_key_entry(now), &sealed).await?;
        }
        place.vault.delete(&place.key_entry()).await?;
        place.vault.delete(&place.next_key_entry()).await?;
        if let Err(error) = place.vault.delete(&place.token_entry()).await {
            tracing::warn!(%error, "the refresh token could not be removed from the keyring");
        }
        place.set_database_aside(now);
        self.inner.accounts.forget(&place.account)?;
        self.put_away(None).await;
        Ok(self.session())
    }

    /// Notes that the person is there. Coming back too late locks instead.
    pub async fn note_activity(&self) {
        match self.active() {
            Some(active) if self.is_overdue(&active) => {
                if let Err(error) = self.lock().await {
                    tracing::error!(%error, "the account could not be locked");
                }
            }
            _ => self.inner.session.see(self.now()),
        }
    }

    fn is_overdue(&self, active: &Active) -> bool {
        let minutes = *active.lock_after.borrow();
        minutes.is_some_and(|minutes| self.now() - self.inner.session.seen() >= i64::from(minutes) * 60_000)
    }

    /// Locks `active` when its time is over. Costs nothing while it does not lock by itself.
    pub(crate) fn watch_inactivity(&self, active: &Arc<Active>) -> impl Future<Output = ()> + Send + 'static {
        let engine = self.clone();
        let active = Arc::downgrade(active);
        async move {
            let Some(mut after) = active.upgrade().map(|active| active.lock_after.subscribe()) else { return };
            loop {
                if after.wait_for(Option::is_some).await.is_err() {
                    return;
                }
                tokio::time::sleep(TICK).await;
                let Some(active) = active.upgrade() else { return };
                if engine.is_overdue(&active) {
                    // On its own, for locking ends this very task.
                    let engine = engine.clone();
                    tokio::spawn(async move {
                        if let Err(error) = engine.lock().await {
                            tracing::error!(%error, "the account could not be locked");
                        }
                    });
                    return;
                }
            }
        }
    }
}

impl From<presta_vault::SealError> for Error {
    fn from(error: presta_vault::SealError) -> Self {
        OpenError::from(error).into()
    }
}

fn shortest() -> u32 {
    u32::try_from(SHORTEST_PASSPHRASE).unwrap_or(u32::MAX)
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms).unwrap_or(0).div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::wait;

    #[test]
    fn three_tries_are_free_and_then_each_waits_longer() {
        let waits: Vec<_> = [1, 2, 3, 4, 5, 8, 9, 40, u32::MAX].into_iter().map(wait).collect();
        let none = None;
        let expected = [
            none,
            none,
            Some(5_000),
            Some(10_000),
            Some(20_000),
            Some(160_000),
            Some(300_000),
            Some(300_000),
            Some(300_000),
        ];
        assert_eq!(waits, expected);
    }
}
