//! The queue of the person's unsent acts, in lanes: acts of one lane are sent one after the other.
//!
//! An act's id is the `Idempotency-Key` of every attempt, stored before the first, so that an act whose answer was lost
//! is asked for again and never done twice (draft-ietf-httpapi-idempotency-key-header).

mod act;
mod failure;
mod lane;
mod rework;

use presta_model::{ProjectId, Thread, ThreadId};
use rusqlite::{Connection, OptionalExtension, Row};

pub use act::{Act, ActKind, ActState, BidBase, Conflict, Delivered, Difference, StoredAct, Write};
pub use failure::{Failure, ParamValue};
pub use rework::{conflict, dependents, rebase, reissue, replace, requeue};

use crate::error::{decode, encode};
use crate::{Error, Tx, attachment, setting};

/// Delivered acts that are remembered, so that the window can say what was sent.
const REMEMBERED: u32 = 50;

const COLUMNS: &str = "act_id, lane, payload, state, attempts, not_before, error, differences, queued_at, thread_id,
    key, undo_until, conflict, in_doubt";

/// Puts an act at the end of its lane. Writing it down is what "queued" means: use a durable transaction. An act that
/// others see waits for as long as the account's setting gives to take it back.
///
/// # Errors
/// When the database cannot be written.
pub fn enqueue(tx: &mut Tx<'_>, act_id: &str, act: &Act, now: i64) -> Result<(), Error> {
    if let Act::ThreadRead { thread_id, .. }
    | Act::ThreadMute { thread_id, .. }
    | Act::ThreadArchive { thread_id, .. } = act
    {
        tx.execute(
            "DELETE FROM outbox WHERE kind = ?1 AND thread_id = ?2 AND state <> 'sending'",
            [act.kind().as_str(), thread_id.as_str()],
        )?;
    }
    let undo_seconds: i64 = setting::get(tx, setting::UNDO_SECONDS)?.unwrap_or(0);
    let undo_until = (act.can_be_undone() && undo_seconds > 0).then(|| now + undo_seconds * 1000);
    let lane = lane::of(tx, act_id, act)?;
    tx.prepare_cached(
        "INSERT INTO outbox (act_id, lane, kind, project_id, thread_id, payload, state, attempts, queued_at, undo_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', 0, ?7, ?8)",
    )?
    .execute((
        act_id,
        lane,
        act.kind().as_str(),
        act.project_id().as_ref().map(ProjectId::as_str),
        act.thread_id().as_ref().map(ThreadId::as_str),
        encode("act", act)?,
        now,
        undo_until,
    ))?;
    touch(tx, act);
    Ok(())
}

/// An act by its id.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, act_id: &str) -> Result<Option<StoredAct>, Error> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE act_id = ?1"))?
        .query_row([act_id], raw)
        .optional()?
        .map(StoredAct::try_from)
        .transpose()
}

/// Every unsent act, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn all(connection: &Connection) -> Result<Vec<StoredAct>, Error> {
    many(connection, &format!("SELECT {COLUMNS} FROM outbox ORDER BY position"))
}

/// The acts that may be sent at `now`: the first of each lane, unless it waits for the person, for its time or for a file
/// that it names.
///
/// # Errors
/// When the database cannot be read.
pub fn ready(connection: &Connection, now: i64) -> Result<Vec<StoredAct>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM outbox o
         WHERE position = (SELECT min(position) FROM outbox h WHERE h.lane = o.lane)
           AND state IN ('queued', 'waiting-network', 'waiting-retry')
           AND coalesce(not_before, 0) <= ?1 AND coalesce(undo_until, 0) <= ?1
           AND NOT EXISTS (SELECT 1 FROM outbox u WHERE u.kind = 'upload' AND u.act_id <> o.act_id
             AND {named})
         ORDER BY position",
        named = attachment::names("o.payload", "'local:' || u.act_id"),
    ))?;
    let rows = statement.query_map([now], raw)?;
    rows.map(|row| StoredAct::try_from(row?)).collect()
}

