//! Projects of the feed, with what lists filter by in a slim table and the texts in another.

use std::collections::BTreeSet;

use presta_model::{BudgetKind, EntityType, Millis, Project, ProjectId, ProjectStatus, fold};
use rusqlite::{Connection, OptionalExtension};

use crate::bookmark::Bookmarks;
use crate::error::{decode, encode};
use crate::overlay::Overlay;
use crate::row_key::{self, TIE_BITS};
use crate::{Error, Tx};

/// Projects of a skill among which similar ones are looked for.
const SIMILAR_AMONG: u32 = 200;

/// Keeps a project unless a newer revision is there already.
///
/// # Errors
/// When the database cannot be written.
pub fn upsert(tx: &mut Tx<'_>, project: &Project, generation: i64) -> Result<(), Error> {
    let known: Option<(i64, i64)> = tx
        .prepare_cached("SELECT row_key, rev FROM project WHERE id = ?1")?
        .query_row([project.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let second = project.posted_at.as_second();
    let row_key = match known {
        Some((row_key, rev)) if rev > project.rev => {
            tx.prepare_cached("UPDATE project SET generation = ?2 WHERE row_key = ?1")?
                .execute((row_key, generation))?;
            return Ok(());
        }
        Some((row_key, _)) if row_key >> TIE_BITS == second => row_key,
        Some((row_key, _)) => {
            tx.execute("DELETE FROM project WHERE row_key = ?1", [row_key])?;
            row_key::free(tx, "project", second)?
        }
        None => row_key::free(tx, "project", second)?,
    };
    write_slim(tx, row_key, project, generation)?;
    write_text(tx, row_key, project)?;
    write_skills(tx, row_key, &project.skills)?;
    tx.touch("projects");
    if known.is_some() {
        tx.touch(format!("project:{}", project.id));
    }
    Ok(())
}

/// Local work on a project `p`: while there is some, the project is kept although it left the feed.
pub(crate) const HAS_LOCAL_WORK: &str = "(EXISTS (SELECT 1 FROM bid_draft d WHERE d.project_id = p.id)
    OR EXISTS (SELECT 1 FROM outbox o WHERE o.project_id = p.id)
    OR EXISTS (SELECT 1 FROM note n WHERE n.project_id = p.id)
    OR EXISTS (SELECT 1 FROM message_draft m WHERE m.thread_id = 'local:' || p.id))";

/// Drops a project that left the feed, unless a draft, a note or a queued act is about it.
///
/// # Errors
/// When the database cannot be written.
pub fn leave(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM project p WHERE p.id = ?1 AND {HAS_LOCAL_WORK})");
    let wanted: bool = tx.prepare_cached(&sql)?.query_row([id], |row| row.get(0))?;
    if wanted { Ok(()) } else { remove(tx, id) }
}

/// Drops a project the person may no longer see. Bids, drafts and queued acts on it stay.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    if tx.execute("DELETE FROM project WHERE id = ?1", [id])? > 0 {
        tx.touch("projects");
        tx.touch(format!("project:{id}"));
    }
    Ok(())
}

/// A project by its id, as the person left it.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &ProjectId) -> Result<Option<Project>, Error> {
    let overlay = Overlay::load(connection)?;
    let bookmarks = Bookmarks::on(connection, &overlay, id)?;
    Projects { connection, overlay, bookmarks }.get(id)
}

/// Many projects, one by one, as the person left them: the queue and the bookmarks are read once for all of them.
#[derive(Debug)]
pub struct Projects<'c> {
    connection: &'c Connection,
    overlay: Overlay,
    bookmarks: Bookmarks,
}

impl<'c> Projects<'c> {
    /// Reads what lies over projects.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn load(connection: &'c Connection) -> Result<Self, Error> {
        let overlay = Overlay::load(connection)?;
        let bookmarks = Bookmarks::read(connection, &overlay)?;
        Ok(Self { connection, overlay, bookmarks })
    }

    /// As [`get`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: &ProjectId) -> Result<Option<Project>, Error> {
        Ok(stored(self.connection, id)?.and_then(|project| self.lay(project)))
    }

    /// A project as the person left it; none when they removed it.
    pub(crate) fn lay(&self, project: Project) -> Option<Project> {
        let id = project.id.clone();
        let mut project = self.overlay.lay(EntityType::Project, id.as_str(), project)?;
        self.bookmarks.lay(&mut project);
        Some(project)
    }

    pub(crate) const fn overlay(&self) -> &Overlay {
        &self.overlay
    }
}

/// A project by its id, as the platform gave it.
///
/// # Errors
/// When the database cannot be read.
pub fn stored(connection: &Connection, id: &ProjectId) -> Result<Option<Project>, Error> {
    let found: Option<(String, String)> = connection
        .prepare_cached(
            "SELECT t.data, t.description FROM project p JOIN project_text t USING (row_key) WHERE p.id = ?1",
        )?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(data, description)| join(&data, description)).transpose()
}

