//! A damaged database: set aside under another name, and what only this computer had is taken over row by row.
//!
//! A small file beside the database says that it is damaged and what it is to be called. It is written first and removed
//! last, and every step can be done twice, so that a kill at any point only repeats work.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params_from_iter};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::file::{beside, wal};
use crate::{Error, Key};

/// What the platform can give again; every other table is the person's own and is taken over.
const FROM_THE_PLATFORM: [&str; 10] = [
    "project",
    "project_text",
    "project_skill",
    "bid",
    "thread",
    "message",
    "resource",
    "sync_state",
    "index_todo",
    "index_state",
];
const MARK: &str = ".damaged";

/// What was done about a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The damaged file, under its new name.
    pub kept: PathBuf,
    /// Rows taken over: queue, drafts, notes, settings.
    pub rows: u64,
    /// Whether some rows could not be read.
    pub incomplete: bool,
}

/// What a mark says.
struct Mark {
    aside: PathBuf,
    /// Of the key that the file has; marks of earlier versions do not say it.
    fingerprint: Option<String>,
}

/// Notes that the file at `path`, whose key is `key`, is damaged.
pub(crate) fn mark(path: &Path, key: &Key) -> Result<(), Error> {
    let note = beside(path, MARK);
    if marked(path).is_some() {
        return Ok(());
    }
    let mut number = 1;
    while beside(path, &format!(".damaged-{number}")).exists() {
        number += 1;
    }
    let mut file = std::fs::File::create(&note)?;
    std::io::Write::write_all(&mut file, format!(".damaged-{number}\n{}\n", fingerprint(key)).as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn marked(path: &Path) -> Option<Mark> {
    let text = std::fs::read_to_string(beside(path, MARK)).ok()?;
    let mut lines = text.lines();
    let after = lines.next().filter(|after| after.starts_with(".damaged-"))?;
    Some(Mark { aside: beside(path, after), fingerprint: lines.next().map(ToOwned::to_owned) })
}

/// Tells a key from another without telling it: 16 bytes of a digest of 32 random ones.
fn fingerprint(key: &Key) -> String {
    let digest = Sha256::digest(format!("damaged\n{}", key.expose()));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Moves a file that was noted as damaged out of the way: its log first, so that no new database meets it.
///
/// # Errors
/// [`Error::WrongKey`] when it has another key than `key`, and nothing was moved then: a new file under this key would
/// stand in the way of the one that opens the old one.
pub(crate) fn set_aside_marked(path: &Path, key: &Key) -> Result<(), Error> {
    let Some(Mark { aside, fingerprint: of }) = marked(path) else { return Ok(()) };
    if of.is_some_and(|of| of != fingerprint(key)) {
        return Err(Error::WrongKey);
    }
    if aside.exists() {
        return Ok(());
    }
    for (from, to) in [(wal(path), wal(&aside)), (path.to_owned(), aside.clone())] {
        if from.exists() {
            std::fs::rename(from, to)?;
        }
    }
    match std::fs::remove_file(beside(path, "-shm")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Copies the person's own rows out of the file set aside, if there is one, and then forgets the note.
pub(crate) fn take_over(path: &Path, key: &Key, cache: &mut Connection) -> Result<Option<Recovery>, Error> {
    let Some(Mark { aside, .. }) = marked(path) else { return Ok(None) };
    let mut recovery = Recovery { kept: aside.clone(), rows: 0, incomplete: false };
    let tables = own_tables(cache)?;
    cache.pragma_update(None, "synchronous", "FULL")?;
    let tx = cache.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Tables come in the order of their names, not in that of their references.
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    for table in tables {
        // What cannot be written (a full disk) is no damage: everything stays as it is for the next opening.
        let copied = copy(&aside, key, &tx, &table)?;
        recovery.rows += copied.rows;
        recovery.incomplete |= !copied.whole;
    }
    // The full sync to come is not the account's first: what was posted since the rules were made is news.
    tx.execute("INSERT OR IGNORE INTO sync_state (name, value) VALUES ('generation', '1')", [])?;
    // An alert whose rule could not be read speaks of nothing.
    tx.execute("DELETE FROM alert WHERE rule_id NOT IN (SELECT id FROM alert_rule)", [])?;
    tx.commit()?;
    std::fs::remove_file(beside(path, MARK))?;
    tracing::warn!(rows = recovery.rows, incomplete = recovery.incomplete, "a damaged database was set aside");
    Ok(Some(recovery))
}

fn own_tables(cache: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = cache.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    Ok(names.into_iter().filter(|name| !FROM_THE_PLATFORM.contains(&name.as_str())).collect())
}

/// What was taken over of a table.
#[derive(Clone, Copy)]
struct Copied {
    rows: u64,
    whole: bool,
}

/// Reads a table from both ends: a damaged page in the middle costs its own rows only. Each pass has a connection of
/// its own, since SQLCipher refuses all reads after a page whose code does not match.
///
/// # Errors
/// Those of writing.
fn copy(aside: &Path, key: &Key, into: &Connection, table: &str) -> Result<Copied, Error> {
    let own = columns(into, table)?;
    let (damaged, theirs, order) = match shape(aside, key, table) {
        Ok(shape) => shape,
        Err(error) => {
            tracing::warn!(%error, table, "nothing could be taken over from a damaged table");
            return Ok(Copied { rows: 0, whole: false });
        }
    };
    let columns: Vec<String> = own.into_iter().filter(|name| theirs.contains(name)).collect();
    if columns.is_empty() {
        // A table that the damaged file did not have yet.
        return Ok(Copied { rows: 0, whole: true });
    }
    let mut copied = pass(&damaged, into, table, &columns, &order, "")?;
    if !copied.whole
        && let Ok(damaged) = open_damaged(aside, key)
    {
        copied.rows += pass(&damaged, into, table, &columns, &order, " DESC")?.rows;
    }
    Ok(copied)
}

/// A connection to the damaged file, its columns of `table` and what they are ordered by.
fn shape(aside: &Path, key: &Key, table: &str) -> Result<(Connection, Vec<String>, Vec<String>), Error> {
    let damaged = open_damaged(aside, key)?;
    let (columns, order) = (columns(&damaged, table)?, primary_key(&damaged, table)?);
    Ok((damaged, columns, order))
}

/// # Errors
/// Those of writing.
fn pass(
    from: &Connection,
    into: &Connection,
    table: &str,
    columns: &[String],
    order: &[String],
    direction: &str,
) -> Result<Copied, Error> {
    let names = columns.join(", ");
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    let mut insert =
        into.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({})", places.join(", ")))?;
    let order: Vec<String> = order.iter().map(|name| format!("{name}{direction}")).collect();
    let mut copied = Copied { rows: 0, whole: false };
    let select = format!("SELECT {names} FROM {table} ORDER BY {}", order.join(", "));
    let Ok(mut select) = from.prepare(&select) else { return Ok(copied) };
    let Ok(mut found) = select.query([]) else { return Ok(copied) };
    let mut refused = false;
    loop {
        let Ok(row) = found.next() else { return Ok(copied) };
        let Some(row) = row else { return Ok(Copied { whole: !refused, ..copied }) };
        let values = (0..columns.len()).map(|index| row.get::<_, Value>(index)).collect::<Result<Vec<_>, _>>();
        let Ok(values) = values else { return Ok(copied) };
        match insert.execute(params_from_iter(values)) {
            Ok(rows) => copied.rows += u64::try_from(rows).unwrap_or(0),
            // What the table does not take is no row of ours.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => refused = true,
            Err(error) => return Err(error.into()),
        }
    }
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn primary_key(connection: &Connection, table: &str) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    Ok(if names.is_empty() { vec!["rowid".to_owned()] } else { names })
}

fn open_damaged(path: &Path, key: &Key) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"; PRAGMA cache_size = -2000;", key.expose()));
    connection.execute_batch(&pragma)?;
    Ok(connection)
}
