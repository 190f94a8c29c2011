//! Reports about projects, and what enough of them lead to.

use rusqlite::params;
use serde_json::json;

use super::{
    acts, decisions,
    letters::{self, Letter},
    projects::{self, Brief},
};
use crate::{ids::Prefix, problem::Problem, store::changes::Tx};

/// So many people have to report a project before the platform cancels it by itself.
pub const ENOUGH: i64 = 3;

/// Files what `reporter_n` says of `project`; a second report of theirs replaces the first. Answers the row.
///
/// # Errors
/// `own-project`, or a database error.
pub fn file(
    tx: &mut Tx<'_>,
    reporter_n: i64,
    project: &Brief,
    (reason, text): (&str, Option<&str>),
) -> Result<i64, Problem> {
    if project.client_n == reporter_n {
        return Err(Problem::OwnProject);
    }
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO reports (at, reporter_n, kind, target_n, reason, text, status)
             VALUES (?1, ?2, 'project', ?3, ?4, ?5, 'received')
             ON CONFLICT (kind, target_n, reporter_n)
                 DO UPDATE SET at = excluded.at, reason = excluded.reason, text = excluded.text
             RETURNING n",
        )?
        .query_row(params![tx.now, reporter_n, project.n, reason, text], |row| row.get(0))?;
    let reporters: i64 = tx
        .sql
        .prepare_cached("SELECT count(*) FROM reports WHERE kind = 'project' AND target_n = ?1")?
        .query_row([project.n], |row| row.get(0))?;
    if reporters >= ENOUGH && matches!(project.status.as_str(), "open" | "closed") {
        cancel(tx, project, reporters)?;
    }
    Ok(n)
}

/// What is agreed on stays: only projects that nobody was chosen for are cancelled.
fn cancel(tx: &mut Tx<'_>, project: &Brief, reporters: i64) -> Result<(), Problem> {
    tx.sql.execute("UPDATE reports SET status = 'acted-on' WHERE kind = 'project' AND target_n = ?1", [project.n])?;
    let factors =
        json!([{"name": "distinct-reporters", "weight": 1, "value": 1}, {"name": "reporters", "value": reporters}]);
    let target = Prefix::Project.id(project.n).to_string();
    decisions::record(tx, project.client_n, "safety", "project-cancelled", &factors.to_string(), Some(&target))?;
    acts::lose_all(tx, project.n, Letter::ProjectCancelled)?;
    letters::send(tx, project.client_n, Letter::ProjectCancelled, &project.title)?;
    projects::set_status(tx, project.n, "cancelled")
}
