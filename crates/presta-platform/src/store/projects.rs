//! Projects: written in pieces of ready JSON, spliced when read.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    instant, quoted,
};
use crate::{
    ids::Prefix,
    problem::Problem,
    seed::{self, SeedProject, Status},
};

/// Who looks, and what decides their `viewer` part.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// Their row.
    pub n: i64,
    /// May bid at all.
    pub freelancer: bool,
    /// Has bids left this month.
    pub quota_left: bool,
    /// Now, in ms.
    pub now: i64,
}

/// What the rules of bidding need to know of a project.
#[derive(Debug, Clone)]
pub struct Brief {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Who posted it.
    pub client_n: i64,
    /// `open`, `closed`, `awarded` or `cancelled`.
    pub status: String,
    /// ISO 4217.
    pub currency: String,
    /// When bids end, in ms.
    pub bids_close_at: Option<i64>,
    /// One line.
    pub title: String,
    /// Only for its client, for who was invited and for who has bid.
    pub private: bool,
}

/// What of `projects p` the user of parameter 1 may see.
pub const SEEN: &str = "(p.private = 0 OR p.client_n = ?1
    OR EXISTS (SELECT 1 FROM bids seen WHERE seen.project_n = p.n AND seen.freelancer_n = ?1)
    OR EXISTS (SELECT 1 FROM invitations seen WHERE seen.project_n = p.n AND seen.freelancer_n = ?1
        AND seen.status <> 'withdrawn'))";

/// As [`SEEN`], for long lists: the few that are hidden are worked out once, and an index still covers the rest.
pub const NOT_HIDDEN: &str = "p.n NOT IN (SELECT hidden.n FROM projects hidden
    WHERE hidden.private = 1 AND hidden.client_n <> ?1
        AND NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = hidden.n AND b.freelancer_n = ?1)
        AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.project_n = hidden.n AND i.freelancer_n = ?1
            AND i.status <> 'withdrawn'))";

impl Brief {
    /// Whether bids are taken at `now` (ms).
    #[must_use]
    pub fn takes_bids(&self, now: i64) -> bool {
        self.status == "open" && self.bids_close_at.is_none_or(|close| close > now)
    }
}

/// A project by row.
///
/// # Errors
/// `not-found`, or a database error.
pub fn brief(sql: &Connection, n: i64) -> Result<Brief, Problem> {
    sql.prepare_cached(
        "SELECT p.n, p.rev, p.client_n, p.status, p.currency, p.bids_close_at, t.title, p.private
         FROM projects p JOIN project_texts t ON t.n = p.n WHERE p.n = ?1",
    )?
    .query_row([n], |row| {
        Ok(Brief {
            n: row.get(0)?,
            rev: row.get(1)?,
            client_n: row.get(2)?,
            status: row.get(3)?,
            currency: row.get(4)?,
            bids_close_at: row.get(5)?,
            title: row.get(6)?,
            private: row.get(7)?,
        })
    })
    .optional()?
    .ok_or(Problem::NotFound)
}

/// A project by row, when `user_n` may see it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn seen(sql: &Connection, user_n: i64, n: i64) -> Result<Brief, Problem> {
    let mut query = sql.prepare_cached(&format!("SELECT 1 FROM projects p WHERE p.n = ?2 AND {SEEN}"))?;
    if query.exists([user_n, n])? { brief(sql, n) } else { Err(Problem::NotFound) }
}

/// As [`seen`], for its client alone.
///
/// # Errors
/// `not-found`, `forbidden` for others who see it, or a database error.
pub fn owned(sql: &Connection, user_n: i64, n: i64) -> Result<Brief, Problem> {
    let project = seen(sql, user_n, n)?;
    if project.client_n == user_n { Ok(project) } else { Err(Problem::Forbidden) }
}

/// A project as sent.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// The viewer keeps it in view.
    pub bookmarked: bool,
    /// The contract's `Project`.
    pub json: String,
}

