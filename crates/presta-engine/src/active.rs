//! A signed-in account: its cache, its client, its background work.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presta_api::Client;
use presta_model::{Catalog, EntityType, Me, UserId};
use presta_store::{Connection, LengthsNow, Store, Tx, setting};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::account::Place;
use crate::accounts::Label;
use crate::alerts::Alerts;
use crate::bus::Bus;
use crate::keys::{Keys, Opened};
use crate::surroundings::Surroundings;
use crate::tokens::TokenKeeper;
use crate::upkeep::{self, Upkeep};
use crate::{Account, Clock, Counts, Error, Inner, SyncStatus, storage};

/// Leaving an account does not wait longer for what the switcher is to say of it.
const LABEL: Duration = Duration::from_millis(500);
/// Nor for a change of key that the keyring keeps waiting.
const KEYRING: Duration = Duration::from_secs(5);

/// A signed-in account. Hosts read from it; what changes goes through the engine.
#[derive(Debug)]
pub struct Active {
    pub(crate) place: Place,
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
    /// What goes on around the sync.
    pub(crate) surroundings: Surroundings,
    /// Wakes the one who tells of alerts.
    pub(crate) alerts: Alerts,
    /// Id of the last conversation told that someone writes, so that it is told once in a while only.
    pub(crate) typing_told: AtomicI64,
    /// How large the pieces are that files are sent in.
    pub(crate) pieces: crate::outbox::Pieces,
    /// Wakes the work on the files.
    pub(crate) upkeep: Upkeep,
    /// Whose profile it is, as the session shows it.
    pub(crate) person: Account,
    pub(crate) keeper: Arc<TokenKeeper>,
    /// Taken by one at a time: whoever changes the key.
    pub(crate) keys: tokio::sync::Mutex<Keys>,
    /// Whether it opens with a passphrase: said without waiting for a change of key.
    pub(crate) sealed: AtomicBool,
    /// Minutes without a sign of the person after which the account locks.
    pub(crate) lock_after: watch::Sender<Option<u32>>,
    /// The export under way.
    pub(crate) exports: crate::export::Running,
    /// Held for reading by who copies a file, so that nobody takes the copy for one that a kill left.
    pub(crate) staging: tokio::sync::RwLock<()>,
    /// The copies that the window brings piece by piece.
    pub(crate) stagings: crate::staging::Stagings,
    /// Files that are being saved.
    pub(crate) downloads: crate::downloads::Downloads,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Set by [`Active::stop`], read inside each write of the background work.
    stopped: Arc<AtomicBool>,
}

