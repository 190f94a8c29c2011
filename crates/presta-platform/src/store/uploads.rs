//! Files under way: what was announced, and what became of it. The bytes are not here.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{attachments, changes::Tx, instant};
use crate::{ids::Prefix, problem::Problem, tus::Announced};

/// How long an upload may take: 24 hours, in ms.
const TIME_MS: i64 = 86_400_000;
/// How long an ended or complete one still answers what it was: 30 days, in ms.
const KEPT_MS: i64 = 30 * 86_400_000;
/// Uploads one user may have under way.
pub const MAX_OPEN: i64 = 30;

/// An upload as stored.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The row.
    pub n: i64,
    /// Who sends.
    pub owner_n: i64,
    /// What was announced.
    pub announced: Announced,
    /// In ms.
    pub expires_at: i64,
    /// What it became.
    pub attachment_n: Option<i64>,
    ended: bool,
}

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        n: row.get(0)?,
        owner_n: row.get(1)?,
        announced: Announced { name: row.get(2)?, media_type: row.get(3)?, length: row.get(4)?, sha256: row.get(5)? },
        expires_at: row.get(6)?,
        ended: row.get(7)?,
        attachment_n: row.get(8)?,
    })
}

impl Upload {
    /// The contract's `Upload`, of which `offset` bytes are there.
    #[must_use]
    pub fn json(&self, offset: i64) -> Value {
        json!({
            "id": Prefix::Upload.id(self.n).to_string(), "name": self.announced.name,
            "media_type": self.announced.media_type, "offset": offset, "length": self.announced.length,
            "attachment_id": self.attachment_n.map(|n| Prefix::Attachment.id(n).to_string()),
            "expires_at": instant(self.expires_at),
        })
    }
}

/// An upload of `user_n` that is under way or complete, at `now` (ms).
///
/// # Errors
/// `not-found`, `gone` for one that ended or expired, or a database error.
pub fn find(sql: &Connection, user_n: i64, n: i64, now: i64) -> Result<Upload, Problem> {
    let found = sql
        .prepare_cached(
            "SELECT n, owner_n, name, media_type, length, sha256, expires_at, ended_at IS NOT NULL, attachment_n
             FROM uploads WHERE n = ?1 AND owner_n = ?2",
        )?
        .query_row([n, user_n], upload)
        .optional()?
        .ok_or(Problem::NotFound)?;
    let expired = found.attachment_n.is_none() && found.expires_at <= now;
    if found.ended || expired { Err(Problem::Gone) } else { Ok(found) }
}

/// Begins an upload of `user_n`; answers its row.
///
/// # Errors
/// `limit-reached`, or a database error.
pub fn begin(tx: &Tx<'_>, user_n: i64, new: &Announced) -> Result<i64, Problem> {
    let open: i64 = tx
        .sql
        .prepare_cached(
            "SELECT count(*) FROM uploads
             WHERE owner_n = ?1 AND ended_at IS NULL AND attachment_n IS NULL AND expires_at > ?2",
        )?
        .query_row([user_n, tx.now], |row| row.get(0))?;
    if open >= MAX_OPEN {
        return Err(Problem::LimitReached);
    }
    Ok(tx
        .sql
        .prepare_cached(
            "INSERT INTO uploads (owner_n, name, media_type, length, sha256, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .insert(params![user_n, new.name, new.media_type, new.length, new.sha256, tx.now, tx.now + TIME_MS])?)
}

/// Makes a complete upload an attachment; answers its row. The caller puts the bytes in their place before COMMIT.
///
/// # Errors
/// `gone` when it ended meanwhile, or a database error.
pub fn complete(tx: &Tx<'_>, upload: &Upload, sha256: &str) -> Result<i64, Problem> {
    find(&tx.sql, upload.owner_n, upload.n, tx.now)?;
    let new = attachments::New {
        owner_n: upload.owner_n,
        name: &upload.announced.name,
        media_type: &upload.announced.media_type,
        size: upload.announced.length,
        sha256,
    };
    let n = attachments::insert(&tx.sql, &new, tx.now)?;
    tx.sql.execute("UPDATE uploads SET attachment_n = ?2 WHERE n = ?1", [upload.n, n])?;
    Ok(n)
}

/// Ends an upload: from now on it answers `gone`.
///
/// # Errors
/// On a database error.
pub fn end(tx: &Tx<'_>, n: i64) -> Result<(), Problem> {
    tx.sql.execute("UPDATE uploads SET ended_at = ?2 WHERE n = ?1 AND ended_at IS NULL", [n, tx.now])?;
    Ok(())
}

/// Ends what expired and forgets what is long over; answers the rows whose bytes are to be removed.
///
/// # Errors
/// On a database error.
pub fn expire(tx: &Tx<'_>) -> Result<Vec<i64>, Problem> {
    let due = tx
        .sql
        .prepare_cached(
            "UPDATE uploads SET ended_at = ?1
             WHERE ended_at IS NULL AND attachment_n IS NULL AND expires_at <= ?1 RETURNING n",
        )?
        .query_map([tx.now], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    tx.sql.execute(
        "DELETE FROM uploads WHERE expires_at < ?1 AND (ended_at IS NOT NULL OR attachment_n IS NOT NULL)",
        [tx.now - KEPT_MS],
    )?;
    Ok(due)
}

/// Those of `rows` whose bytes are still being collected.
///
/// # Errors
/// On a database error.
pub fn open(sql: &Connection, rows: &[i64]) -> Result<Vec<i64>, Problem> {
    let open = sql
        .prepare(
            "SELECT n FROM uploads WHERE n IN (SELECT value FROM json_each(?1))
                 AND ended_at IS NULL AND attachment_n IS NULL",
        )?
        .query_map([super::array(rows)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(open)
}
