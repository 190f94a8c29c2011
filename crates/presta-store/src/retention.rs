//! How much of the market is kept: the oldest projects go first, and never one that the person has worked on.

use presta_model::{Millis, Project};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::health::pages;
use crate::project::HAS_LOCAL_WORK;
use crate::{Error, Store, Tx, row_key, setting};

/// The setting that holds a [`Retention`].
pub const RETENTION: &str = "retention";
/// Days a limit may have.
pub const DAYS: std::ops::RangeInclusive<u32> = 7..=3650;
/// The smallest limit of size, in megabytes (10^6 bytes).
pub const LEAST_MEGABYTES: u32 = 50;

const DAY_MS: i64 = 86_400_000;
/// Projects dropped in one transaction.
const CHUNK: u32 = 200;

/// How much is kept. `None` does not limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Retention {
    /// Projects posted longer ago go.
    pub keep_days: Option<u32>,
    /// While the cache and its index are larger, the oldest projects go. In megabytes (10^6 bytes).
    pub max_megabytes: Option<u32>,
}

/// What keeps a project `p` beside drafts, notes and queued acts: an own bid, a conversation, that it was put aside, or an
/// alert that the person did not see.
const WORKED_ON: &str = "(EXISTS (SELECT 1 FROM bid b WHERE b.project_id = p.id AND b.mine = 1)
    OR EXISTS (SELECT 1 FROM alert a WHERE a.project_id = p.id AND a.seen = 0)
    OR p.id IN (SELECT h.project_id FROM thread h WHERE h.project_id IS NOT NULL)
    OR p.id IN (SELECT r.parent FROM resource r WHERE r.kind = 'bookmark' AND r.parent IS NOT NULL))";

/// The same, as the project itself says it: put aside, or posted by the person.
const OWN: &str = "EXISTS (SELECT 1 FROM project_text t WHERE t.row_key = p.row_key
    AND (t.data ->> '$.viewer.bookmarked' = 1
      OR t.data ->> '$.client.id' = (SELECT s.value ->> '$.id' FROM setting s WHERE s.name = 'me')))";

/// How far the limit of size has come: projects posted before are not kept while it is that limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Dropped {
    max_megabytes: u32,
    /// In ms since 1970.
    before: i64,
}

/// The setting that holds a [`Dropped`].
const DROPPED: &str = "retention-dropped";

/// The instant before which a project must have been posted not to be kept, in ms since 1970.
pub(crate) fn limit(connection: &Connection, now: i64) -> Result<Option<i64>, Error> {
    let limits: Retention = setting::get(connection, RETENTION)?.unwrap_or_default();
    let by_age = limits.keep_days.map(|days| oldest_kept(now, days));
    let dropped: Option<Dropped> = setting::get(connection, DROPPED)?;
    let by_size = dropped.filter(|dropped| limits.max_megabytes == Some(dropped.max_megabytes));
    Ok(by_age.max(by_size.map(|dropped| dropped.before)))
}

/// Whether a project that arrives is kept: it is within the [`limit`], or here already, or the person worked on it.
pub(crate) fn keeps(connection: &Connection, limit: Option<i64>, project: &Project) -> Result<bool, Error> {
    let within = limit.is_none_or(|limit| Millis::from(project.posted_at).0 >= limit);
    if within || project.viewer.bookmarked || project.viewer.my_bid_id.is_some() {
        return Ok(true);
    }
    let me: Option<Value> = setting::get(connection, setting::ME)?;
    if me.is_some_and(|me| me.get("id").and_then(Value::as_str) == Some(project.client.id.as_str())) {
        return Ok(true);
    }
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM project WHERE id = ?1)
             OR EXISTS (SELECT 1 FROM (SELECT ?1 AS id) p WHERE {HAS_LOCAL_WORK} OR {WORKED_ON})"
    );
    Ok(connection.prepare_cached(&sql)?.query_row([project.id.as_str()], |row| row.get(0))?)
}

fn oldest_kept(now: i64, days: u32) -> i64 {
    now - i64::from(days) * DAY_MS
}

impl Store {
    /// Drops what is beyond the limits at `now`; returns how many projects went.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn retain(&self, now: i64) -> Result<u64, Error> {
        let limits: Option<Retention> = self.read(|connection| setting::get(connection, RETENTION))?;
        let limits = limits.unwrap_or_default();
        let mut gone = 0;
        if let Some(days) = limits.keep_days {
            let before = row_key::at(oldest_kept(now, days));
            while let rows @ 1.. = self.write(|tx| drop_oldest(tx, before))?.rows {
                gone += rows;
            }
        }
        if let Some(megabytes) = limits.max_megabytes {
            gone += self.shrink(megabytes)?;
        }
        Ok(gone)
    }

    /// Drops the oldest projects until what is left of the cache is its share of so many megabytes. The index follows when
    /// the dropped rows are taken out of it.
    fn shrink(&self, max_megabytes: u32) -> Result<u64, Error> {
        let most = u64::from(max_megabytes) * 1_000_000;
        let sizes = self.sizes()?;
        if sizes.used() <= most {
            return Ok(0);
        }
        let share = u128::from(sizes.cache) * u128::from(most) / u128::from(sizes.used().max(1));
        let target = u64::try_from(share).unwrap_or(u64::MAX);
        let mut gone = 0;
        while cache_bytes(self)? > target {
            let rows = self.write(|tx| -> Result<u64, Error> {
                let gone = drop_oldest(tx, i64::MAX)?;
                if let Some(newest) = gone.newest {
                    let known = setting::get::<Dropped>(tx, DROPPED)?;
                    let known = known.filter(|known| known.max_megabytes == max_megabytes);
                    let before = known.map_or(i64::MIN, |known| known.before).max(row_key::ms_after(newest));
                    setting::set(tx, DROPPED, &Dropped { max_megabytes, before })?;
                }
                Ok(gone.rows)
            })?;
            if rows == 0 {
                break;
            }
            gone += rows;
        }
        Ok(gone)
    }
}

fn cache_bytes(store: &Store) -> Result<u64, Error> {
    store.read(|connection| Ok(pages(connection, "main")?.0))
}

/// What was dropped in one transaction.
struct Gone {
    rows: u64,
    /// Key of the newest.
    newest: Option<i64>,
}

/// Drops some of the oldest projects whose key is smaller than `before`.
fn drop_oldest(tx: &mut Tx<'_>, before: i64) -> Result<Gone, Error> {
    let keys = oldest(tx, before)?;
    let mut delete = tx.prepare_cached("DELETE FROM project WHERE row_key = ?1")?;
    for key in &keys {
        delete.execute([key])?;
    }
    drop(delete);
    if !keys.is_empty() {
        tx.touch("projects");
    }
    Ok(Gone { rows: u64::try_from(keys.len()).unwrap_or(0), newest: keys.last().copied() })
}

fn oldest(connection: &Connection, before: i64) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT p.row_key FROM project p
         WHERE p.row_key < ?1 AND NOT {HAS_LOCAL_WORK} AND NOT {WORKED_ON} AND NOT {OWN}
         ORDER BY p.row_key LIMIT ?2"
    ))?;
    let keys = statement.query_map((before, CHUNK), |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}