impl Rendered {
    /// The strong validator of what the viewer sees: the revision, and whether they keep it in view.
    #[must_use]
    pub fn etag(&self) -> String {
        if self.bookmarked { format!("\"{}-b\"", self.rev) } else { format!("\"{}\"", self.rev) }
    }
}

/// Renders rows that the viewer may see, in the order given; rows that are not there are left out.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Rendered>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT p.n, p.rev, p.status, p.bid_count, p.bid_sum, p.currency, p.client_n,
                p.bids_close_at, t.body, u.public_client, b.n, p.sealed, p.private, m.n IS NOT NULL
         FROM json_each(?1) AS wanted
         CROSS JOIN projects p ON p.n = wanted.value
         CROSS JOIN project_texts t ON t.n = p.n
         CROSS JOIN users u ON u.n = p.client_n
         LEFT JOIN bids b
             ON b.project_n = p.n AND b.freelancer_n = ?2 AND b.status <> 'retracted'
         LEFT JOIN bookmarks m ON m.project_n = p.n AND m.user_n = ?2
         ORDER BY wanted.id",
    )?;
    let files = attachments::of(sql, Parent::Project, rows)?;
    let found = query.query_map(params![array(rows), viewer.n], |row| splice(row, viewer, &files))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One project.
///
/// # Errors
/// `not-found`, or a database error.
pub fn render_one(sql: &Connection, viewer: &Viewer, n: i64) -> Result<Rendered, Problem> {
    seen(sql, viewer.n, n)?;
    render(sql, viewer, &[n])?.pop().ok_or(Problem::NotFound)
}

fn splice(row: &Row<'_>, viewer: &Viewer, files: &HashMap<i64, Vec<Value>>) -> rusqlite::Result<Rendered> {
    let n: i64 = row.get(0)?;
    let rev: i64 = row.get(1)?;
    let status = row.get_ref(2)?.as_str()?;
    let count: i64 = row.get(3)?;
    let sum: i64 = row.get(4)?;
    let currency = row.get_ref(5)?.as_str()?;
    let client_n: i64 = row.get(6)?;
    let close: Option<i64> = row.get(7)?;
    let body = row.get_ref(8)?.as_str()?;
    let client = row.get_ref(9)?.as_str()?;
    let bid: Option<i64> = row.get(10)?;
    let sealed: bool = row.get(11)?;
    let visibility = if row.get(12)? { "invited" } else { "public" };
    let average = match sum.checked_div(count) {
        Some(mean) if !sealed || client_n == viewer.n => {
            format!("{{\"amount_minor\":{mean},\"currency\":\"{currency}\"}}")
        }
        _ => "null".to_owned(),
    };
    let open = status == "open" && close.is_none_or(|close| close > viewer.now);
    let reason = if !viewer.freelancer {
        Some("not-a-freelancer")
    } else if client_n == viewer.n {
        Some("own-project")
    } else if bid.is_some() {
        Some("duplicate-bid")
    } else if !open {
        Some("project-closed")
    } else if !viewer.quota_left {
        Some("quota-exhausted")
    } else {
        None
    };
    let mut json = String::with_capacity(body.len() + client.len() + 384);
    let _ = write!(
        json,
        "{{\"id\":\"{}\",\"rev\":{rev},{body},\"status\":\"{status}\",\
         \"bid_stats\":{{\"count\":{count},\"average\":{average}}},\"client\":{client},\
         \"sealed\":{sealed},\"visibility\":\"{visibility}\",\"attachments\":{},\"viewer\":{{\"can_bid\":{},\"reason\":",
        Prefix::Project.id(n),
        files.get(&n).map_or("[]".to_owned(), |list| Value::from(list.as_slice()).to_string()),
        reason.is_none(),
    );
    match reason {
        Some(reason) => {
            let _ = write!(json, "\"{reason}\"");
        }
        None => json.push_str("null"),
    }
    match bid {
        Some(bid) => {
            let _ = write!(json, ",\"my_bid_id\":\"{}\"", Prefix::Bid.id(bid));
        }
        None => json.push_str(",\"my_bid_id\":null"),
    }
    let bookmarked: bool = row.get(13)?;
    let _ = write!(json, ",\"bookmarked\":{bookmarked}}}}}");
    Ok(Rendered { n, rev, bookmarked, json })
}

