//! Conversations that the platform has, and the local ids they had before.

use presta_model::{LastMessage, Message, Millis, ProjectId, Thread, ThreadId};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode};
use crate::{Error, Tx, alias, outbox};

/// Keeps a conversation unless a newer revision is there already. What the person did to it and is still queued
/// (read, muted, archived) stays as they left it.
///
/// # Errors
/// When the database cannot be written.
pub fn upsert(tx: &mut Tx<'_>, thread: &Thread, generation: i64) -> Result<(), Error> {
    adopt(tx, thread)?;
    let mut thread = thread.clone();
    outbox::overlay(tx, &mut thread)?;
    let rows = tx
        .prepare_cached(
            "INSERT INTO thread (id, rev, project_id, archived, unread, updated_at, data, generation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET
               rev = excluded.rev, project_id = excluded.project_id, archived = excluded.archived,
               unread = excluded.unread, updated_at = excluded.updated_at, data = excluded.data,
               generation = excluded.generation
             WHERE excluded.rev >= rev",
        )?
        .execute((
            thread.id.as_str(),
            thread.rev,
            thread.project_id.as_ref().map(ProjectId::as_str),
            thread.archived,
            thread.unread_count,
            Millis::from(thread.updated_at).0,
            encode("thread", &thread)?,
            generation,
        ))?;
    if rows > 0 {
        tx.touch("threads");
        tx.touch(format!("thread:{}", thread.id));
    }
    Ok(())
}

/// Drops a conversation and its messages.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM message WHERE thread_id = ?1", [id])?;
    if tx.execute("DELETE FROM thread WHERE id = ?1", [id])? > 0 {
        tx.touch("threads");
        tx.touch(format!("thread:{id}"));
    }
    Ok(())
}

/// A conversation by its id.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &ThreadId) -> Result<Option<Thread>, Error> {
    let json: Option<String> = connection
        .prepare_cached("SELECT data FROM thread WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    json.map(|json| decode("thread", &json)).transpose()
}

/// The person's conversation about a project.
///
/// # Errors
/// When the database cannot be read.
pub fn on_project(connection: &Connection, project: &ProjectId) -> Result<Option<ThreadId>, Error> {
    let id: Option<String> = connection
        .prepare_cached("SELECT id FROM thread WHERE project_id = ?1 ORDER BY updated_at DESC LIMIT 1")?
        .query_row([project.as_str()], |row| row.get(0))
        .optional()?;
    Ok(id.map(ThreadId::new))
}

/// Every conversation, last changed first.
///
/// # Errors
/// When the database cannot be read.
pub fn all(connection: &Connection) -> Result<Vec<Thread>, Error> {
    let mut statement = connection.prepare_cached("SELECT data FROM thread ORDER BY updated_at DESC, id")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| decode("thread", &json?)).collect()
}

/// Unread messages over the conversations that are neither archived nor muted.
///
/// # Errors
/// When the database cannot be read.
pub fn unread(connection: &Connection) -> Result<u32, Error> {
    Ok(connection
        .prepare_cached("SELECT coalesce(sum(unread), 0) FROM thread WHERE archived = 0 AND data ->> 'muted' = 0")?
        .query_row([], |row| row.get(0))?)
}

/// Rewrites a conversation after a local act (read, mute, archive) or the answer to one, without a new revision.
///
/// # Errors
/// When the database cannot be written.
pub fn change(tx: &mut Tx<'_>, id: &ThreadId, change: impl FnOnce(&mut Thread)) -> Result<(), Error> {
    if let Some(mut thread) = get(tx, id)? {
        change(&mut thread);
        tx.prepare_cached("UPDATE thread SET archived = ?2, unread = ?3, updated_at = ?4, data = ?5 WHERE id = ?1")?
            .execute((
                id.as_str(),
                thread.archived,
                thread.unread_count,
                Millis::from(thread.updated_at).0,
                encode("thread", &thread)?,
            ))?;
        tx.touch("threads");
        tx.touch(format!("thread:{id}"));
    }
    Ok(())
}

/// Shows a message that was just sent as the newest of its conversation, until the platform's own word of it arrives.
///
/// # Errors
/// When the database cannot be written.
pub fn sent(tx: &mut Tx<'_>, message: &Message) -> Result<(), Error> {
    change(tx, &message.thread_id, |thread| {
        if message.seq > thread.last_seq {
            thread.last_message = Some(LastMessage {
                id: message.id.clone(),
                author_id: message.author_id.clone(),
                text: message.text.chars().take(LastMessage::LONGEST).collect(),
                sent_at: message.sent_at,
            });
            thread.updated_at = thread.updated_at.max(message.sent_at);
        }
    })
}

/// The platform's id of a conversation: the id itself, or what a local one became.
///
/// # Errors
/// When the database cannot be read.
pub fn resolve(connection: &Connection, id: &ThreadId) -> Result<ThreadId, Error> {
    let Some(project) = id.local_project() else {
        return Ok(id.clone());
    };
    match alias::get(connection, id.as_str())? {
        Some(known) => Ok(ThreadId::new(known)),
        None => Ok(on_project(connection, &project)?.unwrap_or_else(|| id.clone())),
    }
}

/// Notes what a local conversation became, and moves its draft and queued messages over.
///
/// # Errors
/// When the database cannot be written.
pub fn settle(tx: &mut Tx<'_>, local: &ThreadId, thread: &ThreadId) -> Result<(), Error> {
    alias::set(tx, local.as_str(), thread.as_str())?;
    // What is being written under either id is one draft.
    tx.execute(
        "INSERT INTO message_draft (thread_id, saved_at, text)
         SELECT ?2, saved_at, text FROM message_draft WHERE thread_id = ?1
         ON CONFLICT (thread_id) DO UPDATE SET
           text = message_draft.text || char(10) || char(10) || excluded.text,
           saved_at = max(message_draft.saved_at, excluded.saved_at)",
        [local.as_str(), thread.as_str()],
    )?;
    tx.execute("DELETE FROM message_draft WHERE thread_id = ?1", [local.as_str()])?;
    tx.execute(
        "UPDATE attachment SET place = iif(place = 'thread:' || ?1, 'thread:' || ?2, place),
           came_from = iif(came_from = 'thread:' || ?1, 'thread:' || ?2, came_from)
         WHERE 'thread:' || ?1 IN (place, came_from)",
        [local.as_str(), thread.as_str()],
    )?;
    // A change of a queued message is in no conversation by itself; it stays behind the message, in its lane.
    tx.execute(
        "UPDATE outbox SET thread_id = CASE WHEN thread_id = ?1 THEN ?2 ELSE thread_id END, lane = ?3
         WHERE thread_id = ?1 OR lane = 'thread:' || ?1",
        [local.as_str(), thread.as_str(), &format!("thread:{thread}")],
    )?;
    tx.touch("queue");
    tx.touch(format!("thread:{local}"));
    Ok(())
}

/// A conversation that began elsewhere: what was written for it here, under its local id, goes on under the platform's,
/// in the lane of what is written from now on.
fn adopt(tx: &mut Tx<'_>, thread: &Thread) -> Result<(), Error> {
    let Some(project) = &thread.project_id else { return Ok(()) };
    let local = ThreadId::local(project);
    let waits: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE thread_id = ?1)
                 OR EXISTS (SELECT 1 FROM message_draft WHERE thread_id = ?1)
                 OR EXISTS (SELECT 1 FROM attachment WHERE place = 'thread:' || ?1)",
        )?
        .query_row([local.as_str()], |row| row.get(0))?;
    if waits { settle(tx, &local, &thread.id) } else { Ok(()) }
}
