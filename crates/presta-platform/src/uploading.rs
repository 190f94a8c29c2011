//! Takes the bytes of uploads to disk: in pieces as they come, hashed on the way, one writer of an upload at a time.
//!
//! How much of an upload is there is the length of its file, so that what arrived before a cut connection counts. A chunk
//! with a checksum goes to a file of its own first: nothing unchecked is ever counted.

use std::{
    collections::HashMap,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Body;
use futures_util::StreamExt as _;
use sha2::{Digest, Sha256};
use tokio::{fs::OpenOptions, io::AsyncWriteExt as _, sync::watch};

use crate::{
    app::App,
    problem::Problem,
    store::{
        attachments,
        uploads::{self, Upload},
    },
    tus::Checksum,
};

/// How long the next bytes are waited for.
const IDLE: Duration = Duration::from_secs(30);
const PIECE: usize = 64 * 1024;

/// Bytes hashed so far.
#[derive(Debug, Clone, Default)]
struct Hashed {
    length: i64,
    state: Sha256,
}

/// One upload that someone asks about.
#[derive(Debug)]
struct Live {
    /// Counts who came: the last one has the turn.
    turn: watch::Sender<u64>,
    hashed: tokio::sync::Mutex<Hashed>,
}

/// The uploads under way, by row.
#[derive(Debug, Default)]
pub struct Uploading {
    live: Mutex<HashMap<i64, Arc<Live>>>,
}

/// The turn of one request at an upload.
#[derive(Debug)]
pub struct Turn {
    live: Arc<Live>,
    mine: u64,
    heard: watch::Receiver<u64>,
}

impl Uploading {
    /// Takes the turn at upload `n`: whoever had it stops taking bytes. A client that comes back after a cut is not
    /// kept waiting for a connection that is dead but does not know.
    #[must_use]
    pub fn enter(&self, n: i64) -> Turn {
        let mut all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Live { turn: watch::Sender::new(0), hashed: tokio::sync::Mutex::default() });
        let live = Arc::clone(all.entry(n).or_insert_with(new));
        drop(all);
        let heard = live.turn.subscribe();
        let mut mine = 0;
        live.turn.send_modify(|turn| {
            *turn += 1;
            mine = *turn;
        });
        Turn { live, mine, heard }
    }

    fn forget(&self, n: i64) {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&n);
    }
}

impl Turn {
    fn lost(&self) -> bool {
        *self.heard.borrow() != self.mine
    }

    /// How many bytes of `upload` are there, when nobody writes any more.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub async fn settled(&self, app: &App, upload: &Upload) -> Result<i64, Problem> {
        let _nobody = self.live.hashed.lock().await;
        offset(&app.files, upload)
    }
}

/// The folder of the bytes, in the folder of the files.
#[must_use]
pub fn folder(files: &Path) -> PathBuf {
    files.join("uploads")
}

fn path(files: &Path, n: i64) -> PathBuf {
    folder(files).join(n.to_string())
}

/// Where a chunk with a checksum waits.
fn chunk_path(files: &Path, n: i64) -> PathBuf {
    folder(files).join(format!("{n}.chunk"))
}

fn broke(what: &'static str) -> impl Fn(io::Error) -> Problem {
    move |error| Problem::Internal(format!("{what}: {error}"))
}

/// How many bytes of `upload` are there now.
///
/// # Errors
/// When the file cannot be looked at.
pub fn offset(files: &Path, upload: &Upload) -> Result<i64, Problem> {
    if upload.attachment_n.is_some() {
        return Ok(upload.announced.length);
    }
    match std::fs::metadata(path(files, upload.n)) {
        Ok(file) => Ok(i64::try_from(file.len()).unwrap_or(i64::MAX)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(broke("looking at an upload")(error)),
    }
}

/// A chunk as it is asked for.
#[derive(Debug)]
pub struct Chunk {
    /// Where the client thinks it goes.
    pub offset: i64,
    /// What its bytes must come to.
    pub checksum: Option<Checksum>,
    /// The bytes.
    pub body: Body,
}

/// Where an upload is after a request.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// Bytes that are there.
    pub offset: i64,
    /// What it became, once complete.
    pub attachment_n: Option<i64>,
}

