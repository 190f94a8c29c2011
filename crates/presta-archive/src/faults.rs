//! What was found wrong while the rest stayed readable.

use crate::Error;

/// So many are kept; the others are counted.
const KEPT: usize = 1_000;

/// Faults that leave the rest readable.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Error>,
    more: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, error: Error) {
        if self.list.len() < KEPT { self.list.push(error) } else { self.more += 1 }
    }

    pub(crate) fn add_all(&mut self, others: Self) {
        others.list.into_iter().for_each(|error| self.add(error));
        self.more += others.more;
    }

    /// The first thousand.
    #[must_use]
    pub fn list(&self) -> &[Error] {
        &self.list
    }

    /// How many there are beyond these.
    #[must_use]
    pub const fn more(&self) -> u64 {
        self.more
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn into_first(self) -> Option<Error> {
        self.list.into_iter().next()
    }
}
