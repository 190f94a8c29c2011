//! Projects as their clients write them: posted, changed while they are open, and closed.

use std::borrow::Cow;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::{
    acts,
    attachments::{self, Parent},
    changes::Tx,
    letters::Letter,
    projects::{self, Brief},
    recommendations, search, users,
};
use crate::{
    problem::Problem,
    seed::{Kind, SeedProject, Status},
};

/// What a client writes of a project and can change while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// One line.
    pub title: String,
    /// Markdown; may contain hostile HTML.
    pub description: String,
    /// An id of the catalogue.
    pub category: String,
    /// Ids of the catalogue.
    pub skills: Vec<String>,
    /// Minor units.
    pub budget_min: i64,
    /// Minor units, at least `budget_min`.
    pub budget_max: i64,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Where the client is.
    pub city: Option<String>,
    /// Can be done from elsewhere.
    pub remote: bool,
    /// `fr` or `en`.
    pub language: String,
    /// When bids end, in ms.
    pub bids_close_at: i64,
}

/// What is settled when a project is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Paid by the hour.
    pub kind: Kind,
    /// Freelancers learn nothing of each other's bids.
    pub sealed: bool,
    /// Only for who was invited.
    pub private: bool,
}

impl Posting {
    fn project(&self, kind: Kind, posted_at: i64) -> SeedProject {
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        SeedProject {
            title: self.title.clone(),
            description: self.description.clone(),
            category: Cow::Owned(self.category.clone()),
            skills: self.skills.iter().cloned().map(Cow::Owned).collect(),
            kind,
            budget_min_minor: self.budget_min,
            budget_max_minor: self.budget_max,
            currency: Cow::Owned(self.currency.clone()),
            country: Cow::Owned(self.country.clone()),
            city: self.city.clone().map(Cow::Owned),
            remote: self.remote,
            language: Cow::Owned(self.language.clone()),
            posted_at: at(posted_at),
            bids_close_at: at(self.bids_close_at),
            bid_count: 0,
            bid_average_minor: None,
            client: 0,
            status: Status::Open,
        }
    }

    /// What the search knows of it.
    fn words(&self) -> String {
        projects::words(&self.title, &self.description, &self.skills)
    }
}

/// Posts a project in the name of `user_n`; answers its row.
///
/// # Errors
/// `forbidden` for who is no client, `validation` for the attachments, or a database error.
pub fn post(
    tx: &mut Tx<'_>,
    user_n: i64,
    posting: &Posting,
    (terms, attachment_ids): (Terms, &[String]),
) -> Result<i64, Problem> {
    if !users::find(&tx.sql, user_n)?.client {
        return Err(Problem::Forbidden);
    }
    let verified: bool = tx.sql.query_row("SELECT verified FROM users WHERE n = ?1", [user_n], |row| row.get(0))?;
    let project = posting.project(terms.kind, tx.now);
    let n = projects::insert(&tx.sql, None, user_n, verified, &project)?;
    tx.sql.execute(
        "UPDATE projects SET sealed = ?2, private = ?3 WHERE n = ?1",
        params![n, terms.sealed, terms.private],
    )?;
    attachments::adopt(tx, user_n, (Parent::Project, n), attachment_ids)?;
    projects::announce(tx, n)?;
    recommendations::announce(tx, n)?;
    Ok(n)
}

