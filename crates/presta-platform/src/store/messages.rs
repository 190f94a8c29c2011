//! Messages: appended, in the order of their thread; for a while their writer may change them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    instant,
    snapshot::Datum,
    threads,
};
use crate::{ids::Prefix, problem::Problem};

/// How long after sending a message can be changed or taken back: 15 minutes, in milliseconds.
pub const EDIT_MS: i64 = 15 * 60_000;

const COLUMNS: &str = "m.n, m.thread_n, m.seq, m.author_n, m.text, m.sent_at, m.client_message_id, m.rev, m.edited_at,
    m.deleted_at";

/// A message as sent, but for its files; none when it was taken back.
fn message(row: &Row<'_>) -> rusqlite::Result<(i64, i64, Value)> {
    let (n, rev) = (row.get(0)?, row.get(7)?);
    let value = json!({
        "id": Prefix::Message.id(n).to_string(), "rev": rev,
        "thread_id": Prefix::Thread.id(row.get(1)?).to_string(),
        "seq": row.get::<_, i64>(2)?, "author_id": Prefix::User.id(row.get(3)?).to_string(),
        "text": row.get::<_, String>(4)?, "sent_at": instant(row.get(5)?),
        "client_message_id": row.get::<_, Option<String>>(6)?,
        "edited_at": row.get::<_, Option<i64>>(8)?.map(instant),
        "deleted_at": row.get::<_, Option<i64>>(9)?.map(instant),
    });
    Ok((n, rev, value))
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
    let found: Vec<(i64, i64, Value)> = query.query_map([array(rows)], message)?.collect::<Result<_, _>>()?;
    let mut files = attachments::of(sql, Parent::Message, rows)?;
    let datum = |(n, rev, mut value): (i64, i64, Value)| {
        let kept = value.get("deleted_at").is_some_and(Value::is_null);
        let own = files.remove(&n).filter(|_| kept).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.insert("attachments".to_owned(), Value::Array(own));
        }
        Datum { n, rev, json: value.to_string() }
    };
    Ok(found.into_iter().map(datum).collect())
}

/// One message.
///
/// # Errors
/// `not-found`, or a database error.
pub fn render_one(sql: &Connection, n: i64) -> Result<Datum, Problem> {
    render(sql, &[n])?.pop().ok_or(Problem::NotFound)
}

/// At most `limit` rows of a thread with `seq` below `before`, newest first, with their `seq`.
///
/// # Errors
/// On a database error.
pub fn list(sql: &Connection, thread_n: i64, before: i64, limit: i64) -> Result<Vec<(i64, i64)>, Problem> {
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

/// Appends, with the files `attachment_ids`; the writer has read it, and it brings an archived thread back to the others.
///
/// # Errors
/// `not-found` for those who take no part, `validation` for the files, or a database error.
pub fn append(tx: &mut Tx<'_>, new: &New<'_>, attachment_ids: &[String]) -> Result<Appended, Problem> {
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
    attachments::adopt(tx, new.author_n, (Parent::Message, n), attachment_ids)?;
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

/// What a writer does with a message they sent.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Other words.
    Text(&'a str),
    /// None any more: the row stays, so that the order of the thread does.
    Delete,
}

/// Refuses messages of threads `user_n` takes no part in.
fn seen(sql: &Connection, user_n: i64, n: i64) -> Result<(), Problem> {
    let seen = sql
        .prepare_cached(
            "SELECT 1 FROM messages m JOIN participants p ON p.thread_n = m.thread_n AND p.user_n = ?2 WHERE m.n = ?1",
        )?
        .exists([n, user_n])?;
    if seen { Ok(()) } else { Err(Problem::NotFound) }
}

/// Changes a message of `user_n`'s within [`EDIT_MS`]; revision `rev` when one is given.
///
/// # Errors
/// `not-found`, `forbidden` for others' messages and after the time, `gone` when it was taken back, `edited-elsewhere`,
/// or a database error.
pub fn change(tx: &mut Tx<'_>, user_n: i64, (n, rev): (i64, Option<i64>), change: Change<'_>) -> Result<(), Problem> {
    seen(&tx.sql, user_n, n)?;
    let (thread_n, author_n, current, sent_at, deleted): (i64, i64, i64, i64, bool) = tx
        .sql
        .prepare_cached("SELECT thread_n, author_n, rev, sent_at, deleted_at IS NOT NULL FROM messages WHERE n = ?1")?
        .query_row([n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    if author_n != user_n {
        return Err(Problem::Forbidden);
    }
    if deleted {
        return Err(Problem::Gone);
    }
    if tx.now - sent_at > EDIT_MS {
        return Err(Problem::Forbidden);
    }
    if rev.is_some_and(|rev| rev != current) {
        return Err(Problem::EditedElsewhere);
    }
    let (text, column) = match change {
        Change::Text(text) => (text, "edited_at"),
        Change::Delete => ("", "deleted_at"),
    };
    tx.sql
        .prepare_cached(&format!("UPDATE messages SET rev = rev + 1, text = ?2, {column} = ?3 WHERE n = ?1"))?
        .execute(params![n, text, tx.now])?;
    for person in threads::people(&tx.sql, thread_n)? {
        tx.changed(Kind::Message, n, person)?;
    }
    threads::touch(tx, thread_n)
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
