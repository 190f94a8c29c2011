//! Fills the full-text index from what the cache put down as to be indexed: newest first, a batch at a time.
//!
//! A batch is written to search.db before it is cleared in the cache, so that a kill between the two only repeats work.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::connection::lock;
use crate::index_file::TABLES;
use crate::{Error, Store, search, vocabulary};

/// Bytes of text after which a batch takes no more rows.
const BATCH_BYTES: usize = 16 << 20;
/// Words looked at in one go.
const WORDS: u32 = 2_000;

/// Where the indexer stands after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows of the batch.
    pub indexed: u64,
    /// Of these, rows that are no more.
    pub gone: u64,
    /// Rows that still wait.
    pub pending: u64,
}

impl Progress {
    const NONE: Self = Self { indexed: 0, gone: 0, pending: 0 };
}

/// A row to index; without texts when it is gone.
struct Entry {
    source: i64,
    row_key: i64,
    texts: Option<[String; 4]>,
}

struct Batch {
    epoch: i64,
    entries: Vec<Entry>,
}

impl Store {
    /// Indexes at most `most` rows, and fewer when their texts are long. Nothing to do, or indexing stopped: `indexed` is 0.
    ///
    /// # Errors
    /// When a file cannot be read or written; the batch is then done again.
    pub fn index_step(&self, most: u32) -> Result<Progress, Error> {
        let mut search = lock(&self.inner.search);
        let Some(connection) = search.as_mut() else { return Ok(Progress::NONE) };
        self.writable()?;
        let mut batch = self.read_only(|cache| batch(cache, most))?;
        if batch.entries.is_empty() {
            // Entries of the present epoch may still be written to; they are taken once it is over.
            let waiting: bool = self.read_only(|cache| Ok(cache.query_row(EXISTS, [], |row| row.get(0))?))?;
            if !waiting {
                return Ok(Progress::NONE);
            }
            self.write(|tx| -> Result<_, Error> {
                tx.execute("UPDATE index_state SET epoch = epoch + 1", [])?;
                Ok(())
            })?;
            batch = self.read_only(|cache| self::batch(cache, most))?;
        }
        if !self.write_terms(connection, &batch)? {
            return Ok(Progress::NONE);
        }
        self.write(|tx| clear(tx, &batch))?;
        let pending = self.read_only(pending)?;
        let count = |entries: usize| u64::try_from(entries).unwrap_or(u64::MAX);
        let gone = batch.entries.iter().filter(|entry| entry.texts.is_none()).count();
        Ok(Progress { indexed: count(batch.entries.len()), gone: count(gone), pending })
    }

    /// Rows that wait to be indexed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn index_pending(&self) -> Result<u64, Error> {
        self.read(pending)
    }

    /// Joins the index's segments, after much was indexed or dropped: searches then read one instead of several, and what
    /// is gone from the rows is gone from the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn optimize_index(&self) -> Result<(), Error> {
        self.on_index(|index| {
            for table in TABLES {
                index.execute(&format!("INSERT INTO {table} ({table}) VALUES ('optimize')"), [])?;
            }
            Ok(())
        })?;
        self.on_index(|index| {
            crate::health::give_back(index)?;
            Ok(index.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
        })?;
        Ok(())
    }

    /// Looks through the words after `after`, a few of them, and drops those that no row has any more; the word to go on
    /// behind, if there are more. Each word is looked for, which takes minutes for all of them in an index of a million rows.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn drop_words(&self, after: &str) -> Result<Option<String>, Error> {
        Ok(self.on_index(|index| vocabulary::prune(index, &TABLES, after, WORDS))?.flatten())
    }

    /// Does something with the index, unless indexing was stopped.
    fn on_index<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<Option<T>, Error> {
        let mut search = lock(&self.inner.search);
        let Some(index) = search.as_mut() else { return Ok(None) };
        self.writable()?;
        work(index).map(Some)
    }

    /// False when it was asked to stop, or nothing may be written any more; nothing is written then.
    fn write_terms(&self, connection: &mut Connection, batch: &Batch) -> Result<bool, Error> {
        connection.pragma_update(None, "synchronous", "FULL")?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut vocabulary = HashSet::new();
        // Rising keys: the index takes them in one go.
        for (done, entry) in batch.entries.iter().rev().enumerate() {
            if done.is_multiple_of(32) && self.is_to_stop() {
                return Ok(false);
            }
            write_entry(&tx, entry, &mut vocabulary)?;
        }
        vocabulary::keep(&tx, vocabulary)?;
        tx.execute("UPDATE meta SET written = ?1", [batch.epoch])?;
        if self.is_to_stop() {
            return Ok(false);
        }
        tx.commit()?;
        Ok(true)
    }

    fn is_to_stop(&self) -> bool {
        self.inner.signals.is_stopped() || self.is_refused()
    }
}

const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM index_todo)";

