//! Files that were sent, and what they belong to.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{array, bids, changes::Tx, entries, instant, projects, threads};
use crate::{
    ids::Prefix,
    problem::{FieldError, Problem},
    scopes::Scope,
};

/// The most files of one thing.
pub const MAX: usize = 30;
/// How long a file that belongs to nothing is kept: 30 days, in ms.
const UNUSED_MS: i64 = 30 * 86_400_000;

/// What files belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// A project.
    Project,
    /// A bid.
    Bid,
    /// A message.
    Message,
    /// A contest.
    Contest,
    /// An entry of a contest.
    Entry,
    /// A privacy request.
    PrivacyRequest,
}

impl Parent {
    const ALL: [Self; 6] = [Self::Project, Self::Bid, Self::Message, Self::Contest, Self::Entry, Self::PrivacyRequest];

    /// Its name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Bid => "bid",
            Self::Message => "message",
            Self::Contest => "contest",
            Self::Entry => "entry",
            Self::PrivacyRequest => "privacy_request",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parent| parent.name() == name)
    }

    /// The permission that shows its files, as it shows itself.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Project => Scope::ProjectsRead,
            Self::Bid => Scope::BidsRead,
            Self::Message => Scope::MessagesRead,
            Self::Contest | Self::Entry => Scope::ContestsRead,
            Self::PrivacyRequest => Scope::PrivacyRead,
        }
    }

    /// Refuses those who do not see it.
    fn seen(self, sql: &Connection, user_n: i64, n: i64) -> Result<(), Problem> {
        match self {
            Self::Project => projects::seen(sql, user_n, n).map(|_| ()),
            Self::Bid => bids::visible(sql, user_n, n).map(|_| ()),
            Self::Message => {
                let thread = sql
                    .prepare_cached("SELECT thread_n FROM messages WHERE n = ?1 AND deleted_at IS NULL")?
                    .query_row([n], |row| row.get(0))
                    .optional()?
                    .ok_or(Problem::NotFound)?;
                threads::joined(sql, user_n, thread).map(|_| ())
            }
            Self::Contest => super::contests::find(sql, n).map(|_| ()),
            Self::Entry => entries::files_shown(sql, user_n, n),
            // Read by its owner alone, who was let in before.
            Self::PrivacyRequest => Err(Problem::NotFound),
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

/// A file as stored.
#[derive(Debug, Clone)]
pub struct File {
    /// The row.
    pub n: i64,
    /// Who sent it.
    pub owner_n: i64,
    /// Cleaned.
    pub name: String,
    /// As it was announced.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// In ms.
    pub created_at: i64,
    /// What it belongs to.
    pub parent: Option<(Parent, i64)>,
}

/// A file that `user_n` may read: their own, or one of what they may see.
///
/// # Errors
/// `not-found`, or a database error.
pub fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<File, Problem> {
    let file = sql
        .prepare_cached(
            "SELECT n, owner_n, name, media_type, size, sha256, created_at, parent, parent_n
             FROM attachments WHERE n = ?1",
        )?
        .query_row([n], |row| {
            let parent = row.get::<_, Option<String>>(7)?.and_then(|name| Parent::parse(&name));
            Ok(File {
                n: row.get(0)?,
                owner_n: row.get(1)?,
                name: row.get(2)?,
                media_type: row.get(3)?,
                size: row.get(4)?,
                sha256: row.get(5)?,
                created_at: row.get(6)?,
                parent: parent.zip(row.get(8)?),
            })
        })
        .optional()?
        .ok_or(Problem::NotFound)?;
    if file.owner_n != user_n {
        let (parent, parent_n) = file.parent.ok_or(Problem::NotFound)?;
        parent.seen(sql, user_n, parent_n)?;
    }
    Ok(file)
}

/// What is known of a file when it is there.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Who sent it.
    pub owner_n: i64,
    /// Cleaned.
    pub name: &'a str,
    /// `type/subtype`.
    pub media_type: &'a str,
    /// Bytes.
    pub size: i64,
    /// Lower-case hexadecimal.
    pub sha256: &'a str,
}

/// Adds a file that belongs to nothing yet; answers its row.
///
/// # Errors
/// On a database error.
pub fn insert(sql: &Connection, new: &New<'_>, created_at: i64) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached(
            "INSERT INTO attachments (owner_n, name, media_type, size, sha256, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![new.owner_n, new.name, new.media_type, new.size, new.sha256, created_at])?)
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

/// As [`adopt`], and lets go of those that were of `parent_n` and are not among `ids`.
///
/// # Errors
/// As [`adopt`].
pub fn replace(tx: &Tx<'_>, user_n: i64, (parent, parent_n): (Parent, i64), ids: &[String]) -> Result<(), Problem> {
    let kept: Vec<i64> = ids.iter().filter_map(|id| Prefix::Attachment.parse(id)).collect();
    tx.sql.execute(
        "UPDATE attachments SET parent = NULL, parent_n = NULL
         WHERE parent = ?1 AND parent_n = ?2 AND n NOT IN (SELECT value FROM json_each(?3))",
        params![parent.name(), parent_n, array(&kept)],
    )?;
    adopt(tx, user_n, (parent, parent_n), ids)
}

/// Forgets a file of `user_n` that belongs to nothing.
///
/// # Errors
/// `forbidden` when it belongs to something, or a database error.
pub fn discard(tx: &Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let mut delete =
        tx.sql.prepare_cached("DELETE FROM attachments WHERE n = ?1 AND owner_n = ?2 AND parent IS NULL")?;
    if delete.execute([n, user_n])? == 0 { Err(Problem::Forbidden) } else { Ok(()) }
}

/// Forgets files that belonged to nothing for 30 days; answers the rows whose bytes are to be removed.
///
/// # Errors
/// On a database error.
pub fn forget_unused(tx: &Tx<'_>) -> Result<Vec<i64>, Problem> {
    let rows = tx
        .sql
        .prepare_cached("DELETE FROM attachments WHERE parent IS NULL AND created_at < ?1 RETURNING n")?
        .query_map([tx.now - UNUSED_MS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Those of `rows` that are there.
///
/// # Errors
/// On a database error.
pub fn known(sql: &Connection, rows: &[i64]) -> Result<Vec<i64>, Problem> {
    let known = sql
        .prepare("SELECT n FROM attachments WHERE n IN (SELECT value FROM json_each(?1))")?
        .query_map([array(rows)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(known)
}
