//! A new key for both files.
//!
//! The database is copied under the new key and then takes the old one's name in one step, so that at any instant the
//! file can be opened with the old key or with the new one, and holds everything. `PRAGMA rekey` works in place, and
//! nothing says what a kill leaves of it in WAL mode.

use std::path::Path;
use std::sync::PoisonError;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::connection::lock;
use crate::file::{self, Access, beside};
use crate::index_file::{self, SEARCH_FILE};
use crate::{Error, Key, Store};

/// The name of a copy that is being written.
pub(crate) const COPY: &str = ".rekey";

impl Store {
    /// Encrypts everything anew. When this returns, only `new` opens the files. After a kill, either key may be the right
    /// one: keep both until this has returned. The index is made anew in the background.
    ///
    /// # Errors
    /// When there is no room for a copy, or it cannot be written; the old key holds then.
    pub fn rekey(&self, new: &Key) -> Result<(), Error> {
        let mut search = lock(&self.inner.search);
        let _alone = self.inner.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.drop_readers();
        let mut writer = lock(&self.inner.writer);
        let path = &self.inner.path;
        let copy = beside(path, COPY);
        file::remove(&copy)?;
        export(&writer, &copy, new)?;
        // The log goes into the old file before the copy takes its place: a log must never meet another database.
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        writer.pragma_update(None, "journal_mode", "delete")?;
        *writer = Connection::open_in_memory()?;
        if let Err(error) = std::fs::rename(&copy, path) {
            *writer = file::connect(path, &lock(&self.inner.key), Access::Create)?;
            return Err(error.into());
        }
        if let Err(error) = sync_folder(path) {
            tracing::warn!(%error, "the new name may not be on the disk yet");
        }
        // Without the file there is nothing to write to.
        *writer = file::connect(path, new, Access::Create).inspect_err(|_| self.refuse_writes())?;
        lock(&self.inner.key).clone_from(new);
        drop(search.take());
        *search = Some(index_file::open(&path.with_file_name(SEARCH_FILE), new, &mut writer)?);
        Ok(())
    }
}

/// Brings a rename to the disk; elsewhere than on Unix the system does it itself.
fn sync_folder(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
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
