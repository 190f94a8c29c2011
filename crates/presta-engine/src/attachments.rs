//! Files that the person attaches: copied once, encrypted, into the account's folder, so that the original may go.

use std::io::Read;
use std::path::{Path, PathBuf};

use presta_model::{ThreadId, is_unseen, local_id};
use presta_store::attachment::{self, Staged};
use presta_store::outbox::Failure;
use presta_store::staged_file::{self, StagedFileError};
use presta_store::{Tx, durable, thread};
use serde::Serialize;
use ts_rs::TS;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Active, Error};

/// Largest file, in bytes; the contract's.
pub const LARGEST_ATTACHMENT: u64 = 200 * 1024 * 1024;
/// Most files of one act; the contract's.
pub const MOST_ATTACHMENTS: usize = 30;
/// Longest name, in characters; the platform cuts there.
const LONGEST_NAME: usize = 255;
/// Longest ending of a name that is kept when it is cut, in characters, with the dot.
const LONGEST_ENDING: usize = 16;
/// Copies that are not finished end with this.
const PART: &str = "part";

/// How far a file is on its way to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UploadProgress {
    /// Of the staged file.
    pub id: String,
    /// Bytes that the platform has.
    #[ts(type = "number")]
    pub sent: u64,
    /// Bytes of the file.
    #[ts(type = "number")]
    pub size: u64,
}