/// What is stored of a project, to be changed.
fn read(sql: &Connection, n: i64) -> Result<(Posting, Kind, i64), Problem> {
    let (body, currency, hourly, posted_at, close): (String, String, bool, i64, Option<i64>) = sql
        .prepare_cached(
            "SELECT t.body, p.currency, p.kind = 'hourly', p.posted_at, p.bids_close_at
             FROM projects p JOIN project_texts t ON t.n = p.n WHERE p.n = ?1",
        )?
        .query_row([n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?
        .ok_or(Problem::NotFound)?;
    let members: Map<String, Value> = serde_json::from_str(&format!("{{{body}}}"))
        .map_err(|error| Problem::Internal(format!("stored project: {error}")))?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let minor = |name: &str| members.get(name).and_then(|money| money.get("amount_minor")?.as_i64()).unwrap_or(0);
    let skills = members.get("skills").and_then(Value::as_array).cloned().unwrap_or_default();
    let posting = Posting {
        title: text("title"),
        description: text("description"),
        category: text("category"),
        skills: skills.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        budget_min: minor("budget_min"),
        budget_max: minor("budget_max"),
        currency,
        country: text("country"),
        city: members.get("city").and_then(Value::as_str).map(str::to_owned),
        remote: members.get("remote").and_then(Value::as_bool).unwrap_or_default(),
        language: text("language"),
        bids_close_at: close.unwrap_or(posted_at),
    };
    Ok((posting, if hourly { Kind::Hourly } else { Kind::Fixed }, posted_at))
}

/// Changes revision `rev` of an open project in the name of its client; who has bid is told by mail when the brief, the
/// budget or the time is another one.
///
/// # Errors
/// `not-found`, `forbidden`, `edited-elsewhere`, `project-closed`, what `change` answers, `validation` for the
/// attachments, or a database error.
pub fn edit(
    tx: &mut Tx<'_>,
    user_n: i64,
    (n, rev): (i64, i64),
    change: impl FnOnce(&Posting) -> Result<Posting, Problem>,
    attachment_ids: Option<&[String]>,
) -> Result<(), Problem> {
    let project = projects::owned(&tx.sql, user_n, n)?;
    if project.rev != rev {
        return Err(Problem::EditedElsewhere);
    }
    if !project.takes_bids(tx.now) {
        return Err(Problem::ProjectClosed);
    }
    let (old, kind, posted_at) = read(&tx.sql, n)?;
    let new = change(&old)?;
    if let Some(ids) = attachment_ids {
        attachments::adopt(tx, user_n, (Parent::Project, n), ids)?;
    }
    if new == old {
        return if attachment_ids.is_some() { projects::touch(tx, n) } else { Ok(()) };
    }
    write(&tx.sql, n, (&old, &new), (kind, posted_at))?;
    acts::write_to_bidders(tx, n, Letter::BriefChanged)?;
    projects::touch(tx, n)
}

fn write(
    sql: &Connection,
    n: i64,
    (old, new): (&Posting, &Posting),
    (kind, posted_at): (Kind, i64),
) -> Result<(), Problem> {
    sql.execute(
        "UPDATE projects SET category = ?2, budget_min = ?3, budget_max = ?4, country = ?5, city = ?6, city_folded = ?7,
             remote = ?8, language = ?9, bids_close_at = ?10 WHERE n = ?1",
        params![
            n,
            new.category,
            new.budget_min,
            new.budget_max,
            new.country,
            new.city,
            new.city.as_deref().map(search::fold),
            new.remote,
            new.language,
            new.bids_close_at
        ],
    )?;
    let body = projects::fixed_members(&new.project(kind, posted_at));
    sql.execute("UPDATE project_texts SET title = ?2, body = ?3 WHERE n = ?1", params![n, new.title, body])?;
    sql.execute("DELETE FROM project_skills WHERE project_n = ?1", [n])?;
    for skill in &new.skills {
        sql.execute("INSERT OR IGNORE INTO project_skills (project_n, skill) VALUES (?1, ?2)", params![n, skill])?;
    }
    // An index without content has to be told what it is to forget.
    sql.execute(
        "INSERT INTO project_search (project_search, rowid, text) VALUES ('delete', ?1, ?2)",
        params![n, old.words()],
    )?;
    sql.execute("INSERT INTO project_search (rowid, text) VALUES (?1, ?2)", params![n, new.words()])?;
    Ok(())
}

/// Closes an open project in the name of its client without choosing anyone; every bid in the running is lost.
///
/// # Errors
/// `not-found`, `forbidden`, `project-closed`, or a database error.
pub fn close(tx: &mut Tx<'_>, user_n: i64, n: i64, reason: &str) -> Result<(), Problem> {
    let Brief { status, .. } = projects::owned(&tx.sql, user_n, n)?;
    if status != "open" {
        return Err(Problem::ProjectClosed);
    }
    tx.sql.execute("UPDATE projects SET close_reason = ?2 WHERE n = ?1", params![n, reason])?;
    acts::lose_all(tx, n, Letter::ProjectClosed)?;
    projects::set_status(tx, n, "closed")
}
