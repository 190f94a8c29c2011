//! How far the cache has followed the platform.

use presta_model::EntityType;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// Where the change feed goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesState {
    /// The platform's opaque state.
    pub state: String,
    /// When the cache was last known to be up to date, in ms since 1970.
    pub as_of: i64,
}

/// Where an unfinished full sync goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotState {
    /// The state of the first page of the first type: the change feed goes on from it.
    pub state: String,
    /// The type being fetched.
    pub kind: EntityType,
    /// The next page of that type; `None` for its first.
    pub cursor: Option<String>,
    /// Rows fetched so far.
    pub done: u64,
    /// Rows there are, as far as is known.
    pub total: u64,
    /// Rows of an earlier full sync have a smaller number.
    pub generation: i64,
}

/// The change feed's state; `None` before the first sync is complete.
///
/// # Errors
/// When the database cannot be read.
pub fn changes(connection: &Connection) -> Result<Option<ChangesState>, Error> {
    get(connection, "changes")
}

/// The unfinished full sync.
///
/// # Errors
/// When the database cannot be read.
pub fn snapshot(connection: &Connection) -> Result<Option<SnapshotState>, Error> {
    get(connection, "snapshot")
}

/// The number of the newest full sync.
///
/// # Errors
/// When the database cannot be read.
pub fn generation(connection: &Connection) -> Result<i64, Error> {
    Ok(get(connection, "generation")?.unwrap_or(0))
}

/// Notes how far the change feed was applied.
///
/// # Errors
/// When the database cannot be written.
pub fn set_changes(tx: &mut Tx<'_>, state: &ChangesState) -> Result<(), Error> {
    set(tx, "changes", state)
}

/// Notes how far a full sync has come.
///
/// # Errors
/// When the database cannot be written.
pub fn set_snapshot(tx: &mut Tx<'_>, state: &SnapshotState) -> Result<(), Error> {
    set(tx, "generation", &state.generation)?;
    set(tx, "snapshot", state)
}

/// Ends a full sync: drops the rows it did not see, and goes on with the change feed.
///
/// # Errors
/// When the database cannot be written.
pub fn finish_snapshot(tx: &mut Tx<'_>, ended: &SnapshotState, as_of: i64) -> Result<(), Error> {
    let projects =
        format!("DELETE FROM project AS p WHERE p.generation < ?1 AND NOT {}", crate::project::HAS_LOCAL_WORK);
    for (sql, tag) in [
        (projects.as_str(), "projects"),
        ("DELETE FROM bid WHERE generation < ?1", "bids"),
        ("DELETE FROM thread WHERE generation < ?1", "threads"),
        ("DELETE FROM message WHERE generation < ?1", "messages"),
    ] {
        if tx.execute(sql, [ended.generation])? > 0 {
            tx.touch(tag);
        }
    }
    for kind in EntityType::KEPT.into_iter().filter(|kind| kind.is_plain()) {
        let sql = "DELETE FROM resource WHERE kind = ?1 AND generation < ?2";
        if tx.execute(sql, (kind.as_str(), ended.generation))? > 0 {
            tx.touch("resources");
            tx.touch(kind.plural());
        }
    }
    crate::alert::forget_lost_searches(tx)?;
    tx.execute("DELETE FROM sync_state WHERE name = 'snapshot'", [])?;
    set_changes(tx, &ChangesState { state: ended.state.clone(), as_of })
}

/// Forgets how far the change feed was followed, so that the next sync is a full one. Local work is not touched.
///
/// # Errors
/// When the database cannot be written.
pub fn reset(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute("DELETE FROM sync_state WHERE name IN ('changes', 'snapshot')", [])?;
    Ok(())
}

fn get<T: serde::de::DeserializeOwned>(connection: &Connection, name: &str) -> Result<Option<T>, Error> {
    let json: Option<String> = connection
        .prepare_cached("SELECT value FROM sync_state WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    json.map(|json| decode("sync state", &json)).transpose()
}

fn set<T: Serialize>(tx: &mut Tx<'_>, name: &str, value: &T) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO sync_state (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute((name, encode("sync state", value)?))?;
    Ok(())
}
