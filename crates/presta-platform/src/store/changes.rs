//! The change log: written in the transaction of the change, read by `/changes` and told to the hub.

use std::{cell::RefCell, sync::Arc};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{
    hub::{Change, EVERYONE, Notice},
    problem::Problem,
};

/// How long a state stays good: 90 days, in milliseconds.
const KEPT_MS: i64 = 90 * 86_400_000;

/// The types that are synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The caller.
    Me,
    /// A project.
    Project,
    /// A bid.
    Bid,
    /// A thread.
    Thread,
    /// A message.
    Message,
    /// A contest one can see.
    Contest,
    /// An entry of a contest: one’s own, or one of one’s contest.
    Entry,
    /// A change of an awarded bid, proposed by one side.
    Amendment,
    /// A step of an accepted bid that is paid on its own.
    Milestone,
    /// A freelancer’s wish for a milestone.
    MilestoneRequest,
    /// A review of the caller.
    Review,
    /// A search kept.
    SavedSearch,
    /// A project kept in view.
    Bookmark,
    /// An invitation to bid.
    Invitation,
    /// A project the platform proposes.
    Recommendation,
    /// What the platform decided by itself.
    Decision,
    /// An application of others with access.
    App,
    /// A linked account elsewhere.
    Account,
    /// A signed-in device.
    Device,
    /// An entry of the address book.
    Contact,
    /// What the caller wants to be told, and how.
    Communications,
    /// A request to exercise a right.
    PrivacyRequest,
    /// A download of one’s data.
    Export,
}

impl Kind {
    /// Every type.
    pub const ALL: [Self; 23] = [
        Self::Me,
        Self::Project,
        Self::Bid,
        Self::Thread,
        Self::Message,
        Self::Contest,
        Self::Entry,
        Self::Amendment,
        Self::Milestone,
        Self::MilestoneRequest,
        Self::Review,
        Self::SavedSearch,
        Self::Bookmark,
        Self::Invitation,
        Self::Recommendation,
        Self::Decision,
        Self::App,
        Self::Account,
        Self::Device,
        Self::Contact,
        Self::Communications,
        Self::PrivacyRequest,
        Self::Export,
    ];

    /// Its name on the wire and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Project => "project",
            Self::Bid => "bid",
            Self::Thread => "thread",
            Self::Message => "message",
            Self::Contest => "contest",
            Self::Entry => "entry",
            Self::Amendment => "amendment",
            Self::Milestone => "milestone",
            Self::MilestoneRequest => "milestone_request",
            Self::Review => "review",
            Self::SavedSearch => "saved_search",
            Self::Bookmark => "bookmark",
            Self::Invitation => "invitation",
            Self::Recommendation => "recommendation",
            Self::Decision => "decision",
            Self::App => "app",
            Self::Account => "account",
            Self::Device => "device",
            Self::Contact => "contact",
            Self::Communications => "communications",
            Self::PrivacyRequest => "privacy_request",
            Self::Export => "export",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A write transaction that remembers what it changed.
#[derive(Debug)]
pub struct Tx<'c> {
    /// The transaction.
    pub sql: Transaction<'c>,
    /// When it happens, in ms since the epoch.
    pub now: i64,
    changes: Vec<Change>,
    revoked: RefCell<Vec<Arc<str>>>,
}

impl<'c> Tx<'c> {
    /// Begins to remember.
    #[must_use]
    pub fn new(sql: Transaction<'c>, now: i64) -> Self {
        Self { sql, now, changes: Vec::new(), revoked: RefCell::default() }
    }

