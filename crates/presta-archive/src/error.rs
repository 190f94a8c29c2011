//! What can be wrong with an archive.

use std::io;

use crate::NameFault;

/// Something is wrong with an archive, or with what is done with it. `file` is the ZIP's path, `entry` a path in there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No file was given.
    #[error("no file was given")]
    Nothing,
    /// A file cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file is no ZIP, or its end is missing.
    #[error("{file} is no ZIP, or was cut short: {reason}")]
    NotZip {
        /// Which.
        file: String,
        /// Why.
        reason: String,
    },
    /// A ZIP without anything in it.
    #[error("{file} is empty")]
    Empty {
        /// Which.
        file: String,
    },
    /// A ZIP that is no archive of ours.
    #[error("{file} is no archive of Prestataires data: {reason}")]
    NotOurs {
        /// Which.
        file: String,
        /// Why.
        reason: String,
    },
    /// Made by a later version.
    #[error("{file} has format {version}, which is too new")]
    Newer {
        /// Which.
        file: String,
        /// The format's version.
        version: u64,
    },
    /// A part of another archive than the first one given.
    #[error("{file} belongs to another archive")]
    Mixed {
        /// Which.
        file: String,
    },
    /// The same part a second time.
    #[error("{file} is part {part}, which was given already")]
    Twice {
        /// Which.
        file: String,
        /// Its number.
        part: u32,
    },
    /// A part is not there.
    #[error("part {part} is missing")]
    MissingPart {
        /// Its number.
        part: u32,
    },
    /// An entry of the manifest is not there.
    #[error("{file}: {entry} is missing")]
    Missing {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// An entry that the manifest does not name.
    #[error("{file}: {entry} is not in the manifest")]
    Unlisted {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// A file is another one than when the archive was opened.
    #[error("{file} has changed since it was opened")]
    Changed {
        /// Which.
        file: String,
    },
    /// A name that is not safe everywhere.
    #[error("{file}: {entry} has an unsafe name: {why}")]
    Name {
        /// The ZIP.
        file: String,
        /// The entry, with what cannot be shown replaced.
        entry: String,
        /// What is unsafe.
        why: NameFault,
    },
    /// Two entries of one name, or of names that differ in case alone.
    #[error("{file}: {entry} is there twice")]
    Duplicate {
        /// The ZIP.
        file: String,
        /// The entry; empty when the ZIP does not say which.
        entry: String,
    },
    /// A link instead of a file.
    #[error("{file}: {entry} is a link")]
    Link {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// An entry under a password.
    #[error("{file}: {entry} is encrypted")]
    Encrypted {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// A compression that is not deflate.
    #[error("{file}: {entry} is compressed in an unknown way")]
    Method {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// More than is taken: see [`crate::Limits`].
    #[error("{file}: {entry} exceeds the limit of {limit} ({what})")]
    Limit {
        /// The ZIP.
        file: String,
        /// The entry; empty for the whole.
        entry: String,
        /// Which limit.
        what: &'static str,
        /// Its value.
        limit: u64,
    },
    /// An entry is not as long as it was said to be.
    #[error("{file}: {entry} is not {declared} bytes long")]
    Size {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
        /// Bytes it should have.
        declared: u64,
    },
    /// An entry's SHA-256 is not the manifest's.
    #[error("{file}: {entry} is not what was archived: its SHA-256 is another")]
    Hash {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
    },
    /// An entry cannot be unpacked.
    #[error("{file}: {entry} is damaged: {reason}")]
    Damaged {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
        /// Why.
        reason: String,
    },
    /// A row cannot be read.
    #[error("{file}: {entry}: row {row}: {reason}")]
    Row {
        /// The ZIP.
        file: String,
        /// The entry.
        entry: String,
        /// Which one of the entry, from 1.
        row: u64,
        /// Why.
        reason: String,
    },
    /// There is no such entry in the archive.
    #[error("there is no {entry} in the archive")]
    NoEntry {
        /// What was asked for.
        entry: String,
    },
    /// There are no rows of that kind in the archive.
    #[error("there is no {kind} in the archive")]
    NoKind {
        /// What was asked for.
        kind: String,
    },
    /// There is something at the place to write to.
    #[error("{path} is there already")]
    Exists {
        /// The place.
        path: String,
    },
    /// The disk refuses what is extracted.
    #[error("writing {path}: {source}")]
    Writing {
        /// The place.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It was stopped by whoever asked for it.
    #[error("stopped")]
    Cancelled,
}

impl Error {
    /// The error in a word, for whoever owns the sentences.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "archive-nothing",
            Self::Unreadable { .. } => "archive-unreadable",
            Self::NotZip { .. } | Self::Empty { .. } => "archive-not-zip",
            Self::NotOurs { .. } => "archive-not-ours",
            Self::Newer { .. } => "archive-too-new",
            Self::Mixed { .. } | Self::Twice { .. } => "archive-mixed",
            Self::MissingPart { .. } => "archive-part-missing",
            Self::Missing { .. } => "archive-entry-missing",
            Self::Unlisted { .. } => "archive-unlisted",
            Self::Changed { .. } => "archive-changed",
            Self::Name { .. }
            | Self::Duplicate { .. }
            | Self::Link { .. }
            | Self::Encrypted { .. }
            | Self::Method { .. } => "archive-unsafe",
            Self::Limit { .. } => "archive-too-large",
            Self::Size { .. } | Self::Hash { .. } => "archive-altered",
            Self::Damaged { .. } | Self::Row { .. } => "archive-damaged",
            Self::NoEntry { .. } => "archive-no-entry",
            Self::NoKind { .. } => "archive-no-kind",
            Self::Exists { .. } => "archive-exists",
            Self::Writing { .. } => "archive-not-writable",
            Self::Cancelled => "archive-cancelled",
        }
    }

    /// The ZIP and the entry it is about, as far as there are any; the place for what is written.
    #[must_use]
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Nothing | Self::MissingPart { .. } | Self::Cancelled => (None, None),
            Self::Unreadable { file, .. }
            | Self::NotZip { file, .. }
            | Self::Empty { file }
            | Self::NotOurs { file, .. }
            | Self::Newer { file, .. }
            | Self::Mixed { file }
            | Self::Twice { file, .. }
            | Self::Changed { file } => (Some(file), None),
            Self::Missing { file, entry }
            | Self::Unlisted { file, entry }
            | Self::Name { file, entry, .. }
            | Self::Duplicate { file, entry }
            | Self::Link { file, entry }
            | Self::Encrypted { file, entry }
            | Self::Method { file, entry }
            | Self::Limit { file, entry, .. }
            | Self::Size { file, entry, .. }
            | Self::Hash { file, entry }
            | Self::Damaged { file, entry, .. }
            | Self::Row { file, entry, .. } => (Some(file), Some(entry.as_str()).filter(|entry| !entry.is_empty())),
            Self::NoEntry { entry } => (None, Some(entry)),
            Self::NoKind { kind } => (None, Some(kind)),
            Self::Exists { path } | Self::Writing { path, .. } => (Some(path), None),
        }
    }
}
