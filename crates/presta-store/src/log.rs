//! Emptying the write-ahead log into the database, whose failures SQLite's own checkpoints keep to themselves
//! (`sqlite3WalDefaultHook` in wal.c).

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::Error;

/// From so many pages on the log is emptied, as by SQLite itself.
const MOST_PAGES: i32 = 1000;

/// How many pages the log of a database holds, as its one writer was told after each COMMIT.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pages: Arc<AtomicI32>,
}

impl Log {
    /// From now on the log of `writer` is emptied by [`Log::empty`] alone.
    pub(crate) fn watch(&self, writer: &mut Connection) -> Result<(), Error> {
        let told = Arc::clone(&self.pages);
        // A hook that fails would make what was committed look as if it were not.
        Ok(writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            told.store(pages, Ordering::Relaxed);
            Ok(())
        }))?)
    }

    /// Empties the log into the database when it is long, as far as readers let it. They are not waited for.
    ///
    /// # Errors
    /// When the disk does not take it; what is in the log is kept there.
    pub(crate) fn empty(&self, writer: &Connection) -> Result<(), Error> {
        if self.pages.load(Ordering::Relaxed) < MOST_PAGES {
            return Ok(());
        }
        Ok(writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }
}

/// The last connection to a database leaves its log as it is, instead of emptying it. After a failure of the disk what is
/// read from the log may not be what was written to it (Rebello et al., "Can Applications Recover from fsync Failures?",
/// USENIX ATC 2020); the next start goes by its checksums.
pub(crate) fn leave(connection: &Connection) {
    if let Err(error) = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
        tracing::warn!(%error, "the write-ahead log may be emptied at closing");
    }
}
