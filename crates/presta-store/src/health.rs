//! Looks after the files: checks, figures, and giving freed space back.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use ts_rs::TS;

use crate::connection::lock;
use crate::file::{self, Access};
use crate::index_file::SEARCH_FILE;
use crate::signals::PROGRESS_STEPS;
use crate::{Error, Key, Store, setting, sync_state};

/// The setting that says when the file was last checked, in ms since 1970.
pub const CHECKED_AT: &str = "checked-at";

/// A check of a file that was clean is good for so long, in ms, while runs end in order.
const CHECK_EVERY_MS: i64 = 86_400_000;
/// From this share of free pages on (1 in 4) the file is made smaller.
const FREE_SHARE: i64 = 4;

/// What a check of the database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Nothing wrong.
    Sound,
    /// What is wrong.
    Damaged(String),
    /// There was not time enough to read it all.
    Unfinished,
}

/// What there is to know of an account's files. It holds no text of the person's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct Doctor {
    /// Number of the schema.
    pub schema: i64,
    /// Version of SQLCipher.
    pub cipher: String,
    /// What is wrong with the database; `None` when it is sound. With damage nothing else here is filled in.
    pub database_problem: Option<String>,
    /// What is wrong with the search index; `None` when it is sound.
    pub index_problem: Option<String>,
    /// Whether the last run ended in order.
    pub closed_cleanly: bool,
    /// Rows of each table.
    pub tables: Vec<Count>,
    /// Acts of the queue by state.
    pub queue: Vec<Count>,
    /// Rows that wait to be indexed.
    pub index_pending: u64,
    /// When the cache was last known to be up to date, in ms since 1970.
    pub as_of: Option<i64>,
    /// Whether a full sync is not finished.
    pub syncing_in_full: bool,
    /// Sizes.
    pub sizes: Sizes,
}

/// A name and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Count {
    /// Table or state.
    pub name: String,
    /// How many.
    pub rows: u64,
}

/// Sizes on the disk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct Sizes {
    /// The cache, less its free pages.
    pub cache: u64,
    /// The search index.
    pub search: u64,
    /// Free pages of the cache: given back by tidying up.
    pub free: u64,
    /// The write-ahead logs.
    pub logs: u64,
}

impl Sizes {
    /// What the rows and their index take.
    pub fn used(&self) -> u64 {
        self.cache + self.search
    }
}

