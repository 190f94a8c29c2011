//! Sends a staged file: announced once, sent in pieces, gone on with where the platform says it is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use presta_api::{ProblemKind, is_upload_gone};
use presta_store::attachment::{self, Staged};
use presta_store::outbox::{self, StoredAct};
use presta_store::staged_file;
use uuid::Uuid;

use crate::attachments::staged_failure;
use crate::bus::CoreEvent;
use crate::pace::Pace;
use crate::{Active, Error, UploadProgress};

/// Bytes of the largest piece.
const LARGEST_PIECE: usize = 512 * 1024;
/// Bytes of the smallest one: half a minute of half a kilobyte a second.
const SMALLEST_PIECE: usize = 16 * 1024;
/// A piece that took less than this part of its time may be followed by one twice as large.
const QUICK: u32 = 4;
/// An attempt begins again so often when the platform no longer has what it sent.
const BEGINNINGS: u32 = 3;
/// An attempt ends after so many turns in which the upload did not get further than before.
const STUCK: u32 = 5;

/// Bytes of a piece, as the line takes them: one that is cut counts for nothing, so it must fit the time of a request.
#[derive(Debug)]
pub(crate) struct Pieces(AtomicUsize);

impl Default for Pieces {
    fn default() -> Self {
        Self(AtomicUsize::new(LARGEST_PIECE))
    }
}

