//! What waits to be sent, and what was.

use presta_engine::store::outbox::{self, Act, ActKind, ActState, Delivered, Difference, Failure, StoredAct};
use presta_engine::{Engine, Error};
use presta_model::{FieldConflict, ProjectId, ThreadId};
use serde::Serialize;
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::Nothing;
use crate::refs::ActRef;

/// Characters of an act's text that the list shows.
const SUMMARY: usize = 160;

/// The queue.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Queue {
    /// What waits, oldest first.
    pub acts: Vec<ActRow>,
    /// What was sent, newest first.
    pub delivered: Vec<Delivered>,
}

/// An act that waits.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ActRow {
    /// Identifier.
    pub act_id: String,
    /// What it is.
    pub kind: ActKind,
    /// The project's title, or the person's name.
    pub title: String,
    /// The beginning of its text.
    pub summary: String,
    /// The project.
    pub project_id: Option<ProjectId>,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// Where it stands.
    pub state: ActState,
    /// Attempts begun.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt_at: Option<i64>,
    /// When the person asked for it.
    pub queued_at: i64,
    /// Why the last attempt failed.
    pub error: Option<Failure>,
    /// What changed on the project since.
    pub differences: Vec<Difference>,
    /// The contract's operation, of an act without a kind of its own.
    pub op: Option<String>,
    /// What such an act sends, as the contract has it.
    #[ts(type = "Record<string, unknown> | null")]
    pub body: Option<Map<String, Value>>,
    /// Until when it can be taken back and is not sent, in ms since 1970.
    pub undo_until: Option<i64>,
    /// What was changed elsewhere as well, for the person to choose.
    pub conflict: Vec<FieldConflict>,
    /// It may have arrived: until the answer is known it is neither changed nor dropped.
    pub in_doubt: bool,
}

/// Where an act was taken back to.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Reopened {
    /// The composer of this project.
    pub project_id: Option<ProjectId>,
    /// This conversation.
    pub thread_id: Option<ThreadId>,
}

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Queue, Error> {
    engine
        .signed_in()?
        .read(|connection| {
            let acts = outbox::all(connection)?;
            Ok(Queue {
                acts: acts.into_iter().filter(|act| act.act.is_shown()).map(row).collect(),
                delivered: outbox::delivered(connection)?,
            })
        })
        .await
}

pub(crate) async fn retry(engine: &Engine, request: ActRef) -> Result<Nothing, Error> {
    engine.signed_in()?.retry_act(request.act_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn confirm(engine: &Engine, request: ActRef) -> Result<Nothing, Error> {
    engine.signed_in()?.confirm_act(request.act_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn discard(engine: &Engine, request: ActRef) -> Result<Nothing, Error> {
    engine.signed_in()?.discard_act(request.act_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn edit(engine: &Engine, request: ActRef) -> Result<Reopened, Error> {
    let reopened = engine.signed_in()?.edit_act(request.act_id).await?;
    Ok(Reopened { project_id: reopened.project_id, thread_id: reopened.thread_id })
}

fn row(act: StoredAct) -> ActRow {
    ActRow {
        kind: act.act.kind(),
        title: act.act.title().to_owned(),
        summary: act.act.text().chars().take(SUMMARY).collect(),
        project_id: act.act.project_id(),
        thread_id: act.thread_id,
        state: act.state,
        attempts: act.attempts,
        next_attempt_at: act.not_before,
        queued_at: act.queued_at,
        error: act.error,
        differences: act.differences,
        op: act.act.op().map(str::to_owned),
        body: match act.act {
            Act::Write(write) => Some(write.body),
            _ => None,
        },
        undo_until: act.undo_until,
        in_doubt: act.in_doubt,
        conflict: act.conflict.map(|conflict| conflict.fields).unwrap_or_default(),
        act_id: act.act_id,
    }
}
