//! One search over everything this computer has: projects, messages, bids and notes, newest first, grouped.

use presta_model::{Bid, Millis, Project, ProjectId, Thread, ThreadId, UserId, fold};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::error::decode;
use crate::search::{Place, Search};
use crate::vocabulary::Terms;
use crate::{Error, project_list, row_key, thread};

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHit {
    /// The conversation.
    pub thread_id: ThreadId,
    /// Its order there.
    pub seq: i64,
    /// Who wrote it, as the conversation names them.
    pub author: Option<String>,
    /// The project the conversation is about.
    pub project_title: Option<String>,
    /// Plain text.
    pub text: String,
    /// In ms since 1970.
    pub sent_at: i64,
}

/// A note that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteHit {
    /// The project it is about.
    pub project_id: ProjectId,
    /// That project's title, while it is kept.
    pub project_title: Option<String>,
    /// Plain text.
    pub text: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Last change, in ms since 1970.
    pub updated_at: i64,
}

/// What was found, by kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Projects, of any status.
    pub projects: Vec<Project>,
    /// Messages.
    pub messages: Vec<MessageHit>,
    /// Bids, made or received.
    pub bids: Vec<Bid>,
    /// Notes.
    pub notes: Vec<NoteHit>,
}

/// Finds at most `limit` of each kind.
///
/// # Errors
/// When the database cannot be read.
pub fn find(connection: &Connection, search: &Search, now: i64, limit: u32) -> Result<Found, Error> {
    let mut found = Found::default();
    let terms = Terms::of(connection, search)?;
    if search.looks_in(Place::Projects) {
        found.projects = project_list::find(connection, search, &terms, now, limit)?;
    }
    if search.looks_in(Place::Messages) {
        found.messages = messages(connection, search, &terms, now, limit)?;
    }
    if search.looks_in(Place::Bids) {
        found.bids = bids(connection, search, &terms, now, limit)?;
    }
    if search.looks_in(Place::Notes) {
        found.notes = notes(connection, search, &terms, now, limit)?;
    }
    Ok(found)
}

fn messages(
    connection: &Connection,
    search: &Search,
    terms: &Terms,
    now: i64,
    limit: u32,
) -> Result<Vec<MessageHit>, Error> {
    let mut values: Vec<Value> = Vec::new();
    let mut clauses: Vec<String> = Vec::new();
    let (tables, key) = match search.fts(terms) {
        Some(fts) => {
            values.push(fts.into());
            clauses.push("message_fts MATCH ?1".to_owned());
            ("message_fts f CROSS JOIN message m ON m.row_key = f.rowid", "f.rowid")
        }
        None => ("message m", "m.row_key"),
    };
    if !search.from.is_empty() {
        values.push(serde_json::Value::from(people(connection, &search.from)?).to_string().into());
        clauses.push(format!("m.author_id IN (SELECT value FROM json_each(?{}))", values.len()));
    }
    for (clause, bound) in ages(search, now) {
        values.push(row_key::at(bound).into());
        clauses.push(format!("{key} {clause} ?{}", values.len()));
    }
    values.push(limit.into());
    let sql = format!(
        "SELECT m.thread_id, m.seq, m.author_id, m.text, m.sent_at FROM {tables} WHERE {} ORDER BY {key} DESC LIMIT ?{}",
        clauses.join(" AND "),
        values.len()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(&values), raw_message)?;
    rows.map(|row| {
        let (thread_id, seq, author, text, sent_at) = row?;
        let thread = thread::get(connection, &thread_id)?;
        let author = thread.as_ref().and_then(|thread| {
            thread.participants.iter().find(|person| person.id == author).map(|person| person.display_name.clone())
        });
        let project_title = thread.and_then(|thread| thread.project_title);
        Ok(MessageHit { thread_id, seq, author, project_title, text, sent_at })
    })
    .collect()
}

fn raw_message(row: &Row<'_>) -> rusqlite::Result<(ThreadId, i64, UserId, String, i64)> {
    Ok((
        ThreadId::new(row.get::<_, String>(0)?),
        row.get(1)?,
        UserId::new(row.get::<_, String>(2)?),
        row.get(3)?,
        row.get(4)?,
    ))
}

/// The ids of everyone in a conversation whose name has a word beginning with each of `names`.
fn people(connection: &Connection, names: &[String]) -> Result<Vec<String>, Error> {
    let threads: Vec<Thread> = thread::all(connection)?;
    let mut ids: Vec<String> = threads
        .into_iter()
        .flat_map(|thread| thread.participants)
        .filter(|person| {
            let name = fold(&person.display_name);
            names.iter().all(|wanted| name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(wanted)))
        })
        .map(|person| person.id.to_string())
        .collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn bids(connection: &Connection, search: &Search, terms: &Terms, now: i64, limit: u32) -> Result<Vec<Bid>, Error> {
    let mut asked: Vec<String> = search.from.iter().map(|name| format!("author : \"{name}\"*")).collect();
    if let Some(fts) = search.fts(terms) {
        asked.push(format!("({fts})"));
    }
    let mut statement = connection.prepare_cached(
        "SELECT b.data FROM bid_fts f CROSS JOIN bid b ON b.row_key = f.rowid WHERE bid_fts MATCH ?1
         ORDER BY b.updated_at DESC",
    )?;
    let rows = statement.query_map([asked.join(" AND ")], |row| row.get::<_, String>(0))?;
    let mut found = Vec::new();
    for row in rows {
        let bid: Bid = decode("bid", &row?)?;
        if in_age(search, now, Millis::from(bid.submitted_at).0) {
            found.push(bid);
        }
        if found.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(found)
}

fn notes(connection: &Connection, search: &Search, terms: &Terms, now: i64, limit: u32) -> Result<Vec<NoteHit>, Error> {
    let Some(fts) = search.fts(terms) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT n.project_id, t.title, n.text, n.tags, n.updated_at
         FROM note_fts f CROSS JOIN note n ON n.row_key = f.rowid
         LEFT JOIN project p ON p.id = n.project_id LEFT JOIN project_text t ON t.row_key = p.row_key
         WHERE note_fts MATCH ?1 ORDER BY n.updated_at DESC",
    )?;
    let rows = statement.query_map([fts], |row| {
        let tags: String = row.get(3)?;
        let hit = NoteHit {
            project_id: ProjectId::new(row.get::<_, String>(0)?),
            project_title: row.get(1)?,
            text: row.get(2)?,
            tags: Vec::new(),
            updated_at: row.get(4)?,
        };
        Ok((hit, tags))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (hit, tags) = row?;
        if in_age(search, now, hit.updated_at) && found.len() < usize::try_from(limit).unwrap_or(usize::MAX) {
            found.push(NoteHit { tags: decode("tags", &tags)?, ..hit });
        }
    }
    Ok(found)
}

/// Comparisons with a time, from `posted:`.
fn ages(search: &Search, now: i64) -> Vec<(&'static str, i64)> {
    const HOUR_MS: i64 = 3_600_000;
    let ago = |hours: i64| now - hours * HOUR_MS;
    let mut ages = Vec::new();
    ages.extend(search.max_age_days.map(|days| (">=", ago(i64::from(days) * 24))));
    ages.extend(search.max_age_hours.map(|hours| (">=", ago(i64::from(hours)))));
    ages.extend(search.min_age_days.map(|days| ("<", ago(i64::from(days) * 24))));
    ages
}

fn in_age(search: &Search, now: i64, at: i64) -> bool {
    ages(search, now).into_iter().all(|(clause, bound)| if clause == "<" { at < bound } else { at >= bound })
}
