//! Connections to an encrypted file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::{Error, Key};

/// How long the lock of another connection is waited for.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Whether a file may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Make it when it is not there.
    Create,
    /// It must be there.
    Existing,
}

/// Opens a file with its raw key. The first read, where a wrong key shows, is done here.
pub(crate) fn connect(path: &Path, key: &Key, access: Access) -> Result<Connection, Error> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if access == Access::Create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    initialise()?;
    let connection = Connection::open_with_flags(path, flags)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", key.expose()));
    connection.execute_batch(&pragma)?;
    connection.execute_batch(
        "PRAGMA cipher_memory_security = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if access == Access::Create {
        if objects == 0 {
            // Only before the first table: pages that retention frees can then be given back without a copy.
            connection.pragma_update(None, "auto_vacuum", "incremental")?;
        }
        connection.pragma_update(None, "journal_mode", "wal")?;
    }
    Ok(connection)
}

/// Makes the first connection of the process alone. SQLite says that it is ready before `SQLITE_EXTRA_INIT` has run, in which
/// SQLCipher registers its functions: a thread that opens at that moment gets a connection without `sqlcipher_export`.
fn initialise() -> Result<(), Error> {
    static READY: Mutex<bool> = Mutex::new(false);
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if !*ready {
        drop(Connection::open_in_memory()?);
        *ready = true;
    }
    Ok(())
}

/// Attaches the index to a reader, as `search`.
pub(crate) fn attach_search(connection: &Connection, search: &Path, key: &Key) -> Result<(), Error> {
    let path = search.to_str().ok_or_else(|| Error::ReadOnly("the path is not Unicode".to_owned()))?;
    let attach = Zeroizing::new(format!("ATTACH DATABASE ?1 AS search KEY \"x'{}'\"", key.expose()));
    connection.execute(&attach, [path])?;
    // By default an attached file has 2 MB of pages: less than a ranked search reads, which each time would decrypt the rest.
    connection.execute_batch("PRAGMA search.cache_size = -16000;")?;
    connection.query_row("SELECT count(*) FROM search.sqlite_master", [], |_| Ok(()))?;
    Ok(())
}

/// The write-ahead log beside a database.
pub(crate) fn wal(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// A name beside a database: its own with something after it.
pub(crate) fn beside(path: &Path, after: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(after);
    path.with_file_name(name)
}

/// Removes a database with its log and shared memory.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    for file in [beside(path, "-shm"), wal(path), beside(path, "-journal"), path.to_owned()] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
