//! Sends a staged file: announced once, sent in pieces, gone on with where the platform says it is.

use std::path::PathBuf;
use std::time::Duration;

use presta_api::{ProblemKind, UploadPlace, is_upload_gone};
use presta_store::attachment::{self, Staged};
use presta_store::outbox::StoredAct;
use presta_store::staged_file;
use uuid::Uuid;

use crate::attachments::staged_failure;
use crate::bus::CoreEvent;
use crate::{Active, Error, UploadProgress};

/// Bytes of a piece. One that is cut counts for nothing, so it must fit a slow line's half minute.
const PIECE: usize = 512 * 1024;
/// Progress is told this often at most.
const TELL: Duration = Duration::from_millis(250);
/// An attempt begins again so often when the platform no longer has what it sent.
const BEGINNINGS: u32 = 3;

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
    let mut told = None;
    loop {
        tell(active, &staged, &place, &mut told).await?;
        if let Some(id) = place.attachment_id {
            return Ok(id);
        }
        let piece = piece(&staged, path.clone(), place.offset).await?;
        place = match active.api.append_to_upload(&upload, place.offset, piece).await {
            // An answer was lost, or an older request still had the turn.
            Err(error) if error.problem_kind() == Some(&ProblemKind::OffsetMismatch) => {
                active.api.upload_place(&upload).await?
            }
            answer => answer?,
        };
    }
}

/// Tells how far the file is; ends the attempt when it was dropped meanwhile.
async fn tell(
    active: &Active,
    staged: &Staged,
    place: &UploadPlace,
    told: &mut Option<tokio::time::Instant>,
) -> Result<(), Error> {
    let due = told.is_none_or(|at| at.elapsed() >= TELL) || place.offset == staged.size;
    let (id, offset) = (staged.id.clone(), place.offset);
    let kept = active
        .write(move |tx| {
            if due {
                attachment::sent(tx, &id, offset)?;
            }
            Ok(presta_store::outbox::get(tx, &id)?.is_some())
        })
        .await?;
    if !kept {
        return Err(Error::Interrupted);
    }
    if due {
        *told = Some(tokio::time::Instant::now());
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

async fn piece(staged: &Staged, path: PathBuf, offset: u64) -> Result<Vec<u8>, Error> {
    let (key, size) = (staged.key.clone(), staged.size);
    let read = move || staged_file::read(&key, &path, size, offset, PIECE);
    let piece = tokio::task::spawn_blocking(read).await.map_err(|_| Error::Interrupted)?.map_err(staged_failure)?;
    // The platform has it all and names no attachment, which it never should; without bytes this would never end.
    if piece.is_empty() { Err(Error::refused("attachment-lost")) } else { Ok(piece) }
}
