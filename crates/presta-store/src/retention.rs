//! How much of the market is kept: the oldest projects go first, and never one that the person has worked on.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
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

/// What keeps a project beside drafts, notes and queued acts: an own bid, or that it was put aside.
const WORKED_ON: &str = "(EXISTS (SELECT 1 FROM bid b WHERE b.project_id = p.id AND b.mine = 1)
    OR EXISTS (SELECT 1 FROM project_text t WHERE t.row_key = p.row_key AND t.data ->> '$.viewer.bookmarked' = 1))";

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
            let before = row_key::at(now - i64::from(days) * DAY_MS);
            while let rows @ 1.. = self.write(|tx| drop_oldest(tx, before))? {
                gone += rows;
            }
        }
        if let Some(megabytes) = limits.max_megabytes {
            gone += self.shrink(u64::from(megabytes) * 1_000_000)?;
        }
        Ok(gone)
    }

    /// Drops the oldest projects until what is left of the cache is its share of `most` bytes. The index follows when the
    /// dropped rows are taken out of it.
    fn shrink(&self, most: u64) -> Result<u64, Error> {
        let sizes = self.sizes()?;
        if sizes.used() <= most {
            return Ok(0);
        }
        let share = u128::from(sizes.cache) * u128::from(most) / u128::from(sizes.used().max(1));
        let target = u64::try_from(share).unwrap_or(u64::MAX);
        let mut gone = 0;
        while cache_bytes(self)? > target {
            match self.write(|tx| drop_oldest(tx, i64::MAX))? {
                0 => break,
                rows => gone += rows,
            }
        }
        Ok(gone)
    }
}

fn cache_bytes(store: &Store) -> Result<u64, Error> {
    store.read(|connection| Ok(pages(connection, "main")?.0))
}

/// Drops some of the oldest projects whose key is smaller than `before`.
fn drop_oldest(tx: &mut Tx<'_>, before: i64) -> Result<u64, Error> {
    let keys = oldest(tx, before)?;
    let mut delete = tx.prepare_cached("DELETE FROM project WHERE row_key = ?1")?;
    for key in &keys {
        delete.execute([key])?;
    }
    drop(delete);
    if !keys.is_empty() {
        tx.touch("projects");
    }
    Ok(u64::try_from(keys.len()).unwrap_or(0))
}

fn oldest(connection: &Connection, before: i64) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT p.row_key FROM project p WHERE p.row_key < ?1 AND NOT {HAS_LOCAL_WORK} AND NOT {WORKED_ON}
         ORDER BY p.row_key LIMIT ?2"
    ))?;
    let keys = statement.query_map((before, CHUNK), |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}