/// The earliest time after `now` at which an act that waits may be tried, in ms since 1970.
///
/// # Errors
/// When the database cannot be read.
pub fn next_due(connection: &Connection, now: i64) -> Result<Option<i64>, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT min(due) FROM (
               SELECT not_before AS due FROM outbox WHERE state IN ('queued', 'waiting-retry', 'waiting-network')
               UNION ALL SELECT undo_until FROM outbox WHERE state = 'queued')
             WHERE due > ?1",
        )?
        .query_row([now], |row| row.get(0))?)
}

/// Acts whose sending a crash interrupted go back to the queue, with the same key.
///
/// # Errors
/// When the database cannot be written.
pub fn recover(tx: &mut Tx<'_>) -> Result<(), Error> {
    release::<&str>(tx, &[], None)
}

/// Acts that are noted as being sent and are not among `under_way` go back to the queue, not to be tried before
/// `not_before`: what became of the attempt could not be written down. Under the same key nothing is done twice.
///
/// # Errors
/// When the database cannot be written.
pub fn release<T: AsRef<str>>(tx: &mut Tx<'_>, under_way: &[T], not_before: Option<i64>) -> Result<(), Error> {
    for act in left(tx, under_way)? {
        tx.execute(
            // Of a file nothing is in doubt: the platform says how much of it is there.
            "UPDATE outbox SET state = 'queued', in_doubt = in_doubt OR kind <> 'upload', not_before = ?2
             WHERE act_id = ?1",
            (&act.act_id, not_before),
        )?;
        touch(tx, &act.act);
    }
    Ok(())
}

/// The acts that are noted as being sent and are not among `under_way`.
///
/// # Errors
/// When the database cannot be read.
pub fn left<T: AsRef<str>>(connection: &Connection, under_way: &[T]) -> Result<Vec<StoredAct>, Error> {
    let sending = many(connection, &format!("SELECT {COLUMNS} FROM outbox WHERE state = 'sending'"))?;
    Ok(sending.into_iter().filter(|act| !under_way.iter().any(|id| id.as_ref() == act.act_id)).collect())
}

/// Acts that wait for the network need wait no longer; what was answered in its absence is not held against them.
///
/// # Errors
/// When the database cannot be written.
pub fn network_is_back(tx: &mut Tx<'_>) -> Result<(), Error> {
    if tx.execute("UPDATE outbox SET not_before = NULL, error = NULL WHERE state = 'waiting-network'", [])? > 0 {
        tx.touch("queue");
    }
    Ok(())
}

/// Notes that an attempt begins. False when the act is no longer there or no longer waits.
///
/// # Errors
/// When the database cannot be written.
pub fn begin(tx: &mut Tx<'_>, act: &StoredAct) -> Result<bool, Error> {
    let rows = tx.execute(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, not_before = NULL
         WHERE act_id = ?1 AND state IN ('queued', 'waiting-network', 'waiting-retry')",
        [&act.act_id],
    )?;
    touch(tx, &act.act);
    Ok(rows > 0)
}

/// Notes where an attempt left the act. One that stops for good was answered: nothing of it is in doubt any more, unless
/// the answer is what could not be read.
///
/// # Errors
/// When the database cannot be written.
pub fn park(
    tx: &mut Tx<'_>,
    act: &StoredAct,
    state: ActState,
    not_before: Option<i64>,
    failure: Option<&Failure>,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = ?2, not_before = ?3, error = ?4, in_doubt = in_doubt AND NOT ?5 WHERE act_id = ?1",
        (
            &act.act_id,
            state.as_str(),
            not_before,
            failure.map(|failure| encode("failure", failure)).transpose()?,
            state.needs_attention() && state != ActState::InDoubt,
        ),
    )?;
    touch(tx, &act.act);
    Ok(())
}

