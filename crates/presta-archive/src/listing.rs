//! One ZIP: what is in it, without unpacking anything but its manifest.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

use zip::{CompressionMethod, ZipArchive};

use crate::name::{self, NameFault};
use crate::{Error, Faults, Limits};

/// The type of file in a Unix mode, and a regular one.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// A ZIP, open.
pub(crate) type Zip = ZipArchive<BufReader<Input>>;

/// A file of which only so much is read while it is listed: a central directory that never ends is not taken in.
#[derive(Debug)]
pub(crate) struct Input {
    file: File,
    left: Rc<Cell<u64>>,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.left.set(left.unwrap_or(0));
        left.map(|_| read).ok_or_else(|| io::Error::other("the directory is too long"))
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// What tells that a file is still the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) length: u64,
    changed: Option<SystemTime>,
}

/// An entry as the directory has it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) index: usize,
    pub(crate) path: String,
    pub(crate) size: u64,
}

/// Opens a ZIP.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<(Zip, Stamp), Error> {
    let shown = path.display().to_string();
    let unreadable = |source| Error::Unreadable { file: path.display().to_string(), source };
    // Before it is opened: opening a pipe waits for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::other("it is no file")));
    }
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let stamp = Stamp { length: metadata.len(), changed: metadata.modified().ok() };
    let left = Rc::new(Cell::new(limits.directory));
    let opened = ZipArchive::new(BufReader::new(Input { file, left: Rc::clone(&left) }));
    let zip = opened.map_err(|error| match error {
        zip::result::ZipError::Io(source) if source.raw_os_error().is_some() => unreadable(source),
        _ if left.get() == 0 => too_long(shown.clone(), limits),
        error => Error::NotZip { file: shown.clone(), reason: error.to_string() },
    })?;
    left.set(u64::MAX);
    Ok((zip, stamp))
}

fn too_long(file: String, limits: &Limits) -> Error {
    Error::Limit { file, entry: String::new(), what: "directory", limit: limits.directory }
}

/// The entries that can be read, in the directory's order; the others are faults.
pub(crate) fn list(zip: &Zip, file: &str, length: u64, limits: &Limits) -> Result<(Vec<Listed>, Faults), Error> {
    if zip.is_empty() {
        return Err(Error::Empty { file: file.to_owned() });
    }
    if zip.has_duplicate_names() {
        return Err(Error::Duplicate { file: file.to_owned(), entry: String::new() });
    }
    if zip.len() > limits.entries {
        let limit = u64::try_from(limits.entries).unwrap_or(u64::MAX);
        return Err(Error::Limit { file: file.to_owned(), entry: String::new(), what: "entries", limit });
    }
    let (mut entries, mut faults, mut total) = (Vec::new(), Faults::default(), 0_u64);
    for index in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(index) else { continue };
        total = total.saturating_add(entry.size());
        let Ok(name) = entry.name() else {
            let shown = name::shown(&String::from_utf8_lossy(entry.name_raw()));
            faults.add(Error::Name { file: file.to_owned(), entry: shown, why: NameFault::NotText });
            continue;
        };
        let path = name.into_owned();
        let place = || (file.to_owned(), name::shown(&path));
        if let Err(why) = name::check(&path, limits.name) {
            let (file, entry) = place();
            faults.add(Error::Name { file, entry, why });
            continue;
        }
        let (file, entry_name) = place();
        let mode = entry.unix_mode().unwrap_or(0) & FILE_TYPE;
        if entry.is_dir() {
            continue;
        } else if mode != 0 && mode != REGULAR {
            faults.add(Error::Link { file, entry: entry_name });
        } else if entry.encrypted() {
            faults.add(Error::Encrypted { file, entry: entry_name });
        } else if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            faults.add(Error::Method { file, entry: entry_name });
        } else if entry.size() > limits.entry {
            faults.add(Error::Limit { file, entry: entry_name, what: "entry", limit: limits.entry });
        } else if is_bomb(entry.size(), entry.compressed_size(), limits) {
            faults.add(Error::Limit { file, entry: entry_name, what: "ratio", limit: limits.ratio });
        } else {
            entries.push(Listed { index, size: entry.size(), path });
        }
    }
    // Entries that share their bytes each have a fair ratio (D. Fifield, "A better zip bomb", 2019).
    if is_bomb(total, length, limits) {
        return Err(Error::Limit { file: file.to_owned(), entry: String::new(), what: "ratio", limit: limits.ratio });
    }
    Ok((unique(entries, file, &mut faults), faults))
}

const fn is_bomb(size: u64, packed: u64, limits: &Limits) -> bool {
    size > limits.ratio_from && size > packed.saturating_mul(limits.ratio)
}

/// Without those whose names are one on a system that does not tell case apart.
fn unique(entries: Vec<Listed>, file: &str, faults: &mut Faults) -> Vec<Listed> {
    let mut times: HashMap<String, u32> = HashMap::new();
    for entry in &entries {
        *times.entry(entry.path.to_lowercase()).or_default() += 1;
    }
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        if times.get(&entry.path.to_lowercase()).is_some_and(|times| *times > 1) {
            faults.add(Error::Duplicate { file: file.to_owned(), entry: name::shown(&entry.path) });
        } else {
            kept.push(entry);
        }
    }
    kept
}
