//! How many rows a list has, kept from one window of it to the next while nothing changes: of a long list the count
//! takes longer than the window.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Value;

use crate::Error;

/// Lists whose lengths are kept.
const KEPT: usize = 16;

/// The lengths of an open account's lists.
#[derive(Debug, Default)]
pub(crate) struct Lengths {
    /// Grows with every commit.
    version: AtomicU64,
    known: Mutex<VecDeque<Known>>,
}

#[derive(Debug)]
struct Known {
    list: List,
    version: u64,
    /// From when it was counted until the next open project, of this list or not, closes by itself, in ms since 1970.
    during: std::ops::Range<i64>,
    total: u64,
}

/// What makes a list: its statement, and its values without the time.
#[derive(Debug, PartialEq)]
pub(crate) struct List {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// The lengths that hold for a snapshot taken from now on.
#[derive(Debug, Clone)]
pub struct LengthsNow {
    lengths: Arc<Lengths>,
    version: u64,
}

impl Lengths {
    /// Forgets what was counted before a commit.
    pub(crate) fn note_commit(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Before the snapshot is taken, so that a commit between the two makes the lengths stale and not the other way round.
    pub(crate) fn now(self: &Arc<Self>) -> LengthsNow {
        LengthsNow { lengths: Arc::clone(self), version: self.version.load(Ordering::Acquire) }
    }
}

impl LengthsNow {
    /// The rows of a list at `now`: known, or as `count` says, with the time until which that holds.
    pub(crate) fn total(
        &self,
        list: List,
        now: i64,
        count: impl FnOnce() -> Result<(u64, i64), Error>,
    ) -> Result<u64, Error> {
        let known = || self.lengths.known.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |it: &&Known| it.version == self.version && it.list == list && it.during.contains(&now);
        if let Some(total) = known().iter().find(holds).map(|it| it.total) {
            return Ok(total);
        }
        let (total, until) = count()?;
        let mut known = known();
        known.retain(|it| it.list != list);
        known.truncate(KEPT - 1);
        known.push_front(Known { list, version: self.version, during: now..until, total });
        Ok(total)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::sync::Arc;

    use super::{Lengths, List};

    fn list(values: &[i64]) -> List {
        List { sql: "SELECT".to_owned(), values: values.iter().map(|value| (*value).into()).collect() }
    }

    #[test]
    fn a_list_is_counted_again_once_it_may_be_another() {
        let lengths = Arc::new(Lengths::default());
        let mut counted = 0;
        let mut total = |values: &[i64], now: i64| {
            let before = counted;
            let found = lengths.now().total(list(values), now, || {
                counted += 1;
                Ok((7, 100))
            });
            assert_eq!(found.unwrap(), 7);
            counted > before
        };
        assert!(total(&[1], 10));
        assert!(!total(&[1], 10) && !total(&[1], 99), "nothing changed");
        assert!(total(&[2], 10), "another list");
        assert!(!total(&[1], 50), "beside which the first is still known");
        assert!(total(&[1], 100), "one of its rows ended");
        assert!(total(&[1], 5), "the clock was put back");
        let before = lengths.now();
        lengths.note_commit();
        assert!(total(&[1], 5), "something was written");
        let again = before.total(list(&[1]), 5, || Ok((8, 100)));
        assert_eq!(again.ok(), Some(8), "a snapshot of before has a count of its own");
    }
}