/// The open projects that share most skills with `project`, its category counting as one, itself excluded; newest first
/// where they share as many. Of each skill only the newest projects are looked at, so that it takes no longer in a market
/// of a million.
///
/// # Errors
/// When the database cannot be read.
pub fn similar(connection: &Connection, project: &Project, limit: u32) -> Result<Vec<ProjectId>, Error> {
    let mut newest = connection
        .prepare_cached("SELECT row_key FROM project_skill WHERE skill = ?1 ORDER BY row_key DESC LIMIT ?2")?;
    let mut near = BTreeSet::new();
    for skill in &project.skills {
        let rows = newest.query_map((skill, SIMILAR_AMONG), |row| row.get::<_, i64>(0))?;
        near.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    let mut statement = connection.prepare_cached(
        "SELECT p.id FROM json_each(?1) near CROSS JOIN project p ON p.row_key = near.value
         WHERE p.status = 'open' AND p.id <> ?2
         ORDER BY (SELECT count(*) FROM json_each(?3) w
                   CROSS JOIN project_skill s ON s.skill = w.value AND s.row_key = p.row_key)
                + (p.category = ?4) DESC, p.row_key DESC LIMIT ?5",
    )?;
    let (near, skills) = (encode("keys", &near)?, encode("skills", &project.skills)?);
    let rows = statement
        .query_map((near, project.id.as_str(), skills, &project.category, limit), |row| row.get::<_, String>(0))?;
    rows.map(|id| Ok(ProjectId::new(id?))).collect()
}

/// Joins a project's stored JSON with its description, which is kept once.
pub(crate) fn join(data: &str, description: String) -> Result<Project, Error> {
    let mut project: Project = decode("project", data)?;
    project.description = description;
    Ok(project)
}

fn write_slim(tx: &Tx<'_>, row_key: i64, project: &Project, generation: i64) -> Result<(), Error> {
    let money = project.budget_max.as_ref().or(project.budget_min.as_ref());
    tx.prepare_cached(
        "INSERT INTO project (row_key, id, rev, category, kind, budget_min, budget_max, currency, country, city_folded,
           remote, language, status, posted_at, closes_at, bid_count, client_verified, generation)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
         ON CONFLICT (row_key) DO UPDATE SET
           id = excluded.id, rev = excluded.rev, category = excluded.category, kind = excluded.kind,
           budget_min = excluded.budget_min, budget_max = excluded.budget_max, currency = excluded.currency,
           country = excluded.country, city_folded = excluded.city_folded, remote = excluded.remote,
           language = excluded.language, status = excluded.status, posted_at = excluded.posted_at,
           closes_at = excluded.closes_at, bid_count = excluded.bid_count,
           client_verified = excluded.client_verified, generation = excluded.generation",
    )?
    .execute(rusqlite::params![
        row_key,
        project.id.as_str(),
        project.rev,
        project.category,
        kind_name(project.kind),
        project.budget_min.as_ref().map(|money| money.amount_minor),
        money.map(|money| money.amount_minor),
        money.map(|money| money.currency.as_str()),
        project.country,
        project.city.as_deref().map(fold).unwrap_or_default(),
        project.remote,
        project.language,
        status_name(project.status),
        Millis::from(project.posted_at).0,
        project.bids_close_at.map(|at| Millis::from(at).0),
        project.bid_stats.count,
        project.client.verified,
        generation,
    ])?;
    Ok(())
}

fn write_text(tx: &Tx<'_>, row_key: i64, project: &Project) -> Result<(), Error> {
    let slim = Project { description: String::new(), ..project.clone() };
    tx.prepare_cached(
        "INSERT INTO project_text (row_key, title, description, skills, client, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (row_key) DO UPDATE SET
           title = excluded.title, description = excluded.description, skills = excluded.skills,
           client = excluded.client, data = excluded.data",
    )?
    .execute((
        row_key,
        &project.title,
        &project.description,
        project.skills.join(" "),
        &project.client.display_name,
        encode("project", &slim)?,
    ))?;
    Ok(())
}

fn write_skills(tx: &Tx<'_>, row_key: i64, skills: &[String]) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM project_skill WHERE row_key = ?1")?.execute([row_key])?;
    let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO project_skill (skill, row_key) VALUES (?1, ?2)")?;
    for skill in skills {
        insert.execute((skill, row_key))?;
    }
    Ok(())
}

pub(crate) fn kind_name(kind: BudgetKind) -> &'static str {
    match kind {
        BudgetKind::Fixed => "fixed",
        BudgetKind::Hourly => "hourly",
        _ => "unknown",
    }
}

pub(crate) fn status_name(status: ProjectStatus) -> &'static str {
    match status {
        ProjectStatus::Open => "open",
        ProjectStatus::Closed => "closed",
        ProjectStatus::Awarded => "awarded",
        ProjectStatus::Cancelled => "cancelled",
        _ => "unknown",
    }
}
