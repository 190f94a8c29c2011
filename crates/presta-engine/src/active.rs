//! A signed-in account: its cache, its client, its background work.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use presta_api::Client;
use presta_model::{Catalog, Me, UserId};
use presta_store::{Connection, Store, Tx, setting};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::account::AccountRef;
use crate::bus::Bus;
use crate::{Clock, Counts, Error, SyncStatus};

/// A signed-in account. Hosts read from it; what changes goes through the engine.
#[derive(Debug)]
pub struct Active {
    pub(crate) account: AccountRef,
    pub(crate) me: UserId,
    pub(crate) store: Store,
    pub(crate) api: Client,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) status: watch::Sender<SyncStatus>,
    /// Wakes the outbox worker.
    pub(crate) outbox: Notify,
    /// Wakes the sync: try now.
    pub(crate) sync: Notify,
    /// Id of the last conversation told that someone writes, so that it is told once in a while only.
    pub(crate) typing_told: AtomicI64,
    /// The export under way.
    pub(crate) exports: crate::export::Running,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Active {
    pub(crate) fn new(account: AccountRef, store: Store, api: Client, bus: Bus, clock: Clock) -> Self {
        let me = account.user.clone();
        let as_of = store
            .read(presta_store::sync_state::changes)
            .inspect_err(|error| tracing::warn!(%error, "the sync state could not be read"))
            .ok()
            .flatten()
            .map(|changes| changes.as_of);
        let (status, _) = watch::channel(SyncStatus { as_of, ..SyncStatus::default() });
        Self {
            account,
            me,
            store,
            api,
            bus,
            clock,
            status,
            outbox: Notify::new(),
            sync: Notify::new(),
            typing_told: AtomicI64::new(0),
            exports: crate::export::Running::default(),
            tasks: Mutex::default(),
        }
    }

    /// The person.
    pub fn me(&self) -> &UserId {
        &self.me
    }

    /// How the sync stands.
    pub fn sync_status(&self) -> SyncStatus {
        self.status.borrow().clone()
    }

    /// Reads from the cache on a blocking thread.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.read(read)).await.map_err(|_| Error::Interrupted)?
    }

    /// Writes to the cache on a blocking thread.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.write(write)).await.map_err(|_| Error::Interrupted)?
    }

    /// Writes one of the person's acts: on the disk when this returns.
    pub(crate) async fn write_durably<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.write_durably(write)).await.map_err(|_| Error::Interrupted)?
    }

    /// The account's profile, as last synced.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn profile(&self) -> Result<Option<Me>, Error> {
        self.read(|connection| Ok(setting::get(connection, setting::ME)?)).await
    }

    /// The platform's lists and rules, as last fetched.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn catalog(&self) -> Result<Option<Catalog>, Error> {
        self.read(|connection| Ok(setting::get(connection, setting::CATALOG)?)).await
    }

    /// Numbers beside the places of the sidebar.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.read(|connection| {
            use presta_model::BidStatus::{Accepted, Awarded, Shortlisted, Submitted};
            let running = presta_store::bid::mine(connection)?
                .iter()
                .filter(|bid| matches!(bid.status, Submitted | Shortlisted | Awarded | Accepted))
                .count();
            let acts = presta_store::outbox::all(connection)?;
            let shown = acts.iter().filter(|act| act.act.kind().is_shown());
            let (attention, queued): (Vec<_>, Vec<_>) = shown.partition(|act| act.state.needs_attention());
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            Ok(Counts {
                bids: number(running),
                drafts: number(presta_store::draft::bids(connection)?.len()),
                unread: presta_store::thread::unread(connection)?,
                queued: number(queued.len()),
                needs_attention: number(attention.len()),
            })
        })
        .await
    }

    /// Changes the status and tells it.
    pub(crate) fn set_status(&self, change: impl FnOnce(&mut SyncStatus)) {
        let changed = self.status.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
        if changed {
            self.bus.touch(["sync"]);
        }
    }

    /// Notes that the platform does not answer.
    pub(crate) fn set_offline(&self, reason: &str) {
        let now = self.clock.now_ms();
        self.set_status(|status| {
            if status.online || status.offline_since.is_none() {
                status.offline_since = Some(now);
            }
            status.online = false;
            status.offline_reason = Some(reason.to_owned());
            status.phase = crate::SyncPhase::Idle;
        });
    }

    /// Whether a conversation may be told now that the person writes: at most every 4 s.
    pub(crate) fn may_tell_typing(&self) -> bool {
        let now = self.clock.now_ms();
        let last = self.typing_told.load(Ordering::Relaxed);
        let may = now - last > 4000;
        if may {
            self.typing_told.store(now, Ordering::Relaxed);
        }
        may
    }

    /// Starts the sync and the outbox worker.
    pub(crate) fn run(self: &Arc<Self>, revoked: impl FnOnce() + Send + 'static) {
        let sync = tokio::spawn({
            let active = Arc::clone(self);
            async move {
                crate::sync::run(&active).await;
                // The sync only ends when the platform no longer accepts the sign-in.
                revoked();
            }
        });
        let outbox = tokio::spawn(crate::outbox::run(Arc::clone(self)));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend([sync, outbox]);
    }

    /// Ends the background work where it stands, as a kill does; what is queued stays queued.
    pub fn stop(&self) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }
}