impl Store {
    /// Whether the database is due for a check at `now`: not within a day of the last one, unless the last run was cut
    /// short.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn check_due(&self, now: i64) -> Result<bool, Error> {
        if !self.inner.closed_cleanly {
            return Ok(true);
        }
        let last: Option<i64> = self.read(|connection| setting::get(connection, CHECKED_AT))?;
        Ok(last.is_none_or(|last| now - last > CHECK_EVERY_MS || last > now))
    }

    /// Reads every page of the database, whose codes SQLCipher verifies, for at most `patience`. It gives way to who
    /// replaces a file, and is unfinished then.
    ///
    /// # Errors
    /// When the disk fails or the file is busy, which is not damage.
    pub fn check(&self, patience: Duration) -> Result<Check, Error> {
        let _shared = self.share();
        if self.is_closed() {
            return Err(Error::Closed);
        }
        let key = lock(&self.inner.key).clone();
        let signals = Arc::clone(&self.inner.signals);
        check_file(&self.inner.path, &key, patience, move || signals.give_way())
    }

    /// Everything there is to know of the files, after reading all of them.
    ///
    /// # Errors
    /// When they cannot be read at all.
    pub fn doctor(&self) -> Result<Doctor, Error> {
        let database_problem = match self.check(Duration::from_secs(600))? {
            Check::Damaged(said) => Some(said),
            _ => None,
        };
        if let Some(problem) = database_problem {
            // Its rows cannot be counted; what can be read of it is taken over at the next opening.
            return Ok(Doctor { database_problem: Some(problem), ..Doctor::default() });
        }
        let index_problem = self.check_index()?;
        let index_pending = self.index_pending()?;
        let sizes = self.sizes()?;
        let closed_cleanly = self.inner.closed_cleanly;
        self.read(|connection| {
            let changes = sync_state::changes(connection)?;
            Ok(Doctor {
                schema: connection.query_row("PRAGMA user_version", [], |row| row.get(0))?,
                cipher: connection.query_row("PRAGMA cipher_version", [], |row| row.get(0))?,
                database_problem,
                index_problem,
                closed_cleanly,
                tables: tables(connection)?,
                queue: counts(connection, "SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state")?,
                index_pending,
                as_of: changes.map(|changes| changes.as_of),
                syncing_in_full: sync_state::snapshot(connection)?.is_some(),
                sizes,
            })
        })
    }

    /// How large everything is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sizes(&self) -> Result<Sizes, Error> {
        let search = self.inner.path.with_file_name(SEARCH_FILE);
        let size = |path: &Path| path.metadata().map_or(0, |file| file.len());
        let logs = size(&file::wal(&self.inner.path)) + size(&file::wal(&search));
        self.read(|connection| {
            let (used, free) = pages(connection, "main")?;
            let (search, _) = pages(connection, "search")?;
            Ok(Sizes { cache: used, search, free, logs })
        })
    }

    /// Gives free pages back to the disk when they are more than a quarter of the file, or in any case when `always`.
    /// Run it when nothing else is going on: an old file is copied once.
    ///
    /// # Errors
    /// When the file cannot be written, for example for want of room.
    pub fn tidy(&self, always: bool) -> Result<(), Error> {
        let sizes = self.sizes()?;
        let share = i64::try_from(sizes.free).unwrap_or(i64::MAX).saturating_mul(FREE_SHARE);
        if !always && share <= i64::try_from(sizes.cache + sizes.free).unwrap_or(i64::MAX) {
            return Ok(());
        }
        let mut writer = lock(&self.inner.writer);
        self.writable()?;
        let signals = Arc::clone(&self.inner.signals);
        writer.progress_handler(PROGRESS_STEPS, Some(move || signals.is_closed()))?;
        let tidied = make_small(&writer);
        writer.progress_handler(0, None::<fn() -> bool>)?;
        tidied?;
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

fn make_small(connection: &Connection) -> Result<(), Error> {
    let incremental: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    if incremental == 2 {
        return give_back(connection);
    }
    Ok(connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM")?)
}

/// Reads every page of the file at `path`, of which `key` is known to be the key, until `patience` or `enough` ends it.
pub(crate) fn check_file(
    path: &Path,
    key: &Key,
    patience: Duration,
    enough: impl Fn() -> bool + Send + 'static,
) -> Result<Check, Error> {
    let until = Instant::now() + patience;
    let checked = file::connect(path, key, Access::Existing).and_then(|mut connection| {
        connection.progress_handler(PROGRESS_STEPS, Some(move || enough() || Instant::now() > until))?;
        Ok(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?)
    });
    match checked {
        Ok(said) if said == "ok" => Ok(Check::Sound),
        Ok(said) => Ok(Check::Damaged(said)),
        Err(error) if error.is_interrupted() => Ok(Check::Unfinished),
        Err(error) if says_damage(&error) => Ok(Check::Damaged(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Whether an error met in reading all of a file means that it is broken. SQLCipher has several words for a page whose code
/// does not match; what SQLite says of other users, of memory and of itself is not among them.
pub(crate) fn says_damage(error: &Error) -> bool {
    use rusqlite::ErrorCode::{
        ApiMisuse, DatabaseBusy, DatabaseLocked, OperationInterrupted, OutOfMemory, SchemaChanged,
    };
    match error {
        Error::Corrupt(_) | Error::WrongKey => true,
        Error::Sqlite(error) => error.sqlite_error_code().is_some_and(|code| {
            !matches!(
                code,
                ApiMisuse | DatabaseBusy | DatabaseLocked | OperationInterrupted | OutOfMemory | SchemaChanged
            )
        }),
        _ => false,
    }
}

/// Takes free pages off the end of the file; each step of the statement takes one.
pub(crate) fn give_back(connection: &Connection) -> Result<(), Error> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut steps = statement.query([])?;
    while steps.next()?.is_some() {}
    Ok(())
}

/// Bytes in use and free of a schema's file.
pub(crate) fn pages(connection: &Connection, schema: &str) -> Result<(u64, u64), Error> {
    let pragma = |name: &str| -> Result<u64, Error> {
        let value: Value = connection.query_row(&format!("PRAGMA {schema}.{name}"), [], |row| row.get(0))?;
        Ok(match value {
            Value::Integer(value) => u64::try_from(value).unwrap_or(0),
            // SQLCipher answers for the page size itself, with text.
            Value::Text(value) => value.parse().unwrap_or(0),
            _ => 0,
        })
    };
    let (count, free, size) = (pragma("page_count")?, pragma("freelist_count")?, pragma("page_size")?);
    Ok((count.saturating_sub(free) * size, free * size))
}

fn tables(connection: &Connection) -> Result<Vec<Count>, Error> {
    let mut statement = connection.prepare(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|name| {
            let rows: Option<i64> =
                connection.query_row(&format!("SELECT count(*) FROM main.{name}"), [], |row| row.get(0)).optional()?;
            Ok(Count { name, rows: u64::try_from(rows.unwrap_or(0)).unwrap_or(0) })
        })
        .collect()
}

fn counts(connection: &Connection, sql: &str) -> Result<Vec<Count>, Error> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| row.map(|(name, rows)| Count { name, rows: u64::try_from(rows).unwrap_or(0) }).map_err(Error::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::says_damage;
    use crate::Error;

    /// Each a reason to try again, and none to set a sound file aside.
    #[test]
    fn a_busy_file_is_not_a_damaged_one() {
        let error = |code| Error::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_LOCKED,
            ffi::SQLITE_NOMEM,
            ffi::SQLITE_SCHEMA,
            ffi::SQLITE_MISUSE,
            ffi::SQLITE_INTERRUPT,
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
        ] {
            assert!(!says_damage(&error(code)), "{code}");
        }
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB, ffi::SQLITE_ERROR] {
            assert!(says_damage(&error(code)), "{code}");
        }
    }
}
