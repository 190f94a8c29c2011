//! Invitations to bid.

use rusqlite::params;

use super::{
    changes::{Kind, Tx},
    letters::{self, Letter},
    projects::{self, Brief},
    users,
};
use crate::problem::Problem;

/// Asks `freelancer_n` to bid on `project`, in the name of its client. Answers the row.
///
/// # Errors
/// `validation` for who is no freelancer, `project-closed`, `state-conflict` when they are asked or have a bid there
/// already, or a database error.
pub fn invite(tx: &mut Tx<'_>, project: &Brief, freelancer_n: i64, message: Option<&str>) -> Result<i64, Problem> {
    if !project.takes_bids(tx.now) {
        return Err(Problem::ProjectClosed);
    }
    let freelancer = users::find(&tx.sql, freelancer_n).is_ok_and(|user| user.freelancer);
    if !freelancer || freelancer_n == project.client_n {
        return Err(Problem::field("/freelancer_id", "unknown"));
    }
    let known: bool = tx
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM invitations WHERE project_n = ?1 AND freelancer_n = ?2
                 AND status IN ('pending', 'accepted'))
             OR EXISTS (SELECT 1 FROM bids WHERE project_n = ?1 AND freelancer_n = ?2 AND status <> 'retracted')",
        )?
        .query_row([project.n, freelancer_n], |row| row.get(0))?;
    if known {
        return Err(Problem::StateConflict);
    }
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO invitations (project_n, client_n, freelancer_n, status, message, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?5)",
        )?
        .insert(params![project.n, project.client_n, freelancer_n, message, tx.now])?;
    for user_n in [freelancer_n, project.client_n] {
        tx.changed(Kind::Invitation, n, user_n)?;
    }
    projects::reveal(tx, project.n, freelancer_n)?;
    letters::send(tx, freelancer_n, Letter::Invited, &project.title)?;
    Ok(n)
}
