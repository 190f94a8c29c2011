//! What the platform decides by itself, written down for those it concerns.

use rusqlite::params;
use serde_json::Value;

use super::changes::{Kind, Tx};
use crate::problem::Problem;

/// Writes a decision about `user_n` down: its `kind`, `outcome` and `factors` are those of the contract, `target` is the
/// public id of what it is about. Answers its row.
///
/// # Errors
/// On a database error.
pub fn record(
    tx: &mut Tx<'_>,
    user_n: i64,
    kind: &str,
    outcome: &str,
    factors: &Value,
    target: Option<&str>,
) -> Result<i64, Problem> {
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO decisions (user_n, kind, outcome, factors, target, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![user_n, kind, outcome, factors.to_string(), target, tx.now])?;
    tx.changed(Kind::Decision, n, user_n)?;
    Ok(n)
}
