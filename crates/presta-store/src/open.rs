//! Opening and closing an account's files.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use rusqlite::Connection;
use zeroize::Zeroize;

use crate::connection::{Inner, lock};
use crate::file::{self, Access};
use crate::health::{self, Check};
use crate::index_file::{self, SEARCH_FILE};
use crate::log::Log;
use crate::salvage::{self, Recovery};
use crate::signals::{PROGRESS_STEPS, Signals};
use crate::{Changed, Error, Key, Store, migrations, rekey};

/// How long a file that fails at opening is read for damage.
const PATIENCE: Duration = Duration::from_secs(60);

/// The files, open.
struct Files {
    writer: Connection,
    search: Option<Connection>,
    closed_cleanly: bool,
    recovery: Option<Recovery>,
    beside: bool,
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
        let files = match files(path, key) {
            Err(error) if is_damaged(path, key, &error) => {
                tracing::error!(%error, "the database is damaged and is set aside");
                salvage::mark(path, key)?;
                files(path, key)?
            }
            opened => opened?,
        };
        Self::of(path, key, files, on_commit)
    }

    /// Opens the file at `path` for reading, while another process works on it: nothing is made, mended, moved or
    /// removed, and every write is refused.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::TooNew`], [`Error::ReadOnly`] when the file is not there or has an older schema, or
    /// why it cannot be read.
    pub fn open_beside(path: &Path, key: &Key) -> Result<Self, Error> {
        migrations::require(&file::connect(path, key, Access::Existing)?)?;
        let writer = Connection::open_in_memory()?;
        let files = Files { writer, search: None, closed_cleanly: true, recovery: None, beside: true };
        Self::of(path, key, files, |_| {})
    }

    fn of(
        path: &Path,
        key: &Key,
        files: Files,
        on_commit: impl Fn(Changed) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let Files { mut writer, search, closed_cleanly, recovery, beside } = files;
        let signals = Arc::<Signals>::default();
        let log = Log::default();
        log.watch(&mut writer)?;
        let search = search.map(|search| interruptible(search, &signals)).transpose()?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                search: Mutex::new(search),
                long: RwLock::new(()),
                gate: RwLock::new(()),
                writer: Mutex::new(writer),
                readers: Mutex::default(),
                key: Mutex::new(key.clone()),
                signals,
                refused: AtomicBool::new(false),
                failed: AtomicBool::new(false),
                log,
                wal_tried_at: Mutex::default(),
                beside,
                closed_cleanly,
                recovery,
                lengths: Arc::default(),
                on_commit: Box::new(on_commit),
            }),
        })
    }

    /// From now on nothing new is read or written, and what reads ends early; does not wait. See [`Store::close`].
    pub fn begin_closing(&self) {
        self.inner.signals.close();
    }

    /// Closes the files and forgets the key, whoever may still hold a clone. Readings and checks end early with an error, a
    /// write under way is finished. When this returns nothing of the account is open here.
    pub fn close(&self) {
        self.begin_closing();
        let mut search = lock(&self.inner.search);
        let _alone = self.alone();
        if let Some(search) = search.take() {
            self.inner.part_with(search);
        }
        self.drop_readers();
        match Connection::open_in_memory() {
            Ok(empty) => self.inner.part_with(std::mem::replace(&mut *lock(&self.inner.writer), empty)),
            Err(error) => tracing::error!(%error, "the database stays open until the program ends"),
        }
        lock(&self.inner.key).zeroize();
    }

    /// The index’s connection, so that it gives way to who waits to replace a file.
    pub(crate) fn guarded_index(&self, index: Connection) -> Result<Connection, Error> {
        interruptible(index, &self.inner.signals)
    }
}

/// What the index's connection does can be done again, so it gives way.
fn interruptible(mut search: Connection, signals: &Arc<Signals>) -> Result<Connection, Error> {
    let signals = Arc::clone(signals);
    search.progress_handler(PROGRESS_STEPS, Some(move || signals.give_way()))?;
    Ok(search)
}

fn files(path: &Path, key: &Key) -> Result<Files, Error> {
    salvage::set_aside_marked(path, key)?;
    // What a kill left of a change of key.
    file::remove(&file::beside(path, rekey::COPY))?;
    let closed_cleanly = !file::wal(path).metadata().is_ok_and(|wal| wal.len() > 0);
    let mut writer = file::connect(path, key, Access::Create)?;
    migrations::migrate(&mut writer)?;
    let recovery = salvage::take_over(path, key, &mut writer)?;
    let search = index_file::open(&path.with_file_name(SEARCH_FILE), key, &mut writer)?;
    Ok(Files { writer, search: Some(search), closed_cleanly, recovery, beside: false })
}

/// Whether it was damage that opening failed of. SQLCipher has several words for a page whose code does not match, so all
/// pages are read when it is not plain.
fn is_damaged(path: &Path, key: &Key, error: &Error) -> bool {
    match error {
        Error::Corrupt(_) => true,
        // A key that opens the first page is the right one.
        Error::WrongKey | Error::Sqlite(_) => {
            file::connect(path, key, Access::Existing).is_ok()
                && matches!(health::check_file(path, key, PATIENCE, || false), Ok(Check::Damaged(_)))
        }
        _ => false,
    }
}
