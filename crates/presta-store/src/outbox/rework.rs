//! Acts that change while they wait: put back, made another one, stopped for a choice, or moved to a newer revision.

use presta_model::{EntityType, Operation, ProjectId, local_id};
use rusqlite::Connection;

use super::{Act, COLUMNS, Conflict, StoredAct, all, raw, touch};
use crate::error::encode;
use crate::{Error, Tx};

/// Gives an act a new payload and puts it back in the queue, in its place.
///
/// # Errors
/// When the database cannot be written.
pub fn requeue(tx: &mut Tx<'_>, act_id: &str, act: &Act) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = 'queued', not_before = NULL, error = NULL, differences = NULL, conflict = NULL,
           payload = ?2
         WHERE act_id = ?1 AND state <> 'sending'",
        (act_id, encode("act", act)?),
    )?;
    touch(tx, act);
    Ok(())
}

/// Makes a queued act another one, in its place.
///
/// # Errors
/// When the database cannot be written.
pub fn replace(tx: &mut Tx<'_>, act_id: &str, act: &Act) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET kind = ?2, project_id = ?3, payload = ?4 WHERE act_id = ?1",
        (act_id, act.kind().as_str(), act.project_id().as_ref().map(ProjectId::as_str), encode("act", act)?),
    )?;
    touch(tx, act);
    Ok(())
}

/// Puts an act whose last attempt was refused back in the queue, in its place, as another request under `key`: what is
/// sent under the first key would be answered as it was the first time.
///
/// # Errors
/// When the database cannot be written.
pub fn reissue(tx: &mut Tx<'_>, act_id: &str, act: &Act, key: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = 'queued', not_before = NULL, error = NULL, differences = NULL, conflict = NULL,
           in_doubt = 0, payload = ?2, key = ?3
         WHERE act_id = ?1",
        (act_id, encode("act", act)?, key),
    )?;
    touch(tx, act);
    Ok(())
}

/// Stops an act until the person has chosen between their change and another one.
///
/// # Errors
/// When the database cannot be written.
pub fn conflict(tx: &mut Tx<'_>, act: &StoredAct, conflict: &Conflict) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = 'conflict', not_before = NULL, error = NULL, in_doubt = 0, conflict = ?2
         WHERE act_id = ?1",
        (&act.act_id, encode("conflict", conflict)?),
    )?;
    touch(tx, &act.act);
    Ok(())
}

/// Queued changes that were decided on the same revision as a delivered one, which made it `after`, are moved there when
/// nobody else changed the resource in between. Of a write that names no revision only a step of one tells that.
///
/// # Errors
/// When the database cannot be written.
pub fn rebase(tx: &mut Tx<'_>, delivered: &StoredAct, kind: EntityType, id: &str, after: i64) -> Result<(), Error> {
    let before = match &delivered.act {
        Act::Write(write) if write.operation().is_some_and(|operation| !operation.creates()) => {
            let held = write.operation().is_some_and(Operation::has_precondition);
            write.base_rev().filter(|before| held || after == before + 1)
        }
        _ => Some(0),
    };
    for queued in all(tx)? {
        let Act::Write(mut write) = queued.act else { continue };
        let same = write.operation().is_some_and(|operation| operation.target == kind)
            && write.target.as_deref().is_none_or(|target| target == id);
        if same && before.is_some() && write.base_rev() == before {
            if let Some(base) = write.base.as_object_mut() {
                base.insert("rev".to_owned(), after.into());
            }
            tx.execute(
                "UPDATE outbox SET payload = ?2 WHERE act_id = ?1",
                (&queued.act_id, encode("act", &Act::Write(write))?),
            )?;
        }
    }
    Ok(())
}

/// The queued acts that cannot be sent without what `act_id` creates.
///
/// # Errors
/// When the database cannot be read.
pub fn dependents(connection: &Connection, act_id: &str) -> Result<Vec<StoredAct>, Error> {
    let local = serde_json::Value::from(local_id(act_id)).to_string();
    let mut statement = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE instr(payload, ?1) > 0 ORDER BY position"))?;
    let rows = statement.query_map([local], raw)?;
    rows.map(|row| StoredAct::try_from(row?)).collect()
}
