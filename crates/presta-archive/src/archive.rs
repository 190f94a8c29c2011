//! An archive: its parts, what is in them, and what is wrong with them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::listing::{self, Listed, Stamp, Zip};
use crate::manifest::{self, Expected, Manifest, Unknown, Whole};
use crate::read::{Hashing, Open};
use crate::rows::Shape;
use crate::watch::{Progress, Tell, Watch};
use crate::{Error, Faults, Limits};

/// Who made an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// The platform, when it was asked to.
    Platform {
        /// `portability` or `access`.
        profile: String,
        /// When it was asked for, RFC 3339.
        asked_at: String,
    },
    /// This client, of what a computer held.
    Local {
        /// When, RFC 3339.
        made_at: String,
        /// Whose it is.
        account: String,
    },
}

/// A file in an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) part: usize,
    pub(crate) index: usize,
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) expected: Option<Expected>,
    pub(crate) rows: Option<RowsOf>,
}

/// The rows of an entry.
#[derive(Debug, Clone)]
pub(crate) struct RowsOf {
    pub(crate) kind: String,
    pub(crate) segment: u32,
    pub(crate) shape: Shape,
}

/// A kind of data: `bid`, `message` …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// Entries it is in.
    pub entries: usize,
    /// Their bytes, unpacked.
    pub bytes: u64,
    /// Its rows, where the manifest tells; [`Archive::verify`] counts them.
    pub rows: Option<u64>,
}

#[derive(Debug)]
struct Part {
    path: PathBuf,
    n: u32,
    stamp: Stamp,
}

/// An archive that was opened: its directories and manifests are read, nothing else.
#[derive(Debug)]
pub struct Archive {
    form: Form,
    parts: Vec<Part>,
    entries: Vec<Entry>,
    faults: Faults,
    pub(crate) limits: Limits,
}

impl Entry {
    /// Its path in the archive; safe on every system.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Bytes, unpacked, as declared.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Whose rows it has, when the manifest vouches for it.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.rows.as_ref().map(|rows| rows.kind.as_str())
    }
}

impl Archive {
    /// Opens the ZIPs of one archive, in any order. One of the paths may be the manifest of all parts, as the platform
    /// answers it, with the ending `.json`: then missing parts at the end are noticed too.
    ///
    /// What is wrong with some of it is in [`Archive::faults`].
    ///
    /// # Errors
    /// When nothing can be read: what is wrong with the first file.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Error> {
        Self::open_within(paths, Limits::default())
    }

    /// The same within other limits.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn open_within(paths: &[PathBuf], limits: Limits) -> Result<Self, Error> {
        Self::open_telling(paths, limits, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, told before each ZIP. The progress is in bytes of the ZIPs, of which a part alone is read.
    ///
    /// # Errors
    /// As [`Archive::open`]; [`Error::Cancelled`].
    pub fn open_telling(paths: &[PathBuf], limits: Limits, tell: &mut Tell<'_>) -> Result<Self, Error> {
        let is_manifest = |path: &&PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let (manifests, zips): (Vec<_>, Vec<_>) = paths.iter().partition(is_manifest);
        let first = zips.first().or(manifests.first()).ok_or(Error::Nothing)?;
        if zips.len() > limits.parts || manifests.len() > 1 {
            let limit = u64::try_from(limits.parts).unwrap_or(u64::MAX);
            let file = first.display().to_string();
            return Err(Error::Limit { file, entry: String::new(), what: "parts", limit });
        }
        let whole = manifests.first().map(|path| whole(path, &limits)).transpose()?;
        let mut opening = Opening { whole, limits, form: None, parts: Vec::new(), entries: Vec::new(), total: 0 };
        let mut faults = Faults::default();
        let length = |path: &&PathBuf| path.metadata().map_or(0, |file| file.len());
        let total = zips.iter().map(length).fold(0_u64, u64::saturating_add);
        let mut done = 0_u64;
        for path in zips {
            if tell(Progress { done, total }).is_break() {
                return Err(Error::Cancelled);
            }
            done = done.saturating_add(length(&path));
            match opening.part(path) {
                Ok(found) => faults.add_all(found),
                Err(error) => faults.add(error),
            }
        }
        opening.missing(&mut faults);
        let Opening { form, parts, mut entries, limits, .. } = opening;
        let Some(form) = form else { return Err(faults.into_first().unwrap_or(Error::Nothing)) };
        let number = |entry: &Entry| parts.get(entry.part).map_or(0, |part| part.n);
        entries.sort_by_key(|entry| (number(entry), entry.rows.as_ref().map(|rows| rows.segment), entry.index));
        Ok(Self { form, parts, entries, faults, limits })
    }

    /// Who made it, and when.
    #[must_use]
    pub const fn form(&self) -> &Form {
        &self.form
    }

    /// What is wrong with it, as far as opening shows; the rest can be read.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How many of its ZIPs can be read.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Every entry that can be read.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// An entry by its path.
    ///
    /// # Errors
    /// [`Error::NoEntry`].
    pub fn entry(&self, path: &str) -> Result<&Entry, Error> {
        let found = self.entries.iter().find(|entry| entry.path == path);
        found.ok_or_else(|| Error::NoEntry { entry: crate::name::shown(path) })
    }

    /// The bytes of an attachment, by its id.
    ///
    /// # Errors
    /// [`Error::NoEntry`]: the platform did not have them, or their part is missing.
    pub fn attachment(&self, id: &str) -> Result<&Entry, Error> {
        let is_it = |entry: &&Entry| {
            let name = entry.path.strip_prefix("files/").and_then(|name| name.strip_prefix(id));
            name.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let found = self.entries.iter().filter(|_| !id.is_empty()).find(is_it);
        found.ok_or_else(|| Error::NoEntry { entry: crate::name::shown(id) })
    }

    /// The kinds of data in it, by name.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
        for entry in &self.entries {
            let Some(name) = entry.kind() else { continue };
            let known = entry.expected.as_ref().and_then(|expected| expected.rows.as_ref()).map(|(_, rows)| *rows);
            let empty = || Kind { name: name.to_owned(), entries: 0, bytes: 0, rows: known.map(|_| 0) };
            let kind = kinds.entry(name).or_insert_with(empty);
            kind.entries += 1;
            kind.bytes = kind.bytes.saturating_add(entry.size);
            kind.rows = kind.rows.zip(known).map(|(rows, more)| rows.saturating_add(more));
        }
        kinds.into_values().collect()
    }

    /// The entries of a kind, in the order they were written.
    pub(crate) fn entries_of(&self, kind: &str) -> Result<Vec<&Entry>, Error> {
        let found: Vec<&Entry> = self.entries.iter().filter(|entry| entry.kind() == Some(kind)).collect();
        if found.is_empty() { Err(Error::NoKind { kind: crate::name::shown(kind) }) } else { Ok(found) }
    }

    pub(crate) fn file(&self, part: usize) -> String {
        self.parts.get(part).map(|part| part.path.display().to_string()).unwrap_or_default()
    }

    pub(crate) fn zip(&self, part: usize) -> Result<Zip, Error> {
        let file = self.file(part);
        let Some(part) = self.parts.get(part) else { return Err(Error::Changed { file }) };
        let (zip, stamp) = listing::open(&part.path, &self.limits)?;
        if stamp == part.stamp { Ok(zip) } else { Err(Error::Changed { file }) }
    }
}

