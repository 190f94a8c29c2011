//! Projects someone keeps in view.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    projects::{self, Viewer},
    sides,
    snapshot::Datum,
};
use crate::{ids::Prefix, problem::Problem};

/// The most someone may keep.
pub const MAX: i64 = 2_000;

/// One's own.
pub const OWN: Own = sides::own!("bookmarks", "deleted", render);

/// Whether a row is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    New(i64),
    /// It was there.
    Known(i64),
}

/// Keeps a project in view.
///
/// # Errors
/// `validation` at `/project_id`, `state-conflict` when there are too many, or a database error.
pub fn keep(tx: &mut Tx<'_>, user_n: i64, project_n: i64) -> Result<Kept, Problem> {
    projects::seen(&tx.sql, user_n, project_n).map_err(|problem| match problem {
        Problem::NotFound => Problem::field("/project_id", "unknown"),
        other => other,
    })?;
    let known = tx
        .sql
        .prepare_cached("SELECT n FROM bookmarks WHERE user_n = ?1 AND project_n = ?2")?
        .query_row([user_n, project_n], |row| row.get(0))
        .optional()?;
    if let Some(n) = known {
        return Ok(Kept::Known(n));
    }
    let count: i64 =
        tx.sql.query_row("SELECT count(*) FROM bookmarks WHERE user_n = ?1", [user_n], |row| row.get(0))?;
    if count >= MAX {
        return Err(Problem::StateConflict);
    }
    let n = store(&tx.sql, user_n, project_n, tx.now)?;
    tx.changed(Kind::Bookmark, n, user_n)?;
    tx.changed(Kind::Project, project_n, user_n)?;
    Ok(Kept::New(n))
}

/// Writes the row alone; for keeping and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(sql: &Connection, user_n: i64, project_n: i64, at: i64) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached("INSERT INTO bookmarks (user_n, project_n, created_at) VALUES (?1, ?2, ?3)")?
        .insert([user_n, project_n, at])?)
}

/// Lets go of it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn drop(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let project_n: i64 = tx
        .sql
        .prepare_cached("DELETE FROM bookmarks WHERE n = ?1 AND user_n = ?2 RETURNING project_n")?
        .query_row([n, user_n], |row| row.get(0))
        .optional()?
        .ok_or(Problem::NotFound)?;
    tx.changed(Kind::Bookmark, n, user_n)?;
    tx.changed(Kind::Project, project_n, user_n)
}

/// Bookmarks of the viewer as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT m.n, m.project_n, m.created_at FROM json_each(?1) AS wanted
         JOIN bookmarks m ON m.n = wanted.value AND m.user_n = ?2 ORDER BY wanted.id",
    )?;
    let found = query.query_map(params![array(rows), viewer.n], |row| {
        let n: i64 = row.get(0)?;
        let value = json!({
            "id": Prefix::Bookmark.id(n).to_string(), "rev": 1,
            "project_id": Prefix::Project.id(row.get(1)?).to_string(), "created_at": instant(row.get(2)?),
        });
        Ok(Datum { n, rev: 1, json: value.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
