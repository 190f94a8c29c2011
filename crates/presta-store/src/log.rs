//! Emptying the write-ahead log into the database, whose failures SQLite's own checkpoints keep to themselves
//! (`sqlite3WalDefaultHook` in wal.c).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::Error;
use crate::file::wal;

/// From so many pages on the log is emptied, as by SQLite itself.
const MOST_PAGES: i32 = 1000;

/// Bytes of the log's own header, and of that of each page in it (<https://sqlite.org/fileformat2.html#the_write_ahead_log>).
const HEADER: usize = 32;
const PAGE_HEADER: u64 = 24;
/// The number of pages is not known.
const UNKNOWN: i32 = -1;

/// How many pages the log of a database holds, as its one writer was told after each COMMIT.
#[derive(Debug)]
pub(crate) struct Log {
    pages: Arc<AtomicI32>,
}

/// The log's header: another one each time the log begins anew; `None` while there is none.
pub(crate) type Header = Option<[u8; HEADER]>;

impl Default for Log {
    fn default() -> Self {
        Self { pages: Arc::new(AtomicI32::new(UNKNOWN)) }
    }
}

impl Log {
    /// From now on the log of `writer` is emptied by [`Log::empty`] alone.
    pub(crate) fn watch(&self, writer: &mut Connection) -> Result<(), Error> {
        let told = Arc::clone(&self.pages);
        // What an earlier run left; the second column is the number of pages
        // (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>).
        let left = writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1));
        self.pages.store(left.unwrap_or(UNKNOWN), Ordering::Relaxed);
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

    /// The header of the log of the database at `path`, for [`Log::cut_refused`].
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub(crate) fn header(path: &Path) -> std::io::Result<Header> {
        let mut header = [0; HEADER];
        match File::open(wal(path)).and_then(|mut log| log.read_exact(&mut header)) {
            Ok(()) => Ok(Some(header)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes off the log at `path` what a COMMIT left there whose last step the disk refused: the next start would find it
    /// whole and count it as done, after the person was told that it was not. As well as the disk lets it. `before` is the
    /// header before the transaction began.
    pub(crate) fn cut_refused(&self, path: &Path, before: std::io::Result<Header>) {
        let cut = || -> std::io::Result<()> {
            // Nothing is taken off of which it is not known that it is what was refused.
            let (before, now) = (before?, Self::header(path)?);
            let length = match (before, now) {
                // Begun anew, as it is once all of it is in the database.
                (before, now) if before != now => 0,
                (_, Some(header)) => {
                    let Ok(pages) = u64::try_from(self.pages.load(Ordering::Relaxed)) else { return Ok(()) };
                    let size = header.get(8..12).and_then(|size| size.try_into().ok()).map(u32::from_be_bytes);
                    let Some(size) = size.filter(|size| size.is_power_of_two()) else { return Ok(()) };
                    HEADER as u64 + pages * (PAGE_HEADER + u64::from(size))
                }
                _ => return Ok(()),
            };
            let log = File::options().write(true).open(wal(path))?;
            if log.metadata()?.len() > length {
                log.set_len(length)?;
                log.sync_all()?;
            }
            Ok(())
        };
        if let Err(error) = cut() {
            tracing::error!(%error, "what was refused may be found at the next start");
        }
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
