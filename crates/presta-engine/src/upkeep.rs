//! Background work on the files: indexing on the second core, checks, and what is kept of the market.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use presta_store::health::{CHECKED_AT, Check};
use presta_store::outbox::Failure;
use presta_store::{Error as StoreError, Progress, Store, setting, sync_state};
use tokio::sync::Notify;

use crate::status::Indexing;
use crate::{Active, Error};

/// Rows indexed in one go. Every batch becomes a segment, and small ones are merged again and again.
const BATCH: u32 = 8_000;
/// After so many rows, all at once or little by little, the index's segments are joined.
const OPTIMIZE_AFTER: u64 = 20_000;
/// After so many projects went at once they are joined too: the room of what went is asked for. After so many rows went,
/// the words that they alone had go with the next joining.
const OPTIMIZE_AFTER_GONE: u64 = 1_000;
/// A window that shows hits reads them again after so many more rows.
const TELL_EVERY: u64 = 10_000;
/// How long a check may read; what it has not read by then is read another day.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is kept is looked at so often, beside after each full sync.
const EVERY: Duration = Duration::from_secs(6 * 3600);
/// While the disk takes nothing it is asked again so often.
const PROBE: Duration = Duration::from_secs(5);
/// When room was last found again, in ms since 1970.
const ROOM_AT: &str = "room_at";
/// A failed attempt is made again after so long.
const AGAIN: Duration = Duration::from_secs(30);

/// What wakes the background work.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    /// Rows were written: there may be something to index.
    pub(crate) index: Notify,
    /// Look at the files.
    pub(crate) look: Notify,
    /// A read or write said that a file is damaged.
    pub(crate) suspect: AtomicBool,
    /// The disk refused something.
    probe: Notify,
    /// Rows indexed since the index's segments were joined.
    unjoined: AtomicU64,
    /// Rows that went since the words of the index were looked through.
    gone: AtomicU64,
}

impl Active {
    /// Notes what a failed read or write says of the disk, so that the window tells it and nothing goes on as if it had
    /// worked.
    pub(crate) fn note_storage(&self, error: &Error) {
        let Error::Store(error) = error else { return };
        match error {
            StoreError::DiskFailed(_) => self.store.refuse_writes(),
            StoreError::Corrupt(_) | StoreError::Index(_) => {
                self.upkeep.suspect.store(true, Ordering::Relaxed);
                self.upkeep.look.notify_one();
                return;
            }
            StoreError::DiskFull | StoreError::ReadOnly(_) => {}
            _ => return,
        }
        let failure = Failure::new(error.code());
        self.set_status(|status| status.storage_error = Some(failure));
        self.upkeep.probe.notify_one();
    }

    /// After a write that worked: there may be something to index. It does not mean that the disk has room: a little fits
    /// where the log has been before.
    pub(crate) fn note_written(&self) {
        self.upkeep.index.notify_one();
        // The write holds, but the disk failed at what comes after it: no other will be taken.
        if self.store.has_failed() {
            let failure = Failure::new(StoreError::DiskFailed(String::new()).code());
            self.set_status(|status| status.storage_error = Some(failure));
        }
    }

    /// Drops the words that no row has any more. What comes meanwhile is indexed in between.
    pub(crate) async fn drop_words(&self) -> Result<(), Error> {
        let mut after = Some(String::new());
        while let Some(word) = after {
            after = self.on_store(move |store| store.drop_words(&word)).await?;
            if self.on_store(|store| store.index_step(BATCH)).await?.indexed > 0 {
                self.bus.touch(["search"]);
            }
        }
        self.upkeep.gone.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Runs a piece of work on the files on a blocking thread.
    pub(crate) async fn on_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await.map_err(|_| Error::Interrupted)?;
        done.map_err(Error::from).inspect_err(|error| self.note_storage(error))
    }
}

/// Indexes whatever waits, for as long as the account is open.
pub(crate) async fn index(active: Arc<Active>) {
    loop {
        let again = match catch_up(&active).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "indexing waits");
                AGAIN
            }
        };
        let _ = tokio::time::timeout(again, active.upkeep.index.notified()).await;
    }
}

