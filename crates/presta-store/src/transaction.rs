//! A write transaction that remembers what it changed.

use std::collections::BTreeSet;
use std::ops::Deref;

use rusqlite::Transaction;

/// The cache tags of what a committed transaction changed, for example `projects` or `thread:thr_1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed(BTreeSet<String>);

impl Changed {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tags, sorted.
    pub fn into_tags(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}

impl FromIterator<String> for Changed {
    fn from_iter<I: IntoIterator<Item = String>>(tags: I) -> Self {
        Self(tags.into_iter().collect())
    }
}

/// An open write transaction.
#[derive(Debug)]
pub struct Tx<'a> {
    pub(crate) inner: Transaction<'a>,
    pub(crate) changed: Changed,
}

impl Tx<'_> {
    /// Notes that what carries `tag` changed; it is announced after COMMIT.
    pub fn touch(&mut self, tag: impl Into<String>) {
        self.changed.0.insert(tag.into());
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
