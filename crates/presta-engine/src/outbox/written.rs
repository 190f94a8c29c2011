//! Sending a write of the contract's table, and what its answer means.

use presta_api::ProblemKind;
use presta_model::{
    Effect, EntityType, Merged, Method, Operation, Removal, RemovalReason, UserId, creating_act, local_id, three_way,
};
use presta_store::outbox::{self, Act, Conflict, StoredAct, Write};
use presta_store::{Tx, alias, resource, setting, sync_state};
use serde_json::Value;
use uuid::Uuid;

use crate::sync::apply;
use crate::{Active, Error};

/// What became of a change that the platform refused because there is a newer revision.
pub(super) enum Met {
    /// The platform has all of it already, and this is the resource.
    Settled(Value),
    /// It was put back in the queue, or waits for the person.
    Kept,
}

/// Asks the platform for what `write` says; what is to be removed and is gone already is removed.
pub(super) async fn send(active: &Active, write: &Write, key: Uuid) -> Result<Option<Value>, Error> {
    let operation = operation(write)?;
    // What a queued act creates is not there yet, which is not the same as gone.
    if write.target.as_deref().is_some_and(|id| creating_act(id).is_some()) {
        return Err(Error::refused("not-found"));
    }
    let rev = write.base_rev().unwrap_or_default();
    let answer = active.api.write(operation, write.target.as_deref(), rev, &write.body, key).await;
    match answer {
        Err(error) if operation.method == Method::Delete && is_gone(&error) => Ok(None),
        answer => {
            let answer = answer?;
            if is_readable(operation, answer.as_ref()) {
                Ok(answer)
            } else {
                Err(presta_api::Error::misshapen("a resource").into())
            }
        }
    }
}

/// Whether an answer is what the operation gives: of something that was made nothing can be done without its id.
fn is_readable(operation: &Operation, answer: Option<&Value>) -> bool {
    match answer {
        Some(answer) if operation.creates() => answer.get("id").is_some_and(Value::is_string),
        Some(answer) => answer.is_object(),
        None => !operation.creates(),
    }
}

/// Whether the platform refused a change because the resource was changed elsewhere.
pub(super) fn is_edited_elsewhere(act: &StoredAct, error: &presta_api::Error) -> bool {
    matches!(&act.act, Act::Write(write) if write.operation().is_some_and(Operation::has_precondition))
        && error.problem_kind() == Some(&ProblemKind::EditedElsewhere)
}

/// Compares the change with the one made elsewhere: what does not touch the same members goes out again by itself, the
/// rest waits for the person.
pub(super) async fn meet(active: &Active, act: &StoredAct) -> Result<Met, Error> {
    let Act::Write(write) = &act.act else { return Ok(Met::Kept) };
    let operation = operation(write)?;
    let theirs = active.api.changed(operation, write.target.as_deref()).await?;
    let merged = three_way(&write.base, &write.body, &theirs);
    if merged == Merged::Settled {
        return Ok(Met::Settled(theirs));
    }
    let (act, mut write, me) = (act.clone(), write.clone(), active.me.clone());
    active
        .write_durably(move |tx| {
            keep(tx, operation, theirs.clone(), &me)?;
            match merged {
                Merged::Send(body) => {
                    write.body = body;
                    write.base = theirs;
                    outbox::reissue(tx, &act.act_id, &Act::Write(write), &Uuid::now_v7().to_string())?;
                }
                Merged::Ask(fields) => outbox::conflict(tx, &act, &Conflict { fields, theirs })?,
                Merged::Settled => {}
            }
            Ok(())
        })
        .await?;
    Ok(Met::Kept)
}

/// Writes down what a delivered write left behind, in the transaction that ends the act.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    act: &StoredAct,
    write: &Write,
    answer: Option<Value>,
    me: &UserId,
) -> Result<(), Error> {
    let operation = operation(write)?;
    match operation.effect {
        Effect::Remove => {
            let id = write.target.clone().unwrap_or_default();
            apply::remove(tx, &Removal { kind: operation.target, id, reason: RemovalReason::Deleted })?;
        }
        Effect::RemoveAll => resource::clear(tx, operation.target)?,
        _ => {}
    }
    let Some(answer) = answer else { return Ok(()) };
    let id = answer.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let rev = answer.get("rev").and_then(Value::as_i64);
    keep(tx, operation, answer, me)?;
    if operation.creates() && !id.is_empty() {
        alias::settle(tx, &local_id(&act.act_id), &id)?;
    }
    if let Some(rev) = rev
        && (operation.creates() || operation.answer == operation.target)
    {
        outbox::rebase(tx, act, operation.answer, &id, rev)?;
    }
    Ok(())
}

/// What the platform calls the thing that a bid or a message became, for queued acts that name it.
pub(super) fn known_as(tx: &mut Tx<'_>, act: &StoredAct, kind: EntityType, id: &str, rev: i64) -> Result<(), Error> {
    alias::settle(tx, &local_id(&act.act_id), id)?;
    Ok(outbox::rebase(tx, act, kind, id, rev)?)
}

/// Keeps the resource of an answer. One that cannot be read is left to the sync.
fn keep(tx: &mut Tx<'_>, operation: &Operation, resource: Value, me: &UserId) -> Result<(), Error> {
    if operation.name == "editFeed" {
        if setting::set(tx, setting::FEED, &resource)? {
            tx.touch("feed");
        }
        return Ok(());
    }
    let generation = sync_state::generation(tx)?;
    match apply::decode(operation.answer, resource) {
        Some(entity) => apply::upsert(tx, &entity, me, generation),
        None => Ok(()),
    }
}

fn operation(write: &Write) -> Result<&'static Operation, Error> {
    write.operation().ok_or_else(|| Error::refused("unknown-act"))
}

fn is_gone(error: &presta_api::Error) -> bool {
    matches!(error.problem_kind(), Some(ProblemKind::NotFound | ProblemKind::Gone))
}