/// Notes that an attempt may have reached the platform, although its answer did not come back.
///
/// # Errors
/// When the database cannot be written.
pub fn doubt(tx: &mut Tx<'_>, act: &StoredAct) -> Result<(), Error> {
    tx.execute("UPDATE outbox SET in_doubt = 1 WHERE act_id = ?1", [&act.act_id])?;
    Ok(())
}

/// Stops an act until the person confirms it again, with what changed.
///
/// # Errors
/// When the database cannot be written.
pub fn ask(tx: &mut Tx<'_>, act: &StoredAct, differences: &[Difference]) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = 'needs-confirmation', not_before = NULL, error = NULL, in_doubt = 0, differences = ?2
         WHERE act_id = ?1",
        (&act.act_id, encode("differences", &differences)?),
    )?;
    touch(tx, &act.act);
    Ok(())
}

/// Drops an act the person does not want sent. False while the outcome of an attempt is not known and is still asked for:
/// one is under way, or its answer was lost. One that stopped in doubt is the person's to give up, and a file alone is seen
/// by nobody: its upload can be dropped at any time.
///
/// # Errors
/// When the database cannot be written.
pub fn discard(tx: &mut Tx<'_>, act: &StoredAct) -> Result<bool, Error> {
    let rows = tx.execute(
        "DELETE FROM outbox WHERE act_id = ?1
           AND (kind = 'upload' OR (state <> 'sending' AND (NOT in_doubt OR state = 'in-doubt')))",
        [&act.act_id],
    )?;
    touch(tx, &act.act);
    if rows > 0
        && let Act::ThreadOpen { project_id, title, .. } = &act.act
    {
        open_with_next(tx, act, project_id, title)?;
    }
    Ok(rows > 0)
}

/// A conversation whose first message is dropped begins with the next one, which the platform could not place otherwise.
fn open_with_next(tx: &mut Tx<'_>, dropped: &StoredAct, project: &ProjectId, title: &str) -> Result<(), Error> {
    let next = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox WHERE lane = ?1 AND kind = 'message-send' ORDER BY position LIMIT 1"
        ))?
        .query_row([&dropped.lane], raw)
        .optional()?
        .map(StoredAct::try_from)
        .transpose()?;
    let Some(next) = next else { return Ok(()) };
    let local = next.thread_id.as_ref().is_some_and(|thread| thread.local_project().is_some());
    if let (true, Act::MessageSend { text, attachments, .. }) = (local, next.act) {
        let act = Act::ThreadOpen { project_id: project.clone(), title: title.to_owned(), text, attachments };
        replace(tx, &next.act_id, &act)?;
    }
    Ok(())
}

/// Takes a delivered act out of the queue and remembers it, in the transaction that writes its result.
///
/// # Errors
/// When the database cannot be written.
pub fn deliver(tx: &mut Tx<'_>, act: &StoredAct, now: i64) -> Result<Option<Delivered>, Error> {
    tx.execute("DELETE FROM outbox WHERE act_id = ?1", [&act.act_id])?;
    touch(tx, &act.act);
    // Of a file only what it goes with is told.
    if !act.act.is_shown() || matches!(act.act, Act::Upload { .. }) {
        return Ok(None);
    }
    let delivered = Delivered {
        act_id: act.act_id.clone(),
        kind: act.act.kind(),
        title: act.act.title().to_owned(),
        at: now,
        project_id: act.act.project_id(),
        thread_id: act.thread_id.clone(),
        op: act.act.op().map(str::to_owned),
    };
    tx.execute(
        "INSERT OR REPLACE INTO delivered (act_id, kind, title, project_id, thread_id, at, op)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            &delivered.act_id,
            delivered.kind.as_str(),
            &delivered.title,
            delivered.project_id.as_ref().map(ProjectId::as_str),
            delivered.thread_id.as_ref().map(ThreadId::as_str),
            now,
            delivered.op.as_deref(),
        ),
    )?;
    tx.execute("DELETE FROM delivered WHERE position <= (SELECT max(position) FROM delivered) - ?1", [REMEMBERED])?;
    Ok(Some(delivered))
}

