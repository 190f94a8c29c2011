//! All that this computer holds of an account, in one zip, without the network: a JSON Lines file for each kind, and a
//! manifest with counts and SHA-256; the files that wait to be sent beside them, as they were attached. One read snapshot,
//! flat memory.

mod archive;
mod texts;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use presta_store::outbox::Failure;
use presta_store::{Connection, attachment, dump, staged_file, sync_state};
use serde::Serialize;
use serde_json::json;
use ts_rs::TS;

use crate::bus::CoreEvent;
use crate::{Active, Error};
use archive::Archive;

/// Progress is told after so many rows.
const STEP: u64 = 2_000;
/// Bytes of an attached file that are in memory at a time.
const PIECE: usize = 1024 * 1024;
/// Of the archive's shape, in its manifest.
const FORMAT_VERSION: u32 = 1;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LocalExport {
    /// Where it is.
    pub path: String,
    /// Size of the archive.
    pub bytes: u64,
    /// When it was made, in ms since 1970.
    pub made_at: i64,
    /// When what is in it was last known to be up to date, in ms since 1970.
    pub as_of: Option<i64>,
    /// Its files of data.
    pub files: Vec<ExportedFile>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ExportedFile {
    /// Its name in the archive.
    pub name: String,
    /// What is in it: `projects`, `messages` …
    pub kind: String,
    /// Its rows.
    pub rows: u64,
    /// Its size when unpacked.
    pub bytes: u64,
    /// Of the unpacked file, in hexadecimal.
    pub sha256: String,
}

/// An attached file in an archive.
#[derive(Debug, Serialize)]
struct AttachedFile {
    /// Its name in the archive: `files/` and its id.
    name: String,
    bytes: u64,
    sha256: String,
}

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct ExportProgress {
    /// Rows written.
    pub done: u64,
    /// Rows there are.
    pub total: u64,
}

/// The export under way, if any: set to stop it.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<Option<Arc<AtomicBool>>>);

/// Stops the work when whoever waits for it goes away, and makes room for the next.
struct Turn<'a> {
    running: &'a Running,
    stop: Arc<AtomicBool>,
}

impl Running {
    fn begin(&self) -> Option<Turn<'_>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_some() {
            return None;
        }
        let stop = Arc::new(AtomicBool::new(false));
        *running = Some(Arc::clone(&stop));
        Some(Turn { running: self, stop })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        *self.running.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Active {
    /// Writes everything this computer holds of the account to `path`. Until it is whole it is `path` with `.part` at its
    /// end; what stops it leaves neither.
    ///
    /// # Errors
    /// `export-exists` unless `overwrite`, `export-not-writable`, `export-running`, `export-cancelled`, or why the disk
    /// refused.
    pub async fn export(&self, path: PathBuf, overwrite: bool) -> Result<LocalExport, Error> {
        let turn = self.exports.begin().ok_or_else(|| Error::refused("export-running"))?;
        if !overwrite && path.exists() {
            return Err(about("export-exists", &path));
        }
        let work = Work {
            stop: Arc::clone(&turn.stop),
            bus: self.bus.clone(),
            now: self.clock.now_ms(),
            user: self.me.to_string(),
            server: self.place.account.server.to_string(),
            staged: self.place.staged_folder(),
        };
        let store = self.store.clone();
        let work = move || store.read_long(|connection| work.run(connection, &path));
        let made = tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted)?;
        made.inspect_err(|error| self.note_storage(error))
    }

    /// Stops the export under way; it is no error when there is none.
    pub fn cancel_export(&self) {
        if let Some(stop) = &*self.exports.0.lock().unwrap_or_else(PoisonError::into_inner) {
            stop.store(true, Ordering::Release);
        }
    }
}

struct Work {
    stop: Arc<AtomicBool>,
    bus: crate::bus::Bus,
    now: i64,
    user: String,
    server: String,
    /// Where the copies of attached files are.
    staged: PathBuf,
}

