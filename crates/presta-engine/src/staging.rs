//! Files that the window hands over piece by piece: it has no paths, and the core has no whole file in memory.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presta_store::attachment::Staged;
use presta_store::staged_file::StagedFileError;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::attachments::{staged_failure, too_many};
use crate::{Active, Error, LARGEST_ATTACHMENT, MOST_ATTACHMENTS};

/// Largest piece, in bytes.
pub const LARGEST_PIECE: usize = 1024 * 1024;
/// Pieces that wait for the disk; the window waits for room.
const AHEAD: usize = 2;

/// The copies under way, by id.
#[derive(Debug, Default)]
pub(crate) struct Stagings(Mutex<HashMap<String, Staging>>);

#[derive(Debug)]
struct Staging {
    place: String,
    /// Bytes announced.
    size: u64,
    /// Bytes handed over.
    received: u64,
    pieces: mpsc::Sender<Piece>,
    copy: JoinHandle<Result<Staged, Error>>,
}

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    End,
}

impl Stagings {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Staging>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, id: &str) -> Result<Staging, Error> {
        self.with(|list| list.remove(id)).ok_or_else(interrupted)
    }

    /// Gives all of them up; each removes its copy.
    pub(crate) fn clear(&self) {
        self.with(HashMap::clear);
    }
}

impl Active {
    /// Begins to copy a file of `size` bytes for the draft `place`, as [`Active::stage`] does, of what
    /// [`Active::stage_piece`] brings. Gives the id of the copy.
    ///
    /// # Errors
    /// `attachment-too-large` and `too-many-attachments` with the limit.
    pub async fn begin_stage(self: &Arc<Self>, place: &str, name: String, size: u64) -> Result<String, Error> {
        if size > LARGEST_ATTACHMENT {
            return Err(staged_failure(StagedFileError::TooLarge { limit: LARGEST_ATTACHMENT }));
        }
        let there = self.staged_files(place).await?.len();
        let id = Uuid::now_v7().to_string();
        let (sender, receiver) = mpsc::channel(AHEAD);
        let begun = self.stagings.with(|list| {
            list.retain(|_, staging| !staging.copy.is_finished());
            let coming = list.values().filter(|staging| staging.place == place).count();
            if there + coming >= MOST_ATTACHMENTS || list.len() >= MOST_ATTACHMENTS {
                return false;
            }
            let incoming = Incoming {
                pieces: receiver,
                silence: self.api.timeouts().silence,
                runtime: Handle::current(),
                piece: Vec::new(),
                at: 0,
                ended: false,
            };
            let (active, copied, wanted) = (Arc::clone(self), id.clone(), place.to_owned());
            let copy = tokio::spawn(async move { active.stage_as(copied, &wanted, name, incoming).await });
            let staging = Staging { place: place.to_owned(), size, received: 0, pieces: sender, copy };
            list.insert(id.clone(), staging);
            true
        });
        if begun { Ok(id) } else { Err(too_many()) }
    }

    /// Hands over the bytes from `offset` on, in order; returns once there is room for more.
    ///
    /// # Errors
    /// `attachment-interrupted` when the copy is not under way any more or the piece is not the next one,
    /// `attachment-unreadable` when there are more bytes than announced, or why it could not be copied: it has ended then.
    pub async fn stage_piece(&self, id: &str, offset: u64, bytes: Vec<u8>) -> Result<(), Error> {
        let length = bytes.len() as u64;
        let sender = self.stagings.with(|list| {
            let staging = list.get_mut(id).ok_or_else(interrupted)?;
            if staging.received != offset || bytes.len() > LARGEST_PIECE {
                return Err(interrupted());
            }
            if staging.received + length > staging.size {
                list.remove(id);
                return Err(Error::refused("attachment-unreadable"));
            }
            staging.received += length;
            Ok(staging.pieces.clone())
        })?;
        if sender.send(Piece::Bytes(bytes)).await.is_ok() {
            return Ok(());
        }
        // The copy ended before its file: it says why.
        let copied = self.stagings.take(id)?.copy.await.map_err(|_| Error::Interrupted)?;
        copied.and_then(|_| Err(interrupted()))
    }

    /// Ends a copy: the file is in its draft when this returns.
    ///
    /// # Errors
    /// `attachment-unreadable` when there are fewer bytes than announced, or why it could not be copied; nothing is kept
    /// then.
    pub async fn finish_stage(&self, id: &str) -> Result<Staged, Error> {
        let staging = self.stagings.take(id)?;
        let whole = staging.received == staging.size;
        if whole {
            // One that ended before says why below.
            let _ = staging.pieces.send(Piece::End).await;
        }
        drop(staging.pieces);
        staging.copy.await.map_err(|_| Error::Interrupted)?
    }

    /// Gives a copy up; nothing of it is left when this returns. It is no error when there is none.
    pub async fn cancel_stage(&self, id: &str) {
        if let Ok(staging) = self.stagings.take(id) {
            drop(staging.pieces);
            let _ = staging.copy.await;
        }
    }
}

fn interrupted() -> Error {
    Error::refused("attachment-interrupted")
}

/// The pieces as one file, for a thread that may block.
struct Incoming {
    pieces: mpsc::Receiver<Piece>,
    /// Without a piece for so long, the copy is given up.
    silence: Duration,
    runtime: Handle,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Incoming {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let mut left = self.piece.get(self.at..).unwrap_or_default();
            if !left.is_empty() || self.ended {
                let count = left.read(out)?;
                self.at += count;
                return Ok(count);
            }
            let next = self.runtime.block_on(async { tokio::time::timeout(self.silence, self.pieces.recv()).await });
            match next {
                Ok(Some(Piece::Bytes(bytes))) => (self.piece, self.at) = (bytes, 0),
                Ok(Some(Piece::End)) => self.ended = true,
                // Without its end it is not the file that was chosen.
                Ok(None) | Err(_) => return Err(ErrorKind::ConnectionAborted.into()),
            }
        }
    }
}
