//! What an archive has that an older one had not, and the other way round.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error, Faults, name};

/// So many ids are told of each kind and each sort of change; the others are counted.
const TOLD: usize = 1_000;
/// So many of all kinds together.
const TOLD_ALL: usize = 50_000;
/// Bytes of an id up to which it is kept as it is; of a longer one its beginning and a hash.
const ID: usize = 64;

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
    /// Ids of new rows, a thousand at most, fewer when there are very many kinds. Long ones are cut.
    pub added_ids: Vec<String>,
    /// Ids of changed rows, as many.
    pub changed_ids: Vec<String>,
    /// Ids of rows that are gone, as many.
    pub removed_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Id(Box<str>),
    Content([u8; 16]),
}

impl Key {
    /// What tells the row `id` apart; as short for an id of megabytes as for one of a few letters.
    fn of(id: &str) -> Self {
        if id.len() <= ID {
            return Self::Id(id.into());
        }
        let beginning = id.get(..id.floor_char_boundary(ID / 2)).unwrap_or_default();
        let hash: String = half(Sha256::digest(id)).iter().map(|byte| format!("{byte:02x}")).collect();
        Self::Id(format!("{beginning}…{hash}").into())
    }
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
        let mut left = TOLD_ALL;
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
                            tally(key, &mut found.changed, &mut found.changed_ids, &mut left)
                        }
                    }
                    None => tally(key, &mut found.added, &mut found.added_ids, &mut left),
                }
                ControlFlow::Continue(())
            })?;
            let mut gone: Vec<Key> = before.into_iter().filter(|(_, (_, seen))| !seen).map(|(key, _)| key).collect();
            gone.sort();
            gone.into_iter().for_each(|key| tally(key, &mut found.removed, &mut found.removed_ids, &mut left));
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
        let walked = self.walk(&entries, 0, watch, &mut |_, row| {
            let value = match self.parse(row) {
                Ok(value) => value,
                Err(error) => {
                    bad.get_or_insert(error);
                    return Ok(ControlFlow::Continue(()));
                }
            };
            // Members in the order of their names, whatever order they were written in.
            let hash = half(Sha256::digest(value.to_string()));
            let key = value.get("id").and_then(Value::as_str).map_or(Key::Content(hash), Key::of);
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

fn tally(key: Key, count: &mut u64, ids: &mut Vec<String>, left: &mut usize) {
    *count += 1;
    if let (Key::Id(id), true) = (key, ids.len() < TOLD && *left > 0) {
        *left -= 1;
        ids.push(name::shown(&id));
    }
}

/// The first half of a SHA-256.
fn half(hash: impl IntoIterator<Item = u8>) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash) {
        *to = from;
    }
    half
}