/// An archive while its parts are opened.
struct Opening {
    whole: Option<Whole>,
    limits: Limits,
    form: Option<Form>,
    parts: Vec<Part>,
    entries: Vec<Entry>,
    total: u64,
}

impl Opening {
    /// Opens one more ZIP; nothing of it is taken when it fails.
    fn part(&mut self, path: &Path) -> Result<Faults, Error> {
        let file = path.display().to_string();
        let (zip, stamp) = listing::open(path, &self.limits)?;
        let (listed, mut faults) = listing::list(&zip, &file, stamp.length, &self.limits)?;
        let (form, n, mut expected) = self.manifest(zip, &listed, path)?;
        if self.form.as_ref().is_some_and(|known| *known != form) {
            return Err(Error::Mixed { file });
        }
        if self.parts.iter().any(|part| part.n == n) {
            return Err(Error::Twice { file, part: n });
        }
        let total = listed.iter().fold(self.total, |total, entry| total.saturating_add(entry.size));
        let count = self.entries.len().saturating_add(listed.len());
        let over = [
            ("total", total > self.limits.total, self.limits.total),
            ("entries", count > self.limits.entries, u64::try_from(self.limits.entries).unwrap_or(u64::MAX)),
        ];
        if let Some((what, _, limit)) = over.into_iter().find(|(_, over, _)| *over) {
            return Err(Error::Limit { file, entry: String::new(), what, limit });
        }
        let is_local = matches!(form, Form::Local { .. });
        let part = self.parts.len();
        for Listed { index, path, size } in listed {
            let expected = expected.remove(&path);
            if expected.is_none() && !is_cover(&path, is_local) {
                faults.add(Error::Unlisted { file: file.clone(), entry: path.clone() });
            }
            let rows = expected.as_ref().and_then(|expected| rows_of(&path, expected));
            self.entries.push(Entry { part, index, path, size, expected, rows });
        }
        // An entry that was refused is there, and said already.
        let refused: HashSet<&str> = faults.list().iter().filter_map(|fault| fault.place().1).collect();
        let mut missing: Vec<String> =
            expected.into_keys().filter(|path| !refused.contains(crate::name::shown(path).as_str())).collect();
        missing.sort();
        for path in missing {
            faults.add(Error::Missing { file: file.clone(), entry: crate::name::shown(&path) });
        }
        self.parts.push(Part { path: path.to_owned(), n, stamp });
        self.total = total;
        self.form = Some(form);
        Ok(faults)
    }

