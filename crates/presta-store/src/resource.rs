//! Resources of the types that have no table of their own, as the platform gave them.

use presta_model::{EntityType, Resource};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// Keeps a resource unless a newer revision is there already.
///
/// # Errors
/// When the database cannot be written.
pub fn upsert(tx: &mut Tx<'_>, resource: &Resource, generation: i64) -> Result<(), Error> {
    let kind = resource.kind.as_str();
    let known: Option<i64> = tx
        .prepare_cached("SELECT rev FROM resource WHERE kind = ?1 AND id = ?2")?
        .query_row([kind, &resource.id], |row| row.get(0))
        .optional()?;
    if known.is_some_and(|rev| rev > resource.rev) {
        // Seen by a full sync that is older than what is known: it is there all the same.
        tx.prepare_cached("UPDATE resource SET generation = ?3 WHERE kind = ?1 AND id = ?2")?.execute((
            kind,
            &resource.id,
            generation,
        ))?;
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO resource (kind, id, rev, parent, at, data, generation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, parent = excluded.parent, at = excluded.at,
           data = excluded.data, generation = excluded.generation",
    )?
    .execute((
        kind,
        &resource.id,
        resource.rev,
        resource.parent.as_deref(),
        resource.at.0,
        encode("resource", &resource.data)?,
        generation,
    ))?;
    touch(tx, resource.kind, &resource.id);
    Ok(())
}

/// Drops a resource.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, kind: EntityType, id: &str) -> Result<(), Error> {
    if tx.execute("DELETE FROM resource WHERE kind = ?1 AND id = ?2", [kind.as_str(), id])? > 0 {
        touch(tx, kind, id);
    }
    Ok(())
}

/// Drops all resources of a type.
///
/// # Errors
/// When the database cannot be written.
pub fn clear(tx: &mut Tx<'_>, kind: EntityType) -> Result<(), Error> {
    if tx.execute("DELETE FROM resource WHERE kind = ?1", [kind.as_str()])? > 0 {
        tx.touch("resources");
        tx.touch(kind.plural());
    }
    Ok(())
}

/// A resource as the platform gave it; [`crate::overlay`] lays what is queued over it.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, kind: EntityType, id: &str) -> Result<Option<Value>, Error> {
    let json: Option<String> = connection
        .prepare_cached("SELECT data FROM resource WHERE kind = ?1 AND id = ?2")?
        .query_row([kind.as_str(), id], |row| row.get(0))
        .optional()?;
    json.map(|json| decode("resource", &json)).transpose()
}

/// What a resource belongs to.
///
/// # Errors
/// When the database cannot be read.
pub fn parent(connection: &Connection, kind: EntityType, id: &str) -> Result<Option<String>, Error> {
    Ok(connection
        .prepare_cached("SELECT parent FROM resource WHERE kind = ?1 AND id = ?2")?
        .query_row([kind.as_str(), id], |row| row.get(0))
        .optional()?
        .flatten())
}

/// Every resource of a type as the platform gave it, last changed first; those of `parent` alone when it is given.
///
/// # Errors
/// When the database cannot be read.
pub fn list(connection: &Connection, kind: EntityType, parent: Option<&str>) -> Result<Vec<Value>, Error> {
    // Two statements, so that each has its index; `+` keeps the one on the time from being taken where a parent is given.
    let sql = match parent {
        Some(_) => "SELECT data FROM resource WHERE kind = ?1 AND parent = ?2 ORDER BY +at DESC, id",
        None => "SELECT data FROM resource WHERE kind = ?1 AND ?2 IS NULL ORDER BY at DESC, id",
    };
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((kind.as_str(), parent), |row| row.get::<_, String>(0))?;
    rows.map(|json| decode("resource", &json?)).collect()
}

/// Tells that a resource changed.
pub(crate) fn touch(tx: &mut Tx<'_>, kind: EntityType, id: &str) {
    tx.touch("resources");
    tx.touch(kind.plural());
    tx.touch(format!("{}:{id}", kind.as_str()));
}