impl Active {
    /// Copies the file at `path` into the account's folder, encrypted, and attaches it to the draft `place` (`thread:` or
    /// `project:` and an id). The original may be moved or deleted afterwards.
    ///
    /// # Errors
    /// `attachment-unreadable`, `attachment-too-large` and `too-many-attachments` with the limit, `disk-full`; nothing is
    /// kept then.
    pub async fn stage_file(&self, place: &str, path: &Path) -> Result<Staged, Error> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = path.to_owned();
        let open = move || {
            let file = std::fs::File::open(&path)?;
            if file.metadata()?.is_file() { Ok(file) } else { Err(std::io::ErrorKind::InvalidInput.into()) }
        };
        let opened = tokio::task::spawn_blocking(open).await.map_err(|_| Error::Interrupted)?;
        let file = opened.map_err(|error| staged_failure(StagedFileError::Source(error)))?;
        self.stage(place, name, file).await
    }

    /// As [`Active::stage_file`], of what `from` reads, under `name`.
    ///
    /// # Errors
    /// Those of [`Active::stage_file`].
    pub async fn stage(&self, place: &str, name: String, from: impl Read + Send + 'static) -> Result<Staged, Error> {
        self.stage_as(Uuid::now_v7().to_string(), place, name, from).await
    }

    /// As [`Active::stage`], under a new id.
    pub(crate) async fn stage_as(
        &self,
        id: String,
        place: &str,
        name: String,
        from: impl Read + Send + 'static,
    ) -> Result<Staged, Error> {
        let place = self.resolved_place(place).await?;
        let wanted = place.clone();
        let there = self.read(move |connection| Ok(attachment::of_place(connection, &wanted)?.len())).await?;
        if there >= MOST_ATTACHMENTS {
            return Err(too_many());
        }
        self.store.writable()?;
        let _under_way = self.staging.read().await;
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(|_| Error::refused("storage"))?;
        let (to, sealing) = (self.staged_path(&id), key.clone());
        let seal = move || seal(&sealing, from, &to);
        let sealed = tokio::task::spawn_blocking(seal).await.map_err(|_| Error::Interrupted)??;
        let name = named(&name);
        let staged = Staged {
            id,
            media_type: media_type(&name).to_owned(),
            name,
            place: Some(place),
            size: sealed.size,
            sha256: sealed.sha256,
            key,
            upload_id: None,
            sent: 0,
            platform_id: None,
        };
        let (row, now) = (staged.clone(), self.clock.now_ms());
        let kept = self.write_durably(move |tx| Ok(attachment::insert(tx, &row, now)?)).await;
        if kept.is_err() {
            remove(&self.staged_path(&staged.id));
        }
        kept.map(|()| staged)
    }

    /// The files of a draft, in the order in which they were attached.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn staged_files(&self, place: &str) -> Result<Vec<Staged>, Error> {
        let place = self.resolved_place(place).await?;
        self.read(move |connection| Ok(attachment::of_place(connection, &place)?)).await
    }

    /// Takes a file out of its draft.
    ///
    /// # Errors
    /// `not-found` when it is in none.
    pub async fn remove_staged(&self, id: String) -> Result<(), Error> {
        let path = self.staged_path(&id);
        if !self.write_durably(move |tx| Ok(attachment::remove(tx, &id)?)).await? {
            return Err(Error::refused("not-found"));
        }
        tokio::task::spawn_blocking(move || remove(&path)).await.map_err(|_| Error::Interrupted)
    }

    /// Where the copy of a staged file is.
    pub(crate) fn staged_path(&self, id: &str) -> PathBuf {
        self.staged_folder().join(id)
    }

    fn staged_folder(&self) -> PathBuf {
        self.place.staged_folder()
    }

    /// Removes the copies that no draft and no act has any more. What led to it holds, whatever becomes of them.
    pub(crate) async fn sweep_staged(&self) {
        if let Err(error) = self.try_sweep_staged().await {
            tracing::warn!(%error, "copies of files that nothing needs stay until the next start");
        }
    }

    async fn try_sweep_staged(&self) -> Result<(), Error> {
        let dropped = self.write_durably_unless_stopped(|tx| Ok(attachment::sweep(tx)?)).await?;
        let paths: Vec<PathBuf> = dropped.iter().map(|id| self.staged_path(id)).collect();
        let sweep = move || paths.iter().for_each(|path| remove(path));
        tokio::task::spawn_blocking(sweep).await.map_err(|_| Error::Interrupted)
    }

    /// Removes what a kill left: copies that are not finished, and those of which nothing is known.
    pub(crate) async fn sweep_left(&self) -> Result<(), Error> {
        self.try_sweep_staged().await?;
        // A copy has its name a moment before its row is written.
        let _alone = self.staging.write().await;
        let ids = self.read(|connection| Ok(attachment::ids(connection)?)).await?;
        let folder = self.staged_folder();
        let sweep = move || {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                if !ids.iter().any(|id| entry.file_name().to_str() == Some(id)) {
                    remove(&entry.path());
                }
            }
        };
        tokio::task::spawn_blocking(sweep).await.map_err(|_| Error::Interrupted)
    }

    async fn resolved_place(&self, place: &str) -> Result<String, Error> {
        let place = place.to_owned();
        self.read(move |connection| match place.strip_prefix("thread:") {
            Some(id) => Ok(thread_place(&thread::resolve(connection, &ThreadId::new(id))?)),
            None => Ok(place),
        })
        .await
    }
}

/// The place of a message that is being written.
pub(crate) fn thread_place(thread: &ThreadId) -> String {
    format!("thread:{thread}")
}

/// Takes the files of the draft `place`, or only `files` of them, for an act about to be queued, and gives what the act
/// names them.
pub(crate) fn claim_files(
    tx: &mut Tx<'_>,
    place: &str,
    files: Option<&[String]>,
    now: i64,
) -> Result<Vec<String>, Error> {
    let there: Vec<String> = attachment::of_place(tx, place)?.into_iter().map(|staged| staged.id).collect();
    let files = files.unwrap_or(&there);
    if files.iter().any(|id| !there.contains(id)) {
        return Err(Error::refused("not-found"));
    }
    let ids: Vec<String> = files.iter().map(|id| local_id(id)).collect();
    if ids.len() > MOST_ATTACHMENTS {
        return Err(too_many());
    }
    Ok(attachment::claim(tx, &ids, now)?)
}

