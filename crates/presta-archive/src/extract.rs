//! Takes one entry out of an archive, to a file of its own.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::read::{Content, Hashing, Open};
use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error};

const BUFFER: usize = 64 * 1024;

/// A file that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// Whether its SHA-256 was known, and is right.
    pub verified: bool,
}

/// An unfinished file, gone when dropped.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nothing can be done about a file that will not go.
        let _ = fs::remove_file(&self.0);
    }
}

impl Archive {
    /// Writes `entry` into `folder`, which is there, under the last piece of its name: no folder is made or entered.
    /// Until it is whole and verified it has `.part` at its end; whatever stops it leaves nothing.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is something of that name, which stays as it is; what is wrong with the entry; why
    /// the disk refuses.
    pub fn extract(&self, entry: &Entry, folder: &Path, tell: &mut Tell<'_>) -> Result<Extracted, Error> {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let target = folder.join(name);
        let writing = |path: &Path| {
            let path = path.display().to_string();
            move |source| Error::Writing { path, source }
        };
        let exists = || Error::Exists { path: target.display().to_string() };
        if fs::symlink_metadata(&target).is_ok() {
            return Err(exists());
        }
        let part = folder.join(format!("{name}.part"));
        let mut file = create(&part).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists { path: part.display().to_string() },
            _ => writing(&part)(error),
        })?;
        let unfinished = Unfinished(part);
        let mut watch = Watch::new(entry.size, tell);
        let mut open = Open::default();
        let content = open.read(self, entry, &mut watch, Hashing::Yes)?;
        copy(content, &mut file, &unfinished.0)?;
        file.sync_all().map_err(writing(&unfinished.0))?;
        drop(file);
        publish(&unfinished.0, &target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => writing(&target)(error),
        })?;
        Ok(Extracted { path: target, bytes: entry.size, verified: entry.expected.is_some() })
    }
}

/// A new file that the person alone may read.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn copy(mut content: Content<'_, '_>, file: &mut File, path: &Path) -> Result<(), Error> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match content.read(&mut buffer) {
            Ok(0) => return content.finish(),
            Ok(read) => read,
            Err(error) => return Err(content.fault(error)),
        };
        let written = file.write_all(buffer.get(..read).unwrap_or_default());
        written.map_err(|source| Error::Writing { path: path.display().to_string(), source })?;
    }
}

/// Gives a file its name, unless that is taken: by a link where the file system has them, as a rename would replace.
fn publish(part: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(part, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) => Ok(()),
        Err(_) if fs::symlink_metadata(target).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(part, target),
    }
}
