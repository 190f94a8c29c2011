//! Messages: appended, in the order of their thread.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    snapshot::Datum,
    threads,
};
use crate::{ids::Prefix, problem::Problem};

const COLUMNS: &str = "m.n, m.thread_n, m.seq, m.author_n, m.text, m.sent_at, m.client_message_id";

fn message(row: &Row<'_>) -> rusqlite::Result<Datum> {
    let n = row.get(0)?;
    let value = json!({
        "id": Prefix::Message.id(n).to_string(),
        "thread_id": Prefix::Thread.id(row.get(1)?).to_string(),
        "seq": row.get::<_, i64>(2)?, "author_id": Prefix::User.id(row.get(3)?).to_string(),
        "text": row.get::<_, String>(4)?, "sent_at": instant(row.get(5)?),
        "client_message_id": row.get::<_, Option<String>>(6)?,
    });
    Ok(Datum { n, rev: 1, json: value.to_string() })
}

/// Messages by row, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?1) AS wanted JOIN messages m ON m.n = wanted.value
         ORDER BY wanted.id"
    );
    let mut query = sql.prepare_cached(&text)?;
    let found = query.query_map([array(rows)], message)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// One message.
///
/// # Errors
/// `not-found`, or a database error.
pub fn render_one(sql: &Connection, n: i64) -> Result<Datum, Problem> {
    render(sql, &[n])?.pop().ok_or(Problem::NotFound)
}

/// Rows of a thread with `seq` below `before`, newest first, with their `seq`.
///
/// # Errors
/// On a database error.
pub fn list(sql: &Connection, thread_n: i64, before: i64, limit: usize) -> Result<Vec<(i64, i64)>, Problem> {
    let limit = i64::try_from(limit).unwrap_or(0) + 1;
    let rows = sql
        .prepare_cached(
            "SELECT seq, n FROM messages WHERE thread_n = ?1 AND seq < ?2
             ORDER BY seq DESC LIMIT ?3",
        )?
        .query_map(params![thread_n, before, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// A message to append.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its thread.
    pub thread_n: i64,
    /// Who writes.
    pub author_n: i64,
    /// Plain text.
    pub text: &'a str,
    /// The writer's own id of it.
    pub client_message_id: Option<&'a str>,
    /// In ms.
    pub sent_at: i64,
}

/// What became of a message to append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is the row.
    New(i64),
    /// It had been sent before, as this row.
    Known(i64),
}

/// Appends; the writer has read it, and it brings an archived thread back to the others.
///
/// # Errors
/// `not-found` for those who take no part, or a database error.
pub fn append(tx: &mut Tx<'_>, new: &New<'_>) -> Result<Appended, Problem> {
    let people = threads::joined(&tx.sql, new.author_n, new.thread_n)?;
    if let Some(id) = new.client_message_id {
        let known = tx
            .sql
            .prepare_cached(
                "SELECT n FROM messages
                 WHERE thread_n = ?1 AND author_n = ?2 AND client_message_id = ?3",
            )?
            .query_row(params![new.thread_n, new.author_n, id], |row| row.get(0))
            .optional()?;
        if let Some(n) = known {
            return Ok(Appended::Known(n));
        }
    }
    let n = store(&tx.sql, new)?;
    tx.sql.execute(
        "UPDATE participants SET archived = 0 WHERE thread_n = ?1 AND user_n <> ?2",
        [new.thread_n, new.author_n],
    )?;
    for user_n in people {
        tx.changed(Kind::Message, n, user_n)?;
    }
    threads::touch(tx, new.thread_n)?;
    Ok(Appended::New(n))
}

/// Writes the row and the thread's counters alone; for appending and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(sql: &Connection, new: &New<'_>) -> Result<i64, Problem> {
    let seq: i64 = sql
        .prepare_cached(
            "UPDATE threads SET last_seq = last_seq + 1, updated_at = ?2 WHERE n = ?1
             RETURNING last_seq",
        )?
        .query_row([new.thread_n, new.sent_at], |row| row.get(0))?;
    let n = sql
        .prepare_cached(
            "INSERT INTO messages (thread_n, seq, author_n, text, sent_at, client_message_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![new.thread_n, seq, new.author_n, new.text, new.sent_at, new.client_message_id])?;
    sql.prepare_cached("UPDATE participants SET read_seq = ?3 WHERE thread_n = ?1 AND user_n = ?2")?.execute([
        new.thread_n,
        new.author_n,
        seq,
    ])?;
    Ok(n)
}

/// Writes the first messages of an empty thread, oldest first: author, text, when (ms). Everyone has read up to what they
/// last wrote. For seeding many: row by row and without statements that SQLite guards by a savepoint, which would make
/// the text index write what it gathered.
///
/// # Errors
/// On a database error.
pub fn history(sql: &Connection, thread_n: i64, lines: &[(i64, &str, i64)]) -> Result<(), Problem> {
    let mut add = sql
        .prepare_cached("INSERT INTO messages (thread_n, seq, author_n, text, sent_at) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut read = sql.prepare_cached("UPDATE participants SET read_seq = ?3 WHERE thread_n = ?1 AND user_n = ?2")?;
    for (seq, &(author_n, text, sent_at)) in (1_i64..).zip(lines) {
        add.insert(params![thread_n, seq, author_n, text, sent_at])?;
        read.execute([thread_n, author_n, seq])?;
    }
    let Some(&(_, _, updated_at)) = lines.last() else { return Ok(()) };
    let count = i64::try_from(lines.len()).unwrap_or(0);
    sql.prepare_cached("UPDATE threads SET last_seq = ?2, updated_at = ?3 WHERE n = ?1")?
        .execute([thread_n, count, updated_at])?;
    Ok(())
}