impl Pieces {
    fn size(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes that a piece did not go out in time. False when there is none smaller.
    fn note_timeout(&self, bytes: usize) -> bool {
        self.0.fetch_min((bytes / 2).max(SMALLEST_PIECE), Ordering::Relaxed);
        bytes > SMALLEST_PIECE
    }

    /// Notes how long a piece took, of the time there is for one.
    fn note_sent(&self, bytes: usize, took: Duration, limit: Duration) {
        if bytes == self.size() && took < limit / QUICK {
            self.0.store((bytes * 2).min(LARGEST_PIECE), Ordering::Relaxed);
        }
    }
}

/// How far an attempt has come: what a platform says that makes no sense, or leads nowhere, ends it, and the next one comes
/// after a pause.
#[derive(Debug, Default)]
struct Course {
    furthest: Option<u64>,
    stuck: u32,
}

impl Course {
    /// A turn begins at `offset` of a file of `size` bytes.
    fn at(&mut self, offset: u64, size: u64) -> Result<(), presta_api::Error> {
        if offset > size {
            return Err(senseless());
        }
        if self.furthest.is_none_or(|furthest| offset > furthest) {
            *self = Self { furthest: Some(offset), stuck: 0 };
            return Ok(());
        }
        self.stuck += 1;
        if self.stuck >= STUCK { Err(senseless()) } else { Ok(()) }
    }
}

fn senseless() -> presta_api::Error {
    presta_api::Error::misshapen("an upload's offset")
}

/// Sends what the platform does not have yet of the act's file, and gives the attachment it became.
pub(super) async fn send(active: &Active, act: &StoredAct, key: Uuid) -> Result<String, Error> {
    let mut key = key;
    for _ in 1..BEGINNINGS {
        match send_once(active, act, key).await {
            Err(Error::Api(error)) if is_upload_gone(&error) => {
                tracing::info!(code = error.code(), "the platform no longer has an upload; it begins again");
                key = Uuid::now_v7();
                let (id, new) = (act.act_id.clone(), key.to_string());
                active.write_durably_unless_stopped(move |tx| Ok(attachment::begin_again(tx, &id, &new)?)).await?;
            }
            outcome => return outcome,
        }
    }
    send_once(active, act, key).await
}

async fn send_once(active: &Active, act: &StoredAct, key: Uuid) -> Result<String, Error> {
    let staged = staged(active, &act.act_id).await?;
    let (upload, mut place) = match staged.upload_id.clone() {
        Some(upload) => {
            let place = active.api.upload_place(&upload).await?;
            (upload, place)
        }
        None => {
            let Staged { name, media_type, size, sha256, .. } = &staged;
            let (upload, place) = active.api.begin_upload(name, media_type, *size, sha256, key).await?;
            // Known before the first byte goes out: whatever happens then is gone on with.
            let (id, begun) = (act.act_id.clone(), upload.clone());
            active.write_durably_unless_stopped(move |tx| Ok(attachment::begun(tx, &id, &begun)?)).await?;
            (upload, place)
        }
    };
    let path = active.staged_path(&act.act_id);
    let (mut told, mut course) = (Pace::default(), Course::default());
    loop {
        if let Some(id) = place.attachment_id {
            tell(active, &staged, staged.size, &mut told).await?;
            return Ok(id);
        }
        course.at(place.offset, staged.size)?;
        tell(active, &staged, place.offset, &mut told).await?;
        if place.offset == staged.size {
            // It is all there, and what it became was not said yet.
            place = active.api.upload_place(&upload).await?;
            continue;
        }
        let piece = piece(&staged, path.clone(), place.offset, active.pieces.size()).await?;
        let (bytes, began) = (piece.len(), Instant::now());
        place = match active.api.append_to_upload(&upload, place.offset, piece).await {
            // An answer was lost, or an older request still had the turn.
            Err(error) if error.problem_kind() == Some(&ProblemKind::OffsetMismatch) => {
                active.api.upload_place(&upload).await?
            }
            // The line takes less than that in the time there is.
            Err(presta_api::Error::Timeout) if active.pieces.note_timeout(bytes) => {
                course = Course::default();
                active.api.upload_place(&upload).await?
            }
            Err(error) => return Err(error.into()),
            Ok(place) => {
                active.pieces.note_sent(bytes, began.elapsed(), active.api.timeouts().answer);
                place
            }
        };
    }
}

/// Tells how far the file is; ends the attempt when it was dropped meanwhile.
async fn tell(active: &Active, staged: &Staged, offset: u64, told: &mut Pace) -> Result<(), Error> {
    let id = staged.id.clone();
    if !active.read(move |connection| Ok(outbox::get(connection, &id)?.is_some())).await? {
        return Err(Error::Interrupted);
    }
    if told.is_due(Instant::now()) || offset == staged.size {
        let id = staged.id.clone();
        active.write(move |tx| Ok(attachment::sent(tx, &id, offset)?)).await?;
        let progress = UploadProgress { id: staged.id.clone(), sent: offset, size: staged.size };
        active.bus.send(CoreEvent::Upload { progress });
    }
    Ok(())
}

async fn staged(active: &Active, id: &str) -> Result<Staged, Error> {
    let id = id.to_owned();
    let staged = active.read(move |connection| Ok(attachment::get(connection, &id)?)).await?;
    staged.ok_or_else(|| Error::refused("attachment-lost"))
}

async fn piece(staged: &Staged, path: PathBuf, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
    let (key, size) = (staged.key.clone(), staged.size);
    let read = move || staged_file::read(&key, &path, size, offset, length);
    tokio::task::spawn_blocking(read).await.map_err(|_| Error::Interrupted)?.map_err(staged_failure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::time::Duration;

    use super::{Course, LARGEST_PIECE, Pieces, SMALLEST_PIECE, STUCK};

    #[test]
    fn an_offset_beyond_the_end_is_refused_before_it_is_reckoned_with() {
        for offset in [11, u64::MAX / 2, u64::MAX] {
            let error = Course::default().at(offset, 10).unwrap_err();
            assert!(error.is_unreadable(), "it is tried again after a pause");
        }
        Course::default().at(10, 10).unwrap();
    }

    #[test]
    fn a_platform_that_leads_nowhere_ends_the_attempt_and_one_that_goes_on_does_not() {
        let mut course = Course::default();
        for offset in 0..100 {
            course.at(offset, 100).unwrap();
        }
        // The same again, back and forth: nowhere further than it was.
        let turns = (0..).position(|turn| course.at([99, 0, 50][turn % 3], 100).is_err()).unwrap();
        assert_eq!(turns + 1, STUCK as usize);
    }

    #[test]
    fn pieces_are_halved_until_they_fit_and_grow_again_on_a_quick_line() {
        let (pieces, limit) = (Pieces::default(), Duration::from_secs(30));
        let mut halved = 0;
        while pieces.note_timeout(pieces.size()) {
            halved += 1;
        }
        assert_eq!((halved, pieces.size()), (5, SMALLEST_PIECE));
        pieces.note_sent(SMALLEST_PIECE, limit / 2, limit);
        assert_eq!(pieces.size(), SMALLEST_PIECE, "that was slow enough");
        pieces.note_sent(10, Duration::ZERO, limit);
        assert_eq!(pieces.size(), SMALLEST_PIECE, "the end of a file tells nothing");
        for _ in 0..10 {
            pieces.note_sent(pieces.size(), Duration::ZERO, limit);
        }
        assert_eq!(pieces.size(), LARGEST_PIECE);
    }
}