fn pending(cache: &Connection) -> Result<u64, Error> {
    let count: i64 = cache.prepare_cached("SELECT count(*) FROM index_todo")?.query_row([], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The next entries: the person's own first, then the newest.
fn batch(cache: &Connection, most: u32) -> Result<Batch, Error> {
    let epoch: i64 = cache.prepare_cached("SELECT epoch FROM index_state")?.query_row([], |row| row.get(0))?;
    let mut statement = cache.prepare_cached(
        "SELECT source, row_key FROM index_todo WHERE epoch < ?1 ORDER BY source DESC, row_key DESC LIMIT ?2",
    )?;
    let keys = statement.query_map((epoch, most), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    for key in keys {
        let (source, row_key): (i64, i64) = key?;
        let texts = texts(cache, source, row_key)?;
        bytes += texts.iter().flatten().map(String::len).sum::<usize>();
        entries.push(Entry { source, row_key, texts });
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    Ok(Batch { epoch, entries })
}

fn texts(cache: &Connection, source: i64, row_key: i64) -> Result<Option<[String; 4]>, Error> {
    let sql = match source {
        0 => "SELECT title, description, skills, client FROM project_text WHERE row_key = ?1",
        1 => "SELECT text, '', '', '' FROM message WHERE row_key = ?1",
        2 => {
            "SELECT data ->> 'text', data ->> 'project_title', data ->> '$.freelancer.display_name', ''
             FROM bid WHERE row_key = ?1"
        }
        _ => "SELECT text, tags, '', '' FROM note WHERE row_key = ?1",
    };
    let text = |row: &rusqlite::Row<'_>, index| row.get::<_, Option<String>>(index).map(Option::unwrap_or_default);
    Ok(cache
        .prepare_cached(sql)?
        .query_row([row_key], |row| Ok([text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?]))
        .optional()?)
}

/// Writes the words as the search folds them: FTS5's own folding knows Latin letters only, and older ones at that.
fn write_entry(tx: &Connection, entry: &Entry, vocabulary: &mut HashSet<String>) -> Result<(), Error> {
    let mut folded = |text: &String| {
        let text = search::joined_words(text);
        for word in text.split(' ') {
            if !word.is_empty() && !vocabulary.contains(word) {
                vocabulary.insert(word.to_owned());
            }
        }
        text
    };
    let Some([a, b, c, d]) = entry.texts.as_ref().map(|texts| texts.each_ref().map(&mut folded)) else {
        let sql = match entry.source {
            0 => "DELETE FROM project_fts WHERE rowid = ?1",
            1 => "DELETE FROM message_fts WHERE rowid = ?1",
            2 => "DELETE FROM bid_fts WHERE rowid = ?1",
            _ => "DELETE FROM note_fts WHERE rowid = ?1",
        };
        tx.prepare_cached(sql)?.execute([entry.row_key])?;
        if entry.source == 0 {
            tx.prepare_cached("DELETE FROM heading WHERE row_key = ?1")?.execute([entry.row_key])?;
        }
        return Ok(());
    };
    let key = entry.row_key;
    if entry.source == 0 {
        tx.prepare_cached("INSERT OR REPLACE INTO heading (row_key, title, skills, client) VALUES (?1, ?2, ?3, ?4)")?
            .execute((key, &a, &c, &d))?;
    }
    match entry.source {
        0 => tx
            .prepare_cached(
                "INSERT OR REPLACE INTO project_fts (rowid, title, description, skills, client)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((key, a, b, c, d))?,
        1 => {
            tx.prepare_cached("INSERT OR REPLACE INTO message_fts (rowid, text) VALUES (?1, ?2)")?.execute((key, a))?
        }
        2 => tx
            .prepare_cached("INSERT OR REPLACE INTO bid_fts (rowid, text, title, author) VALUES (?1, ?2, ?3, ?4)")?
            .execute((key, a, b, c))?,
        _ => tx
            .prepare_cached("INSERT OR REPLACE INTO note_fts (rowid, text, tags) VALUES (?1, ?2, ?3)")?
            .execute((key, a, b))?,
    };
    Ok(())
}

/// Clears a batch: all that was entered before its epoch between its first and last key of each kind.
fn clear(tx: &mut crate::Tx<'_>, batch: &Batch) -> Result<(), Error> {
    for source in 0..4 {
        let keys = || batch.entries.iter().filter(|entry| entry.source == source).map(|entry| entry.row_key);
        if let (Some(least), Some(most)) = (keys().min(), keys().max()) {
            tx.prepare_cached("DELETE FROM index_todo WHERE source = ?1 AND row_key BETWEEN ?2 AND ?3 AND epoch < ?4")?
                .execute((source, least, most, batch.epoch))?;
        }
    }
    tx.prepare_cached("UPDATE index_state SET epoch = epoch + 1, written = ?1")?.execute([batch.epoch])?;
    Ok(())
}
