//! What the rules found: the list, what is unseen, what the person is still to be told.

use presta_model::ProjectId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::alert::{Mode, Why};
use crate::error::decode;
use crate::{Error, Tx};

/// An alert, with the names that are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "Alert")]
pub struct Found {
    /// The rule that fired.
    pub rule_id: String,
    /// Its name.
    pub rule_name: String,
    /// The project.
    pub project_id: ProjectId,
    /// Its title; may hold hostile text.
    pub title: String,
    /// When it was seen here, in ms since 1970.
    pub matched_at: i64,
    /// When it was posted, in ms since 1970.
    pub posted_at: i64,
    /// Ms from one to the other.
    pub late_ms: i64,
    /// It came while catching up after an absence.
    pub missed: bool,
    /// What made it match.
    pub why: Vec<Why>,
    /// The person saw it.
    pub seen: bool,
}

/// An alert of which the person was not told yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The alert.
    pub found: Found,
    /// How its rule tells.
    pub mode: Mode,
}

/// Which alerts are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[ts(rename = "AlertsWhich")]
pub enum Which {
    /// Every one.
    All,
    /// Those of a rule.
    Rule {
        /// Which.
        rule_id: String,
    },
    /// Those about a project.
    Project {
        /// Which.
        project_id: ProjectId,
    },
}

/// A window of the list, and how many there are without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Newest first.
    pub alerts: Vec<Found>,
    /// All there are.
    pub total: u64,
}

/// Alerts whose project is not here any more stay in the table, so that it can come back without being news; they
/// are not shown and not counted.
const SHOWN: &str = "alert a JOIN alert_rule r ON r.id = a.rule_id JOIN project p ON p.id = a.project_id
    JOIN project_text t ON t.row_key = p.row_key";
const COLUMNS: &str = "a.rule_id, r.name, a.project_id, t.title, a.matched_at, a.posted_at, a.late_ms, a.missed,
    a.why, a.seen, r.mode";

/// A window of the alerts, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn list(connection: &Connection, which: &Which, unseen_only: bool, offset: u32, limit: u32) -> Result<List, Error> {
    let (rule, project) = parts(which);
    let wanted = format!(
        "{SHOWN} WHERE (?1 IS NULL OR a.rule_id = ?1) AND (?2 IS NULL OR a.project_id = ?2) AND (NOT ?3 OR a.seen = 0)"
    );
    let total: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM {wanted}"))?
        .query_row((rule, project, unseen_only), |row| row.get(0))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM {wanted}
         ORDER BY a.matched_at DESC, p.row_key DESC, a.rule_id LIMIT ?4 OFFSET ?5"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((rule, project, unseen_only, limit, offset), columns)?;
    let alerts = rows.map(|row| found_of(row?).map(|(found, _)| found)).collect::<Result<_, Error>>()?;
    Ok(List { alerts, total: u64::try_from(total).unwrap_or(0) })
}

/// How many projects have an alert that the person did not see.
///
/// # Errors
/// When the database cannot be read.
pub fn unseen(connection: &Connection) -> Result<u32, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT count(DISTINCT a.project_id) FROM alert a JOIN project p ON p.id = a.project_id WHERE a.seen = 0",
        )?
        .query_row([], |row| row.get(0))?)
}

/// What the person is still to be told, oldest project first; what they saw by themselves is left out.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting(connection: &Connection) -> Result<Vec<Waiting>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {SHOWN} WHERE a.seen = 0 AND a.notified_at IS NULL AND r.enabled AND r.mode <> 'off'
         ORDER BY p.row_key, a.rule_id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], columns)?;
    rows.map(|row| found_of(row?).map(|(found, mode)| Waiting { found, mode })).collect()
}

/// Notes that the person is told of these, by rule and project.
///
/// # Errors
/// When the database cannot be written.
pub fn mark_notified<'a>(
    tx: &mut Tx<'_>,
    alerts: impl IntoIterator<Item = (&'a str, &'a ProjectId)>,
    at: i64,
) -> Result<(), Error> {
    let mut statement =
        tx.prepare_cached("UPDATE alert SET notified_at = ?3 WHERE rule_id = ?1 AND project_id = ?2")?;
    for (rule, project) in alerts {
        statement.execute((rule, project.as_str(), at))?;
    }
    Ok(())
}

/// Notes that the person saw alerts.
///
/// # Errors
/// When the database cannot be written.
pub fn mark_seen(tx: &mut Tx<'_>, which: &Which) -> Result<(), Error> {
    let (rule, project) = parts(which);
    let changed = tx
        .prepare_cached(
            "UPDATE alert SET seen = 1
             WHERE seen = 0 AND (?1 IS NULL OR rule_id = ?1) AND (?2 IS NULL OR project_id = ?2)",
        )?
        .execute((rule, project))?;
    if changed > 0 {
        tx.touch("alerts");
    }
    Ok(())
}

/// Drops alerts raised before `before`, in ms.
///
/// # Errors
/// When the database cannot be written.
pub fn prune(tx: &mut Tx<'_>, before: i64) -> Result<(), Error> {
    if tx.execute("DELETE FROM alert WHERE matched_at < ?1", [before])? > 0 {
        tx.touch("alerts");
    }
    Ok(())
}

fn parts(which: &Which) -> (Option<&str>, Option<&str>) {
    match which {
        Which::All => (None, None),
        Which::Rule { rule_id } => (Some(rule_id), None),
        Which::Project { project_id } => (None, Some(project_id.as_str())),
    }
}

type Columns = (Found, String, String);

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Columns> {
    let found = Found {
        rule_id: row.get(0)?,
        rule_name: row.get(1)?,
        project_id: ProjectId::new(row.get::<_, String>(2)?),
        title: row.get(3)?,
        matched_at: row.get(4)?,
        posted_at: row.get(5)?,
        late_ms: row.get(6)?,
        missed: row.get(7)?,
        why: Vec::new(),
        seen: row.get(9)?,
    };
    Ok((found, row.get(8)?, row.get(10)?))
}

fn found_of((found, why, mode): Columns) -> Result<(Found, Mode), Error> {
    Ok((Found { why: decode("alert", &why)?, ..found }, Mode::of(&mode)))
}
