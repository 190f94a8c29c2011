//! The files of an archive, written one after the other into ZIP parts of a bounded size.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The most source bytes of a part: 64 MiB. A single larger file gets a part of its own.
pub const LIMIT: u64 = 64 * 1024 * 1024;
/// What a file may take in the index and in the manifest of its part, in bytes.
const ENTRY: u64 = 1_024;
const COPY: usize = 64 * 1024;

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The part it is in, from 1.
    pub part: u32,
    /// Its path in there.
    pub path: String,
    /// Bytes before compression.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// A part that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub n: u32,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// What a part says of itself, given its files: written last, as `(path, text)`.
pub type Covers = dyn Fn(u32, &[Entry]) -> Vec<(String, String)>;

struct Open {
    zip: ZipWriter<BufWriter<File>>,
    used: u64,
}

struct Writing {
    path: String,
    hash: Sha256,
    size: u64,
}

/// Writes parts into a folder.
pub struct Parts<'c> {
    folder: PathBuf,
    limit: u64,
    covers: &'c Covers,
    open: Option<Open>,
    writing: Option<Writing>,
    done: Vec<Part>,
    entries: Vec<Entry>,
}

impl std::fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("folder", &self.folder).field("done", &self.done).finish_non_exhaustive()
    }
}

/// Where part `n` is in the folder of its export.
#[must_use]
pub fn path(folder: &Path, n: u32) -> PathBuf {
    folder.join(format!("{n}.zip"))
}

/// SHA-256 of a file, in hexadecimal, and its size in bytes.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0_u64);
    let mut buffer = vec![0; COPY];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex(&hash.finalize()), size));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        size += u64::try_from(read).unwrap_or(0);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<'c> Parts<'c> {
    /// Writes into `folder`, which is there; a part holds `limit` bytes of source at most.
    #[must_use]
    pub fn new(folder: PathBuf, limit: u64, covers: &'c Covers) -> Self {
        Self { folder, limit, covers, open: None, writing: None, done: Vec::new(), entries: Vec::new() }
    }

    fn current(&self) -> u32 {
        u32::try_from(self.done.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Whether `more` bytes would be too many for the part that is open.
    #[must_use]
    pub fn is_full(&self, more: u64) -> bool {
        self.open.as_ref().is_some_and(|open| open.used > 0 && open.used + more + ENTRY > self.limit)
    }

    /// Begins the file `path`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(&mut self, path: &str) -> io::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let file = BufWriter::new(File::create(self::path(&self.folder, self.current()))?);
                self.open.insert(Open { zip: ZipWriter::new(file), used: 0 })
            }
        };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        open.zip.start_file(path, options.unix_permissions(0o600))?;
        self.writing = Some(Writing { path: path.to_owned(), hash: Sha256::new(), size: 0 });
        Ok(())
    }

    /// Adds to the file that was begun.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let (Some(open), Some(writing)) = (&mut self.open, &mut self.writing) {
            open.zip.write_all(bytes)?;
            let length = u64::try_from(bytes.len()).unwrap_or(0);
            open.used += length;
            writing.size += length;
            writing.hash.update(bytes);
        }
        Ok(())
    }

    /// Ends the file that was begun.
    pub fn end(&mut self) {
        if let Some(Writing { path, hash, size }) = self.writing.take() {
            self.entries.push(Entry { part: self.current(), path, size, sha256: hex(&hash.finalize()) });
            if let Some(open) = &mut self.open {
                open.used += ENTRY;
            }
        }
    }

    /// Completes the part that is open.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(&mut self) -> io::Result<()> {
        if self.open.is_none() {
            return Ok(());
        }
        let n = self.current();
        let own: Vec<Entry> = self.entries.iter().filter(|entry| entry.part == n).cloned().collect();
        for (path, text) in (self.covers)(n, &own) {
            self.begin(&path)?;
            self.write(text.as_bytes())?;
            self.end();
        }
        if let Some(open) = self.open.take() {
            let file = open.zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
        }
        let (sha256, size) = digest(&path(&self.folder, n))?;
        self.done.push(Part { n, size, sha256 });
        Ok(())
    }

    /// Completes the last part; answers all of them and every file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> io::Result<(Vec<Part>, Vec<Entry>)> {
        self.close()?;
        Ok((self.done, self.entries))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Entry, Parts, digest, path};

    #[test]
    fn parts_stay_below_their_limit_and_hold_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let covers = |n: u32, own: &[Entry]| vec![("index.html".to_owned(), format!("{n}: {}", own.len()))];
        let mut parts = Parts::new(folder.path().to_owned(), 10_000, &covers);
        for i in 0..5 {
            if parts.is_full(4_000) {
                parts.close().unwrap();
            }
            parts.begin(&format!("{i}.txt")).unwrap();
            parts.write(&[b'a' + i; 4_000]).unwrap();
            parts.end();
        }
        let (done, entries) = parts.finish().unwrap();
        assert_eq!(done.len(), 5);
        assert_eq!(entries.len(), 10);
        for part in done {
            let file = path(folder.path(), part.n);
            assert_eq!(digest(&file).unwrap(), (part.sha256, part.size));
            let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
            let mut index = String::new();
            zip.by_name("index.html").unwrap().read_to_string(&mut index).unwrap();
            assert_eq!(index, format!("{}: 1", part.n));
        }
    }
}
