//! Takes one entry out of an archive, to a file of its own.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// An unfinished file, gone when dropped. Its name has nothing of the entry's, so that it is never too long, and tells
/// whose it is: what a kill leaves is cleared away by the next one that has to do with the folder.
struct Unfinished {
    path: PathBuf,
    file: File,
}

/// Before and after the process and the number in the name of an unfinished file.
const BEGINNING: &str = ".prestataires-";
const ENDING: &str = ".part";

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nothing can be done about a file that will not go.
        let _ = fs::remove_file(&self.path);
    }
}

impl Unfinished {
    /// A new file in `folder`, locked for as long as it is written. Its name is its own: no other process has this one's
    /// number, and within the process each has another.
    fn in_folder(folder: &Path) -> Result<Self, Error> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{BEGINNING}{}-{number}{ENDING}", process::id()));
            match create(&path) {
                Ok(file) => {
                    // Where there are no locks what is left of a kill stays; no two ever write one file.
                    let _ = file.try_lock();
                    return Ok(Self { path, file });
                }
                // Of a process that was killed, and had this number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::Writing { path: path.display().to_string(), source }),
            }
        }
    }
}

/// Removes the unfinished files in `folder` that nobody writes any more; that some cannot be is no matter.
fn clear_away(folder: &Path) {
    let Ok(there) = fs::read_dir(folder) else { return };
    for entry in there.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(BEGINNING) && name.ends_with(ENDING));
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        let is_left = || File::options().write(true).open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if is_ours && is_file() && is_left() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Bytes of a file's name that every system has room for.
const NAME: usize = 240;
/// Bytes of an ending that a shortened name keeps.
const KEPT: usize = 20;

/// The last piece of `path`, short enough to be a file's name: its end is cut off, not its ending.
fn file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.len() <= NAME {
        return name.to_owned();
    }
    let (stem, ending) = match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= KEPT => name.split_at(at),
        _ => (name, ""),
    };
    let cut = stem.get(..stem.floor_char_boundary(NAME - ending.len())).unwrap_or_default();
    format!("{}{ending}", cut.trim_end_matches(['.', ' ']))
}

impl Archive {
    /// Writes `entry` into `folder`, which is there, under the last piece of its name, shortened when no system would take
    /// it: no folder is made or entered. Until it is whole and verified it has a name of its own; whatever stops it leaves
    /// nothing, a kill aside, and that is cleared away by the next one.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is something of that name, which stays as it is; what is wrong with the entry; why
    /// the disk refuses.
    pub fn extract(&self, entry: &Entry, folder: &Path, tell: &mut Tell<'_>) -> Result<Extracted, Error> {
        let target = folder.join(file_name(&entry.path));
        let writing = |path: &Path| {
            let path = path.display().to_string();
            move |source| Error::Writing { path, source }
        };
        let exists = || Error::Exists { path: target.display().to_string() };
        if fs::symlink_metadata(&target).is_ok() {
            return Err(exists());
        }
        clear_away(folder);
        let mut unfinished = Unfinished::in_folder(folder)?;
        let mut watch = Watch::new(entry.size, tell);
        let mut open = Open::default();
        let content = open.read(self, entry, &mut watch, Hashing::Yes)?;
        copy(content, &mut unfinished)?;
        unfinished.file.sync_all().map_err(writing(&unfinished.path))?;
        publish(&unfinished.path, &target).map_err(|error| match error.kind() {
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

fn copy(mut content: Content<'_, '_>, to: &mut Unfinished) -> Result<(), Error> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match content.read(&mut buffer) {
            Ok(0) => return content.finish(),
            Ok(read) => read,
            Err(error) => return Err(content.fault(error)),
        };
        let written = to.file.write_all(buffer.get(..read).unwrap_or_default());
        written.map_err(|source| Error::Writing { path: to.path.display().to_string(), source })?;
    }
}

/// Gives a file its name, unless that is taken: by a link where the file system has them, as a rename would replace. The
/// file may keep its old name beside the new one.
fn publish(part: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(part, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) => Ok(()),
        Err(_) => {
            // Without links the name is made before it is replaced: one that comes there meanwhile is not written over.
            File::options().write(true).create_new(true).open(target)?;
            fs::rename(part, target).inspect_err(|_| {
                // Nothing was written in it.
                let _ = fs::remove_file(target);
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_that_no_system_takes_is_cut_before_its_ending() {
        assert_eq!(file_name("files/att_1-plan.pdf"), "att_1-plan.pdf");
        let long = format!("files/{}.pdf", "見積書".repeat(80));
        let name = file_name(&long);
        assert!(name.len() <= 240 && name.starts_with("見積書") && name.ends_with(".pdf"), "{name}");
        let name = file_name(&format!("{}. {}", "a".repeat(238), "b".repeat(50)));
        assert_eq!(name, "a".repeat(238));
        assert_eq!(file_name(&format!(".{}", "a".repeat(300))).len(), 240);
    }
}