    /// Logs that `target` changed for `audience`, once per transaction.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn changed(&mut self, kind: Kind, target: i64, audience: i64) -> Result<(), Problem> {
        let same = |c: &Change| c.kind == kind && c.target == target && c.audience == audience;
        if self.changes.iter().any(same) {
            return Ok(());
        }
        let mut insert =
            self.sql.prepare_cached("INSERT INTO changes (at, kind, target, audience) VALUES (?1, ?2, ?3, ?4)")?;
        let seq = insert.insert(params![self.now, kind.name(), target, audience])?;
        drop(insert);
        self.changes.push(Change { seq, kind, target, audience });
        Ok(())
    }

    /// As [`Tx::changed`], for everyone.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn changed_for_all(&mut self, kind: Kind, target: i64) -> Result<(), Problem> {
        self.changed(kind, target, EVERYONE)
    }

    /// Remembers that tokens of `family` may be good no more, so that open streams of theirs end at once.
    pub fn revoked(&self, family: &str) {
        self.revoked.borrow_mut().push(family.into());
    }

    /// Commits, and hands back what to tell the hub.
    ///
    /// # Errors
    /// When COMMIT fails.
    pub fn commit(self) -> Result<Vec<Notice>, Problem> {
        self.sql.commit()?;
        let mut notices: Vec<Notice> = self.revoked.into_inner().into_iter().map(Notice::Revoked).collect();
        if !self.changes.is_empty() {
            notices.push(Notice::Changes(self.changes.into()));
        }
        Ok(notices)
    }
}

/// The log's identity: states of another file are not ours.
///
/// # Errors
/// On a database error.
pub fn epoch(sql: &Connection) -> Result<String, Problem> {
    Ok(sql.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?)
}

/// The newest entry, 0 when there is none.
///
/// # Errors
/// On a database error.
pub fn latest(sql: &Connection) -> Result<i64, Problem> {
    let mut query = sql.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?;
    Ok(query.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The opaque state after entry `seq`.
#[must_use]
pub fn state(epoch: &str, seq: i64) -> String {
    format!("s{epoch}-{seq:x}")
}

/// The entry a state stands for, when it is of this log and still good for `user_n`.
///
/// # Errors
/// `sync-state-expired`, or a database error.
pub fn parse_state(sql: &Connection, state: &str, user_n: i64) -> Result<i64, Problem> {
    let seq = state
        .strip_prefix('s')
        .and_then(|rest| rest.split_once('-'))
        .filter(|(of, _)| epoch(sql).is_ok_and(|epoch| epoch == *of))
        .and_then(|(_, seq)| i64::from_str_radix(seq, 16).ok())
        .ok_or(Problem::SyncStateExpired)?;
    let floor: i64 = sql
        .query_row("SELECT value FROM meta WHERE name = 'floor'", [], |row| row.get::<_, String>(0))
        .optional()?
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let feed: i64 = sql.query_row("SELECT feed_seq FROM users WHERE n = ?1", [user_n], |row| row.get(0))?;
    if seq < floor.max(feed) || seq > latest(sql)? {
        return Err(Problem::SyncStateExpired);
    }
    Ok(seq)
}

/// One entry as read back.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// The type.
    pub kind: Kind,
    /// The row.
    pub target: i64,
}

/// At most `limit` entries after `since` that `user_n` may hear of.
///
/// # Errors
/// On a database error.
pub fn after(sql: &Connection, user_n: i64, since: i64, limit: usize) -> Result<Vec<Entry>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT seq, kind, target FROM changes WHERE audience = 0 AND seq > ?2
         UNION ALL
         SELECT seq, kind, target FROM changes WHERE audience = ?1 AND seq > ?2
         ORDER BY seq LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query
        .query_map(params![user_n, since, limit], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    let mut entries = Vec::new();
    for row in rows {
        let (seq, kind, target) = row?;
        if let Some(kind) = Kind::parse(&kind) {
            entries.push(Entry { seq, kind, target });
        }
    }
    Ok(entries)
}

/// Forgets entries older than 90 days; states before them expire.
///
/// # Errors
/// On a database error.
pub fn prune(sql: &Connection, now: i64) -> Result<(), Problem> {
    let floor: Option<i64> =
        sql.query_row("SELECT max(seq) FROM changes WHERE at < ?1", [now - KEPT_MS], |row| row.get(0))?;
    if let Some(floor) = floor {
        sql.execute("DELETE FROM changes WHERE seq <= ?1", [floor])?;
        sql.execute(
            "INSERT INTO meta (name, value) VALUES ('floor', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [floor.to_string()],
        )?;
    }
    Ok(())
}

/// Makes every state given so far too old, as if 90 days had passed.
///
/// # Errors
/// On a database error.
pub fn expire_all(sql: &Connection) -> Result<(), Problem> {
    sql.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'changes'", [])?;
    let floor = latest(sql)?;
    sql.execute(
        "INSERT INTO meta (name, value) VALUES ('floor', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [floor.to_string()],
    )?;
    Ok(())
}