/// What became of a copy, in the terms of the user interface.
pub(crate) fn staged_failure(error: StagedFileError) -> Error {
    match error {
        StagedFileError::Source(error) => {
            tracing::info!(kind = ?error.kind(), "a file could not be read");
            Error::refused("attachment-unreadable")
        }
        StagedFileError::Copy(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Error::refused("attachment-lost")
        }
        StagedFileError::Copy(error) => Error::Io("the copy of an attached file", error),
        StagedFileError::TooLarge { limit } => {
            Error::Refused(Failure::new("attachment-too-large").with("max", limit.cast_signed()))
        }
        _ => Error::refused("attachment-lost"),
    }
}

pub(crate) fn too_many() -> Error {
    Error::Refused(Failure::new("too-many-attachments").with("max", MOST_ATTACHMENTS))
}

/// The copy under its own name once it is whole and on the disk; nothing when it could not be made.
fn seal(key: &staged_file::FileKey, mut from: impl Read, to: &Path) -> Result<staged_file::Sealed, Error> {
    if let Some(folder) = to.parent() {
        durable::create_folder(folder).map_err(|error| Error::Io("making the folder of attached files", error))?;
    }
    let part = to.with_extension(PART);
    let sealed = staged_file::seal(key, &mut from, &part, LARGEST_ATTACHMENT).map_err(staged_failure).and_then(|it| {
        durable::rename(&part, to).map_err(|error| Error::Io("the copy of an attached file", error))?;
        Ok(it)
    });
    if sealed.is_err() {
        remove(&part);
        remove(to);
    }
    sealed
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(kind = ?error.kind(), "a copy that nothing needs stays until the next start");
        }
        _ => {}
    }
}

/// A name without what only a path or a terminal would mean by it, and without what shows it as another one. The ending
/// stays when it is cut, for the file is opened by it.
fn named(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !is_unseen(*c)).collect();
    let clean = clean.trim();
    if clean.is_empty() {
        return "file".to_owned();
    }
    let ending = clean.rfind('.').and_then(|dot| clean.get(dot..)).unwrap_or_default();
    let ending = if ending.chars().count() <= LONGEST_ENDING { ending } else { "" };
    let stem = clean.strip_suffix(ending).unwrap_or(clean);
    stem.chars().take(LONGEST_NAME - ending.chars().count()).chain(ending.chars()).collect()
}

/// The media type that a name's ending stands for (IANA).
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "json" => "application/json",
        "zip" => "application/zip",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use presta_store::staged_file::StagedFileError;

    use super::{LONGEST_NAME, media_type, named, staged_failure};

    #[test]
    fn a_name_shows_as_what_it_is_and_keeps_its_ending() {
        assert_eq!(named("devis\u{202e}fdp.exe"), "devisfdp.exe");
        assert_eq!(named("../../a/\u{2066}plan\u{7}.png"), "plan.png");
        assert_eq!(named("C:\\Users\\x\\note.txt"), "note.txt");
        for empty in ["", " ", "\u{200f}", "a/"] {
            assert_eq!(named(empty), "file");
        }
        let long = named(&format!("{}.docx", "é".repeat(400)));
        assert_eq!((long.chars().count(), long.ends_with("é.docx")), (LONGEST_NAME, true));
        assert!(media_type(&long).contains("wordprocessingml"));
        // What is no ending is cut as the rest is.
        assert_eq!(named(&format!("a.{}", "b".repeat(400))).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn a_copy_that_is_gone_is_lost_and_one_that_cannot_be_read_now_is_not() {
        let code = |kind: std::io::ErrorKind| staged_failure(StagedFileError::Copy(kind.into())).failure().code;
        assert_eq!(code(std::io::ErrorKind::NotFound), "attachment-lost");
        assert_eq!(code(std::io::ErrorKind::PermissionDenied), "storage");
        assert_eq!(code(std::io::ErrorKind::StorageFull), "disk-full");
    }
}