/// What is worked out of a project before it is written: the slow part, which needs no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    body: String,
    words: String,
    city_folded: Option<String>,
}

impl Texts {
    /// Those of `new`.
    #[must_use]
    pub fn of(new: &SeedProject) -> Self {
        Self {
            body: fixed_members(new),
            words: words(&new.title, &new.description, &new.skills),
            city_folded: new.city.as_deref().map(super::search::fold),
        }
    }
}

const fn kind(of: seed::Kind) -> &'static str {
    match of {
        seed::Kind::Fixed => "fixed",
        seed::Kind::Hourly => "hourly",
    }
}

const fn status(of: Status) -> &'static str {
    match of {
        Status::Open => "open",
        Status::Closed => "closed",
        Status::Awarded => "awarded",
        Status::Cancelled => "cancelled",
    }
}

/// Adds a project under `n` (or the next row) for `client_n`; answers its row.
///
/// # Errors
/// On a database error.
pub fn insert(
    sql: &Connection,
    n: Option<i64>,
    client_n: i64,
    client_verified: bool,
    new: &SeedProject,
) -> Result<i64, Problem> {
    write(sql, n, (client_n, client_verified), new, &Texts::of(new))
}

/// As [`insert`], with the texts at hand; of the client, the row and whether it is verified.
///
/// # Errors
/// On a database error.
pub fn write(
    sql: &Connection,
    n: Option<i64>,
    (client_n, client_verified): (i64, bool),
    new: &SeedProject,
    texts: &Texts,
) -> Result<i64, Problem> {
    let sum = new.bid_average_minor.unwrap_or(0) * i64::from(new.bid_count);
    let n = sql
        .prepare_cached(
            "INSERT INTO projects (n, client_n, status, category, kind, budget_min, budget_max,
                 currency, country, city, city_folded, remote, language, client_verified,
                 posted_at, bids_close_at, bid_count, bid_sum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18)",
        )?
        .insert(params![
            n,
            client_n,
            status(new.status),
            new.category,
            kind(new.kind),
            new.budget_min_minor,
            new.budget_max_minor,
            new.currency,
            new.country,
            new.city,
            texts.city_folded,
            new.remote,
            new.language,
            client_verified,
            new.posted_at.as_millisecond(),
            new.bids_close_at.as_millisecond(),
            new.bid_count,
            sum
        ])?;
    sql.prepare_cached("INSERT INTO project_texts (n, title, body) VALUES (?1, ?2, ?3)")?
        .execute(params![n, new.title, texts.body])?;
    let mut skill_row =
        sql.prepare_cached("INSERT OR IGNORE INTO project_skills (project_n, skill) VALUES (?1, ?2)")?;
    for skill in &new.skills {
        skill_row.execute(params![n, skill])?;
    }
    sql.prepare_cached("INSERT INTO project_search (rowid, text) VALUES (?1, ?2)")?.execute(params![n, texts.words])?;
    Ok(n)
}

/// What the search index is given of a project: its words, each once, since the index keeps no positions. Cuts only where
/// `unicode61` cuts too, so that the same words are found as in the texts themselves.
#[must_use]
pub fn words(title: &str, description: &str, skills: &[impl AsRef<str>]) -> String {
    let apart = |c: char| c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric()) || c == '’';
    let mut known = HashSet::with_capacity(256);
    let mut out = String::with_capacity(description.len());
    for text in [title, description].into_iter().chain(skills.iter().map(AsRef::as_ref)) {
        for word in text.split(apart).filter(|word| !word.is_empty()) {
            if known.insert(word) {
                out.push_str(word);
                out.push(' ');
            }
        }
    }
    out
}

