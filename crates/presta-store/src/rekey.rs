//! A new key for both files.
//!
//! The database is copied under the new key and then takes the old one's name in one step, so that at any instant the
//! file can be opened with the old key or with the new one, and holds everything. `PRAGMA rekey` works in place, and
//! nothing says what a kill leaves of it in WAL mode.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::connection::lock;
use crate::durable::sync_folder_of;
use crate::file::{self, Access, beside};
use crate::index_file::{self, SEARCH_FILE};
use crate::signals::PROGRESS_STEPS;
use crate::{Error, Key, Store};

/// The name of a copy that is being written.
pub(crate) const COPY: &str = ".rekey";

impl Store {
    /// Encrypts everything anew. When this returns, only `new` opens the files. After a kill, either key may be the right
    /// one: keep both until this has returned. The index is made anew in the background.
    ///
    /// # Errors
    /// When there is no room for a copy, it cannot be written, or the account is closed meanwhile; the old key holds then.
    /// What fails once the file has the new key is no error: what cannot be opened again is refused, or made anew.
    pub fn rekey(&self, new: &Key) -> Result<(), Error> {
        let _waiting = self.inner.signals.waiting();
        let mut search = lock(&self.inner.search);
        let _alone = self.alone();
        self.drop_readers();
        let mut writer = lock(&self.inner.writer);
        self.writable()?;
        let path = &self.inner.path;
        let copy = beside(path, COPY);
        if let Err(error) = self.exchange(&mut writer, &copy, new) {
            if let Err(error) = file::remove(&copy) {
                tracing::warn!(%error, "a copy under another key stays until the next start");
            }
            return Err(error);
        }
        // From here on the new key is the only one, so nothing may fail any more: an error would have it forgotten.
        lock(&self.inner.key).clone_from(new);
        if let Err(error) = sync_folder_of(path) {
            tracing::warn!(%error, "the new name may not be on the disk yet");
        }
        self.reconnect(&mut writer, new);
        drop(search.take());
        let index = path.with_file_name(SEARCH_FILE);
        match index_file::open(&index, new, &mut writer).and_then(|index| self.guarded_index(index)) {
            Ok(index) => *search = Some(index),
            Err(error) => {
                tracing::warn!(%error, "the search index is made anew when it is needed");
                // Half of it would pass for all of it.
                if let Err(error) = file::remove(&index) {
                    tracing::warn!(%error, "the search index could not be removed");
                }
            }
        }
        Ok(())
    }

    /// Puts a copy under `new` in the place of the file. With an error the old file is there as before.
    fn exchange(&self, writer: &mut Connection, copy: &Path, new: &Key) -> Result<(), Error> {
        file::remove(copy)?;
        let signals = Arc::clone(&self.inner.signals);
        // Whoever closes the account does not wait for a copy of all of it.
        writer.progress_handler(PROGRESS_STEPS, Some(move || signals.is_closed()))?;
        let exported = export(writer, copy, new);
        writer.progress_handler(0, None::<fn() -> bool>)?;
        exported?;
        // The log goes into the old file before the copy takes its place: a log must never meet another database.
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        let mode: String = writer.query_row("PRAGMA journal_mode = delete", [], |row| row.get(0))?;
        if mode != "delete" {
            return Err(Error::ReadOnly("another process has the database open".to_owned()));
        }
        *writer = Connection::open_in_memory()?;
        if let Err(error) = std::fs::rename(copy, &self.inner.path) {
            let key = lock(&self.inner.key).clone();
            self.reconnect(writer, &key);
            return Err(error.into());
        }
        Ok(())
    }

    /// Opens the file again for writing. When that fails nothing is written until the next start.
    fn reconnect(&self, writer: &mut Connection, key: &Key) {
        match file::connect(&self.inner.path, key, Access::Create) {
            Ok(mut connection) => {
                if let Err(error) = self.inner.log.watch(&mut connection) {
                    tracing::warn!(%error, "the write-ahead log is emptied late");
                }
                *writer = connection;
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be written until the next start");
                self.end_writes();
            }
        }
    }
}

/// Writes a copy under another key, on the disk when this returns
/// (<https://www.zetetic.net/sqlcipher/sqlcipher-api/#sqlcipher_export>).
fn export(from: &Connection, copy: &Path, key: &Key) -> Result<(), Error> {
    let name = copy.to_str().ok_or_else(|| Error::ReadOnly("the path is not Unicode".to_owned()))?;
    let version: i64 = from.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let attach = Zeroizing::new(format!("ATTACH DATABASE ?1 AS copy KEY \"x'{}'\"", key.expose()));
    from.execute(&attach, [name])?;
    let exported = from
        .execute_batch("PRAGMA copy.auto_vacuum = INCREMENTAL; PRAGMA copy.synchronous = FULL;")
        .and_then(|()| from.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(())))
        .and_then(|()| from.execute_batch(&format!("PRAGMA copy.user_version = {version}")));
    let detached = from.execute_batch("DETACH DATABASE copy");
    exported?;
    detached?;
    std::fs::File::open(copy)?.sync_all()?;
    Ok(())
}