impl Work {
    fn run(&self, connection: &Connection, path: &Path) -> Result<LocalExport, Error> {
        let as_of = sync_state::changes(connection)?.map(|changes| changes.as_of);
        let sources = dump::sources(connection)?;
        let total = sources.iter().map(|source| source.rows).sum();
        let mut progress = ExportProgress { done: 0, total };
        let mut archive = Archive::create(path, self.now).map_err(|error| {
            tracing::warn!(%error, "the export's file could not be made");
            about("export-not-writable", path)
        })?;
        self.tell(progress);
        for (name, text) in texts::FILES {
            archive.text(name, text).map_err(writing)?;
        }
        let mut files = Vec::new();
        for source in &sources {
            let name = format!("data/{}.jsonl", source.name);
            archive.begin(&name).map_err(writing)?;
            dump::each(connection, source, |row| {
                if self.stop.load(Ordering::Acquire) {
                    return Err(Error::refused("export-cancelled"));
                }
                archive.line(row).map_err(writing)?;
                progress.done += 1;
                if progress.done.is_multiple_of(STEP) {
                    self.tell(progress);
                }
                Ok(())
            })?;
            let written = archive.end();
            files.push(ExportedFile {
                name,
                kind: source.name.clone(),
                rows: written.lines,
                bytes: written.bytes,
                sha256: written.sha256,
            });
        }
        let attached = self.attached(connection, &mut archive)?;
        archive.text("manifest.json", &self.manifest(as_of, &files, &attached)).map_err(writing)?;
        let bytes = archive.finish().map_err(writing)?;
        self.tell(ExportProgress { done: total, total });
        Ok(LocalExport { path: path.display().to_string(), bytes, made_at: self.now, as_of, files })
    }

    /// Writes the files that wait to be sent. A copy that is gone or damaged is left out: the rest is worth having.
    fn attached(&self, connection: &Connection, archive: &mut Archive) -> Result<Vec<AttachedFile>, Error> {
        let mut attached = Vec::new();
        for file in attachment::all(connection)? {
            let name = format!("files/{}", file.id);
            archive.begin(&name).map_err(writing)?;
            let path = self.staged.join(&file.id);
            let mut offset = 0;
            let read = loop {
                if self.stop.load(Ordering::Acquire) {
                    return Err(Error::refused("export-cancelled"));
                }
                match staged_file::read(&file.key, &path, file.size, offset, PIECE) {
                    Ok(piece) if piece.is_empty() => break Ok(()),
                    Ok(piece) => {
                        archive.bytes(&piece).map_err(writing)?;
                        offset += piece.len() as u64;
                    }
                    Err(error) => break Err(error),
                }
            };
            let written = archive.end();
            match read {
                Ok(()) => attached.push(AttachedFile { name, bytes: written.bytes, sha256: written.sha256 }),
                Err(error) => {
                    tracing::warn!(%error, "an attached file is not in the export");
                    archive.abandon().map_err(writing)?;
                }
            }
        }
        Ok(attached)
    }

    fn manifest(&self, as_of: Option<i64>, files: &[ExportedFile], attached: &[AttachedFile]) -> String {
        let instant = |ms| Timestamp::from_millisecond(ms).map(|at| at.to_string()).ok();
        let manifest = json!({
            "format": "prestataires-local-export",
            "version": FORMAT_VERSION,
            "application": format!("Prestataires {}", env!("CARGO_PKG_VERSION")),
            "made_at": instant(self.now),
            "as_of": as_of.and_then(instant),
            "platform": self.server,
            "account_id": self.user,
            "files": files,
            "attachments": attached,
        });
        serde_json::to_string_pretty(&manifest).unwrap_or_default()
    }

    fn tell(&self, progress: ExportProgress) {
        self.bus.send(CoreEvent::Export { progress });
    }
}

fn writing(error: std::io::Error) -> Error {
    Error::Io("writing the export", error)
}

fn about(code: &str, path: &Path) -> Error {
    Error::Refused(Failure::new(code).with("path", path.display().to_string()))
}