/// The members that only its client changes, in the order of the contract, without braces.
pub(super) fn fixed_members(new: &SeedProject) -> String {
    let mut out = String::with_capacity(new.description.len() + 512);
    let _ = write!(
        out,
        "\"title\":{},\"description\":{},\"category\":{},\"skills\":[",
        quoted(&new.title),
        quoted(&new.description),
        quoted(&new.category),
    );
    for (at, skill) in new.skills.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{}", quoted(skill));
    }
    let currency = quoted(&new.currency);
    let _ = write!(
        out,
        "],\"type\":\"{}\",\"budget_min\":{{\"amount_minor\":{},\"currency\":{currency}}},\
         \"budget_max\":{{\"amount_minor\":{},\"currency\":{currency}}},\"country\":{},\"city\":{},\"remote\":{},\
         \"language\":{},\"posted_at\":\"{}\",\"bids_close_at\":\"{}\"",
        kind(new.kind),
        new.budget_min_minor,
        new.budget_max_minor,
        quoted(&new.country),
        new.city.as_deref().map_or("null".to_owned(), quoted),
        new.remote,
        quoted(&new.language),
        instant(new.posted_at.as_millisecond()),
        instant(new.bids_close_at.as_millisecond()),
    );
    out
}

/// Bumps a project's revision and tells everyone who may see it.
///
/// # Errors
/// On a database error.
pub fn touch(tx: &mut Tx<'_>, n: i64) -> Result<(), Problem> {
    tx.sql.execute("UPDATE projects SET rev = rev + 1 WHERE n = ?1", [n])?;
    announce(tx, n)
}

/// Tells everyone who may see a project that it changed; of a private one, nobody else hears at all.
///
/// # Errors
/// On a database error.
pub fn announce(tx: &mut Tx<'_>, n: i64) -> Result<(), Problem> {
    if !brief(&tx.sql, n)?.private {
        return tx.changed_for_all(Kind::Project, n);
    }
    let members: Vec<i64> = tx
        .sql
        .prepare_cached(
            "SELECT client_n FROM projects WHERE n = ?1 UNION SELECT freelancer_n FROM bids WHERE project_n = ?1
             UNION SELECT freelancer_n FROM invitations WHERE project_n = ?1",
        )?
        .query_map([n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    members.into_iter().try_for_each(|user_n| tx.changed(Kind::Project, n, user_n))
}

/// Tells `user_n` alone that they may see a project now.
///
/// # Errors
/// On a database error.
pub fn reveal(tx: &mut Tx<'_>, n: i64, user_n: i64) -> Result<(), Problem> {
    tx.changed(Kind::Project, n, user_n)
}

/// As [`touch`], for every project of a client.
///
/// # Errors
/// On a database error.
pub fn touch_all_of_client(tx: &mut Tx<'_>, client_n: i64) -> Result<(), Problem> {
    let rows: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM projects WHERE client_n = ?1")?
        .query_map([client_n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    rows.into_iter().try_for_each(|n| touch(tx, n))
}

/// Changes the bids a project counts: by `count`, and their sum by `sum` minor units.
///
/// # Errors
/// On a database error.
pub fn count_bids(tx: &mut Tx<'_>, n: i64, count: i64, sum: i64) -> Result<(), Problem> {
    tx.sql.execute(
        "UPDATE projects SET bid_count = max(0, bid_count + ?2), bid_sum = max(0, bid_sum + ?3)
         WHERE n = ?1",
        params![n, count, sum],
    )?;
    touch(tx, n)
}

/// Sets the status and tells everyone who may see it.
///
/// # Errors
/// On a database error.
pub fn set_status(tx: &mut Tx<'_>, n: i64, status: &str) -> Result<(), Problem> {
    tx.sql.execute("UPDATE projects SET status = ?2 WHERE n = ?1", params![n, status])?;
    touch(tx, n)
}

/// Closes at most `limit` open projects whose time for bids is over; answers how many.
///
/// # Errors
/// On a database error.
pub fn close_due(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let due: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM projects WHERE status = 'open' AND bids_close_at <= ?1 LIMIT ?2")?
        .query_map(params![tx.now, limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for &n in &due {
        set_status(tx, n, "closed")?;
    }
    Ok(due.len())
}
