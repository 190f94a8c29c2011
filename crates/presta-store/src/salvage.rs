//! A damaged database: set aside under another name, and what only this computer had is taken over row by row.
//!
//! A small file beside the database says that it is damaged and what it is to be called. It is written first and removed
//! last, and every step can be done twice, so that a kill at any point only repeats work.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params_from_iter};
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

/// Notes that the file at `path` is damaged.
pub(crate) fn mark(path: &Path) -> Result<(), Error> {
    let note = beside(path, MARK);
    if note.exists() {
        return Ok(());
    }
    let mut number = 1;
    while beside(path, &format!(".damaged-{number}")).exists() {
        number += 1;
    }
    let mut file = std::fs::File::create(&note)?;
    std::io::Write::write_all(&mut file, format!(".damaged-{number}").as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn marked(path: &Path) -> Option<PathBuf> {
    let after = std::fs::read_to_string(beside(path, MARK)).ok()?;
    after.starts_with(".damaged-").then(|| beside(path, &after))
}

/// Moves a file that was noted as damaged out of the way: its log first, so that no new database meets it.
pub(crate) fn set_aside_marked(path: &Path) -> Result<(), Error> {
    let Some(aside) = marked(path) else { return Ok(()) };
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
    let Some(aside) = marked(path) else { return Ok(None) };
    let mut recovery = Recovery { kept: aside.clone(), rows: 0, incomplete: false };
    let tables = own_tables(cache)?;
    cache.pragma_update(None, "synchronous", "FULL")?;
    let tx = cache.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Tables come in the order of their names, not in that of their references.
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    for table in tables {
        match copy(&aside, key, &tx, &table) {
            Ok((rows, whole)) => {
                recovery.rows += rows;
                recovery.incomplete |= !whole;
            }
            Err(error) => {
                tracing::warn!(%error, table, "nothing could be taken over from a damaged table");
                recovery.incomplete = true;
            }
        }
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

/// Reads a table from both ends: a damaged page in the middle costs its own rows only. Each pass has a connection of
/// its own, since SQLCipher refuses all reads after a page whose code does not match.
fn copy(aside: &Path, key: &Key, into: &Connection, table: &str) -> Result<(u64, bool), Error> {
    let damaged = open_damaged(aside, key)?;
    let theirs = columns(&damaged, table)?;
    let columns: Vec<String> = columns(into, table)?.into_iter().filter(|name| theirs.contains(name)).collect();
    if columns.is_empty() {
        // A table that the damaged file did not have yet.
        return Ok((0, true));
    }
    let order = primary_key(&damaged, table)?;
    let (mut rows, whole) = pass(&damaged, into, table, &columns, &order, "")?;
    if !whole {
        rows += pass(&open_damaged(aside, key)?, into, table, &columns, &order, " DESC")?.0;
    }
    Ok((rows, whole))
}

fn pass(
    from: &Connection,
    into: &Connection,
    table: &str,
    columns: &[String],
    order: &[String],
    direction: &str,
) -> Result<(u64, bool), Error> {
    let names = columns.join(", ");
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    let mut insert =
        into.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({})", places.join(", ")))?;
    let order: Vec<String> = order.iter().map(|name| format!("{name}{direction}")).collect();
    let mut select = from.prepare(&format!("SELECT {names} FROM {table} ORDER BY {}", order.join(", ")))?;
    let mut found = select.query([])?;
    let mut rows = 0;
    loop {
        match found.next() {
            Ok(None) => return Ok((rows, true)),
            Err(_) => return Ok((rows, false)),
            Ok(Some(row)) => {
                let values = (0..columns.len()).map(|index| row.get::<_, Value>(index)).collect::<Result<Vec<_>, _>>();
                let Ok(values) = values else { return Ok((rows, false)) };
                rows += u64::try_from(insert.execute(params_from_iter(values))?).unwrap_or(0);
            }
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