impl Active {
    pub(crate) fn new(
        place: Place,
        opened: Opened,
        api: Client,
        keeper: Arc<TokenKeeper>,
        me: &Me,
        engine: &Inner,
    ) -> Self {
        let Opened { store, keys } = opened;
        let person = Account::new(&place, me);
        let me = place.account.user.clone();
        let lock_after = store
            .read(|connection| setting::get::<u32>(connection, setting::LOCK_AFTER))
            .inspect_err(|error| tracing::warn!(%error, "the time to lock could not be read"))
            .ok()
            .flatten();
        let as_of = store
            .read(presta_store::sync_state::changes)
            .inspect_err(|error| tracing::warn!(%error, "the sync state could not be read"))
            .ok()
            .flatten()
            .map(|changes| changes.as_of);
        let undo = |tx: &mut Tx<'_>| match setting::get::<u32>(tx, setting::UNDO_SECONDS)? {
            Some(_) => Ok(()),
            None => setting::set(tx, setting::UNDO_SECONDS, &crate::queue::UNDO_SECONDS).map(|_| ()),
        };
        // Beside another process nothing is written; acts are not queued then either.
        if !engine.profile.is_beside()
            && let Err(error) = store.write(undo)
        {
            tracing::warn!(%error, "the time to take acts back could not be written; there is none");
        }
        let paused = store
            .read(|connection| setting::get(connection, crate::sync::PAUSED))
            .inspect_err(|error| tracing::warn!(%error, "whether the sync is paused could not be read"))
            .ok()
            .flatten()
            .unwrap_or(false);
        let storage_notice = storage::recovery_notice(&store);
        let (status, _) = watch::channel(SyncStatus { as_of, storage_notice, ..SyncStatus::default() });
        Self {
            place,
            me,
            store,
            api,
            bus: engine.bus.clone(),
            clock: engine.config.clock.clone(),
            status,
            outbox: Notify::new(),
            sync: Notify::new(),
            surroundings: Surroundings::new(as_of, paused),
            alerts: Alerts::default(),
            typing_told: AtomicI64::new(0),
            pieces: crate::outbox::Pieces::default(),
            upkeep: Upkeep::default(),
            person,
            keeper,
            sealed: AtomicBool::new(keys.sealing.is_some()),
            keys: tokio::sync::Mutex::new(keys),
            lock_after: watch::Sender::new(lock_after),
            exports: crate::export::Running::default(),
            staging: tokio::sync::RwLock::default(),
            stagings: crate::staging::Stagings::default(),
            downloads: crate::downloads::Downloads::default(),
            tasks: Mutex::default(),
            stopped: Arc::default(),
        }
    }

    /// As [`Active::label`], for who does not wait for a reading that takes long.
    pub(crate) async fn label_soon(&self) -> Option<Label> {
        tokio::time::timeout(LABEL, self.label()).await.ok().flatten()
    }

    /// What the switcher says of it.
    pub(crate) async fn label(&self) -> Option<Label> {
        let counts = self.counts().await.inspect_err(|error| tracing::warn!(%error, "nothing can be counted")).ok()?;
        Some(Label::new(&self.person.display_name, &self.person.login, counts, self.has_passphrase()))
    }

    /// Whether it opens with a passphrase.
    pub(crate) fn has_passphrase(&self) -> bool {
        self.sealed.load(Ordering::SeqCst)
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
        let answer = tokio::task::spawn_blocking(move || store.read(read)).await.map_err(|_| Error::Interrupted)?;
        answer.inspect_err(|error| self.note_storage(error))
    }

    /// What is known of the lengths of lists, for a reading that begins after this.
    pub fn lengths(&self) -> Option<LengthsNow> {
        self.store.lengths()
    }

    /// Writes to the cache on a blocking thread, for the background work: nothing once it was stopped.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        let stopped = Arc::clone(&self.stopped);
        let write =
            move |tx: &mut Tx<'_>| if stopped.load(Ordering::SeqCst) { Err(Error::Interrupted) } else { write(tx) };
        let answer = tokio::task::spawn_blocking(move || store.write(write)).await.map_err(|_| Error::Interrupted)?;
        answer.inspect(|_| self.note_written()).inspect_err(|error| self.note_storage(error))
    }

    /// As [`Active::write_durably`], for the background work: nothing once it was stopped. A thread that was about to
    /// write when its task was aborted writes all the same, perhaps when another opened the same file already.
    pub(crate) async fn write_durably_unless_stopped<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let stopped = Arc::clone(&self.stopped);
        self.write_durably(move |tx| if stopped.load(Ordering::SeqCst) { Err(Error::Interrupted) } else { write(tx) })
            .await
    }

    /// Writes one of the person's acts: on the disk when this returns.
    pub(crate) async fn write_durably<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        let answer =
            tokio::task::spawn_blocking(move || store.write_durably(write)).await.map_err(|_| Error::Interrupted)?;
        answer.inspect(|_| self.note_written()).inspect_err(|error| self.note_storage(error))
    }

    /// The account's profile, as the person left it.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn profile(&self) -> Result<Option<Me>, Error> {
        self.read(|connection| {
            let me: Option<Value> = setting::get(connection, setting::ME)?;
            let overlay = presta_store::overlay::Overlay::load(connection)?;
            let me = me.and_then(|me| overlay.effective(EntityType::Me, "", me));
            Ok(me.and_then(|me| serde_json::from_value(me).ok()))
        })
        .await
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
            let shown = acts.iter().filter(|act| act.act.is_shown());
            let (attention, queued): (Vec<_>, Vec<_>) = shown.partition(|act| act.state.needs_attention());
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            Ok(Counts {
                bids: number(running),
                drafts: number(presta_store::draft::bids(connection)?.len()),
                unread: presta_store::thread::unread(connection)?,
                queued: number(queued.len()),
                needs_attention: number(attention.len()),
                alerts: presta_store::alert::unseen(connection)?,
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
        self.surroundings.note_absent(now);
        self.set_status(|status| {
            if status.online || status.offline_since.is_none() {
                status.offline_since = Some(now);
            }
            status.online = false;
            status.offline_reason = Some(reason.to_owned());
            status.phase = self.resting();
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

    /// Starts the background work: sync, outbox, alerts, the work on the files, and whatever else `watch` does for as long
    /// as the account is in use. `damaged` is called once the database was found damaged and marked to be set aside.
    pub(crate) fn run(
        self: &Arc<Self>,
        revoked: impl FnOnce() + Send + 'static,
        damaged: impl FnOnce() + Send + 'static,
        watch: impl Future<Output = ()> + Send + 'static,
    ) {
        let sync = tokio::spawn({
            let active = Arc::clone(self);
            async move {
                crate::sync::run(&active).await;
                // The sync only ends when the platform no longer accepts the sign-in.
                revoked();
            }
        });
        let outbox = tokio::spawn(crate::outbox::run(Arc::clone(self)));
        let alerts = tokio::spawn(crate::alerts::run(Arc::clone(self)));
        let clock = tokio::spawn(crate::surroundings::watch_clock(Arc::clone(self)));
        let network = tokio::spawn(crate::surroundings::watch_network(Arc::clone(self)));
        let index = tokio::spawn(upkeep::index(Arc::clone(self)));
        let room = tokio::spawn(upkeep::watch_room(Arc::clone(self)));
        let look_after = tokio::spawn({
            let active = Arc::clone(self);
            async move {
                upkeep::look_after(active).await;
                damaged();
            }
        });
        let tasks = [sync, outbox, alerts, clock, network, index, room, look_after, tokio::spawn(watch)];
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
    }

    /// Ends the background work where it stands, as a kill does; what is queued stays queued, and the cache stays open.
    /// Waits for the step of the indexer that is under way.
    pub fn stop(&self) {
        self.abort();
        self.store.stop_indexing();
    }

    /// As [`Active::stop`], without waiting.
    pub(crate) fn rest(&self) {
        self.abort();
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.stop_indexing());
    }

    /// Ends the work and closes the files, whoever still holds the account; what comes late is refused. Begins at once, and is
    /// over when what is returned is.
    pub(crate) fn end(&self) -> JoinHandle<()> {
        self.abort();
        self.store.begin_closing();
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.close())
    }

    /// As [`Active::end`], and over: the files are closed, and no change of key is under way unless the keyring keeps it
    /// waiting.
    pub(crate) async fn ended(&self) {
        if self.end().await.is_err() {
            tracing::error!("the files could not be closed in order");
        }
        if tokio::time::timeout(KEYRING, self.keys.lock()).await.is_err() {
            tracing::warn!("a change of key still waits for the keyring");
        }
    }

    fn abort(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.stagings.clear();
        self.downloads.stop_all();
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }
}
