//! Who is signed in: resuming at start, signing in through the browser, changing accounts, signing out.

mod open;
mod sign_in;
mod sign_out;
mod state;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{AbortHandle, JoinHandle};

use crate::account::AccountRef;
use crate::keys::Opener;
use crate::lock::{Locked, Tries};
use crate::{Active, Engine, Error};

pub use sign_in::SignIn;
pub use state::{Account, Keeping, SessionState, SignedOutReason};

use presta_store::outbox::Failure;

#[derive(Debug)]
pub(crate) struct Session {
    current: Mutex<Current>,
    /// Taken by whoever opens, changes or closes an account: one at a time.
    turn: tokio::sync::Mutex<()>,
    /// See [`Opener::one`].
    one: Arc<Mutex<()>>,
    /// When the person was last seen to do something, in ms since 1970.
    seen: AtomicI64,
}

/// What is under way besides the account.
#[derive(Debug)]
pub(crate) enum Phase {
    Starting,
    /// The keyring is asked.
    Opening,
    SigningIn {
        authorize_url: String,
    },
    SignInFailed {
        error: Failure,
    },
    Settled,
}

#[derive(Debug)]
struct Current {
    phase: Phase,
    /// Goes on working while another account is being added.
    active: Option<Arc<Active>>,
    locked: Option<Locked>,
    reason: SignedOutReason,
    sign_in: Option<JoinHandle<()>>,
    opening: Option<AbortHandle>,
    /// Wrong passphrases by account: changing to another and back is no way around the wait.
    tries: HashMap<String, Tries>,
    /// The host is ending: nothing is opened any more by itself.
    left: bool,
}

impl Session {
    pub(crate) fn new(now: i64) -> Self {
        let current = Current {
            phase: Phase::Starting,
            active: None,
            locked: None,
            reason: SignedOutReason::None,
            sign_in: None,
            opening: None,
            tries: HashMap::new(),
            left: false,
        };
        Self {
            current: Mutex::new(current),
            turn: tokio::sync::Mutex::default(),
            one: Arc::default(),
            seen: AtomicI64::new(now),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Current) -> T) -> T {
        change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is locked, if anything is.
    pub(crate) fn with_locked<T>(&self, change: impl FnOnce(&mut Locked) -> T) -> Option<T> {
        self.with(|current| current.locked.as_mut().map(change))
    }

    /// Notes a wrong passphrase for what is locked.
    pub(crate) fn note_wrong_passphrase(&self, now: i64) -> Option<Tries> {
        self.with(|current| {
            let locked = current.locked.as_mut()?;
            let (account, tries) = (locked.account().digest(), locked.failed(now));
            current.tries.insert(account, tries);
            Some(tries)
        })
    }

    /// Passphrases that did not fit, since `account` was last open.
    pub(crate) fn tries(&self, account: &AccountRef) -> Tries {
        self.with(|current| current.tries.get(&account.digest()).copied().unwrap_or_default())
    }

    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// When the person was last seen, in ms since 1970.
    pub(crate) fn seen(&self) -> i64 {
        self.seen.load(Ordering::Relaxed)
    }

    pub(crate) fn see(&self, now: i64) {
        self.seen.fetch_max(now, Ordering::Relaxed);
    }
}

impl Current {
    fn state(&self) -> SessionState {
        match &self.phase {
            Phase::Starting => return SessionState::Starting,
            Phase::Opening => return SessionState::OpeningKeyring,
            Phase::SigningIn { authorize_url } => {
                return SessionState::SigningIn { authorize_url: authorize_url.clone() };
            }
            Phase::SignInFailed { error } => return SessionState::SignInFailed { error: error.clone() },
            Phase::Settled => {}
        }
        match (&self.active, &self.locked) {
            (Some(active), _) => {
                let keeping = match (active.place.is_fleeting(), active.keeper.is_gone()) {
                    (true, _) => Keeping::SessionOnly,
                    (false, true) => Keeping::KeyringGone,
                    (false, false) => Keeping::Keyring,
                };
                SessionState::SignedIn { account: active.person.clone(), keeping }
            }
            (None, Some(locked)) => locked.state(),
            (None, None) => SessionState::SignedOut { reason: self.reason },
        }
    }
}

impl Engine {
    /// Who is signed in.
    pub fn session(&self) -> SessionState {
        self.inner.session.with(|current| current.state())
    }

    /// The signed-in account, if any.
    pub fn active(&self) -> Option<Arc<Active>> {
        self.inner.session.with(|current| current.active.clone())
    }

    /// The signed-in account.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`].
    pub fn signed_in(&self) -> Result<Arc<Active>, Error> {
        self.active().ok_or(Error::NotSignedIn)
    }

    /// Ends the background work and removes what was not to be kept; a kill has the same effect at the next start.
    pub(crate) async fn close(&self) {
        let (active, locked) = self.inner.session.with(|current| {
            current.left = true;
            (current.active.take(), current.locked.take())
        });
        if let Some(active) = active {
            active.ended().await;
            // A task may still be on its way to its end: the program does not wait for it.
            active.place.end_fleeting();
        }
        drop(locked);
    }

    /// Makes `locked` what is shown in the place of the account in use, whose work ends. Shown at once; when this returns the
    /// files are closed.
    pub(crate) async fn put_away(&self, locked: Option<Locked>) {
        let ended = self.inner.session.with(|current| {
            current.locked = locked;
            current.active.take()
        });
        self.inner.bus.touch(["session", "sync", "accounts"]);
        if let Some(active) = ended {
            active.ended().await;
        }
    }

    pub(crate) fn set_phase(&self, phase: Phase) -> SessionState {
        let state = self.inner.session.with(|current| {
            current.phase = phase;
            current.state()
        });
        self.inner.bus.touch(["session"]);
        state
    }

    /// How databases are opened.
    pub(crate) fn opener(&self) -> Opener {
        Opener {
            bus: self.inner.bus.clone(),
            beside: self.inner.profile.is_beside(),
            one: Arc::clone(&self.inner.session.one),
        }
    }

    pub(crate) fn settle_signed_out(&self, reason: SignedOutReason) {
        self.inner.session.with(|current| current.reason = reason);
        self.set_phase(Phase::Settled);
    }

    /// Remembers what the switcher says of the account in use, whose work then ends; its queue stays.
    async fn leave_account(&self) {
        let Some(active) = self.active() else { return };
        if !active.place.is_fleeting()
            && let Some(label) = active.label_soon().await
        {
            self.inner.accounts.know(&active.place.account, label);
        }
        drop(active);
        self.put_away(None).await;
    }
}