async fn catch_up(active: &Active) -> Result<(), Error> {
    let (mut done, mut told) = (0, 0);
    loop {
        let Progress { indexed, gone, pending } = active.on_store(|store| store.index_step(BATCH)).await?;
        done += indexed;
        active.upkeep.gone.fetch_add(gone, Ordering::Relaxed);
        let backlog = done + pending > u64::from(BATCH);
        active.set_status(|status| {
            status.indexing = (backlog && pending > 0).then_some(Indexing { done, total: done + pending });
        });
        if indexed == 0 || pending == 0 || done - told >= TELL_EVERY {
            if done > told {
                active.bus.touch(["search"]);
            }
            told = done;
        }
        if indexed == 0 {
            break;
        }
    }
    let unjoined = active.upkeep.unjoined.fetch_add(done, Ordering::Relaxed).saturating_add(done);
    if unjoined >= OPTIMIZE_AFTER {
        if active.upkeep.gone.load(Ordering::Relaxed) >= OPTIMIZE_AFTER_GONE {
            active.drop_words().await?;
        }
        active.on_store(Store::optimize_index).await?;
        active.upkeep.unjoined.store(0, Ordering::Relaxed);
    }
    Ok(())
}

/// While the disk takes nothing, asks it again for as long as the account is open; what waited goes on by itself then. A
/// disk that failed is not asked: nothing more is written to it.
pub(crate) async fn watch_room(active: Arc<Active>) {
    loop {
        let troubled = active.status.borrow().storage_error.is_some();
        if troubled && !active.store.is_refused() {
            if let Err(error) = find_room(&active).await {
                tracing::debug!(%error, "the disk takes nothing yet");
            }
            tokio::time::sleep(PROBE).await;
        } else {
            active.upkeep.probe.notified().await;
        }
    }
}

async fn find_room(active: &Active) -> Result<(), Error> {
    active.on_store(Store::find_room).await?;
    let now = active.clock.now_ms();
    active.write(move |tx| Ok(setting::set(tx, ROOM_AT, &now)?)).await?;
    active.set_status(|status| status.storage_error = None);
    tracing::info!("the disk takes what is written again");
    active.sync_now();
    Ok(())
}

/// Checks and tidies for as long as the account is open. Ends when the database is damaged: it is marked then, and the
/// next opening sets it aside.
pub(crate) async fn look_after(active: Arc<Active>) {
    loop {
        match look(&active).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the files could not be looked after"),
        }
        let _ = tokio::time::timeout(EVERY, active.upkeep.look.notified()).await;
    }
}

/// True when the database is damaged.
async fn look(active: &Active) -> Result<bool, Error> {
    let now = active.clock.now_ms();
    let suspect = active.upkeep.suspect.swap(false, Ordering::Relaxed);
    if suspect || active.on_store(move |store| store.check_due(now)).await? {
        match active.on_store(|store| store.check(PATIENCE)).await? {
            Check::Damaged(why) => {
                tracing::error!(%why, "the database is damaged");
                active.on_store(Store::mark_damaged).await?;
                return Ok(true);
            }
            Check::Sound => {
                if let Some(why) = active.on_store(Store::check_index).await? {
                    tracing::warn!(%why, "the search index is broken and is made anew");
                    active.reindex().await?;
                }
                active.write(move |tx| Ok(setting::set(tx, CHECKED_AT, &now)?)).await?;
            }
            Check::Unfinished => tracing::info!("the check of the database took too long and goes on another day"),
        }
    }
    let gone = active.on_store(move |store| store.retain(now)).await?;
    if gone > 0 {
        tracing::info!(projects = gone, "projects beyond the limits were dropped");
        if gone >= OPTIMIZE_AFTER_GONE {
            active.upkeep.unjoined.fetch_add(OPTIMIZE_AFTER, Ordering::Relaxed);
        }
        active.upkeep.index.notify_one();
    }
    // Making a file smaller keeps the sync from writing, so it waits until all is fetched; a full sync calls again at its end.
    let fetched = active
        .read(
            |connection| Ok(sync_state::changes(connection)?.is_some() && sync_state::snapshot(connection)?.is_none()),
        )
        .await?;
    if fetched {
        active.on_store(|store| store.tidy(false)).await?;
    }
    Ok(false)
}
