//! What ids given here became on the platform.

use rusqlite::{Connection, OptionalExtension};

use crate::{Error, Tx};

/// The platform's id for one given here, once it is known.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, local: &str) -> Result<Option<String>, Error> {
    Ok(connection
        .prepare_cached("SELECT id FROM alias WHERE local_id = ?1")?
        .query_row([local], |row| row.get(0))
        .optional()?)
}

/// The platform's id: the id itself, or what a local one became.
///
/// # Errors
/// When the database cannot be read.
pub fn resolve(connection: &Connection, id: &str) -> Result<String, Error> {
    Ok(get(connection, id)?.unwrap_or_else(|| id.to_owned()))
}

/// Notes what a local id became.
///
/// # Errors
/// When the database cannot be written.
pub fn set(tx: &mut Tx<'_>, local: &str, id: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO alias (local_id, id) VALUES (?1, ?2) ON CONFLICT (local_id) DO UPDATE SET id = excluded.id",
        [local, id],
    )?;
    Ok(())
}

/// Notes what a local id became, in every queued act that names it too.
///
/// # Errors
/// When the database cannot be written.
pub fn settle(tx: &mut Tx<'_>, local: &str, id: &str) -> Result<(), Error> {
    set(tx, local, id)?;
    // Quotes inside of a JSON text are escaped, so that what a person wrote never looks like this.
    let quoted = |id: &str| serde_json::Value::from(id).to_string();
    let changed = tx.execute(
        "UPDATE outbox SET payload = replace(payload, ?1, ?2) WHERE instr(payload, ?1) > 0",
        [quoted(local), quoted(id)],
    )?;
    tx.execute("UPDATE outbox SET project_id = ?2 WHERE project_id = ?1", [local, id])?;
    if changed > 0 {
        tx.touch("queue");
    }
    Ok(())
}
