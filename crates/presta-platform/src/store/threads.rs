//! Conversations, as each participant sees them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    snapshot::Datum,
};
use crate::{ids::Prefix, problem::Problem};

/// Longest `last_message.text`, in characters.
const EXCERPT: usize = 200;

/// Renders threads for participant `user_n`, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, user_n: i64, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT t.n, t.rev, t.project_n, x.title, t.bid_n, t.last_seq, t.updated_at,
             me.read_seq, me.muted, me.archived,
             (SELECT coalesce(max(o.read_seq), 0) FROM participants o
              WHERE o.thread_n = t.n AND o.user_n <> ?2),
             (SELECT count(*) FROM messages u WHERE u.thread_n = t.n AND u.seq > me.read_seq
              AND u.author_n <> ?2),
             (SELECT json_group_array(json_array(o.user_n, d.display_name, o.role))
              FROM participants o JOIN users d ON d.n = o.user_n WHERE o.thread_n = t.n),
             m.n, m.author_n, m.text, m.sent_at
         FROM json_each(?1) AS wanted
         JOIN threads t ON t.n = wanted.value
         JOIN participants me ON me.thread_n = t.n AND me.user_n = ?2
         LEFT JOIN project_texts x ON x.n = t.project_n
         LEFT JOIN messages m ON m.thread_n = t.n AND m.seq = t.last_seq
         ORDER BY wanted.id",
    )?;
    let found = query.query_map(params![array(rows), user_n], thread)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn thread(row: &Row<'_>) -> rusqlite::Result<Datum> {
    let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
    let people: Vec<(i64, String, String)> = serde_json::from_str(&row.get::<_, String>(12)?).unwrap_or_default();
    let people: Vec<_> = people
        .into_iter()
        .map(|(n, name, role)| json!({"id": Prefix::User.id(n).to_string(), "display_name": name, "role": role}))
        .collect();
    let last = match row.get::<_, Option<i64>>(13)? {
        Some(message) => json!({
            "id": Prefix::Message.id(message).to_string(),
            "author_id": Prefix::User.id(row.get(14)?).to_string(),
            "text": row.get::<_, String>(15)?.chars().take(EXCERPT).collect::<String>(),
            "sent_at": instant(row.get(16)?),
        }),
        None => json!(null),
    };
    let id = |prefix: Prefix, n: Option<i64>| n.map(|n| prefix.id(n).to_string());
    let value = json!({
        "id": Prefix::Thread.id(n).to_string(), "rev": rev,
        "project_id": id(Prefix::Project, row.get(2)?), "project_title": row.get::<_, Option<String>>(3)?,
        "bid_id": id(Prefix::Bid, row.get(4)?), "participants": people, "last_message": last,
        "last_seq": row.get::<_, i64>(5)?, "read_seq": row.get::<_, i64>(7)?,
        "others_read_seq": row.get::<_, i64>(10)?, "unread_count": row.get::<_, i64>(11)?,
        "muted": row.get::<_, bool>(8)?, "archived": row.get::<_, bool>(9)?,
        "updated_at": instant(row.get(6)?),
    });
    Ok(Datum { n, rev, json: value.to_string() })
}

/// One thread.
///
/// # Errors
/// `not-found` also for those who take no part, or a database error.
pub fn render_one(sql: &Connection, user_n: i64, n: i64) -> Result<Datum, Problem> {
    render(sql, user_n, &[n])?.pop().ok_or(Problem::NotFound)
}

