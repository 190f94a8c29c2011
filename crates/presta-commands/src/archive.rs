//! Archives of the person's data: the platform's, in one file or many, and this computer's own. Each request names the
//! files; nothing is kept between two of them.

use std::path::PathBuf;

use presta_engine::archive::{Archive, Fault, Form, Limits, Tell, archive_failure};
use presta_engine::store::outbox::Failure;
use presta_engine::{Engine, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::Nothing;

/// Most rows, hits or entries of an answer.
const MOST: u32 = 1000;

/// Which archive.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveRequest {
    /// The full paths of its ZIPs, in any order; the platform's manifest too, if it is there (`.json`).
    pub paths: Vec<String>,
}

/// An archive, as its directories and manifests tell.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveOverview {
    /// Whether this client made it, of what a computer held.
    pub local: bool,
    /// Of the platform's: `portability` or `access`.
    pub profile: Option<String>,
    /// When it was asked for or made, RFC 3339.
    pub made_at: String,
    /// Of this client's: whose it is.
    pub account_id: Option<String>,
    /// ZIPs that can be read.
    pub parts: u32,
    /// Entries that can be read.
    pub entries: u32,
    /// The kinds of data, by name.
    pub kinds: Vec<ArchiveKind>,
    /// What is wrong, a thousand at most; the rest can be read.
    pub faults: Vec<Failure>,
    /// How many more are wrong.
    pub more_faults: u64,
}

/// A kind of data.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveKind {
    /// Its name: `bid`, `message` …
    pub name: String,
    /// Entries it is in.
    pub entries: u32,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// Rows, where the manifest tells.
    pub rows: Option<u64>,
}

/// Which entries.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveEntriesRequest {
    /// As in [`ArchiveRequest`].
    pub paths: Vec<String>,
    /// Entries to skip.
    pub offset: u32,
    /// Entries at most; 1000 of them at most.
    pub limit: u32,
}

/// A file in an archive.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveEntry {
    /// Its path in there.
    pub path: String,
    /// Bytes, unpacked.
    pub bytes: u64,
}

/// Which rows.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveRowsRequest {
    /// As in [`ArchiveRequest`].
    pub paths: Vec<String>,
    /// Of which kind.
    pub kind: String,
    /// Rows to skip.
    pub offset: u64,
    /// Rows at most; 1000 of them at most.
    pub limit: u32,
}

/// Rows of a kind.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveRows {
    /// As they were written; fewer than asked for when they are large.
    #[ts(type = "unknown[]")]
    pub rows: Vec<Value>,
    /// Whether there are more.
    pub more: bool,
    /// What keeps the rows after these from being read.
    pub fault: Option<Failure>,
}

/// What to look for.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveSearchRequest {
    /// As in [`ArchiveRequest`].
    pub paths: Vec<String>,
    /// Words that must all be there.
    pub query: String,
    /// In which kind; everywhere without.
    pub kind: Option<String>,
    /// Hits at most; 1000 of them at most.
    pub limit: u32,
}

/// What was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveFound {
    /// Rows, kind after kind.
    pub hits: Vec<ArchiveHit>,
    /// Whether there are more.
    pub more: bool,
    /// What could not be searched.
    pub faults: Vec<Failure>,
}

/// A row that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveHit {
    /// Its kind.
    pub kind: String,
    /// Its number in the kind, from 0.
    pub row: u64,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its text around the first word.
    pub excerpt: String,
}

/// Whether an archive is what was made.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveReport {
    /// Entries that are.
    pub sound: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows of each kind.
    pub rows: Vec<ArchiveCount>,
    /// What is wrong, with what opening showed, a thousand of each at most.
    pub faults: Vec<Failure>,
    /// How many more are wrong.
    pub more_faults: u64,
}

/// Rows of a kind.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveCount {
    /// The kind.
    pub kind: String,
    /// Its rows.
    pub rows: u64,
}

/// What to take out, and where to.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveExtractRequest {
    /// As in [`ArchiveRequest`].
    pub paths: Vec<String>,
    /// An entry's path, or an attachment's id.
    pub entry: String,
    /// The full path of a folder that is there.
    pub folder: String,
}

/// A file that was taken out.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveExtracted {
    /// Where it is.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// Whether its SHA-256 was known, and is right.
    pub verified: bool,
}

/// Which archives to compare.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveCompareRequest {
    /// As in [`ArchiveRequest`].
    pub paths: Vec<String>,
    /// The same of the older one.
    pub older: Vec<String>,
}

/// What differs between two archives.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveDifference {
    /// Kind by kind, those without a difference too.
    pub kinds: Vec<ArchiveKindDifference>,
    /// What could not be compared.
    pub faults: Vec<Failure>,
}

/// What differs in a kind; a thousand ids of each at most.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveKindDifference {
    /// The kind.
    pub kind: String,
    /// Rows that are new.
    pub added: u64,
    /// Rows that are another.
    pub changed: u64,
    /// Rows that are gone.
    pub removed: u64,
    /// Rows that are the same.
    pub same: u64,
    /// Ids of the new ones.
    pub added_ids: Vec<String>,
    /// Ids of the changed ones.
    pub changed_ids: Vec<String>,
    /// Ids of those gone.
    pub removed_ids: Vec<String>,
}

fn full(paths: Vec<String>) -> Vec<PathBuf> {
    paths.into_iter().map(PathBuf::from).collect()
}

