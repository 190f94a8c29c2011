//! An open account: one writer, a few readers, and the file with the full-text index.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::file::{self, Access};
use crate::index_file::SEARCH_FILE;
use crate::lengths::{Lengths, LengthsNow};
use crate::log::{self, Log};
use crate::salvage::{self, Recovery};
use crate::signals::{PROGRESS_STEPS, Signals};
use crate::{Changed, Error, Key, Tx, durable};

const IDLE_READERS: usize = 3;
/// What a disk that was full must take, in bytes, before it counts as having room.
const ROOM: usize = 256 * 1024;
/// A write-ahead log beyond this many bytes is emptied into the database before the next write, which waits for readers.
const WAL_LIMIT: u64 = 64 << 20;
/// A log that somebody's reading kept from being emptied is tried again after so many bytes: the next write, a keystroke
/// perhaps, would only wait too.
const WAL_STEP: u64 = 8 << 20;

/// What a disk that fails answers (errno(3)); `std` has no kind for it.
const EIO: i32 = 5;

/// How long readings in the way of emptying the log are waited for.
const READER_PATIENCE: Duration = Duration::from_secs(2);

/// While it is held nobody reads.
type Alone<'a> = (RwLockWriteGuard<'a, ()>, RwLockWriteGuard<'a, ()>);

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
    /// Shared by readings that last: who replaces a file waits for them here, where others do not wait for it.
    pub(crate) long: RwLock<()>,
    /// Shared by readers; taken alone by what replaces a file.
    pub(crate) gate: RwLock<()>,
    pub(crate) writer: Mutex<Connection>,
    pub(crate) readers: Mutex<Vec<Connection>>,
    pub(crate) key: Mutex<Key>,
    /// What ends work early.
    pub(crate) signals: Arc<Signals>,
    /// Nothing is written any more: the disk failed, or the file is damaged.
    pub(crate) refused: AtomicBool,
    /// The disk failed.
    pub(crate) failed: AtomicBool,
    pub(crate) log: Log,
    /// The size of the log when it last could not be emptied, in bytes; 0 once it could.
    pub(crate) wal_tried_at: Mutex<u64>,
    /// Opened beside another process: nothing is written.
    pub(crate) beside: bool,
    /// Whether the last run ended in order.
    pub(crate) closed_cleanly: bool,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) lengths: Arc<Lengths>,
    pub(crate) on_commit: Box<OnCommit>,
}

impl Inner {
    /// Gives a connection up. After a failure of the disk its closing writes nothing either.
    pub(crate) fn part_with(&self, connection: Connection) {
        if self.failed.load(Ordering::Relaxed) {
            log::leave(&connection);
        }
        drop(connection);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if *self.failed.get_mut() {
            let readers = self.readers.get_mut().unwrap_or_else(PoisonError::into_inner);
            let search = self.search.get_mut().unwrap_or_else(PoisonError::into_inner);
            let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
            readers.iter().chain(search.as_ref()).chain([&*writer]).for_each(log::leave);
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Runs a read on a connection of its own: a snapshot that no write disturbs.
    ///
    /// # Errors
    /// Those of `read`, or of opening another reader.
    pub fn read<T, E: From<Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let mut shared = self.share();
        let mut reader = self.reader();
        if let Err(Error::Index(why)) = &reader {
            // The index file was taken away or swapped: a new one is made, and filled in the background.
            tracing::warn!(%why, "the search index is made anew");
            drop(shared);
            self.rebuild_index()?;
            shared = self.share();
            reader = self.reader();
        }
        self.read_on(&shared, reader?, read)
    }

    /// As [`Store::read`], for what reads as long as an export does: a key that is to change meanwhile waits for its end, and
    /// lets others read until then. The index is not made anew for it.
    ///
    /// # Errors
    /// Those of `read`, or of opening another reader.
    pub fn read_long<T, E: From<Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let _long = self.inner.long.read().unwrap_or_else(PoisonError::into_inner);
        let shared = self.share();
        self.read_on(&shared, self.reader()?, read)
    }

