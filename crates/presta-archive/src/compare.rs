//! What an archive has that an older one had not, and the other way round.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error, Faults};

/// So many ids are told of each kind and each sort of change; the others are counted.
const TOLD: usize = 1_000;

/// What differs between two archives.
#[derive(Debug)]
pub struct Difference {
    /// By the kind's name; those without a difference too.
    pub kinds: Vec<KindDifference>,
    /// What could not be compared. Rows behind a fault count as missing.
    pub faults: Faults,
}

/// What differs in a kind. Rows are told apart by their id; rows without one are another row when anything in them is
/// another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KindDifference {
    /// The kind's name.
    pub kind: String,
    /// Rows that are new.
    pub added: u64,
    /// Rows in which something is another.
    pub changed: u64,
    /// Rows that are gone.
    pub removed: u64,
    /// Rows that are the same.
    pub same: u64,
    /// Ids of new rows, a thousand at most.
    pub added_ids: Vec<String>,
    /// Ids of changed rows, a thousand at most.
    pub changed_ids: Vec<String>,
    /// Ids of rows that are gone, a thousand at most.
    pub removed_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Id(Box<str>),
    Content([u8; 16]),
}

impl Archive {
    /// What changed since `older`. Of the older one's rows an id and a hash are kept, a kind at a time.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or [`Error::Limit`] when a kind has too many rows; what could not be read is told in the
    /// answer.
    pub fn difference(&self, older: &Self, tell: &mut Tell<'_>) -> Result<Difference, Error> {
        let bytes = |archive: &Self| archive.kinds().iter().fold(0_u64, |total, kind| total.saturating_add(kind.bytes));
        let mut watch = Watch::new(bytes(self).saturating_add(bytes(older)), tell);
        let names: BTreeSet<String> = self.kinds().into_iter().chain(older.kinds()).map(|kind| kind.name).collect();
        let mut difference = Difference { kinds: Vec::new(), faults: Faults::default() };
        for kind in names {
            let mut before = HashMap::new();
            let limit = self.limits.compared;
            older.keyed(&kind, &mut watch, &mut difference.faults, &mut |key, hash| {
                before.insert(key, (hash, false));
                if before.len() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let mut found = KindDifference { kind: kind.clone(), ..KindDifference::default() };
            self.keyed(&kind, &mut watch, &mut difference.faults, &mut |key, hash| {
                match before.get_mut(&key) {
                    Some((old, seen)) => {
                        *seen = true;
                        if *old == hash {
                            found.same += 1
                        } else {
                            tally(key, &mut found.changed, &mut found.changed_ids)
                        }
                    }
                    None => tally(key, &mut found.added, &mut found.added_ids),
                }
                ControlFlow::Continue(())
            })?;
            let mut gone: Vec<Key> = before.into_iter().filter(|(_, (_, seen))| !seen).map(|(key, _)| key).collect();
            gone.sort();
            gone.into_iter().for_each(|key| tally(key, &mut found.removed, &mut found.removed_ids));
            difference.kinds.push(found);
        }
        Ok(difference)
    }

    /// Shows `take` what tells every row of a kind apart, and a hash of all that is in it.
    fn keyed(
        &self,
        kind: &str,
        watch: &mut Watch<'_>,
        faults: &mut Faults,
        take: &mut dyn FnMut(Key, [u8; 16]) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let Ok(entries) = self.entries_of(kind) else { return Ok(()) };
        let mut bad = None;
        let walked = self.walk(&entries, 0, watch, &mut |at, row| {
            let value: Value = match serde_json::from_slice(row) {
                Ok(value) => value,
                Err(error) => {
                    bad.get_or_insert_with(|| self.bad_row(&entries, at + 1, error.to_string()));
                    return Ok(ControlFlow::Continue(()));
                }
            };
            // Members in the order of their names, whatever order they were written in.
            let hash = hash(value.to_string().as_bytes());
            let id = value.get("id").and_then(Value::as_str);
            let key = id.map_or(Key::Content(hash), |id| Key::Id(id.into()));
            if take(key, hash).is_break() {
                return Err(self.too_many(&entries));
            }
            Ok(ControlFlow::Continue(()))
        });
        bad.into_iter().for_each(|error| faults.add(error));
        match walked {
            Ok(()) => Ok(()),
            Err(error @ (Error::Cancelled | Error::Limit { what: "compared", .. })) => Err(error),
            Err(error) => {
                faults.add(error);
                Ok(())
            }
        }
    }

    fn too_many(&self, entries: &[&Entry]) -> Error {
        let first = entries.first();
        Error::Limit {
            file: first.map(|entry| self.file(entry.part)).unwrap_or_default(),
            entry: first.map(|entry| entry.path.clone()).unwrap_or_default(),
            what: "compared",
            limit: u64::try_from(self.limits.compared).unwrap_or(u64::MAX),
        }
    }
}

fn tally(key: Key, count: &mut u64, ids: &mut Vec<String>) {
    *count += 1;
    if let (Key::Id(id), true) = (key, ids.len() < TOLD) {
        ids.push(id.into());
    }
}

/// The first half of a SHA-256.
fn hash(bytes: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(Sha256::digest(bytes)) {
        *to = from;
    }
    half
}