    /// Who made it, which part it is, and what should be in it.
    fn manifest(
        &self,
        zip: Zip,
        listed: &[Listed],
        path: &Path,
    ) -> Result<(Form, u32, HashMap<String, Expected>), Error> {
        let file = path.display().to_string();
        let not_ours = |reason: &str| Error::NotOurs { file: file.clone(), reason: reason.to_owned() };
        let found = listed.iter().find(|entry| entry.path == "manifest.json");
        let found = found.ok_or_else(|| not_ours("there is no manifest.json in it"))?;
        if found.size > self.limits.manifest {
            let entry = found.path.clone();
            return Err(Error::Limit { file, entry, what: "manifest", limit: self.limits.manifest });
        }
        let Listed { index, ref path, size } = *found;
        let entry = Entry { part: 0, index, path: path.clone(), size, expected: None, rows: None };
        let text = Open::with(zip).read_all(&entry, &file)?;
        match manifest::read(&text) {
            Ok(Manifest::Part { part, profile, asked_at, mut files }) => {
                if part == 0 {
                    return Err(not_ours("its part has no number"));
                }
                if let Some(whole) = &self.whole {
                    if whole.profile != profile || !whole.files.keys().any(|(n, _)| *n == part) {
                        return Err(Error::Mixed { file });
                    }
                    // What came from the platform itself counts for more than what came with the bytes.
                    files = whole
                        .files
                        .iter()
                        .filter(|((n, _), _)| *n == part)
                        .map(|((_, path), expected)| (path.clone(), expected.clone()))
                        .collect();
                }
                Ok((Form::Platform { profile, asked_at }, part, files))
            }
            Ok(Manifest::Local { made_at, account, files }) => Ok((Form::Local { made_at, account }, 1, files)),
            Err(Unknown::Newer(version)) => Err(Error::Newer { file, version }),
            Err(Unknown::Other(reason)) => Err(not_ours(&reason)),
        }
    }

    /// Parts that others speak of, and that nobody gave.
    fn missing(&self, faults: &mut Faults) {
        let known = self.whole.iter().flat_map(|whole| whole.files.keys().map(|(n, _)| *n));
        let given: HashSet<u32> = self.parts.iter().map(|part| part.n).collect();
        let limit = u32::try_from(self.limits.parts).unwrap_or(u32::MAX);
        let last = known.chain(given.iter().copied()).max().unwrap_or(0).min(limit);
        if self.form.is_some() {
            (1..=last).filter(|n| !given.contains(n)).for_each(|part| faults.add(Error::MissingPart { part }));
        }
    }
}

/// The manifest beside the parts.
fn whole(path: &Path, limits: &Limits) -> Result<Whole, Error> {
    let file = path.display().to_string();
    let unreadable = |source| Error::Unreadable { file: path.display().to_string(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(std::io::Error::other("it is no file")));
    }
    let length = metadata.len();
    let mut text = Vec::with_capacity(usize::try_from(length.min(limits.manifest)).unwrap_or(0));
    let opened = File::open(path).map_err(unreadable)?;
    opened.take(limits.manifest.saturating_add(1)).read_to_end(&mut text).map_err(unreadable)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > limits.manifest {
        return Err(Error::Limit { file, entry: String::new(), what: "manifest", limit: limits.manifest });
    }
    manifest::read_whole(&text).map_err(|reason| Error::NotOurs { file, reason })
}

impl Open {
    /// Reads a small entry whole.
    fn read_all(&mut self, entry: &Entry, file: &str) -> Result<Vec<u8>, Error> {
        let mut tell = |_| ControlFlow::Continue(());
        let mut watch = Watch::new(entry.size, &mut tell);
        let mut content = self.again(entry, &mut watch, Hashing::No, file.to_owned())?;
        let mut text = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0));
        match content.read_to_end(&mut text) {
            Ok(_) => content.finish().map(|()| text),
            Err(error) => Err(content.fault(error)),
        }
    }
}

/// What an archive has beside its data, in no manifest of its own.
fn is_cover(path: &str, is_local: bool) -> bool {
    path == "manifest.json"
        || if is_local { matches!(path, "LISEZMOI.txt" | "README.txt") } else { path == "index.html" }
}

fn rows_of(path: &str, expected: &Expected) -> Option<RowsOf> {
    if let Some((kind, _)) = &expected.rows {
        return Some(RowsOf { kind: kind.clone(), segment: 1, shape: Shape::Lines });
    }
    let name = path.strip_prefix("json/")?.strip_suffix(".json")?;
    let (kind, segment) = match name.rsplit_once('-') {
        Some((kind, n)) => (kind, n.parse().ok()?),
        None => (name, 1),
    };
    Some(RowsOf { kind: kind.to_owned(), segment, shape: Shape::Array })
}