    /// Reads without making the index anew: for who holds [`Inner::search`] already.
    pub(crate) fn read_only<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let shared = self.share();
        self.read_on(&shared, self.reader()?, read)
    }

    /// Keeps the files from being replaced. Held from taking a reader to giving it back: a reader of a file that was
    /// replaced would answer what is no longer so.
    pub(crate) fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.inner.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody reads.
    pub(crate) fn alone(&self) -> Alone<'_> {
        let long = self.inner.long.write().unwrap_or_else(PoisonError::into_inner);
        (long, self.inner.gate.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_on<T, E: From<Error>>(
        &self,
        _shared: &RwLockReadGuard<'_, ()>,
        connection: Connection,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let answer = read_snapshot(&connection, read);
        let mut readers = lock(&self.inner.readers);
        // SQLCipher refuses everything on a connection that has met a broken page.
        if answer.is_ok() && !self.inner.beside && readers.len() < IDLE_READERS {
            readers.push(connection);
        } else {
            self.inner.part_with(connection);
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
        self.end_writes();
    }

    /// Nothing more is written until the next start.
    pub(crate) fn end_writes(&self) {
        self.inner.refused.store(true, Ordering::Relaxed);
    }

    /// Whether all writing has ended until the next start.
    pub fn is_refused(&self) -> bool {
        self.inner.refused.load(Ordering::Relaxed)
    }

    /// Whether a failure of the disk ended it.
    pub fn has_failed(&self) -> bool {
        self.inner.failed.load(Ordering::Relaxed)
    }

    /// Asks the disk for room: a file of 256 KiB beside the database, without anything in it, which is gone afterwards.
    /// The database itself may well take a little where its log has been before.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::ReadOnly`], or what else keeps the file from being written.
    pub fn find_room(&self) -> Result<(), Error> {
        self.writable()?;
        let path = self.inner.path.with_extension("room");
        let asked = std::fs::File::create(&path).and_then(|mut file| {
            file.write_all(&[0; ROOM])?;
            file.sync_all()
        });
        let removed = std::fs::remove_file(&path);
        asked.and(removed).map_err(|error| match error.kind() {
            _ if durable::is_full(&error) => Error::DiskFull,
            // Before the raw number: 5 is EIO on Unix, and access denied on Windows.
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Error::ReadOnly(error.to_string()),
            _ if error.raw_os_error() == Some(EIO) => Error::DiskFailed(error.to_string()),
            _ => Error::Io(error),
        })
    }

    /// Notes that the file is damaged: the next opening sets it aside and takes over what can be read.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub fn mark_damaged(&self) -> Result<(), Error> {
        self.writable()?;
        self.end_writes();
        let key = lock(&self.inner.key).clone();
        salvage::mark(&self.inner.path, &key)
    }

    /// Closes idle readers, so that a file can be replaced. Only while [`Inner::gate`] is taken alone.
    pub(crate) fn drop_readers(&self) {
        lock(&self.inner.readers).drain(..).for_each(|reader| self.inner.part_with(reader));
    }

    /// Whether [`Store::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.inner.signals.is_closed()
    }

    /// A connection for one reading. Only while [`Inner::gate`] is shared.
    fn reader(&self) -> Result<Connection, Error> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if let Some(connection) = lock(&self.inner.readers).pop() {
            return Ok(connection);
        }
        let key = lock(&self.inner.key).clone();
        let mut connection = file::connect(&self.inner.path, &key, Access::Existing)?;
        match file::attach_search(&connection, &self.inner.path.with_file_name(SEARCH_FILE), &key) {
            Ok(()) => {}
            // Whoever works on the profile makes it anew; lists do not need it.
            Err(error) if self.inner.beside => tracing::warn!(%error, "read without the search index"),
            Err(error) => return Err(Error::Index(error.to_string())),
        }
        connection.pragma_update(None, "query_only", true)?;
        let signals = Arc::clone(&self.inner.signals);
        connection.progress_handler(PROGRESS_STEPS, Some(move || signals.is_closed()))?;
        Ok(connection)
    }

    /// What is known of the lengths of lists, for a reading that begins after this; nothing when another process writes.
    pub fn lengths(&self) -> Option<LengthsNow> {
        (!self.inner.beside).then(|| self.inner.lengths.now())
    }

    /// Whether something may be written.
    ///
    /// # Errors
    /// Why nothing is: [`Error::Closed`], [`Error::DiskFailed`], [`Error::ReadOnly`].
    pub fn writable(&self) -> Result<(), Error> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if self.inner.beside {
            return Err(Error::ReadOnly("another process works on it".to_owned()));
        }
        if self.is_refused() {
            return Err(Error::DiskFailed("an earlier write failed, or the file is damaged".to_owned()));
        }
        Ok(())
    }

    fn commit<T, E: From<Error>>(
        &self,
        synchronous: &str,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (answer, changed) = {
            let mut writer = lock(&self.inner.writer);
            self.writable()?;
            self.keep_wal_small(&writer);
            self.writable()?;
            writer.pragma_update(None, "synchronous", synchronous).map_err(Error::from)?;
            let header = Log::header(&self.inner.path);
            let done = {
                let inner = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
                let mut tx = Tx { inner, changed: Changed::default() };
                let answer = write(&mut tx)?;
                let Tx { inner, changed } = tx;
                let committed = inner.commit();
                self.inner.lengths.note_commit();
                committed.map_err(Error::from).inspect_err(|error| {
                    self.note_failure(error);
                    if self.has_failed() {
                        self.inner.log.cut_refused(&self.inner.path, header);
                    }
                })?;
                (answer, changed)
            };
            self.empty_log(&writer);
            done
        };
        if !changed.is_empty() {
            (self.inner.on_commit)(changed);
        }
        Ok(answer)
    }

    /// What was committed stays so whatever becomes of the log.
    fn empty_log(&self, writer: &Connection) {
        if let Err(error) = self.inner.log.empty(writer) {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
            self.note_failure(&error);
        }
    }

    fn note_failure(&self, error: &Error) {
        if matches!(error, Error::DiskFailed(_)) {
            self.refuse_writes();
        }
    }

    /// The checkpoints of [`Log::empty`] cannot restart the log while readers follow each other; a log that grew is emptied
    /// here, which waits for them.
    fn keep_wal_small(&self, writer: &Connection) {
        let size = file::wal(&self.inner.path).metadata().map_or(0, |wal| wal.len());
        let mut tried_at = lock(&self.inner.wal_tried_at);
        if size <= WAL_LIMIT.max(tried_at.saturating_add(WAL_STEP)) {
            return;
        }
        // Readings that end soon are waited for, one that takes long is not: what is written, a keystroke perhaps, goes on.
        let emptied = writer.busy_timeout(READER_PATIENCE).and_then(|()| {
            // Its first column says whether somebody stood in the way
            // (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>).
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
        });
        if let Err(error) = writer.busy_timeout(file::BUSY) {
            tracing::warn!(%error, "how long a lock is waited for could not be set");
        }
        *tried_at = match emptied {
            Ok(false) => 0,
            Ok(true) => {
                tracing::warn!(bytes = size, "somebody reads for long: the write-ahead log grows until they end");
                size
            }
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log could not be emptied");
                self.note_failure(&Error::from(error));
                size
            }
        };
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

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
