//! Opening the encrypted file: one writer, a few readers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

use crate::{Changed, Error, Key, Tx, migrations};

const IDLE_READERS: usize = 3;
const READER: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
const WRITER: OpenFlags = READER.union(OpenFlags::SQLITE_OPEN_CREATE);

/// Called after every COMMIT that changed something.
pub type OnCommit = dyn Fn(Changed) + Send + Sync;

/// An open database of one account. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// Every read holds it, so that none is under way while the file gets another key.
    key: RwLock<Key>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    on_commit: Box<OnCommit>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the file at `path` with a raw key, making it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::TooNew`], or why the file cannot be read or written.
    pub fn open(path: &Path, key: &Key, on_commit: impl Fn(Changed) + Send + Sync + 'static) -> Result<Self, Error> {
        let mut writer = connect(path, key, WRITER)?;
        writer.pragma_update(None, "journal_mode", "wal")?;
        migrations::migrate(&mut writer)?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                key: RwLock::new(key.clone()),
                writer: Mutex::new(writer),
                readers: Mutex::new(Vec::new()),
                on_commit: Box::new(on_commit),
            }),
        })
    }

    /// Runs a read on a connection of its own: a snapshot that no write disturbs.
    ///
    /// # Errors
    /// Those of `read`, or of opening another reader.
    pub fn read<T, E: From<Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let key = self.inner.key.read().unwrap_or_else(PoisonError::into_inner);
        let pooled = lock(&self.inner.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => connect_reader(&self.inner.path, &key)?,
        };
        let answer = read_snapshot(&connection, read);
        let mut readers = lock(&self.inner.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        answer
    }

    /// Runs a write to the cache. It is whole or not at all, and may be lost with the power in its last moments:
    /// the platform has what it wrote.
    ///
    /// # Errors
    /// Those of `write`; nothing is kept then.
    pub fn write<T, E: From<Error>>(&self, write: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.commit("NORMAL", write)
    }

    /// Runs a write of the person's own acts: on the disk when this returns.
    ///
    /// # Errors
    /// Those of `write`; nothing is kept then.
    pub fn write_durably<T, E: From<Error>>(&self, write: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.commit("FULL", write)
    }

    /// Gives the file another key; reads and writes wait meanwhile. One transaction: a kill leaves a file that opens with
    /// the key before or with `new`, so keep both until this returns.
    ///
    /// # Errors
    /// When the file cannot be rewritten: it has the key it had then.
    pub fn rekey(&self, new: &Key) -> Result<(), Error> {
        let mut writer = lock(&self.inner.writer);
        let mut key = self.inner.key.write().unwrap_or_else(PoisonError::into_inner);
        lock(&self.inner.readers).clear();
        writer.pragma_update(None, "synchronous", "FULL")?;
        let pragma = Zeroizing::new(format!("PRAGMA rekey = \"x'{}'\"", new.expose()));
        // The pragma does not tell every failure; whether the file opens does.
        let rewritten = writer.execute_batch(&pragma).map_err(Error::from).and_then(|()| {
            let reader = connect_reader(&self.inner.path, new)?;
            lock(&self.inner.readers).push(reader);
            Ok(())
        });
        match rewritten {
            Ok(()) => {
                *key = new.clone();
                // What the old key wrote leaves the disk with the log it is in.
                writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
                Ok(())
            }
            Err(error) => {
                // The connection that failed half way would write with the new key.
                writer.pragma_update(None, "query_only", true)?;
                *writer = connect(&self.inner.path, &key, WRITER & !OpenFlags::SQLITE_OPEN_CREATE)?;
                Err(error)
            }
        }
    }

    /// Reads from the file at `path` without bringing it up to date, for a look at an account that is not in use.
    ///
    /// # Errors
    /// [`Error::WrongKey`], why the file cannot be read, or those of `read`.
    pub fn glance<T>(path: &Path, key: &Key, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        read_snapshot(&connect_reader(path, key)?, read)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    fn commit<T, E: From<Error>>(
        &self,
        synchronous: &str,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (answer, changed) = {
            let mut writer = lock(&self.inner.writer);
            writer.pragma_update(None, "synchronous", synchronous).map_err(Error::from)?;
            let inner = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
            let mut tx = Tx { inner, changed: Changed::default() };
            let answer = write(&mut tx)?;
            let Tx { inner, changed } = tx;
            inner.commit().map_err(Error::from)?;
            (answer, changed)
        };
        if !changed.is_empty() {
            (self.inner.on_commit)(changed);
        }
        Ok(answer)
    }
}

/// Runs `read` inside one read transaction, so that its statements see the same state.
fn read_snapshot<T, E: From<Error>>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let tx = connection.unchecked_transaction().map_err(Error::from)?;
    let answer = read(&tx);
    tx.finish().map_err(Error::from)?;
    answer
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect_reader(path: &Path, key: &Key) -> Result<Connection, Error> {
    let connection = connect(path, key, READER)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", key.expose()));
    connection.execute_batch(&pragma)?;
    connection.execute_batch(
        "PRAGMA cipher_memory_security = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16000;
         PRAGMA busy_timeout = 5000;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    // The first read is where a wrong key shows.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(connection)
}