/// Adds a chunk to upload `n` of `user_n`, and makes it an attachment when it is complete. A chunk without a checksum
/// that is cut short is kept as far as it came.
///
/// # Errors
/// `not-found`, `gone`, `offset-mismatch` also for who lost the turn, `payload-too-large`, `checksum-mismatch`, or when
/// the disk refuses.
pub async fn append(app: &App, (user_n, n): (i64, i64), chunk: Chunk) -> Result<At, Problem> {
    let turn = app.uploading.enter(n);
    let mut hashed = turn.live.hashed.lock().await;
    let now = app.now();
    let upload = app.read(move |sql| uploads::find(sql, user_n, n, now)).await?;
    let offset = offset(&app.files, &upload)?;
    if turn.lost() || chunk.offset != offset {
        return Err(Problem::OffsetMismatch { offset });
    }
    if upload.attachment_n.is_some() {
        return Ok(At { offset, attachment_n: upload.attachment_n });
    }
    // Taken out, so that what a failure leaves behind is hashed again from the file.
    let mut sum = std::mem::take(&mut *hashed);
    if sum.length != offset {
        let file = path(&app.files, n);
        sum.state = blocking(move || hash(&file)).await?;
        sum.length = offset;
    }
    let sum = receive(app, &turn, &upload, chunk, sum).await?;
    let offset = sum.length;
    if offset < upload.announced.length {
        *hashed = sum;
        return Ok(At { offset, attachment_n: None });
    }
    let attachment_n = finish(app, upload, &sum.state).await?;
    Ok(At { offset, attachment_n: Some(attachment_n) })
}

/// Makes an upload whose bytes all are there an attachment: an empty one, or one whose last request ended too early.
///
/// # Errors
/// As [`append`].
pub async fn settle(app: &App, (user_n, n): (i64, i64)) -> Result<(Upload, At), Problem> {
    let turn = app.uploading.enter(n);
    let now = app.now();
    let find = move |sql: &rusqlite::Connection| uploads::find(sql, user_n, n, now);
    let known = app.read(find).await?;
    if turn.settled(app, &known).await? < known.announced.length {
        let offset = offset(&app.files, &known)?;
        return Ok((known, At { offset, attachment_n: None }));
    }
    let chunk = Chunk { offset: known.announced.length, checksum: None, body: Body::empty() };
    let at = append(app, (user_n, n), chunk).await?;
    Ok((app.read(find).await?, at))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    let result = done.map_err(|error| Problem::Internal(format!("blocking work: {error}")))?;
    result.map_err(broke("reading an upload"))
}

fn hash(path: &Path) -> io::Result<Sha256> {
    let mut state = Sha256::new();
    match std::fs::File::open(path) {
        Ok(file) => copy_into(file, &mut state)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(state)
}

fn copy_into(mut from: impl Read, state: &mut Sha256) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        state.update(piece.get(..read).unwrap_or_default());
    }
}

/// Writes what comes, and answers what is there then.
async fn receive(
    app: &App,
    turn: &Turn,
    upload: &Upload,
    mut chunk: Chunk,
    mut sum: Hashed,
) -> Result<Hashed, Problem> {
    let writing = broke("writing an upload");
    let (kept, aside) = (path(&app.files, upload.n), chunk_path(&app.files, upload.n));
    let target = if chunk.checksum.is_some() { &aside } else { &kept };
    let mut options = OpenOptions::new();
    options.create(true).append(chunk.checksum.is_none()).write(true).truncate(chunk.checksum.is_some());
    let mut file = options.open(target).await.map_err(&writing)?;
    let mut stream = std::mem::take(&mut chunk.body).into_data_stream();
    let (mut heard, mut ending) = (turn.heard.clone(), app.ending.clone());
    let (mut whole, mut lost) = (false, false);
    loop {
        let next = tokio::select! {
            biased;
            _ = heard.wait_for(|turn_now| *turn_now != turn.mine) => { lost = true; break }
            _ = ending.wait_for(|ending| *ending) => break,
            next = tokio::time::timeout(IDLE, stream.next()) => next,
        };
        let bytes = match next {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(None) => {
                whole = true;
                break;
            }
            // Cut, or silent for too long.
            Ok(Some(Err(_))) | Err(_) => break,
        };
        let length = sum.length.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        if length > upload.announced.length {
            file.set_len(if chunk.checksum.is_some() { 0 } else { chunk.offset.unsigned_abs() })
                .await
                .map_err(&writing)?;
            return Err(Problem::PayloadTooLarge);
        }
        file.write_all(&bytes).await.map_err(&writing)?;
        sum.state.update(&bytes);
        sum.length = length;
        if let Some(checksum) = &mut chunk.checksum {
            checksum.update(&bytes);
        }
    }
    file.flush().await.map_err(&writing)?;
    file.sync_data().await.map_err(&writing)?;
    let Some(checksum) = chunk.checksum else {
        return if lost { Err(Problem::OffsetMismatch { offset: sum.length }) } else { Ok(sum) };
    };
    let held = checksum.holds();
    if lost || !whole || !held {
        let _ = tokio::fs::remove_file(&aside).await;
        return Err(if whole && !held {
            Problem::ChecksumMismatch
        } else {
            Problem::OffsetMismatch { offset: chunk.offset }
        });
    }
    blocking(move || {
        let mut to = std::fs::OpenOptions::new().create(true).append(true).open(kept)?;
        io::copy(&mut std::fs::File::open(&aside)?, &mut to)?;
        to.sync_data()?;
        std::fs::remove_file(aside)
    })
    .await?;
    Ok(sum)
}

