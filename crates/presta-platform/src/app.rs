//! What every route shares.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::watch;

use crate::{db::Db, hub::Hub, limiter::Limiter, problem::Problem, store::changes::Tx};

/// What the command line decides.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Bids a freelancer may place in a calendar month (UTC).
    pub bids_per_month: i64,
    /// Requests one user may send in a minute.
    pub requests_per_minute: u32,
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
    /// The clock.
    pub clock: fn() -> Timestamp,
}

impl App {
    /// Now, in milliseconds since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.clock)().as_millisecond()
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
