//! What this computer keeps of an account: figures, limits, check and repair on demand.

use std::sync::atomic::Ordering;

use presta_store::health::{Doctor, Sizes};
use presta_store::outbox::Failure;
use presta_store::retention::{DAYS, LEAST_MEGABYTES, RETENTION, Retention};
use presta_store::{Store, setting, sync_state};

use crate::{Active, Error};

impl Active {
    /// How large everything is.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn sizes(&self) -> Result<Sizes, Error> {
        self.on_store(Store::sizes).await
    }

    /// Sets how much is kept; it is applied in the background at once.
    ///
    /// # Errors
    /// `keep-days-out-of-range` or `max-megabytes-too-small` with the limits; nothing changes then.
    pub async fn set_retention(&self, retention: Retention) -> Result<(), Error> {
        if retention.keep_days.is_some_and(|days| !DAYS.contains(&days)) {
            let failure = Failure::new("keep-days-out-of-range").with("min", *DAYS.start()).with("max", *DAYS.end());
            return Err(Error::Refused(failure));
        }
        if retention.max_megabytes.is_some_and(|megabytes| megabytes < LEAST_MEGABYTES) {
            return Err(Error::Refused(Failure::new("max-megabytes-too-small").with("min", LEAST_MEGABYTES)));
        }
        self.write_durably(move |tx| {
            setting::set(tx, RETENTION, &retention)?;
            tx.touch("storage");
            Ok(())
        })
        .await?;
        self.upkeep.look.notify_one();
        Ok(())
    }

    /// Reads all of the files and says what is wrong. Damage of the database is dealt with in the background.
    ///
    /// # Errors
    /// When they cannot be read at all.
    pub async fn doctor(&self) -> Result<Doctor, Error> {
        let doctor = self.on_store(Store::doctor).await?;
        if doctor.database_problem.is_some() {
            self.upkeep.suspect.store(true, Ordering::Relaxed);
            self.upkeep.look.notify_one();
        }
        Ok(doctor)
    }

    /// Rows that the search cannot find yet.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn index_pending(&self) -> Result<u64, Error> {
        self.on_store(Store::index_pending).await
    }

    /// Makes the search index anew; lists go on meanwhile.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub async fn reindex(&self) -> Result<(), Error> {
        self.on_store(Store::rebuild_index).await?;
        self.upkeep.index.notify_one();
        self.bus.touch(["search"]);
        Ok(())
    }

    /// Gives freed space back to the disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn vacuum(&self) -> Result<(), Error> {
        self.on_store(|store| store.tidy(true)).await?;
        self.drop_words().await?;
        self.on_store(Store::optimize_index).await?;
        self.bus.touch(["storage"]);
        Ok(())
    }

    /// Fetches everything from the platform again; drafts, notes and the queue are not touched.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn resync(&self) -> Result<(), Error> {
        self.write(|tx| Ok(sync_state::reset(tx)?)).await?;
        self.sync_now();
        Ok(())
    }

    /// The person has read what was done about a damaged file.
    pub fn dismiss_storage_notice(&self) {
        self.set_status(|status| status.storage_notice = None);
    }

    /// Keeps a private note; one without text and tags is dropped. On the disk when this returns.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn save_note(&self, note: presta_store::note::Note) -> Result<(), Error> {
        self.write_durably(move |tx| Ok(presta_store::note::save(tx, &note)?)).await
    }
}

/// What to say of a damaged file that was set aside at opening.
pub(crate) fn recovery_notice(store: &Store) -> Option<Failure> {
    let recovery = store.recovery()?;
    let code = if recovery.incomplete { "storage-recovered-partly" } else { "storage-recovered" };
    let name = recovery.kept.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Some(Failure::new(code).with("rows", i64::try_from(recovery.rows).unwrap_or(i64::MAX)).with("file", name))
}