/// The last step: what came is what was announced, or is thrown away. The bytes are in their place before the row says
/// so; a server that dies in between finds a file no row knows, and the client sends again.
async fn finish(app: &App, upload: Upload, state: &Sha256) -> Result<i64, Problem> {
    let sha256: String = state.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let n = upload.n;
    if upload.announced.sha256.as_ref().is_some_and(|announced| *announced != sha256) {
        terminate(app, n).await?;
        return Err(Problem::ChecksumMismatch);
    }
    let files = Arc::clone(&app.files);
    let done = app
        .write(move |tx| {
            let attachment_n = uploads::complete(tx, &upload, &sha256)?;
            let place = broke("placing an upload");
            std::fs::rename(path(&files, n), attachments::path(&files, attachment_n)).map_err(&place)?;
            std::fs::File::open(attachments::folder(&files)).and_then(|folder| folder.sync_all()).map_err(&place)?;
            Ok(attachment_n)
        })
        .await;
    app.uploading.forget(n);
    done
}

/// Ends upload `n`: nothing of it stays.
///
/// # Errors
/// On a database error.
pub async fn terminate(app: &App, n: i64) -> Result<(), Problem> {
    app.write(move |tx| uploads::end(tx, n)).await?;
    remove(&app.files, n);
    app.uploading.forget(n);
    Ok(())
}

/// What is left behind when this fails is swept at the next start.
fn remove(files: &Path, n: i64) {
    let _ = std::fs::remove_file(path(files, n));
    let _ = std::fs::remove_file(chunk_path(files, n));
}

/// Ends what expired.
///
/// # Errors
/// On a database error.
pub async fn expire(app: &App) -> Result<(), Problem> {
    let (due, unused) = app.write(|tx| Ok((uploads::expire(tx)?, attachments::forget_unused(tx)?))).await?;
    for n in due {
        let turn = app.uploading.enter(n);
        let _nobody = turn.live.hashed.lock().await;
        remove(&app.files, n);
        app.uploading.forget(n);
    }
    for n in unused {
        let _ = std::fs::remove_file(attachments::path(&app.files, n));
    }
    Ok(())
}

/// Makes the folders and removes files no row knows: what a death in the wrong moment left behind. For the start, when
/// nothing is under way.
///
/// # Errors
/// When the folders cannot be read, or on a database error.
pub async fn sweep(app: &App) -> Result<(), Problem> {
    let files = Arc::clone(&app.files);
    app.read(move |sql| {
        let sweeping = broke("sweeping the files");
        for (folder, known) in [
            (folder(&files), uploads::open as fn(&rusqlite::Connection, &[i64]) -> Result<Vec<i64>, Problem>),
            (attachments::folder(&files), attachments::known),
        ] {
            std::fs::create_dir_all(&folder).map_err(&sweeping)?;
            let mut found = HashMap::new();
            for entry in std::fs::read_dir(&folder).map_err(&sweeping)? {
                let path = entry.map_err(&sweeping)?.path();
                let n = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
                match n {
                    Some(n) => drop(found.insert(n, path)),
                    // A chunk that was not checked to its end.
                    None => std::fs::remove_file(path).map_err(&sweeping)?,
                }
            }
            let rows: Vec<i64> = found.keys().copied().collect();
            for n in known(sql, &rows)? {
                found.remove(&n);
            }
            for path in found.into_values() {
                std::fs::remove_file(path).map_err(&sweeping)?;
            }
        }
        Ok(())
    })
    .await
}
