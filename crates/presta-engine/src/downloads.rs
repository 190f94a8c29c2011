//! Files that others sent, saved where the person's downloads are: gone on with after a cut, whole and right or not there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use presta_api::Retry;
use presta_model::{Attachment, ThreadId};
use presta_store::outbox::Failure;
use presta_store::{durable, message, thread};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use ts_rs::TS;
use url::Url;

use crate::bus::CoreEvent;
use crate::pace::Pace;
use crate::{Active, Engine, Error, file_name};

/// A download goes on by itself after so many cuts, as long as each brought something.
const CUTS: u32 = 5;
/// Bytes of a part that are read at a time.
const BLOCK: usize = 64 * 1024;

/// How far a file is on its way from the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DownloadProgress {
    /// The attachment.
    pub id: String,
    /// Bytes that are here.
    #[ts(type = "number")]
    pub done: u64,
    /// Bytes of the file.
    #[ts(type = "number")]
    pub size: u64,
}

/// What is being saved, and what was saved since the start.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    running: Mutex<HashMap<String, Arc<Stop>>>,
    saved: Mutex<HashMap<String, PathBuf>>,
}

/// How the work is told to end.
#[derive(Debug, Default)]
struct Stop {
    told: Notify,
    /// The person does not want the file: what came of it goes.
    discard: AtomicBool,
}

/// Makes room for the next when the work ends, however it ends.
struct Turn<'a> {
    downloads: &'a Downloads,
    id: &'a str,
    stop: Arc<Stop>,
}

impl Downloads {
    fn begin<'a>(&'a self, id: &'a str) -> Option<Turn<'a>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(id) {
            return None;
        }
        let stop = Arc::new(Stop::default());
        running.insert(id.to_owned(), Arc::clone(&stop));
        Some(Turn { downloads: self, id, stop })
    }

    fn discard(&self, id: &str) {
        if let Some(stop) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            stop.discard.store(true, Ordering::Release);
            stop.told.notify_one();
        }
    }

    /// Stops all of them; what came stays for the next time.
    pub(crate) fn stop_all(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).values().for_each(|stop| stop.told.notify_one());
    }

    fn saved(&self, id: &str) -> Option<PathBuf> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.downloads.running.lock().unwrap_or_else(PoisonError::into_inner).remove(self.id);
    }
}

impl Active {
    /// Saves a file that goes with a message of the conversation into `folder`, under its own name or one beside it that is
    /// free. Until it is whole it is a `.part`, which a cut leaves for the next time.
    ///
    /// # Errors
    /// `not-found`, `attachment-saving` while it is being saved, `attachment-cancelled`, `attachment-damaged` when what came
    /// is not what was sent, `downloads-unwritable` with the path, `disk-full`, or why the platform could not be asked.
    pub async fn save_attachment(&self, thread: ThreadId, id: &str, folder: PathBuf) -> Result<PathBuf, Error> {
        let turn = self.downloads.begin(id).ok_or_else(|| Error::refused("attachment-saving"))?;
        let wanted = id.to_owned();
        let file = self
            .read(move |connection| Ok(message::file(connection, &thread::resolve(connection, &thread)?, &wanted)?))
            .await?
            .ok_or_else(|| Error::refused("not-found"))?;
        tokio::fs::create_dir_all(&folder).await.map_err(|error| unwritable(&folder, error))?;
        let name = file_name::safe(&file.name);
        let part = folder.join(file_name::part(&name, &file.sha256));
        tokio::select! {
            fetched = self.fetch(&file, &part) => fetched?,
            () = turn.stop.told.notified() => {
                if turn.stop.discard.load(Ordering::Acquire) {
                    tokio::fs::remove_file(&part).await.map_err(|error| unwritable(&part, error))?;
                }
                return Err(Error::refused("attachment-cancelled"));
            }
        }
        let (place, whole) = (folder.clone(), part.clone());
        let named = tokio::task::spawn_blocking(move || file_name::take(&place, &name, &whole)).await;
        let path = named.map_err(|_| Error::Interrupted)?.map_err(|error| unwritable(&folder, error))?;
        let mut saved = self.downloads.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.insert(file.id, path.clone());
        Ok(path)
    }

    /// Stops saving a file, and removes what came of it. It is no error when it is not being saved.
    pub fn cancel_save(&self, id: &str) {
        self.downloads.discard(id);
    }

    /// Where a file was saved, since the start.
    pub fn saved_attachment(&self, id: &str) -> Option<PathBuf> {
        self.downloads.saved(id)
    }

