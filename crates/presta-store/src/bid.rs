//! Bids that the platform has.

use presta_model::{Bid, BidId, Millis, ProjectId, UserId};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// Keeps a bid unless a newer revision is there already.
///
/// # Errors
/// When the database cannot be written.
pub fn upsert(tx: &mut Tx<'_>, bid: &Bid, me: &UserId, generation: i64) -> Result<(), Error> {
    let rows = tx
        .prepare_cached(
            "INSERT INTO bid (id, rev, project_id, mine, updated_at, data, generation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET
               rev = excluded.rev, project_id = excluded.project_id, mine = excluded.mine,
               updated_at = excluded.updated_at, data = excluded.data, generation = excluded.generation
             WHERE excluded.rev >= rev",
        )?
        .execute((
            bid.id.as_str(),
            bid.rev,
            bid.project_id.as_str(),
            bid.freelancer.id == *me,
            Millis::from(bid.updated_at).0,
            encode("bid", bid)?,
            generation,
        ))?;
    if rows > 0 {
        tx.touch("bids");
        tx.touch(format!("project:{}", bid.project_id));
    }
    Ok(())
}

/// Drops a bid.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    if tx.execute("DELETE FROM bid WHERE id = ?1", [id])? > 0 {
        tx.touch("bids");
    }
    Ok(())
}

/// A bid by its id.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &BidId) -> Result<Option<Bid>, Error> {
    one(connection, "SELECT data FROM bid WHERE id = ?1", id.as_str())
}

/// The account's own bid on a project; a retracted one only when there is no other.
///
/// # Errors
/// When the database cannot be read.
pub fn mine_on(connection: &Connection, project: &ProjectId) -> Result<Option<Bid>, Error> {
    one(
        connection,
        "SELECT data FROM bid WHERE project_id = ?1 AND mine = 1
         ORDER BY data ->> 'status' = 'retracted', updated_at DESC LIMIT 1",
        project.as_str(),
    )
}

/// The account's own bids, last changed first.
///
/// # Errors
/// When the database cannot be read.
pub fn mine(connection: &Connection) -> Result<Vec<Bid>, Error> {
    let mut statement = connection.prepare_cached("SELECT data FROM bid WHERE mine = 1 ORDER BY updated_at DESC")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| decode("bid", &json?)).collect()
}

fn one(connection: &Connection, sql: &str, value: &str) -> Result<Option<Bid>, Error> {
    let json: Option<String> = connection.prepare_cached(sql)?.query_row([value], |row| row.get(0)).optional()?;
    json.map(|json| decode("bid", &json)).transpose()
}
