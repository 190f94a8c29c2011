//! Messages that the platform has.

use jiff::Timestamp;
use presta_model::{Attachment, Message, MessageId, Millis, ThreadId, UserId};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::encode;
use crate::overlay::Overlay;
use crate::{Error, Tx, row_key};

/// Keeps a message unless a newer revision is there already.
///
/// # Errors
/// When the database cannot be written.
pub fn upsert(tx: &mut Tx<'_>, message: &Message, generation: i64) -> Result<(), Error> {
    let known: Option<i64> = tx
        .prepare_cached("SELECT row_key FROM message WHERE id = ?1")?
        .query_row([message.id.as_str()], |row| row.get(0))
        .optional()?;
    let row_key = match known {
        Some(row_key) => row_key,
        None => row_key::free(tx, "message", message.sent_at.as_second())?,
    };
    tx.prepare_cached(
        "INSERT INTO message (row_key, id, thread_id, seq, author_id, client_message_id, sent_at, text, generation,
           rev, edited_at, deleted_at, attachments)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET
           thread_id = excluded.thread_id, seq = excluded.seq, author_id = excluded.author_id,
           client_message_id = coalesce(excluded.client_message_id, client_message_id),
           sent_at = excluded.sent_at, text = excluded.text, generation = excluded.generation, rev = excluded.rev,
           edited_at = excluded.edited_at, deleted_at = excluded.deleted_at, attachments = excluded.attachments
         WHERE excluded.rev >= rev",
    )?
    .execute((
        row_key,
        message.id.as_str(),
        message.thread_id.as_str(),
        message.seq,
        message.author_id.as_str(),
        message.client_message_id.as_deref(),
        Millis::from(message.sent_at).0,
        &message.text,
        generation,
        message.rev,
        message.edited_at.map(|at| Millis::from(at).0),
        message.deleted_at.map(|at| Millis::from(at).0),
        encode("attachments", &message.attachments)?,
    ))?;
    tx.touch("messages");
    tx.touch(format!("thread:{}", message.thread_id));
    Ok(())
}

/// Drops a message.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    if tx.execute("DELETE FROM message WHERE id = ?1", [id])? > 0 {
        tx.touch("messages");
        tx.touch("threads");
    }
    Ok(())
}

/// A stored message.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// Identifier.
    pub id: MessageId,
    /// The platform's order in the conversation.
    pub seq: i64,
    /// Who wrote it.
    pub author_id: UserId,
    /// The act that sent it, when it was sent by this account from a client that names its acts.
    pub client_message_id: Option<String>,
    /// When the platform received it, in ms since 1970.
    pub sent_at: i64,
    /// Plain text; empty once it was taken back.
    pub text: String,
    /// When it was changed, in ms since 1970.
    pub edited_at: Option<i64>,
    /// When it was taken back, in ms since 1970.
    pub deleted_at: Option<i64>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A message by its id, as the platform gave it.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &str) -> Result<Option<Message>, Error> {
    let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default();
    Ok(connection
        .prepare_cached(
            "SELECT id, rev, thread_id, seq, author_id, client_message_id, sent_at, text, edited_at, deleted_at,
               attachments
             FROM message WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Message {
                id: MessageId::new(row.get::<_, String>(0)?),
                rev: row.get(1)?,
                thread_id: ThreadId::new(row.get::<_, String>(2)?),
                seq: row.get(3)?,
                author_id: UserId::new(row.get::<_, String>(4)?),
                client_message_id: row.get(5)?,
                sent_at: at(row.get(6)?),
                text: row.get(7)?,
                edited_at: row.get::<_, Option<i64>>(8)?.map(at),
                deleted_at: row.get::<_, Option<i64>>(9)?.map(at),
                attachments: files(row, 10)?,
            })
        })
        .optional()?)
}

/// The newest `limit` messages of a conversation, oldest first, with the texts as the person left them.
///
/// # Errors
/// When the database cannot be read.
pub fn newest(connection: &Connection, thread: &ThreadId, limit: u32) -> Result<Vec<StoredMessage>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, seq, author_id, client_message_id, sent_at, text, edited_at, deleted_at, attachments FROM message
         WHERE thread_id = ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let rows = statement.query_map((thread.as_str(), limit), read)?;
    let mut messages: Vec<StoredMessage> = rows.collect::<Result<_, _>>()?;
    messages.reverse();
    let overlay = Overlay::load(connection)?;
    for message in &mut messages {
        if let Some(text) = overlay.text_of(message.id.as_str()) {
            message.text = text;
        }
    }
    Ok(messages)
}

/// A file that goes with a message of the conversation.
///
/// # Errors
/// When the database cannot be read.
pub fn file(connection: &Connection, thread: &ThreadId, id: &str) -> Result<Option<Attachment>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT attachments FROM message WHERE thread_id = ?1 AND attachments <> '[]' ORDER BY seq DESC",
    )?;
    let mut rows = statement.query([thread.as_str()])?;
    while let Some(row) = rows.next()? {
        if let Some(file) = files(row, 0)?.into_iter().find(|file| file.id == id) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// How many messages of a conversation are kept here.
///
/// # Errors
/// When the database cannot be read.
pub fn count(connection: &Connection, thread: &ThreadId) -> Result<u32, Error> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM message WHERE thread_id = ?1")?
        .query_row([thread.as_str()], |row| row.get(0))?)
}

/// Whether the platform is known to have the message that act `act_id` sends.
///
/// # Errors
/// When the database cannot be read.
pub fn has_act(connection: &Connection, act_id: &str) -> Result<bool, Error> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE client_message_id = ?1)")?
        .query_row([act_id], |row| row.get(0))?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredMessage> {
    Ok(StoredMessage {
        id: MessageId::new(row.get::<_, String>(0)?),
        seq: row.get(1)?,
        author_id: UserId::new(row.get::<_, String>(2)?),
        client_message_id: row.get(3)?,
        sent_at: row.get(4)?,
        text: row.get(5)?,
        edited_at: row.get(6)?,
        deleted_at: row.get(7)?,
        attachments: files(row, 8)?,
    })
}

fn files(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Attachment>> {
    let json: String = row.get(column)?;
    serde_json::from_str(&json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into()))
}
