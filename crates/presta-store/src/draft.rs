//! Drafts of bids, with versions, and of messages.

use presta_model::{ProjectId, ThreadId};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// Versions of a bid's draft that are kept.
const VERSIONS: u32 = 20;
/// A version takes the keystrokes of so long, then the next begins; in ms.
const VERSION_SPAN_MS: i64 = 20_000;

/// A bid as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BidForm {
    /// The amount, as typed.
    pub amount: String,
    /// Days to deliver, as typed.
    pub period_days: String,
    /// The offer's text.
    pub text: String,
    /// How the amount is split.
    pub milestones: Vec<MilestoneForm>,
}

/// A part of a bid as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MilestoneForm {
    /// What is delivered.
    pub title: String,
    /// Its share of the amount, as typed.
    pub amount: String,
}

/// A kept version of a bid's draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DraftVersion {
    /// Grows with every version.
    pub version: i64,
    /// Its last keystroke, in ms since 1970.
    pub saved_at: i64,
    /// What was typed.
    pub form: BidForm,
}

/// Keeps what was typed; a version gathers 20 s of typing.
///
/// # Errors
/// When the database cannot be written.
pub fn save_bid(tx: &mut Tx<'_>, project: &ProjectId, form: &BidForm, now: i64) -> Result<(), Error> {
    let newest = newest_bid(tx, project)?;
    if newest.as_ref().is_some_and(|newest| newest.1.form == *form) {
        return Ok(());
    }
    let (version, started_at) = match &newest {
        Some((started_at, draft)) if now - started_at < VERSION_SPAN_MS => (draft.version, *started_at),
        Some((_, draft)) => (draft.version + 1, now),
        None => (1, now),
    };
    tx.prepare_cached(
        "INSERT INTO bid_draft (project_id, version, started_at, saved_at, form) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (project_id, version) DO UPDATE SET saved_at = excluded.saved_at, form = excluded.form",
    )?
    .execute((project.as_str(), version, started_at, now, encode("draft", form)?))?;
    tx.prepare_cached("DELETE FROM bid_draft WHERE project_id = ?1 AND version <= ?2")?
        .execute((project.as_str(), version - i64::from(VERSIONS)))?;
    tx.touch("drafts");
    Ok(())
}

/// The draft of a bid.
///
/// # Errors
/// When the database cannot be read.
pub fn bid(connection: &Connection, project: &ProjectId) -> Result<Option<DraftVersion>, Error> {
    Ok(newest_bid(connection, project)?.map(|(_, draft)| draft))
}

/// Every kept version of a bid's draft, newest first.
///
/// # Errors
/// When the database cannot be read.
pub fn bid_versions(connection: &Connection, project: &ProjectId) -> Result<Vec<DraftVersion>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT version, saved_at, form FROM bid_draft WHERE project_id = ?1 ORDER BY version DESC")?;
    let rows =
        statement.query_map([project.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    rows.map(|row| {
        let (version, saved_at, form) = row?;
        Ok(DraftVersion { version, saved_at, form: decode("draft", &form)? })
    })
    .collect()
}

/// Every project with a draft of a bid, last typed first.
///
/// # Errors
/// When the database cannot be read.
pub fn bids(connection: &Connection) -> Result<Vec<(ProjectId, DraftVersion)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT project_id, max(version), saved_at, form FROM bid_draft GROUP BY project_id ORDER BY saved_at DESC",
    )?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))?;
    rows.map(|row| {
        let (project, version, saved_at, form) = row?;
        Ok((ProjectId::new(project), DraftVersion { version, saved_at, form: decode("draft", &form)? }))
    })
    .collect()
}

/// Drops the draft of a bid with all its versions.
///
/// # Errors
/// When the database cannot be written.
pub fn discard_bid(tx: &mut Tx<'_>, project: &ProjectId) -> Result<(), Error> {
    if tx.execute("DELETE FROM bid_draft WHERE project_id = ?1", [project.as_str()])? > 0 {
        tx.touch("drafts");
        tx.touch(format!("project:{project}"));
    }
    Ok(())
}

/// Keeps the draft of a message; an empty one is dropped.
///
/// # Errors
/// When the database cannot be written.
pub fn save_message(tx: &mut Tx<'_>, thread: &ThreadId, text: &str, now: i64) -> Result<(), Error> {
    if text.is_empty() {
        tx.execute("DELETE FROM message_draft WHERE thread_id = ?1", [thread.as_str()])?;
    } else {
        tx.execute(
            "INSERT INTO message_draft (thread_id, saved_at, text) VALUES (?1, ?2, ?3)
             ON CONFLICT (thread_id) DO UPDATE SET saved_at = excluded.saved_at, text = excluded.text",
            (thread.as_str(), now, text),
        )?;
    }
    tx.touch("drafts");
    Ok(())
}

/// The draft of a message.
///
/// # Errors
/// When the database cannot be read.
pub fn message(connection: &Connection, thread: &ThreadId) -> Result<Option<String>, Error> {
    Ok(connection
        .prepare_cached("SELECT text FROM message_draft WHERE thread_id = ?1")?
        .query_row([thread.as_str()], |row| row.get(0))
        .optional()?)
}

/// Conversations with a draft, local ones too.
///
/// # Errors
/// When the database cannot be read.
pub fn message_threads(connection: &Connection) -> Result<Vec<(ThreadId, i64)>, Error> {
    let mut statement = connection.prepare_cached("SELECT thread_id, saved_at FROM message_draft")?;
    let rows = statement.query_map([], |row| Ok((ThreadId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn newest_bid(connection: &Connection, project: &ProjectId) -> Result<Option<(i64, DraftVersion)>, Error> {
    let found: Option<(i64, i64, i64, String)> = connection
        .prepare_cached(
            "SELECT started_at, version, saved_at, form FROM bid_draft
             WHERE project_id = ?1 ORDER BY version DESC LIMIT 1",
        )?
        .query_row([project.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    found
        .map(|(started_at, version, saved_at, form)| {
            Ok((started_at, DraftVersion { version, saved_at, form: decode("draft", &form)? }))
        })
        .transpose()
}
