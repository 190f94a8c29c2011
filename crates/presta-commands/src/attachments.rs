//! Files that go with a message: attached, sent, saved.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presta_engine::store::Connection;
use presta_engine::store::attachment::{self, Staged};
use presta_engine::store::outbox::{self, Act, ActState, Failure};
use presta_engine::{Engine, Error};
use presta_model::{Attachment, ProjectId, ThreadId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;

/// The draft that a file is attached to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "in", content = "id", rename_all = "kebab-case")]
pub enum AttachmentPlace {
    /// Of a message; a local id works also after the platform gave the conversation another.
    Thread(ThreadId),
    /// Of what is written for a project.
    Project(ProjectId),
}

/// A draft's files.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AttachmentsRequest {
    /// Which draft.
    pub place: AttachmentPlace,
}

/// A file to be attached.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AttachmentStageRequest {
    /// To which draft.
    pub place: AttachmentPlace,
    /// Its name; the media type is what its ending stands for.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// A file that is being attached, or is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AttachmentRef {
    /// Which.
    pub id: String,
}

/// The next bytes of a file that is being attached.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AttachmentPieceRequest {
    /// Of which copy.
    pub id: String,
    /// Bytes before these.
    pub offset: u64,
    /// The bytes, 1 MiB at most, in Base64 (RFC 4648, section 4).
    pub bytes: String,
}

/// A file of a message.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AttachmentRequest {
    /// The message's conversation.
    pub thread_id: ThreadId,
    /// The file.
    pub attachment_id: String,
}

/// Where a file was saved.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AttachmentSaved {
    /// The full path.
    pub path: String,
    /// Its name there, which may be another than the one it was sent under.
    pub name: String,
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentState {
    /// In a draft.
    Staged,
    /// Waits to be sent.
    Queued,
    /// Is being sent.
    Sending,
    /// Could not be sent, and waits for the person.
    Refused,
    /// The platform has it.
    Sent,
}

/// A file in a draft, or of a message.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AttachmentRow {
    /// The platform's id, or the one of the copy while it is not there.
    pub id: String,
    /// File name, as its sender gave it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type, as its sender gave it.
    pub media_type: String,
    /// How far it has come.
    pub state: AttachmentState,
    /// Bytes that the platform has.
    pub sent: u64,
}

impl AttachmentPlace {
    fn key(&self) -> String {
        match self {
            Self::Thread(id) => format!("thread:{id}"),
            Self::Project(id) => format!("project:{id}"),
        }
    }
}

pub(crate) async fn begin(engine: &Engine, request: AttachmentStageRequest) -> Result<AttachmentRef, Error> {
    let AttachmentStageRequest { place, name, size } = request;
    let id = engine.signed_in()?.begin_stage(&place.key(), name, size).await?;
    Ok(AttachmentRef { id })
}

pub(crate) async fn piece(engine: &Engine, request: AttachmentPieceRequest) -> Result<Nothing, Error> {
    let bytes = BASE64
        .decode(request.bytes)
        .map_err(|error| Error::Refused(Failure::new("bad-request").with("reason", error.to_string())))?;
    engine.signed_in()?.stage_piece(&request.id, request.offset, bytes).await?;
    Ok(Nothing {})
}

pub(crate) async fn finish(engine: &Engine, request: AttachmentRef) -> Result<AttachmentRow, Error> {
    Ok(staged_row(engine.signed_in()?.finish_stage(&request.id).await?, AttachmentState::Staged))
}

pub(crate) async fn cancel(engine: &Engine, request: AttachmentRef) -> Result<Nothing, Error> {
    engine.signed_in()?.cancel_stage(&request.id).await;
    Ok(Nothing {})
}

pub(crate) async fn staged(engine: &Engine, request: AttachmentsRequest) -> Result<Vec<AttachmentRow>, Error> {
    let files = engine.signed_in()?.staged_files(&request.place.key()).await?;
    Ok(files.into_iter().map(|staged| staged_row(staged, AttachmentState::Staged)).collect())
}

pub(crate) async fn unstage(engine: &Engine, request: AttachmentRef) -> Result<Nothing, Error> {
    engine.signed_in()?.remove_staged(request.id).await?;
    Ok(Nothing {})
}

pub(crate) async fn save(engine: &Engine, request: AttachmentRequest) -> Result<AttachmentSaved, Error> {
    let AttachmentRequest { thread_id, attachment_id } = request;
    let folder = engine.downloads()?;
    let path = engine.signed_in()?.save_attachment(thread_id, &attachment_id, folder).await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(AttachmentSaved { path: path.display().to_string(), name })
}

pub(crate) async fn save_cancel(engine: &Engine, request: AttachmentRef) -> Result<Nothing, Error> {
    engine.signed_in()?.cancel_save(&request.id);
    Ok(Nothing {})
}

pub(crate) async fn reveal(engine: &Engine, request: AttachmentRef) -> Result<Nothing, Error> {
    engine.reveal_attachment(&request.id).await?;
    Ok(Nothing {})
}

/// The files of a message that the platform has.
pub(crate) fn sent_rows(files: &[Attachment]) -> Vec<AttachmentRow> {
    let row = |file: &Attachment| AttachmentRow {
        id: file.id.clone(),
        name: file.name.clone(),
        size: file.size,
        media_type: file.media_type.clone(),
        state: AttachmentState::Sent,
        sent: file.size,
    };
    files.iter().map(row).collect()
}

/// The files of a message that waits, in the order in which it names them.
pub(crate) fn queued_rows(connection: &Connection, act: &Act) -> Result<Vec<AttachmentRow>, Error> {
    let mut rows = Vec::new();
    for id in act.attachments() {
        let Some(staged) = attachment::named(connection, &id)? else { continue };
        let state = match outbox::get(connection, &staged.id)?.map(|upload| upload.state) {
            None => AttachmentState::Sent,
            Some(ActState::Sending) => AttachmentState::Sending,
            Some(ActState::Refused | ActState::InDoubt) => AttachmentState::Refused,
            Some(_) => AttachmentState::Queued,
        };
        rows.push(staged_row(staged, state));
    }
    Ok(rows)
}

fn staged_row(staged: Staged, state: AttachmentState) -> AttachmentRow {
    let Staged { id, name, size, media_type, sent, .. } = staged;
    AttachmentRow { id, name, size, media_type, state, sent }
}