/// The last delivered acts, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn delivered(connection: &Connection) -> Result<Vec<Delivered>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT act_id, kind, title, at, project_id, thread_id, op FROM delivered ORDER BY position DESC",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Delivered {
            act_id: row.get(0)?,
            kind: ActKind::from_name(&row.get::<_, String>(1)?),
            title: row.get(2)?,
            at: row.get(3)?,
            project_id: row.get::<_, Option<String>>(4)?.map(ProjectId::new),
            thread_id: row.get::<_, Option<String>>(5)?.map(ThreadId::new),
            op: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lays queued acts over a conversation as the platform gave it.
pub(crate) fn overlay(connection: &Connection, thread: &mut Thread) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "SELECT payload FROM outbox WHERE thread_id = ?1
           AND kind IN ('thread-read', 'thread-mute', 'thread-archive') ORDER BY position",
    )?;
    let rows = statement.query_map([thread.id.as_str()], |row| row.get::<_, String>(0))?;
    for json in rows {
        decode::<Act>("act", &json?)?.apply(thread);
    }
    Ok(())
}

fn touch(tx: &mut Tx<'_>, act: &Act) {
    tx.touch("queue");
    match act {
        Act::BidPlace { project_id, .. } => {
            tx.touch("bids");
            tx.touch(format!("project:{project_id}"));
        }
        Act::Write(write) => {
            let Some(operation) = write.operation() else { return };
            for kind in [operation.target, operation.answer] {
                tx.touch(kind.plural());
            }
            if let Some(id) = &write.target {
                tx.touch(format!("{}:{id}", operation.target.as_str()));
            }
        }
        Act::Upload { .. } => tx.touch("attachments"),
        _ => {
            tx.touch("threads");
            if let Some(thread) = act.thread_id() {
                tx.touch(format!("thread:{thread}"));
            }
        }
    }
}

/// The columns of an act, before its JSON is read.
struct RawAct {
    act_id: String,
    lane: String,
    payload: String,
    state: String,
    attempts: u32,
    not_before: Option<i64>,
    error: Option<String>,
    differences: Option<String>,
    queued_at: i64,
    thread_id: Option<String>,
    key: Option<String>,
    undo_until: Option<i64>,
    conflict: Option<String>,
    in_doubt: bool,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<RawAct> {
    Ok(RawAct {
        act_id: row.get(0)?,
        lane: row.get(1)?,
        payload: row.get(2)?,
        state: row.get(3)?,
        attempts: row.get(4)?,
        not_before: row.get(5)?,
        error: row.get(6)?,
        differences: row.get(7)?,
        queued_at: row.get(8)?,
        thread_id: row.get(9)?,
        key: row.get(10)?,
        undo_until: row.get(11)?,
        conflict: row.get(12)?,
        in_doubt: row.get(13)?,
    })
}

impl TryFrom<RawAct> for StoredAct {
    type Error = Error;

    fn try_from(raw: RawAct) -> Result<Self, Error> {
        Ok(Self {
            act: decode("act", &raw.payload)?,
            state: ActState::from_name(&raw.state),
            error: raw.error.map(|json| decode("failure", &json)).transpose()?,
            differences: raw.differences.map(|json| decode("differences", &json)).transpose()?.unwrap_or_default(),
            thread_id: raw.thread_id.map(ThreadId::new),
            conflict: raw.conflict.map(|json| decode("conflict", &json)).transpose()?,
            undo_until: raw.undo_until,
            in_doubt: raw.in_doubt,
            key: raw.key.unwrap_or_else(|| raw.act_id.clone()),
            act_id: raw.act_id,
            lane: raw.lane,
            attempts: raw.attempts,
            not_before: raw.not_before,
            queued_at: raw.queued_at,
        })
    }
}

fn many(connection: &Connection, sql: &str) -> Result<Vec<StoredAct>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], raw)?;
    rows.map(|row| StoredAct::try_from(row?)).collect()
}
