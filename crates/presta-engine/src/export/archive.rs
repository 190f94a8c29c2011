//! A zip that appears under its name only when it is whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use presta_store::durable;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive being written.
pub(super) struct Archive {
    zip: Option<ZipWriter<BufWriter<File>>>,
    options: SimpleFileOptions,
    path: PathBuf,
    part: Part,
    entry: Entry,
}

/// The file under its first name; gone when dropped, unless it was kept.
struct Part(Option<PathBuf>);

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(%error, "an unfinished export could not be removed");
        }
    }
}

#[derive(Default)]
struct Entry {
    lines: u64,
    bytes: u64,
    hash: Sha256,
}

/// What a file of the archive has become.
pub(super) struct Written {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Archive {
    /// Begins the archive that will be at `path`; only the person may read it.
    pub(super) fn create(path: &Path, now: i64) -> io::Result<Self> {
        let mut name = path.file_name().map(OsString::from).ok_or(io::ErrorKind::InvalidFilename)?;
        name.push(".part");
        let part = path.with_file_name(name);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part)?;
        Ok(Self {
            zip: Some(ZipWriter::new(BufWriter::new(file))),
            options: SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .last_modified_time(local_time(now))
                .large_file(true)
                .unix_permissions(0o600),
            path: path.to_owned(),
            part: Part(Some(part)),
            entry: Entry::default(),
        })
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, name: &str) -> io::Result<()> {
        self.entry = Entry::default();
        let options = self.options;
        Ok(self.zip()?.start_file(name, options)?)
    }

    /// Writes a line of the file begun.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.entry.lines += 1;
        self.bytes(line.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Writes bytes of the file begun.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.entry.hash.update(bytes);
        self.entry.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.zip()?.write_all(bytes)
    }

    /// Leaves the file begun out after all.
    pub(super) fn abandon(&mut self) -> io::Result<()> {
        Ok(self.zip()?.abort_file()?)
    }

    /// Ends the file begun.
    pub(super) fn end(&mut self) -> Written {
        let Entry { lines, bytes, hash } = std::mem::take(&mut self.entry);
        Written { lines, bytes, sha256: hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    /// Writes a whole file.
    pub(super) fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.begin(name)?;
        self.zip()?.write_all(text.as_bytes())
    }

    /// Ends the archive: on the disk, then under its name. Returns its size.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        let zip = self.zip.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let file = zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        if let Some(part) = self.part.0.take() {
            // Kept in the guard until it is there, so that a refused rename leaves nothing behind.
            if let Err(error) = fs::rename(&part, &self.path) {
                self.part.0 = Some(part);
                return Err(error);
            }
            // It is whole and has its name: not an export that failed.
            if let Err(error) = durable::sync_folder_of(&self.path) {
                tracing::warn!(%error, "the name of an export may not be on the disk yet");
            }
        }
        Ok(bytes)
    }

    fn zip(&mut self) -> io::Result<&mut ZipWriter<BufWriter<File>>> {
        self.zip.as_mut().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

/// Zip keeps times without a zone; UTC, so that the archive does not tell where it was made.
fn local_time(now: i64) -> DateTime {
    let civil = Timestamp::from_millisecond(now).map(|at| at.to_zoned(TimeZone::UTC).datetime());
    let part = |value: i8| u8::try_from(value).unwrap_or(0);
    civil
        .ok()
        .and_then(|at| {
            let year = u16::try_from(at.year()).ok()?;
            let (month, day) = (part(at.month()), part(at.day()));
            DateTime::from_date_and_time(year, month, day, part(at.hour()), part(at.minute()), part(at.second())).ok()
        })
        .unwrap_or_default()
}
