//! Downloads of one's data: asked for, made in the background, kept for a week.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    mails::{self, Topic},
    projects::Viewer,
    sides,
    snapshot::Datum,
    users,
};
use crate::{
    archive::parts::{Entry, Part},
    ids::Prefix,
    problem::Problem,
};

/// [`Kind::Export`].
pub const OWN: Own = sides::own!("exports", "access-lost", render);

/// How long an archive is kept: 7 days, in ms.
const KEPT_MS: i64 = 7 * 86_400_000;
/// The most exports of one person that wait or run.
const OPEN_MAX: i64 = 5;

/// An export that is to be made.
#[derive(Debug, Clone)]
pub struct Job {
    /// The row.
    pub n: i64,
    /// Which time it is made.
    pub attempt: i64,
    /// Whose data.
    pub user_n: i64,
    /// Also what was collected and derived.
    pub access: bool,
    /// Names of resources; empty is everything.
    pub resources: Vec<String>,
    /// Only what is newer, in ms.
    pub since: Option<i64>,
    /// Names of forms.
    pub formats: Vec<String>,
    /// When it was asked for, in ms.
    pub created_at: i64,
}

const JOB: &str = "n, attempt, user_n, profile = 'access', resources, since, formats, created_at";

fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        n: row.get(0)?,
        attempt: row.get(1)?,
        user_n: row.get(2)?,
        access: row.get(3)?,
        resources: list(&row.get::<_, String>(4)?),
        since: row.get(5)?,
        formats: list(&row.get::<_, String>(6)?),
        created_at: row.get(7)?,
    })
}

impl Job {
    /// The name of its folder.
    #[must_use]
    pub fn folder(&self) -> String {
        folder(self.n, self.attempt)
    }
}

fn folder(n: i64, attempt: i64) -> String {
    format!("{n}-{attempt}")
}

/// What part `n` of an export is kept as.
#[must_use]
pub fn part_name(n: i64, part: i64) -> String {
    format!("prestataires-{}-{part}.zip", Prefix::Export.id(n))
}