fn failures<'e>(faults: impl IntoIterator<Item = &'e Fault>) -> Vec<Failure> {
    faults.into_iter().map(archive_failure).collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn most(limit: u32) -> usize {
    usize::try_from(limit.min(MOST)).unwrap_or(0)
}

pub(crate) async fn open(engine: &Engine, request: ArchiveRequest) -> Result<ArchiveOverview, Error> {
    engine.archive(full(request.paths), |archive, _| Ok(overview(archive))).await
}

fn overview(archive: &Archive) -> ArchiveOverview {
    let (profile, made_at, account_id) = match archive.form().clone() {
        Form::Platform { profile, asked_at } => (Some(profile), asked_at, None),
        Form::Local { made_at, account } => (None, made_at, Some(account)),
    };
    let kinds = archive.kinds().into_iter().map(|kind| ArchiveKind {
        name: kind.name,
        entries: count(kind.entries),
        bytes: kind.bytes,
        rows: kind.rows,
    });
    ArchiveOverview {
        local: account_id.is_some(),
        profile,
        made_at,
        account_id,
        parts: count(archive.parts()),
        entries: count(archive.entries().len()),
        kinds: kinds.collect(),
        faults: failures(archive.faults().list()),
        more_faults: archive.faults().more(),
    }
}

pub(crate) async fn entries(engine: &Engine, request: ArchiveEntriesRequest) -> Result<Vec<ArchiveEntry>, Error> {
    let (offset, limit) = (usize::try_from(request.offset).unwrap_or(usize::MAX), most(request.limit));
    let work = move |archive: &Archive, _: &mut Tell<'_>| {
        let page = archive.entries().iter().skip(offset).take(limit);
        Ok(page.map(|entry| ArchiveEntry { path: entry.path().to_owned(), bytes: entry.size() }).collect())
    };
    engine.archive(full(request.paths), work).await
}

pub(crate) async fn rows(engine: &Engine, request: ArchiveRowsRequest) -> Result<ArchiveRows, Error> {
    let ArchiveRowsRequest { paths, kind, offset, limit } = request;
    let work = move |archive: &Archive, tell: &mut Tell<'_>| {
        let page = archive.rows(&kind, offset, most(limit), tell)?;
        Ok(ArchiveRows { rows: page.rows, more: page.more, fault: page.fault.as_ref().map(archive_failure) })
    };
    engine.archive(full(paths), work).await
}

pub(crate) async fn search(engine: &Engine, request: ArchiveSearchRequest) -> Result<ArchiveFound, Error> {
    let ArchiveSearchRequest { paths, query, kind, limit } = request;
    let work = move |archive: &Archive, tell: &mut Tell<'_>| {
        let found = archive.search(&query, kind.as_deref(), most(limit), tell)?;
        let faults = failures(found.faults.list());
        let hits = found.hits.into_iter().map(|hit| ArchiveHit {
            kind: hit.kind,
            row: hit.row,
            id: hit.id,
            excerpt: hit.excerpt,
        });
        Ok(ArchiveFound { hits: hits.collect(), more: found.more, faults })
    };
    engine.archive(full(paths), work).await
}

pub(crate) async fn verify(engine: &Engine, request: ArchiveRequest) -> Result<ArchiveReport, Error> {
    let work = |archive: &Archive, tell: &mut Tell<'_>| {
        let report = archive.verify(tell)?;
        let faults = failures(archive.faults().list().iter().chain(report.faults.list()));
        let rows = report.rows.into_iter().map(|counted| ArchiveCount { kind: counted.kind, rows: counted.rows });
        Ok(ArchiveReport {
            sound: report.sound,
            bytes: report.bytes,
            rows: rows.collect(),
            faults,
            more_faults: archive.faults().more() + report.faults.more(),
        })
    };
    engine.archive(full(request.paths), work).await
}

pub(crate) async fn extract(engine: &Engine, request: ArchiveExtractRequest) -> Result<ArchiveExtracted, Error> {
    let ArchiveExtractRequest { paths, entry, folder } = request;
    let work = move |archive: &Archive, tell: &mut Tell<'_>| {
        let entry = archive.entry(&entry).or_else(|_| archive.attachment(&entry))?;
        let made = archive.extract(entry, &PathBuf::from(folder), tell)?;
        let path = made.path.display().to_string();
        Ok(ArchiveExtracted { path, bytes: made.bytes, verified: made.verified })
    };
    engine.archive(full(paths), work).await
}

pub(crate) async fn compare(engine: &Engine, request: ArchiveCompareRequest) -> Result<ArchiveDifference, Error> {
    let older = full(request.older);
    let work = move |archive: &Archive, tell: &mut Tell<'_>| {
        let older = Archive::open_telling(&older, Limits::default(), tell)?;
        let difference = archive.difference(&older, tell)?;
        let opened = archive.faults().list().iter().chain(older.faults().list());
        let faults = failures(opened.chain(difference.faults.list()));
        let kinds = difference.kinds.into_iter().map(|kind| ArchiveKindDifference {
            kind: kind.kind,
            added: kind.added,
            changed: kind.changed,
            removed: kind.removed,
            same: kind.same,
            added_ids: kind.added_ids,
            changed_ids: kind.changed_ids,
            removed_ids: kind.removed_ids,
        });
        Ok(ArchiveDifference { kinds: kinds.collect(), faults })
    };
    engine.archive(full(request.paths), work).await
}

pub(crate) async fn cancel(engine: &Engine, _: Nothing) -> Result<Nothing, Error> {
    engine.stop_archives();
    Ok(Nothing {})
}