    /// The whole file at `path`, with what was there of it.
    async fn fetch(&self, file: &Attachment, path: &Path) -> Result<(), Error> {
        let broken = |error| unwritable(path, error);
        let mut part = Part::open(path, file.size).await.map_err(broken)?;
        let mut told = Pace::default();
        let mut cuts = 0;
        while part.size < file.size {
            let before = part.size;
            match self.receive(file, &mut part, path, &mut told).await {
                Ok(()) if part.size == before => return Err(Error::refused("attachment-damaged")),
                Ok(()) => {}
                Err(Error::Api(error)) if part.size > before && cuts < CUTS && may_go_on(&error) => {
                    tracing::info!(code = error.code(), "a download was cut; it goes on where it was");
                    cuts += 1;
                }
                Err(error) => return Err(error),
            }
        }
        part.file.sync_all().await.map_err(broken)?;
        self.tell_download(file, part.size, &mut Pace::default());
        if part.digest() == file.sha256 {
            return Ok(());
        }
        tracing::warn!("a download is not what was sent");
        tokio::fs::remove_file(path).await.map_err(broken)?;
        Err(Error::refused("attachment-damaged"))
    }

    /// Adds what one answer brings.
    async fn receive(&self, file: &Attachment, part: &mut Part, path: &Path, told: &mut Pace) -> Result<(), Error> {
        let broken = |error| unwritable(path, error);
        let mut download = self.api.download(&file.id, part.size, &file.sha256).await?;
        if download.from != part.size {
            part.restart().await.map_err(broken)?;
        }
        let came = loop {
            self.tell_download(file, part.size, told);
            match download.next().await {
                Ok(Some(bytes)) if part.size + bytes.len() as u64 > file.size => {
                    part.restart().await.map_err(broken)?;
                    break Err(Error::refused("attachment-damaged"));
                }
                Ok(Some(bytes)) => part.push(&bytes).await.map_err(broken)?,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            }
        };
        // Bytes that are counted are with the system.
        part.file.flush().await.map_err(broken)?;
        came
    }

    fn tell_download(&self, file: &Attachment, done: u64, told: &mut Pace) {
        if told.is_due(Instant::now()) {
            let progress = DownloadProgress { id: file.id.clone(), done, size: file.size };
            self.bus.send(CoreEvent::Download { progress });
        }
    }
}

impl Engine {
    /// Shows the folder of a file that was saved since the start.
    ///
    /// # Errors
    /// `not-found` when it was not, `attachment-moved` when it is not there any more, `no-file-manager`.
    pub async fn reveal_attachment(&self, id: &str) -> Result<(), Error> {
        let path = self.signed_in()?.saved_attachment(id).ok_or_else(|| Error::refused("not-found"))?;
        if !tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return Err(Error::refused("attachment-moved"));
        }
        let folder = path.parent().and_then(|folder| Url::from_directory_path(folder).ok());
        let folder = folder.ok_or_else(|| Error::refused("no-file-manager"))?;
        self.open_in_browser(folder).await.map_err(|_| Error::refused("no-file-manager"))
    }

    /// Where files are saved.
    ///
    /// # Errors
    /// `no-home` when the system has no such place.
    pub fn downloads(&self) -> Result<PathBuf, Error> {
        self.inner.config.downloads.clone().ok_or_else(|| Error::refused("no-home"))
    }
}

/// What came of a file.
struct Part {
    file: tokio::fs::File,
    digest: Sha256,
    size: u64,
}

impl Part {
    /// The part at `path`, or an empty one; one with more than `most` bytes is of something else.
    async fn open(path: &Path, most: u64) -> std::io::Result<Self> {
        let file = tokio::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).await?;
        let mut part = Self { file, digest: Sha256::new(), size: 0 };
        if part.file.metadata().await?.len() > most {
            part.restart().await?;
        }
        let mut block = vec![0; BLOCK];
        loop {
            let count = part.file.read(&mut block).await?;
            if count == 0 {
                return Ok(part);
            }
            part.digest.update(block.get(..count).unwrap_or_default());
            part.size += count as u64;
        }
    }

    async fn push(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes).await?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    async fn restart(&mut self) -> std::io::Result<()> {
        self.file.set_len(0).await?;
        self.file.rewind().await?;
        self.digest = Sha256::new();
        self.size = 0;
        Ok(())
    }

    fn digest(&self) -> String {
        self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn may_go_on(error: &presta_api::Error) -> bool {
    matches!(error.retry(), Retry::Network | Retry::Transient { .. })
}

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    if durable::is_full(&error) {
        return Error::Io("saving a file", error);
    }
    tracing::warn!(kind = ?error.kind(), "a file could not be saved");
    Error::Refused(Failure::new("downloads-unwritable").with("path", path.display().to_string()))
}
