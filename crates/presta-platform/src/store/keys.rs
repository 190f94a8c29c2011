//! First answers of writes, by idempotency key.

use rusqlite::{Connection, OptionalExtension, params};

use crate::problem::Problem;

/// Answers are kept as long as sync states: 90 days, in milliseconds.
const KEPT_MS: i64 = 90 * 86_400_000;

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// HTTP status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// JSON, or empty.
    pub body: String,
}

/// The stored answer to `key` of `user_n`.
///
/// # Errors
/// `idempotency-key-reused` when `request` (a hash) is another one, or a database error.
pub fn find(sql: &Connection, user_n: i64, key: &str, request: &str) -> Result<Option<Stored>, Problem> {
    let found = sql
        .prepare_cached(
            "SELECT request, status, location, etag, body FROM idempotency
             WHERE user_n = ?1 AND key = ?2",
        )?
        .query_row(params![user_n, key], |row| {
            let stored = Stored { status: row.get(1)?, location: row.get(2)?, etag: row.get(3)?, body: row.get(4)? };
            Ok((row.get::<_, String>(0)?, stored))
        })
        .optional()?;
    match found {
        Some((first, _)) if first != request => Err(Problem::IdempotencyKeyReused),
        other => Ok(other.map(|(_, stored)| stored)),
    }
}

/// Keeps an answer.
///
/// # Errors
/// On a database error.
pub fn store(
    sql: &Connection,
    (user_n, key): (i64, &str),
    at: i64,
    request: &str,
    answer: &Stored,
) -> Result<(), Problem> {
    sql.prepare_cached(
        "INSERT INTO idempotency (user_n, key, at, request, status, location, etag, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![user_n, key, at, request, answer.status, answer.location, answer.etag, answer.body])?;
    Ok(())
}

/// Forgets answers older than 90 days.
///
/// # Errors
/// On a database error.
pub fn prune(sql: &Connection, now: i64) -> Result<(), Problem> {
    sql.execute("DELETE FROM idempotency WHERE at < ?1", [now - KEPT_MS])?;
    Ok(())
}