/// Exports as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, _: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT e.n, e.rev, e.profile, e.resources, e.since, e.formats, e.state, e.percent, e.created_at,
             e.ready_at, e.expires_at, e.error, e.manifest,
             (SELECT json_group_array(json_array(part, size, sha256) ORDER BY part) FROM export_parts
              WHERE export_n = e.n)
         FROM json_each(?1) AS wanted JOIN exports e ON e.n = wanted.value ORDER BY wanted.id",
    )?;
    let found = query.query_map([array(rows)], |row| {
        let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
        let id = Prefix::Export.id(n).to_string();
        let expires_at = row.get::<_, Option<i64>>(10)?.map(instant);
        let parts: Vec<(i64, i64, String)> = serde_json::from_str(&row.get::<_, String>(13)?).unwrap_or_default();
        let part = |(part, size, sha256): (i64, i64, String)| {
            json!({
                "n": part, "name": part_name(n, part), "url": format!("/v1/exports/{id}/parts/{part}"),
                "size": size, "sha256": sha256, "expires_at": expires_at,
            })
        };
        let parts: Vec<Value> = parts.into_iter().map(part).collect();
        let manifest = row.get::<_, Option<String>>(12)?.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let json = json!({
            "id": id, "rev": rev, "profile": row.get::<_, String>(2)?,
            "resources": list(&row.get::<_, String>(3)?), "since": row.get::<_, Option<i64>>(4)?.map(instant),
            "formats": list(&row.get::<_, String>(5)?), "state": row.get::<_, String>(6)?,
            "percent": row.get::<_, i64>(7)?, "parts": parts, "manifest": manifest,
            "created_at": instant(row.get(8)?), "ready_at": row.get::<_, Option<i64>>(9)?.map(instant),
            "expires_at": expires_at, "error": row.get::<_, Option<String>>(11)?,
        });
        Ok(Datum { n, rev, json: json.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The state of an export of `user_n`.
///
/// # Errors
/// `not-found`, or a database error.
pub fn state(sql: &Connection, user_n: i64, n: i64) -> Result<String, Problem> {
    sql.prepare_cached("SELECT state FROM exports WHERE n = ?1 AND user_n = ?2")?
        .query_row([n, user_n], |row| row.get(0))
        .optional()?
        .ok_or(Problem::NotFound)
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct New {
    /// `portability` or `access`.
    pub profile: &'static str,
    /// Names of resources; empty is everything.
    pub resources: Vec<String>,
    /// In ms.
    pub since: Option<i64>,
    /// Names of forms.
    pub formats: Vec<String>,
}

fn check_open(sql: &Connection, user_n: i64) -> Result<(), Problem> {
    let open: i64 = sql.query_row(
        "SELECT count(*) FROM exports WHERE user_n = ?1 AND state IN ('queued', 'running')",
        [user_n],
        |row| row.get(0),
    )?;
    if open < OPEN_MAX { Ok(()) } else { Err(Problem::StateConflict) }
}

/// Queues an export.
///
/// # Errors
/// `state-conflict` when too many wait already, or a database error.
pub fn ask(tx: &mut Tx<'_>, user_n: i64, new: &New) -> Result<i64, Problem> {
    check_open(&tx.sql, user_n)?;
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO exports (user_n, profile, resources, since, formats, state, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6)",
        )?
        .insert(params![
            user_n,
            new.profile,
            json!(new.resources).to_string(),
            new.since,
            json!(new.formats).to_string(),
            tx.now
        ])?;
    tx.changed(Kind::Export, n, user_n)?;
    Ok(n)
}

/// Ends an export that waits or runs; what was written goes.
///
/// # Errors
/// `not-found`, `state-conflict` in another state, or a database error.
pub fn cancel(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    if !matches!(state(&tx.sql, user_n, n)?.as_str(), "queued" | "running") {
        return Err(Problem::StateConflict);
    }
    tx.sql.execute("UPDATE exports SET state = 'cancelled', rev = rev + 1 WHERE n = ?1", [n])?;
    tx.changed(Kind::Export, n, user_n)
}

/// Queues an export again that failed, was cancelled or expired.
///
/// # Errors
/// `not-found`, `state-conflict` in another state or when too many wait already, or a database error.
pub fn retry(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    if !matches!(state(&tx.sql, user_n, n)?.as_str(), "failed" | "cancelled" | "expired") {
        return Err(Problem::StateConflict);
    }
    check_open(&tx.sql, user_n)?;
    tx.sql.execute(
        "UPDATE exports SET state = 'queued', rev = rev + 1, attempt = attempt + 1, percent = 0, ready_at = NULL,
             expires_at = NULL, error = NULL, manifest = NULL WHERE n = ?1",
        [n],
    )?;
    tx.sql.execute("DELETE FROM export_parts WHERE export_n = ?1", [n])?;
    tx.changed(Kind::Export, n, user_n)
}

/// Queues what ran when the server ended.
///
/// # Errors
/// On a database error.
pub fn resume(tx: &mut Tx<'_>) -> Result<(), Problem> {
    let rows = set_all(tx, "UPDATE exports SET state = 'queued', rev = rev + 1, percent = 0 WHERE state = 'running'")?;
    if rows > 0 {
        tracing::info!(exports = rows, "exports resumed");
    }
    Ok(())
}

/// Expires what was kept long enough; answers how many.
///
/// # Errors
/// On a database error.
pub fn expire(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let text = format!(
        "UPDATE exports SET state = 'expired', rev = rev + 1 WHERE state = 'ready' AND expires_at <= {}",
        tx.now
    );
    set_all(tx, &text)
}

fn set_all(tx: &mut Tx<'_>, update: &str) -> Result<usize, Problem> {
    let rows: Vec<(i64, i64)> = tx
        .sql
        .prepare(&format!("{update} RETURNING n, user_n"))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for &(n, user_n) in &rows {
        tx.changed(Kind::Export, n, user_n)?;
    }
    Ok(rows.len())
}

/// Takes the export that waits longest, and says that it runs.
///
/// # Errors
/// On a database error.
pub fn take(tx: &mut Tx<'_>) -> Result<Option<Job>, Problem> {
    let text = format!(
        "UPDATE exports SET state = 'running', rev = rev + 1 WHERE n =
             (SELECT n FROM exports WHERE state = 'queued' ORDER BY n LIMIT 1) RETURNING {JOB}"
    );
    let job = tx.sql.prepare_cached(&text)?.query_row([], job).optional()?;
    if let Some(job) = &job {
        tx.changed(Kind::Export, job.n, job.user_n)?;
    }
    Ok(job)
}

/// Whether `job` is still to be made.
///
/// # Errors
/// On a database error.
pub fn wanted(sql: &Connection, job: &Job) -> Result<bool, Problem> {
    Ok(sql
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM exports WHERE n = ?1 AND attempt = ?2 AND state = 'running')")?
        .query_row([job.n, job.attempt], |row| row.get(0))?)
}

/// Notes how far `job` is, in percent.
///
/// # Errors
/// On a database error.
pub fn progress(tx: &mut Tx<'_>, job: &Job, percent: i64) -> Result<(), Problem> {
    let known = tx.sql.execute(
        "UPDATE exports SET percent = ?3, rev = rev + 1
         WHERE n = ?1 AND attempt = ?2 AND state = 'running' AND percent < ?3",
        [job.n, job.attempt, percent],
    )?;
    if known == 1 { tx.changed(Kind::Export, job.n, job.user_n) } else { Ok(()) }
}

fn manifest(job: &Job, made_at: i64, entries: &[Entry]) -> Value {
    let files: Vec<Value> = entries
        .iter()
        .map(|entry| json!({"part": entry.part, "path": entry.path, "size": entry.size, "sha256": entry.sha256}))
        .collect();
    json!({
        "profile": if job.access { "access" } else { "portability" },
        "made_at": instant(made_at), "files": files,
    })
}

/// Notes that `job` is made, and says so by mail; false when it is not wanted any more.
///
/// # Errors
/// On a database error.
pub fn finish(tx: &mut Tx<'_>, job: &Job, parts: &[Part], entries: &[Entry]) -> Result<bool, Problem> {
    if !wanted(&tx.sql, job)? {
        return Ok(false);
    }
    for part in parts {
        let size = i64::try_from(part.size).unwrap_or(i64::MAX);
        tx.sql
            .prepare_cached("INSERT INTO export_parts (export_n, part, size, sha256) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![job.n, part.n, size, part.sha256])?;
    }
    tx.sql.execute(
        "UPDATE exports SET state = 'ready', rev = rev + 1, percent = 100, ready_at = ?2, expires_at = ?3,
             manifest = ?4 WHERE n = ?1",
        params![job.n, tx.now, tx.now + KEPT_MS, manifest(job, tx.now, entries).to_string()],
    )?;
    let mail = if users::find(&tx.sql, job.user_n)?.locale == "en" {
        ("Your data is ready", "The archive of your data can be downloaded for seven days.")
    } else {
        ("Vos données sont prêtes", "L’archive de vos données peut être téléchargée pendant sept jours.")
    };
    mails::send(tx, job.user_n, Topic::Privacy, mail)?;
    tx.changed(Kind::Export, job.n, job.user_n)?;
    Ok(true)
}

/// Notes that `job` could not be made.
///
/// # Errors
/// On a database error.
pub fn fail(tx: &mut Tx<'_>, job: &Job) -> Result<(), Problem> {
    if wanted(&tx.sql, job)? {
        tx.sql
            .execute("UPDATE exports SET state = 'failed', rev = rev + 1, error = 'internal' WHERE n = ?1", [job.n])?;
        tx.changed(Kind::Export, job.n, job.user_n)?;
    }
    Ok(())
}

/// Names of the folders that are needed.
///
/// # Errors
/// On a database error.
pub fn folders(sql: &Connection) -> Result<Vec<String>, Problem> {
    let mut query = sql.prepare_cached("SELECT n, attempt FROM exports WHERE state IN ('running', 'ready')")?;
    let names = query.query_map([], |row| Ok(folder(row.get(0)?, row.get(1)?)))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// A part that can be downloaded.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The name of its folder.
    pub folder: String,
    /// Bytes.
    pub size: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// In ms.
    pub ready_at: i64,
}

/// Part `part` of an export of `user_n`.
///
/// # Errors
/// `not-found`, `gone` when it expired, or a database error.
pub fn part(sql: &Connection, user_n: i64, (n, part): (i64, i64), now: i64) -> Result<Stored, Problem> {
    let found = sql
        .prepare_cached(
            "SELECT e.n, e.attempt, e.state, e.expires_at, p.size, p.sha256, e.ready_at FROM exports e
             JOIN export_parts p ON p.export_n = e.n AND p.part = ?3 WHERE e.n = ?1 AND e.user_n = ?2",
        )?
        .query_row([n, user_n, part], |row| {
            let over = row.get::<_, String>(2)? != "ready" || row.get::<_, i64>(3)? <= now;
            let stored = Stored {
                folder: folder(row.get(0)?, row.get(1)?),
                size: row.get(4)?,
                sha256: row.get(5)?,
                ready_at: row.get(6)?,
            };
            Ok((over, stored))
        })
        .optional()?;
    match found {
        Some((false, stored)) => Ok(stored),
        Some((true, _)) => Err(Problem::Gone),
        None => Err(Problem::NotFound),
    }
}
