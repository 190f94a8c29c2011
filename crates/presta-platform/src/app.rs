//! What every route shares.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::watch;

use crate::{
    counters::Counters, db::Db, guesses::Guesses, hub::Hub, limiter::Limiter, problem::Problem, store::changes::Tx,
    store::privacy_requests::Pace,
};

/// What the command line decides.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Bids a freelancer may place in a calendar month (UTC).
    pub bids_per_month: i64,
    /// Requests one user may send in a minute.
    pub requests_per_minute: u32,
    /// Requests of signing in that one address may send in a minute.
    pub sign_ins_per_minute: u32,
    /// Whether `X-Forwarded-For` and `X-Forwarded-Proto` are those of a proxy of ours.
    pub trust_proxy: bool,
    /// Whether the façade of `/compat/` is there.
    pub compat: bool,
}

/// The time of the server: the system's, moved by an offset. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let moved = Timestamp::now().as_millisecond().saturating_add(self.offset_ms.load(Ordering::Relaxed));
        Timestamp::from_millisecond(moved).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock to `offset_ms` from the system's.
    pub fn set_offset(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    /// How far it is from the system's, in ms.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }
}

/// The state of the server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The file.
    pub db: Db,
    /// Who listens.
    pub hub: Hub,
    /// What the command line decided.
    pub settings: Settings,
    /// Requests per user.
    pub limiter: Arc<Limiter>,
    /// Keys whose first request is being answered: `(user, key)`.
    pub in_flight: Arc<Mutex<HashSet<(i64, String)>>>,
    /// Turns true when the server ends.
    pub ending: watch::Receiver<bool>,
    /// What forms are signed with.
    pub secret: Arc<str>,
    /// Sign-ins shown on the login page of a demo market.
    pub demo: Arc<[crate::store::demo::Account]>,
    /// What was done.
    pub counters: Arc<Counters>,
    /// How signing in is slowed for those who guess.
    pub guesses: Arc<Guesses>,
    /// The clock.
    pub clock: Clock,
    /// How fast the platform answers privacy requests.
    pub pace: Pace,
    /// Where the files are: attachments, uploads under way, archives.
    pub files: Arc<Path>,
    /// Uploads under way.
    pub uploading: Arc<crate::uploading::Uploading>,
}

impl App {
    /// Now, in milliseconds since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// See [`Db::read`].
    ///
    /// # Errors
    /// What `work` answers, or a database error.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    {
        self.db.read(work).await
    }

    /// See [`Db::write`].
    ///
    /// # Errors
    /// What `work` answers, or a database error.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.db.write(&self.hub, self.now(), work).await
    }
}
