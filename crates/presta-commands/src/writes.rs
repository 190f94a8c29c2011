//! Resources of every type as the person left them, and any write of the contract.

use std::collections::BTreeMap;

use presta_engine::store::overlay;
use presta_engine::{Engine, Error, Side};
use presta_model::EntityType;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::Nothing;
use crate::queue::Reopened;
use crate::refs::ActRef;

/// Resources of a type.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ResourcesRequest {
    /// The contract's name of the type.
    pub kind: EntityType,
    /// What they belong to: the contest of entries, the bid of milestones; `None` for all.
    pub parent: Option<String>,
}

/// One resource.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ResourceRequest {
    /// The contract's name of the type.
    pub kind: EntityType,
    /// Its id; empty for a type of which there is one alone.
    pub id: String,
}

/// A resource as the person left it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ResourceRow {
    /// As the contract has it, with what is queued laid over it.
    #[ts(type = "Record<string, unknown>")]
    pub data: Value,
    /// Whether something about it is still to be sent.
    pub queued: bool,
}

/// A write of the contract.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct WriteRequest {
    /// The contract's `operationId`.
    pub op: String,
    /// The id in the path; `local:` and an act's id for what that act creates.
    pub target: Option<String>,
    /// What is sent, as the contract has it.
    #[ts(type = "Record<string, unknown>")]
    pub body: Value,
}

/// Another body for a queued write.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ChangeWriteRequest {
    /// The act.
    pub act_id: String,
    /// What is sent instead.
    #[ts(type = "Record<string, unknown>")]
    pub body: Value,
}

/// The end of a conflict.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MergeRequest {
    /// The act.
    pub act_id: String,
    /// Whose value each member takes.
    pub choices: BTreeMap<String, Side>,
}

/// How the queue sends.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct QueueSettings {
    /// Seconds in which what others see can be taken back, 0 to 60.
    pub undo_seconds: u32,
}

pub(crate) async fn list(engine: &Engine, request: ResourcesRequest) -> Result<Vec<ResourceRow>, Error> {
    engine
        .signed_in()?
        .read(move |connection| {
            let rows = overlay::list(connection, request.kind, request.parent.as_deref())?;
            Ok(rows.into_iter().map(|(data, queued)| ResourceRow { data, queued }).collect())
        })
        .await
}

pub(crate) async fn get(engine: &Engine, request: ResourceRequest) -> Result<ResourceRow, Error> {
    engine
        .signed_in()?
        .read(move |connection| {
            let row = overlay::get(connection, request.kind, &request.id)?;
            row.map(|(data, queued)| ResourceRow { data, queued }).ok_or_else(|| Error::refused("not-found"))
        })
        .await
}

pub(crate) async fn feed(engine: &Engine, _: Nothing) -> Result<ResourceRow, Error> {
    let row = engine.signed_in()?.feed().await?;
    row.map(|(data, queued)| ResourceRow { data, queued }).ok_or_else(|| Error::refused("not-synced-yet"))
}

pub(crate) async fn queue(engine: &Engine, request: WriteRequest) -> Result<ActRef, Error> {
    let act_id = engine.signed_in()?.queue_write(&request.op, request.target, request.body).await?;
    Ok(ActRef { act_id })
}

pub(crate) async fn change(engine: &Engine, request: ChangeWriteRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.change_write(request.act_id, request.body).await?;
    Ok(Nothing {})
}

pub(crate) async fn undo(engine: &Engine, request: ActRef) -> Result<Reopened, Error> {
    let reopened = engine.signed_in()?.undo_act(request.act_id).await?;
    Ok(Reopened { project_id: reopened.project_id, thread_id: reopened.thread_id })
}

pub(crate) async fn merge(engine: &Engine, request: MergeRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.merge_act(request.act_id, request.choices).await?;
    Ok(Nothing {})
}

pub(crate) async fn settings(engine: &Engine, _: Nothing) -> Result<QueueSettings, Error> {
    Ok(QueueSettings { undo_seconds: engine.signed_in()?.undo_seconds().await? })
}

pub(crate) async fn set_settings(engine: &Engine, request: QueueSettings) -> Result<QueueSettings, Error> {
    Ok(QueueSettings { undo_seconds: engine.signed_in()?.set_undo_seconds(request.undo_seconds).await? })
}
