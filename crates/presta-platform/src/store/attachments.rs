//! Files that were sent, and what they belong to.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{array, changes::Tx, instant};
use crate::{
    ids::Prefix,
    problem::{FieldError, Problem},
};

/// The most files of one thing.
pub const MAX: usize = 30;

/// What files belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// A project.
    Project,
    /// A bid.
    Bid,
    /// A message.
    Message,
    /// An entry of a contest.
    Entry,
    /// A privacy request.
    PrivacyRequest,
}

impl Parent {
    /// Its name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Bid => "bid",
            Self::Message => "message",
            Self::Entry => "entry",
            Self::PrivacyRequest => "privacy_request",
        }
    }
}

/// The folder of the bytes, in the folder of the files.
#[must_use]
pub fn folder(files: &Path) -> PathBuf {
    files.join("attachments")
}

/// Where the bytes of row `n` are; `files` is the folder of the files.
#[must_use]
pub fn path(files: &Path, n: i64) -> PathBuf {
    folder(files).join(n.to_string())
}

fn attachment(row: &Row<'_>) -> rusqlite::Result<(i64, Value)> {
    let value = json!({
        "id": Prefix::Attachment.id(row.get(1)?).to_string(), "name": row.get::<_, String>(2)?,
        "media_type": row.get::<_, String>(3)?, "size": row.get::<_, i64>(4)?,
        "sha256": row.get::<_, String>(5)?, "created_at": instant(row.get(6)?),
    });
    Ok((row.get(0)?, value))
}

/// The contract's `Attachment`s of every one of `rows` that has some.
///
/// # Errors
/// On a database error.
pub fn of(sql: &Connection, parent: Parent, rows: &[i64]) -> Result<HashMap<i64, Vec<Value>>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT parent_n, n, name, media_type, size, sha256, created_at FROM attachments
         WHERE parent = ?1 AND parent_n IN (SELECT value FROM json_each(?2)) ORDER BY n",
    )?;
    let mut all: HashMap<i64, Vec<Value>> = HashMap::new();
    for found in query.query_map(params![parent.name(), array(rows)], attachment)? {
        let (n, value) = found?;
        all.entry(n).or_default().push(value);
    }
    Ok(all)
}

/// Makes the files `ids` those of `parent_n`: `user_n` sent them, and they belong to nothing yet.
///
/// # Errors
/// `validation` at `/attachment_ids`, or a database error.
pub fn adopt(tx: &Tx<'_>, user_n: i64, (parent, parent_n): (Parent, i64), ids: &[String]) -> Result<(), Problem> {
    if ids.len() > MAX {
        return Err(Problem::Validation(vec![FieldError::with("/attachment_ids", "too-many", json!({"max": MAX}))]));
    }
    let mut take = tx.sql.prepare_cached(
        "UPDATE attachments SET parent = ?3, parent_n = ?4
         WHERE n = ?1 AND owner_n = ?2 AND (parent IS NULL OR (parent = ?3 AND parent_n = ?4)) RETURNING n",
    )?;
    for (i, id) in ids.iter().enumerate() {
        let unknown = || Problem::field(format!("/attachment_ids/{i}"), "unknown");
        let n = Prefix::Attachment.parse(id).ok_or_else(unknown)?;
        let taken = take.query_row(params![n, user_n, parent.name(), parent_n], |row| row.get::<_, i64>(0));
        taken.optional()?.ok_or_else(unknown)?;
    }
    Ok(())
}