/// At most `limit` rows of `user_n`, last touched first, after `(updated_at, n)`; with each row's key.
///
/// # Errors
/// On a database error.
pub fn list(sql: &Connection, user_n: i64, after: (i64, i64), limit: i64) -> Result<Vec<(i64, i64)>, Problem> {
    let rows = sql
        .prepare_cached(
            "SELECT t.updated_at, t.n FROM participants p JOIN threads t ON t.n = p.thread_n
             WHERE p.user_n = ?1 AND (t.updated_at, t.n) < (?2, ?3)
             ORDER BY t.updated_at DESC, t.n DESC LIMIT ?4",
        )?
        .query_map(params![user_n, after.0, after.1, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Everyone of a thread.
///
/// # Errors
/// On a database error.
pub fn people(sql: &Connection, n: i64) -> Result<Vec<i64>, Problem> {
    let rows = sql
        .prepare_cached("SELECT user_n FROM participants WHERE thread_n = ?1 ORDER BY user_n")?
        .query_map([n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Refuses those who take no part, and answers who does.
///
/// # Errors
/// `not-found`, or a database error.
pub fn joined(sql: &Connection, user_n: i64, n: i64) -> Result<Vec<i64>, Problem> {
    let people = people(sql, n)?;
    if people.contains(&user_n) { Ok(people) } else { Err(Problem::NotFound) }
}

/// The thread between a freelancer and the client of a project.
///
/// # Errors
/// On a database error.
pub fn between(sql: &Connection, project_n: i64, freelancer_n: i64) -> Result<Option<i64>, Problem> {
    Ok(sql
        .prepare_cached(
            "SELECT t.n FROM threads t JOIN participants p ON p.thread_n = t.n
             WHERE t.project_n = ?1 AND p.user_n = ?2 AND p.role = 'freelancer'",
        )?
        .query_row([project_n, freelancer_n], |row| row.get(0))
        .optional()?)
}

/// Opens an empty thread about a project.
///
/// # Errors
/// On a database error.
pub fn open(sql: &Connection, project_n: i64, (client_n, freelancer_n): (i64, i64), now: i64) -> Result<i64, Problem> {
    let bid = super::bids::live(sql, project_n, freelancer_n)?;
    let n = sql
        .prepare_cached("INSERT INTO threads (project_n, bid_n, updated_at) VALUES (?1, ?2, ?3)")?
        .insert(params![project_n, bid, now])?;
    let mut join = sql.prepare_cached("INSERT INTO participants (user_n, thread_n, role) VALUES (?1, ?2, ?3)")?;
    join.execute(params![client_n, n, "client"])?;
    join.execute(params![freelancer_n, n, "freelancer"])?;
    Ok(n)
}

/// Bumps the revision and tells everyone of the thread.
///
/// # Errors
/// On a database error.
pub fn touch(tx: &mut Tx<'_>, n: i64) -> Result<(), Problem> {
    tx.sql.execute("UPDATE threads SET rev = rev + 1 WHERE n = ?1", [n])?;
    people(&tx.sql, n)?.into_iter().try_for_each(|user_n| tx.changed(Kind::Thread, n, user_n))
}

/// Names the bid in the thread that was there before it.
///
/// # Errors
/// On a database error.
pub fn attach_bid(tx: &mut Tx<'_>, project_n: i64, freelancer_n: i64, bid_n: i64) -> Result<(), Problem> {
    let Some(n) = between(&tx.sql, project_n, freelancer_n)? else { return Ok(()) };
    tx.sql.execute("UPDATE threads SET bid_n = ?2 WHERE n = ?1", [n, bid_n])?;
    touch(tx, n)
}

/// What a participant sets for themselves.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// Read up to this `seq`; never goes back.
    Read(i64),
    /// No notifications.
    Muted(bool),
    /// Out of the way.
    Archived(bool),
}

/// Sets a mark of `user_n`. Others hear of reading, of nothing else.
///
/// # Errors
/// `not-found`, `validation` beyond the last message, or a database error.
pub fn mark(tx: &mut Tx<'_>, user_n: i64, n: i64, mark: Mark) -> Result<(), Problem> {
    joined(&tx.sql, user_n, n)?;
    let changed = match mark {
        Mark::Read(up_to) => {
            let last: i64 = tx.sql.query_row("SELECT last_seq FROM threads WHERE n = ?1", [n], |r| r.get(0))?;
            if !(0..=last).contains(&up_to) {
                return Err(Problem::field("/up_to", "out-of-range"));
            }
            tx.sql.execute(
                "UPDATE participants SET read_seq = ?3
                 WHERE user_n = ?1 AND thread_n = ?2 AND read_seq < ?3",
                params![user_n, n, up_to],
            )?
        }
        Mark::Muted(to) => tx.sql.execute(
            "UPDATE participants SET muted = ?3
             WHERE user_n = ?1 AND thread_n = ?2 AND muted <> ?3",
            params![user_n, n, to],
        )?,
        Mark::Archived(to) => tx.sql.execute(
            "UPDATE participants SET archived = ?3
             WHERE user_n = ?1 AND thread_n = ?2 AND archived <> ?3",
            params![user_n, n, to],
        )?,
    };
    if changed == 0 {
        return Ok(());
    }
    if matches!(mark, Mark::Read(_)) {
        return touch(tx, n);
    }
    tx.sql.execute("UPDATE threads SET rev = rev + 1 WHERE n = ?1", [n])?;
    tx.changed(Kind::Thread, n, user_n)
}
