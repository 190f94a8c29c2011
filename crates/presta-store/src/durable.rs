//! Folders and names that are on the disk when the call returns: what is renamed or made is an entry of a folder, and that
//! has to be brought to the disk as well (fsync(2)).

use std::io;
use std::path::Path;

/// Makes a folder, with those above it.
///
/// # Errors
/// Why the system refused.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        create_folder(above)?;
    }
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder_of(folder)
}

/// Gives a file another name, in the place of what has it.
///
/// # Errors
/// Why the system refused; the file may have its new name all the same when it could not be brought to the disk.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Whether a disk refused for want of room, the person's own share of it included.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Brings the names of the folder that `path` is in to the disk; elsewhere than on Unix the system does it itself.
///
/// # Errors
/// Why the system refused; some file systems refuse it for any folder.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        // The parent of a name alone is nothing, which stands for the folder one is in.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
