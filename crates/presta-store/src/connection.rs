//! An open account: one writer, a few readers, and the file with the full-text index.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, TransactionBehavior};

use crate::file::{self, Access};
use crate::index_file::{self, SEARCH_FILE};
use crate::salvage::{self, Recovery};
use crate::{Changed, Error, Key, Tx, migrations, rekey};

const IDLE_READERS: usize = 3;
/// A write-ahead log beyond this many bytes is emptied into the database before the next write, which waits for readers.
const WAL_LIMIT: u64 = 64 << 20;

/// Called after every COMMIT that changed something.
pub type OnCommit = dyn Fn(Changed) + Send + Sync;

/// An open database of one account. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// Locks are taken in the order in which they stand here.
pub(crate) struct Inner {
    pub(crate) path: PathBuf,
    /// The indexer's own connection to search.db; `None` once indexing was stopped.
    pub(crate) search: Mutex<Option<Connection>>,
    pub(crate) stopped: AtomicBool,
    /// Shared by readers; taken alone by what replaces a file.
    pub(crate) gate: RwLock<()>,
    pub(crate) writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    pub(crate) key: Mutex<Key>,
    /// The disk failed: nothing is written any more.
    failed: AtomicBool,
    /// Whether the last run ended in order.
    pub(crate) closed_cleanly: bool,
    pub(crate) recovery: Option<Recovery>,
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
    /// A damaged file is set aside under another name, a new one is made, and what only this computer had (queue,
    /// drafts, notes, settings) is taken over row by row: see [`Store::recovery`].
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::TooNew`], or why the file cannot be read or written.
    pub fn open(path: &Path, key: &Key, on_commit: impl Fn(Changed) + Send + Sync + 'static) -> Result<Self, Error> {
        salvage::set_aside_marked(path)?;
        // What a kill left of a change of key.
        file::remove(&file::beside(path, rekey::COPY))?;
        let closed_cleanly = !file::wal(path).metadata().is_ok_and(|wal| wal.len() > 0);
        let mut writer = match open_writer(path, key) {
            Err(Error::Corrupt(why)) => {
                tracing::error!(%why, "the database is damaged and is set aside");
                salvage::mark(path)?;
                salvage::set_aside_marked(path)?;
                open_writer(path, key)?
            }
            opened => opened?,
        };
        let recovery = salvage::take_over(path, key, &mut writer)?;
        let search = index_file::open(&path.with_file_name(SEARCH_FILE), key, &mut writer)?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                search: Mutex::new(Some(search)),
                stopped: AtomicBool::new(false),
                gate: RwLock::new(()),
                writer: Mutex::new(writer),
                readers: Mutex::default(),
                key: Mutex::new(key.clone()),
                failed: AtomicBool::new(false),
                closed_cleanly,
                recovery,
                on_commit: Box::new(on_commit),
            }),
        })
    }

    /// Runs a read on a connection of its own: a snapshot that no write disturbs.
    ///
    /// # Errors
    /// Those of `read`, or of opening another reader.
    pub fn read<T, E: From<Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let connection = match self.reader() {
            Err(Error::Index(why)) => {
                // The index file was taken away or swapped: a new one is made, and filled in the background.
                tracing::warn!(%why, "the search index is made anew");
                self.rebuild_index()?;
                self.reader()?
            }
            opened => opened?,
        };
        self.read_on(connection, read)
    }

    /// Reads without making the index anew: for who holds [`Inner::search`] already.
    pub(crate) fn read_only<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.read_on(self.reader()?, read)
    }

    fn read_on<T, E: From<Error>>(
        &self,
        connection: Connection,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let _shared = self.inner.gate.read().unwrap_or_else(PoisonError::into_inner);
        let answer = read_snapshot(&connection, read);
        let mut readers = lock(&self.inner.readers);
        // SQLCipher refuses everything on a connection that has met a broken page.
        if answer.is_ok() && readers.len() < IDLE_READERS {
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

    /// Reads from the file at `path` without bringing it up to date, for a look at an account that is not in use.
    ///
    /// # Errors
    /// [`Error::WrongKey`], why the file cannot be read, or those of `read`.
    pub fn glance<T>(path: &Path, key: &Key, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let connection = file::connect(path, key, Access::Existing)?;
        connection.pragma_update(None, "query_only", true)?;
        read_snapshot(&connection, read)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What was done at opening about a damaged file.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.inner.recovery.as_ref()
    }

    /// After a failure of the disk nothing more is written until the next start: what was written last may be lost.
    pub fn refuse_writes(&self) {
        self.inner.failed.store(true, Ordering::Relaxed);
    }

    /// Notes that the file is damaged: the next opening sets it aside and takes over what can be read.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub fn mark_damaged(&self) -> Result<(), Error> {
        self.refuse_writes();
        salvage::mark(&self.inner.path)
    }

    /// Closes idle readers, so that a file can be replaced. Only while [`Inner::gate`] is taken alone.
    pub(crate) fn drop_readers(&self) {
        lock(&self.inner.readers).clear();
    }

    fn reader(&self) -> Result<Connection, Error> {
        let _shared = self.inner.gate.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = lock(&self.inner.readers).pop() {
            return Ok(connection);
        }
        let key = lock(&self.inner.key).clone();
        let connection = file::connect(&self.inner.path, &key, Access::Existing)?;
        file::attach_search(&connection, &self.inner.path.with_file_name(SEARCH_FILE), &key)
            .map_err(|error| Error::Index(error.to_string()))?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn commit<T, E: From<Error>>(
        &self,
        synchronous: &str,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.inner.failed.load(Ordering::Relaxed) {
            return Err(Error::DiskFailed("an earlier write failed".to_owned()).into());
        }
        let (answer, changed) = {
            let mut writer = lock(&self.inner.writer);
            self.keep_wal_small(&writer);
            writer.pragma_update(None, "synchronous", synchronous).map_err(Error::from)?;
            let inner = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
            let mut tx = Tx { inner, changed: Changed::default() };
            let answer = write(&mut tx)?;
            let Tx { inner, changed } = tx;
            inner.commit().map_err(Error::from).inspect_err(|error| {
                if matches!(error, Error::DiskFailed(_)) {
                    self.refuse_writes();
                }
            })?;
            (answer, changed)
        };
        if !changed.is_empty() {
            (self.inner.on_commit)(changed);
        }
        Ok(answer)
    }

    /// Automatic checkpoints cannot restart the log while readers follow each other; a log that grew is emptied here,
    /// which waits for them.
    fn keep_wal_small(&self, writer: &Connection) {
        if file::wal(&self.inner.path).metadata().is_ok_and(|wal| wal.len() > WAL_LIMIT)
            && let Err(error) = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
    }
}

fn open_writer(path: &Path, key: &Key) -> Result<Connection, Error> {
    let mut writer = file::connect(path, key, Access::Create)?;
    migrations::migrate(&mut writer)?;
    Ok(writer)
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

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
