//! Whether an archive is what was made: every byte of it, against its manifests.

use std::collections::BTreeMap;

use crate::read::{Hashing, Open};
use crate::rows::Scanner;
use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error, Faults};

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// Entries that are what was archived.
    pub sound: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows of each kind, by its name.
    pub rows: Vec<KindRows>,
    /// What is wrong with them.
    pub faults: Faults,
}

/// Rows of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRows {
    /// Its name.
    pub kind: String,
    /// Rows that can be read.
    pub rows: u64,
}

impl Archive {
    /// Reads everything once: sizes, checksums, SHA-256 and the shape of every row.
    /// What opening showed already is in [`Archive::faults`].
    ///
    /// # Errors
    /// [`Error::Cancelled`] alone; everything else is in the report.
    pub fn verify(&self, tell: &mut Tell<'_>) -> Result<Report, Error> {
        let total = self.entries().iter().fold(0_u64, |total, entry| total.saturating_add(entry.size));
        let mut watch = Watch::new(total, tell);
        let mut open = Open::default();
        let (mut rows, mut faults) = (BTreeMap::<String, u64>::new(), Faults::default());
        let (mut sound, mut bytes) = (0, 0_u64);
        for entry in self.entries() {
            let mut count = 0;
            let verified = self.verify_entry(&mut open, entry, &mut watch, &mut count);
            if let Some(kind) = entry.kind() {
                *rows.entry(kind.to_owned()).or_default() += count;
            }
            match verified {
                Ok(()) => {
                    sound += 1;
                    bytes = bytes.saturating_add(entry.size);
                }
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => faults.add(error),
            }
        }
        let rows = rows.into_iter().map(|(kind, rows)| KindRows { kind, rows }).collect();
        Ok(Report { sound, bytes, rows, faults })
    }

    fn verify_entry(
        &self,
        open: &mut Open,
        entry: &Entry,
        watch: &mut Watch<'_>,
        count: &mut u64,
    ) -> Result<(), Error> {
        let mut content = open.read(self, entry, watch, Hashing::Yes)?;
        let Some(of) = &entry.rows else { return content.finish() };
        let mut scanner = Scanner::new(&mut content, of.shape, &self.limits);
        let stuck = loop {
            match scanner.next(false) {
                Ok(Some(_)) => *count += 1,
                Ok(None) => break None,
                Err(stuck) => break Some(stuck),
            }
        };
        drop(scanner);
        // Bytes that were altered say more than a row that is none because of it.
        let finished = match &stuck {
            Some(crate::rows::Stuck::Reading(_)) => Ok(()),
            _ => content.finish(),
        };
        finished?;
        if let Some(stuck) = stuck {
            return Err(self.stuck(entry, stuck));
        }
        match entry.expected.as_ref().and_then(|expected| expected.rows.as_ref()) {
            Some((_, declared)) if declared != count => {
                let reason = format!("{declared} rows were archived, {count} are there");
                Err(Error::Row { file: self.file(entry.part), entry: entry.path.clone(), row: *count, reason })
            }
            _ => Ok(()),
        }
    }
}
