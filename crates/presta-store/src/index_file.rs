//! `search.db`: full-text indexes in a file of their own, so that the sync writes rows while the indexer writes terms.
//!
//! The file can be lost at any time: it is thrown away when it is missing, stale, unreadable or broken, and everything
//! is put down as to be indexed again. See docs/adr/0012.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::connection::lock;
use crate::file::{self, Access};
use crate::{Error, Store, health};

/// Its name beside the cache.
pub(crate) const SEARCH_FILE: &str = "search.db";

const VERSION: i64 = 2;

/// Contentless tables that can forget a row by its key (SQLite 3.43): the texts are in the cache already.
const SCHEMA: &str = "
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  file TEXT NOT NULL,                 -- the identity noted in the cache
  written INTEGER NOT NULL            -- epoch of the last batch
) STRICT;
CREATE TABLE word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID; -- of every text, folded
-- What ranking looks at, folded.
CREATE TABLE heading (row_key INTEGER PRIMARY KEY, title TEXT NOT NULL, skills TEXT NOT NULL, client TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE project_fts USING fts5 (title, description, skills, client,
  content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
CREATE VIRTUAL TABLE message_fts USING fts5 (text,
  content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
CREATE VIRTUAL TABLE bid_fts USING fts5 (text, title, author,
  content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
CREATE VIRTUAL TABLE note_fts USING fts5 (text, tags,
  content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
-- A batch is one segment, instead of several to be merged.
INSERT INTO project_fts (project_fts, rank) VALUES ('hashsize', 67108864);
";

pub(crate) const TABLES: [&str; 4] = ["project_fts", "message_fts", "bid_fts", "note_fts"];

/// Opens the index, or makes a new one when the one that is there cannot be used.
pub(crate) fn open(path: &Path, key: &crate::Key, cache: &mut Connection) -> Result<Connection, Error> {
    match usable(path, key, cache) {
        Ok(Some(connection)) => return Ok(connection),
        Ok(None) => tracing::info!("the search index is made anew"),
        Err(error @ (Error::DiskFull | Error::DiskFailed(_))) => return Err(error),
        Err(error) => tracing::warn!(%error, "the search index cannot be used and is made anew"),
    }
    create(path, key, cache)
}

/// The file that is there, when it belongs to this cache and holds all that the cache has cleared.
fn usable(path: &Path, key: &crate::Key, cache: &Connection) -> Result<Option<Connection>, Error> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = file::connect(path, key, Access::Create)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != VERSION {
        return Ok(None);
    }
    // The cache first: terms are written before they are cleared, so an indexer between the two only adds to the index.
    let (wanted, cleared): (String, i64) =
        cache.query_row("SELECT file, written FROM index_state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (file, written): (String, i64) =
        connection.query_row("SELECT file, written FROM meta", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((file == wanted && written >= cleared).then_some(connection))
}

/// Makes an empty file, then puts everything down as to be indexed. A kill in between leaves an identity the cache does
/// not know, and the next start does it again.
fn create(path: &Path, key: &crate::Key, cache: &mut Connection) -> Result<Connection, Error> {
    file::remove(path)?;
    let mut connection = file::connect(path, key, Access::Create)?;
    let file: String = cache.query_row("SELECT hex(randomblob(16))", [], |row| row.get(0))?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(SCHEMA)?;
    tx.execute("INSERT INTO meta (id, file, written) VALUES (1, ?1, 0)", [&file])?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    let tx = cache.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute("UPDATE index_state SET file = ?1, epoch = epoch + 1, written = 0", [&file])?;
    tx.execute_batch(
        "INSERT OR IGNORE INTO index_todo (source, row_key, epoch) SELECT 0, row_key, 0 FROM project_text;
         INSERT OR IGNORE INTO index_todo (source, row_key, epoch) SELECT 1, row_key, 0 FROM message;
         INSERT OR IGNORE INTO index_todo (source, row_key, epoch) SELECT 2, row_key, 0 FROM bid;
         INSERT OR IGNORE INTO index_todo (source, row_key, epoch) SELECT 3, row_key, 0 FROM note;",
    )?;
    tx.commit()?;
    Ok(connection)
}

impl Store {
    /// Throws the index away and puts everything down as to be indexed; lists go on meanwhile.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn rebuild_index(&self) -> Result<(), Error> {
        let _waiting = self.inner.signals.waiting();
        let mut search = lock(&self.inner.search);
        let _alone = self.alone();
        let mut writer = lock(&self.inner.writer);
        self.writable()?;
        self.drop_readers();
        drop(search.take());
        let key = lock(&self.inner.key).clone();
        let path = self.inner.path.with_file_name(SEARCH_FILE);
        *search = Some(self.guarded_index(create(&path, &key, &mut writer)?)?);
        Ok(())
    }

    /// Whether the index is whole, as FTS5's own check sees it (<https://sqlite.org/fts5.html#the_integrity_check_command>).
    /// What is broken is said.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn check_index(&self) -> Result<Option<String>, Error> {
        let search = lock(&self.inner.search);
        let Some(connection) = search.as_ref() else { return Ok(None) };
        let check = || -> Result<(), Error> {
            let said: Option<String> =
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).optional()?;
            if let Some(said) = said.filter(|said| said != "ok") {
                return Err(Error::Corrupt(said));
            }
            for table in TABLES {
                connection
                    .execute(&format!("INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 0)"), [])?;
            }
            Ok(())
        };
        match check() {
            Ok(()) => Ok(None),
            Err(error) if health::says_damage(&error) => Ok(Some(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Stops indexing for good, as before the files go. Waits for the work under way, which gives up at once.
    pub fn stop_indexing(&self) {
        self.inner.signals.stop_indexing();
        if let Some(search) = lock(&self.inner.search).take() {
            self.inner.part_with(search);
        }
    }
}
