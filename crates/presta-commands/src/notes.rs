//! Private notes on projects.

use presta_engine::store::note;
use presta_engine::{Engine, Error};
use presta_model::ProjectId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::refs::ProjectRequest;

/// A private note; it never leaves this computer.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct Note {
    /// Plain text.
    pub text: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Last change, in ms since 1970; `None` when there is no note.
    pub updated_at: Option<i64>,
}

/// A note to keep; one without text and tags is dropped.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct NoteRequest {
    /// The project it is about.
    pub project_id: ProjectId,
    /// Plain text.
    pub text: String,
    /// Words to find it by.
    pub tags: Vec<String>,
}

pub(crate) async fn get(engine: &Engine, request: ProjectRequest) -> Result<Note, Error> {
    let active = engine.signed_in()?;
    let found = active.read(move |connection| Ok(note::get(connection, &request.project_id)?)).await?;
    Ok(found.map_or_else(Note::default, |it| Note { text: it.text, tags: it.tags, updated_at: Some(it.updated_at) }))
}

pub(crate) async fn save(engine: &Engine, request: NoteRequest) -> Result<Note, Error> {
    let mut tags: Vec<String> =
        request.tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    tags.dedup();
    let project_id = request.project_id.clone();
    let kept = note::Note { project_id: request.project_id, text: request.text, tags, updated_at: engine.now() };
    engine.signed_in()?.save_note(kept).await?;
    get(engine, ProjectRequest { project_id }).await
}
