//! Alert rules, and what they found.
//!
//! A rule speaks of a project once, however often the platform tells of it: the pair is the key of the table, and a
//! project that matched before is not news.

mod arrivals;
mod caught;
mod criteria;
mod found;
mod rulebook;
mod saved_search;
mod subject;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{decode, encode};
use crate::{Error, Tx};

pub use arrivals::{Arrival, Arrivals};
pub use caught::{Caught, caught};
pub use criteria::{Criteria, Matcher, Why};
pub use found::{Found, List, Waiting, Which, list, mark_notified, mark_seen, prune, unseen, waiting};
pub use rulebook::Rulebook;
pub(crate) use saved_search::forget_lost_searches;
pub use saved_search::{forget_saved_search, keep_saved_search};
pub use subject::Subject;

/// How one is told of what a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[ts(rename = "AlertMode")]
pub enum Mode {
    /// At once.
    Instant,
    /// Once a day.
    Daily,
    /// Not at all: the rule is not looked at.
    Off,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Daily => "daily",
            Self::Off => "off",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "instant" => Self::Instant,
            "daily" => Self::Daily,
            _ => Self::Off,
        }
    }
}

/// Where a rule was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[ts(rename = "AlertOrigin")]
pub enum Origin {
    /// On this computer.
    Local,
    /// A search kept on the platform, the same on every computer.
    SavedSearch,
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::SavedSearch => "saved-search",
        }
    }

    fn of(name: &str) -> Self {
        if name == "saved-search" { Self::SavedSearch } else { Self::Local }
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AlertRule")]
pub struct Rule {
    /// Identifier; of a search kept on the platform, that search's.
    pub id: String,
    /// Where it was made.
    pub origin: Origin,
    /// As the person named it.
    pub name: String,
    /// What it asks for.
    pub criteria: Criteria,
    /// How one is told.
    pub mode: Mode,
    /// Whether it is looked at on this computer.
    pub enabled: bool,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
}

/// Every rule, by name.
///
/// # Errors
/// When the database cannot be read.
pub fn rules(connection: &Connection) -> Result<Vec<Rule>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, origin, name, criteria, mode, enabled, created_at FROM alert_rule ORDER BY name, id",
    )?;
    let rows = statement.query_map([], columns)?;
    rows.map(|row| rule_of(row?)).collect()
}

/// A rule by its id.
///
/// # Errors
/// When the database cannot be read.
pub fn rule(connection: &Connection, id: &str) -> Result<Option<Rule>, Error> {
    connection
        .prepare_cached("SELECT id, origin, name, criteria, mode, enabled, created_at FROM alert_rule WHERE id = ?1")?
        .query_row([id], columns)
        .optional()?
        .map(rule_of)
        .transpose()
}

/// Keeps a rule. One that asks for something else than before, or is looked at again, begins anew: what is here
/// already is not news to it.
///
/// # Errors
/// When the database cannot be written.
pub fn save(tx: &mut Tx<'_>, rule: &Rule) -> Result<(), Error> {
    let known = self::rule(tx, &rule.id)?;
    if known.as_ref() == Some(rule) {
        return Ok(());
    }
    let goes_on =
        known.is_some_and(|known| known.criteria == rule.criteria && known.enabled && known.mode != Mode::Off);
    let since = newest(tx)?.unwrap_or(rule.created_at);
    tx.prepare_cached(
        "INSERT INTO alert_rule (id, origin, name, criteria, mode, enabled, created_at, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET
           origin = excluded.origin, name = excluded.name, criteria = excluded.criteria, mode = excluded.mode,
           enabled = excluded.enabled, created_at = excluded.created_at,
           since = CASE WHEN ?9 THEN since ELSE excluded.since END",
    )?
    .execute((
        &rule.id,
        rule.origin.name(),
        &rule.name,
        encode("alert rule", &rule.criteria)?,
        rule.mode.name(),
        rule.enabled,
        rule.created_at,
        since,
        goes_on,
    ))?;
    tx.touch("alert-rules");
    Ok(())
}

/// Drops a rule with what it found; says whether there was one.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<bool, Error> {
    let removed = tx.execute("DELETE FROM alert_rule WHERE id = ?1", [id])? > 0;
    if removed {
        tx.touch("alert-rules");
        tx.touch("alerts");
    }
    Ok(removed)
}

/// When the newest project that is here was posted, in the platform's time: the two clocks need not agree.
fn newest(connection: &Connection) -> Result<Option<i64>, Error> {
    Ok(connection
        .prepare_cached("SELECT posted_at FROM project ORDER BY row_key DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?)
}

type Columns = (String, String, String, String, String, bool, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn rule_of((id, origin, name, criteria, mode, enabled, created_at): Columns) -> Result<Rule, Error> {
    Ok(Rule {
        id,
        origin: Origin::of(&origin),
        name,
        criteria: decode("alert rule", &criteria)?,
        mode: Mode::of(&mode),
        enabled,
        created_at,
    })
}
