//! Bids that the platform has.

use presta_model::{Bid, BidId, BidStatus, EntityType, Millis, ProjectId, UserId};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode};
use crate::overlay::Overlay;
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

/// A bid by its id, as the person left it.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &BidId) -> Result<Option<Bid>, Error> {
    let overlay = Overlay::load(connection)?;
    Ok(stored(connection, id)?.and_then(|bid| lay(&overlay, bid)))
}

/// A bid by its id, as the platform gave it.
///
/// # Errors
/// When the database cannot be read.
pub fn stored(connection: &Connection, id: &BidId) -> Result<Option<Bid>, Error> {
    let json: Option<String> = connection
        .prepare_cached("SELECT data FROM bid WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    json.map(|json| decode("bid", &json)).transpose()
}

/// Whether the bid is the account's own, and on which project.
pub(crate) fn place(connection: &Connection, id: &str) -> Result<Option<(bool, String)>, Error> {
    Ok(connection
        .prepare_cached("SELECT mine, project_id FROM bid WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The account's own bid on a project, as the person left it; a retracted one only when there is no other.
///
/// # Errors
/// When the database cannot be read.
pub fn mine_on(connection: &Connection, project: &ProjectId) -> Result<Option<Bid>, Error> {
    let bids = many(
        connection,
        "SELECT data FROM bid WHERE project_id = ?1 AND mine = 1 ORDER BY updated_at DESC",
        [project.as_str()],
    )?;
    let running = bids.iter().position(|bid| bid.status != BidStatus::Retracted);
    Ok(bids.into_iter().nth(running.unwrap_or(0)))
}

/// The account's own bids as the person left them, last changed first.
///
/// # Errors
/// When the database cannot be read.
pub fn mine(connection: &Connection) -> Result<Vec<Bid>, Error> {
    many(connection, "SELECT data FROM bid WHERE mine = 1 ORDER BY updated_at DESC", [])
}

fn many<P: rusqlite::Params>(connection: &Connection, sql: &str, values: P) -> Result<Vec<Bid>, Error> {
    let overlay = Overlay::load(connection)?;
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| row.get::<_, String>(0))?;
    rows.filter_map(|json| {
        json.map_err(Error::from).and_then(|json| decode("bid", &json)).map(|bid| lay(&overlay, bid)).transpose()
    })
    .collect()
}

fn lay(overlay: &Overlay, bid: Bid) -> Option<Bid> {
    let id = bid.id.clone();
    overlay.lay(EntityType::Bid, id.as_str(), bid)
}
