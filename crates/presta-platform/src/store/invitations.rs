//! Invitations to bid: sent by a client, answered by the freelancer.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    letters::{self, Letter},
    mails::{self, Topic},
    projects::{self, Brief, Viewer},
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// Those of either side.
pub const OWN: Own = Own {
    rows: "SELECT n FROM invitations WHERE freelancer_n = ?1 UNION SELECT n FROM invitations WHERE client_n = ?1",
    among: "SELECT n FROM invitations WHERE n IN (SELECT value FROM json_each(?2))
        AND (freelancer_n = ?1 OR client_n = ?1)",
    lost: "access-lost",
    render,
};

/// Parameters as those of a list: 1 user, 2 before, 3 limit, 4 status or nothing.
pub const RECEIVED: &str = "SELECT n FROM invitations WHERE freelancer_n = ?1 AND n < ?2
    AND (?4 = '' OR status = ?4) ORDER BY n DESC LIMIT ?3";
/// As [`RECEIVED`].
pub const SENT: &str = "SELECT n FROM invitations WHERE client_n = ?1 AND n < ?2
    AND (?4 = '' OR status = ?4) ORDER BY n DESC LIMIT ?3";

/// What a freelancer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// They mean to bid.
    Accept,
    /// They do not.
    Decline,
}

impl Reply {
    const fn status(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Decline => "declined",
        }
    }
}

/// Writes a pending one; tells nobody. Answers its row.
///
/// # Errors
/// On a database error.
pub fn store(
    sql: &Connection,
    project_n: i64,
    (client_n, freelancer_n): (i64, i64),
    message: Option<&str>,
    at: i64,
) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached(
            "INSERT INTO invitations (project_n, client_n, freelancer_n, status, message, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?5)",
        )?
        .insert(params![project_n, client_n, freelancer_n, message, at])?)
}

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
    let n = store(&tx.sql, project.n, (project.client_n, freelancer_n), message, tx.now)?;
    for user_n in [freelancer_n, project.client_n] {
        tx.changed(Kind::Invitation, n, user_n)?;
    }
    projects::reveal(tx, project.n, freelancer_n)?;
    letters::send(tx, freelancer_n, Letter::Invited, &project.title)?;
    Ok(n)
}

/// Answers a pending invitation in the name of `user_n`.
///
/// # Errors
/// `not-found`, `forbidden` for who sent it, `state-conflict` when it is not pending, `project-closed` when accepting
/// for a project that takes no bids, or a database error.
pub fn answer(tx: &mut Tx<'_>, user_n: i64, n: i64, reply: Reply) -> Result<(), Problem> {
    let found: Option<(i64, i64, i64, String)> = tx
        .sql
        .prepare_cached("SELECT project_n, client_n, freelancer_n, status FROM invitations WHERE n = ?1")?
        .query_row([n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let (project_n, client_n, freelancer_n, status) = found.ok_or(Problem::NotFound)?;
    if user_n != freelancer_n {
        return Err(if user_n == client_n { Problem::Forbidden } else { Problem::NotFound });
    }
    if status != "pending" {
        return Err(Problem::StateConflict);
    }
    let project = projects::brief(&tx.sql, project_n)?;
    if reply == Reply::Accept && !project.takes_bids(tx.now) {
        return Err(Problem::ProjectClosed);
    }
    tx.sql.execute(
        "UPDATE invitations SET rev = rev + 1, status = ?2, updated_at = ?3 WHERE n = ?1",
        params![n, reply.status(), tx.now],
    )?;
    tx.changed(Kind::Invitation, n, freelancer_n)?;
    tx.changed(Kind::Invitation, n, client_n)?;
    let name = users::find(&tx.sql, user_n)?.display_name;
    let english = users::find(&tx.sql, client_n)?.locale == "en";
    let title = &project.title;
    let (subject, text) = match (reply, english) {
        (Reply::Accept, false) => {
            ("Invitation acceptée", format!("{name} accepte votre invitation à répondre à « {title} »."))
        }
        (Reply::Accept, true) => {
            ("Invitation accepted", format!("{name} accepts your invitation to bid on “{title}”."))
        }
        (Reply::Decline, false) => {
            ("Invitation déclinée", format!("{name} décline votre invitation à répondre à « {title} »."))
        }
        (Reply::Decline, true) => {
            ("Invitation declined", format!("{name} declines your invitation to bid on “{title}”."))
        }
    };
    mails::send(tx, client_n, Topic::Bids, (subject, &text))
}

fn invitation(row: &Row<'_>, viewer: &Viewer) -> rusqlite::Result<Datum> {
    let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
    let (client_n, freelancer_n): (i64, i64) = (row.get(4)?, row.get(6)?);
    let status: String = row.get(8)?;
    let open: bool = row.get(12)?;
    let mut actions = Vec::new();
    if status == "pending" && viewer.n == freelancer_n {
        if open && row.get::<_, Option<i64>>(13)?.is_none_or(|close| close > viewer.now) {
            actions.push("accept");
        }
        actions.push("decline");
    }
    let person = |n: i64, name: String| json!({"id": Prefix::User.id(n).to_string(), "display_name": name});
    let value = json!({
        "id": Prefix::Invitation.id(n).to_string(), "rev": rev,
        "project_id": Prefix::Project.id(row.get(2)?).to_string(), "project_title": row.get::<_, String>(3)?,
        "client": person(client_n, row.get(5)?), "freelancer": person(freelancer_n, row.get(7)?),
        "status": status, "message": row.get::<_, Option<String>>(9)?, "created_at": instant(row.get(10)?),
        "updated_at": instant(row.get(11)?), "allowed_actions": actions,
    });
    Ok(Datum { n, rev, json: value.to_string() })
}

/// Invitations of either side as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT i.n, i.rev, i.project_n, t.title, i.client_n, c.display_name, i.freelancer_n, f.display_name,
             i.status, i.message, i.created_at, i.updated_at, p.status = 'open', p.bids_close_at
         FROM json_each(?1) AS wanted
         JOIN invitations i ON i.n = wanted.value AND (i.client_n = ?2 OR i.freelancer_n = ?2)
         JOIN projects p ON p.n = i.project_n JOIN project_texts t ON t.n = p.n
         JOIN users c ON c.n = i.client_n JOIN users f ON f.n = i.freelancer_n ORDER BY wanted.id",
    )?;
    let found = query.query_map(params![array(rows), viewer.n], |row| invitation(row, viewer))?;
    Ok(found.collect::<Result<_, _>>()?)
}
