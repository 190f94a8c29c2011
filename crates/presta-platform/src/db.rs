//! The platform's own SQLite file: one writer, a few readers, blocking work off the async threads.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

use crate::{hub::Hub, problem::Problem, store::changes::Tx};

const READERS: usize = 4;
const STATEMENTS: usize = 128;
/// The tables, by domain.
const SCHEMA: &[&str] = &[
    include_str!("store/schema/core.sql"),
    include_str!("store/schema/mails.sql"),
    include_str!("store/schema/attachments.sql"),
    include_str!("store/schema/contracts.sql"),
    include_str!("store/schema/invitations.sql"),
    include_str!("store/schema/decisions.sql"),
    include_str!("store/schema/reports.sql"),
    include_str!("store/schema/people.sql"),
    include_str!("store/schema/uploads.sql"),
    include_str!("store/schema/contests.sql"),
    include_str!("store/schema/privacy.sql"),
];
/// What files made before lack, oldest first; `user_version` of a file counts those it has. A new file has them all
/// by [`SCHEMA`].
const UPGRADES: &[&str] = &[include_str!("store/schema/upgrade_1.sql")];
/// Written last when a file is made; a file without it was never served and is made again.
const READY: &str = "ready";

/// The connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    gate: Semaphore,
}

/// Whether the file in a directory can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or a file whose making was cut short.
    Nothing,
    /// A complete one.
    Complete,
}

/// Looks at `path` without changing it.
#[must_use]
pub fn inspect(path: &Path) -> Found {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return Found::Nothing };
    let ready = connection.query_row("SELECT 1 FROM meta WHERE name = ?1", [READY], |row| row.get::<_, i64>(0)).is_ok();
    if ready { Found::Complete } else { Found::Nothing }
}

/// Makes a new file at `path` and fills it by `fill`, without the cost of durability on the way.
///
/// # Errors
/// When the file cannot be written, or `fill` fails.
pub fn create(path: &Path, fill: impl FnOnce(&mut Connection) -> Result<(), Problem>) -> Result<(), Problem> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Problem::Internal(format!("removing an unfinished file: {error}")));
            }
            _ => {}
        }
    }
    let mut connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    for tables in SCHEMA {
        connection.execute_batch(tables)?;
    }
    connection.pragma_update(None, "user_version", version())?;
    fill(&mut connection)?;
    connection.execute_batch(
        "PRAGMA analysis_limit = 4000; ANALYZE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    )?;
    connection.execute("INSERT INTO meta (name, value) VALUES (?1, '1')", [READY])?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

fn tune(connection: &Connection) -> Result<(), Problem> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;
         PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824;",
    )?;
    Ok(())
}

/// Brings a file made before to today's tables, in one transaction.
fn upgrade(connection: &mut Connection) -> Result<(), Problem> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let has: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (step, text) in (1..).zip(UPGRADES) {
        if step > has {
            tx.execute_batch(text)?;
            tx.pragma_update(None, "user_version", step)?;
        }
    }
    Ok(tx.commit()?)
}

/// The `user_version` of a new file.
fn version() -> u32 {
    u32::try_from(UPGRADES.len()).unwrap_or(u32::MAX)
}

impl Db {
    /// Opens a complete file, and brings one made before to today's tables.
    ///
    /// # Errors
    /// When SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let mut writer = Connection::open(path)?;
        tune(&writer)?;
        upgrade(&mut writer)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = Connection::open(path)?;
            tune(&reader)?;
            reader.execute_batch("PRAGMA query_only = ON;")?;
            readers.push(reader);
        }
        let inner = Inner { writer: Mutex::new(writer), readers: Mutex::new(readers), gate: Semaphore::new(READERS) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs `work` on a reader, in one transaction: all it reads is of one moment.
    ///
    /// # Errors
    /// What `work` answers, or a database error.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let _permit = self.inner.gate.acquire().await.map_err(|_| Problem::Unavailable)?;
        let run = move || {
            let mut reader = lock(&inner.readers).pop().ok_or(Problem::Unavailable)?;
            let result = in_snapshot(&mut reader, work);
            lock(&inner.readers).push(reader);
            result
        };
        tokio::task::spawn_blocking(run).await.map_err(broken)?
    }

    /// Runs `work` in one immediate transaction; what it logged is told to `hub` after COMMIT.
    ///
    /// # Errors
    /// What `work` answers, after a rollback, or a database error.
    pub async fn write<T, F>(&self, hub: &Hub, now: i64, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let hub = hub.clone();
        let run = move || {
            let mut writer = lock(&inner.writer);
            let sql = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut tx = Tx::new(sql, now);
            let value = work(&mut tx)?;
            for notice in tx.commit()? {
                hub.send(notice);
            }
            Ok(value)
        };
        tokio::task::spawn_blocking(run).await.map_err(broken)?
    }
}

/// A reader is lost when `work` panics: the next one opens none, so the panic is kept inside.
fn in_snapshot<T>(reader: &mut Connection, work: impl FnOnce(&Connection) -> Result<T, Problem>) -> Result<T, Problem> {
    let sql = reader.transaction()?;
    let run = std::panic::AssertUnwindSafe(|| work(&sql));
    std::panic::catch_unwind(run).unwrap_or_else(|_| Err(Problem::Internal("a read panicked".to_owned())))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn broken(error: tokio::task::JoinError) -> Problem {
    Problem::Internal(format!("blocking work: {error}"))
}
