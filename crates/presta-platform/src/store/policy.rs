//! Who acknowledged which version of the privacy policy.

use rusqlite::{Connection, OptionalExtension, params};

use super::{changes::Tx, instant};
use crate::problem::Problem;

/// The version `user_n` acknowledged last, and when (RFC 3339).
///
/// # Errors
/// On a database error.
pub fn acknowledged(sql: &Connection, user_n: i64) -> Result<Option<(String, String)>, Problem> {
    Ok(sql
        .prepare_cached("SELECT version, at FROM policy_acknowledgements WHERE user_n = ?1 ORDER BY at DESC LIMIT 1")?
        .query_row([user_n], |row| Ok((row.get(0)?, instant(row.get(1)?))))
        .optional()?)
}

/// Notes that `user_n` read `version`; the first time counts.
///
/// # Errors
/// On a database error.
pub fn acknowledge(tx: &Tx<'_>, user_n: i64, version: &str) -> Result<(), Problem> {
    tx.sql.execute(
        "INSERT INTO policy_acknowledgements (user_n, version, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![user_n, version, tx.now],
    )?;
    Ok(())
}
