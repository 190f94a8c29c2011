//! Who is signed in: resuming at start, signing in through the browser, changing accounts, signing out.

mod open;
mod sign_in;
mod sign_out;
mod state;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{AbortHandle, JoinHandle};

use crate::lock::Locked;
use crate::{Active, Engine, Error};

pub use sign_in::SignIn;
pub use state::{Account, Keeping, SessionState, SignedOutReason};

use presta_store::outbox::Failure;

#[derive(Debug)]
pub(crate) struct Session {
    current: Mutex<Current>,
    /// Taken by whoever opens, changes or closes an account: one at a time.
    turn: tokio::sync::Mutex<()>,
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
        };
        Self { current: Mutex::new(current), turn: tokio::sync::Mutex::default(), seen: AtomicI64::new(now) }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Current) -> T) -> T {
        change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is locked, if anything is.
    pub(crate) fn with_locked<T>(&self, change: impl FnOnce(&mut Locked) -> T) -> Option<T> {
        self.with(|current| current.locked.as_mut().map(change))
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
    pub(crate) fn close(&self) {
        let (active, locked) = self.inner.session.with(|current| (current.active.take(), current.locked.take()));
        if let Some(active) = active {
            active.stop();
            // A task may still be on its way to its end: the program does not wait for it.
            active.place.end_fleeting();
        }
        drop(locked);
    }

    /// Makes `locked` what is shown in the place of the account in use, whose work ends.
    pub(crate) fn put_away(&self, locked: Option<Locked>) {
        let ended = self.inner.session.with(|current| {
            current.locked = locked;
            current.active.take()
        });
        if let Some(active) = ended {
            active.stop();
        }
        self.inner.bus.touch(["session", "sync", "accounts"]);
    }

    pub(crate) fn set_phase(&self, phase: Phase) -> SessionState {
        let state = self.inner.session.with(|current| {
            current.phase = phase;
            current.state()
        });
        self.inner.bus.touch(["session"]);
        state
    }

    pub(crate) fn settle_signed_out(&self, reason: SignedOutReason) {
        self.inner.session.with(|current| current.reason = reason);
        self.set_phase(Phase::Settled);
    }

    /// Remembers what the switcher says of the account in use, whose work then ends; its queue stays.
    async fn leave_account(&self) {
        let Some(active) = self.active() else { return };
        if !active.place.is_fleeting()
            && let Some(label) = active.label().await
        {
            self.inner.accounts.know(&active.place.account, label);
        }
        self.put_away(None);
    }
}
