//! Which acts wait for each other: those about the same thing, and those about what another one creates.

use presta_model::{EntityType, Operation, creating_act};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use super::{Act, Write};
use crate::{Error, bid, message, resource};

/// The lane of an act that is about to be queued.
pub(super) fn of(connection: &Connection, act_id: &str, act: &Act) -> Result<String, Error> {
    if let Act::Upload { .. } = act {
        return Ok(format!("upload:{act_id}"));
    }
    let Act::Write(write) = act else { return Ok(act.lane()) };
    let Some(operation) = write.operation() else { return Ok(format!("op:{}", write.op)) };
    if let Some(lane) = of_creator(connection, write)? {
        return Ok(lane);
    }
    if let Some(lane) = of_same_target(connection, write, operation)? {
        return Ok(lane);
    }
    match (&write.target, operation) {
        (Some(id), _) => of_resource(connection, operation.target, id),
        // What belongs to a bid waits for what is queued about the bid.
        (None, _) if write.body.get("bid_id").is_some_and(Value::is_string) => of_resource(
            connection,
            EntityType::Bid,
            write.body.get("bid_id").and_then(Value::as_str).unwrap_or_default(),
        ),
        // Kept, dropped and kept again: the last wish is the one that holds.
        (None, operation) if operation.creates() && operation.answer == EntityType::Bookmark => {
            Ok(of_bookmark(write.body.get("project_id").and_then(Value::as_str).unwrap_or(act_id)))
        }
        (None, operation) if operation.creates() => Ok(format!("new:{act_id}")),
        (None, operation) => Ok(format!("op:{}", operation.name)),
    }
}

/// The lane of the queued act that creates what `write` names.
fn of_creator(connection: &Connection, write: &Write) -> Result<Option<String>, Error> {
    let named = write.target.as_deref().into_iter().chain(write.body.values().filter_map(Value::as_str));
    for act in named.filter_map(creating_act) {
        let lane = connection
            .prepare_cached("SELECT lane FROM outbox WHERE act_id = ?1")?
            .query_row([act], |row| row.get(0))
            .optional()?;
        if lane.is_some() {
            return Ok(lane);
        }
    }
    Ok(None)
}

/// The lane of the last queued write about the same resource.
fn of_same_target(connection: &Connection, write: &Write, operation: &Operation) -> Result<Option<String>, Error> {
    if write.target.is_none() {
        return Ok(None);
    }
    let same = |act: &super::StoredAct| match &act.act {
        Act::Write(queued) => {
            queued.target == write.target && queued.operation().is_some_and(|other| other.target == operation.target)
        }
        _ => false,
    };
    Ok(super::all(connection)?.into_iter().rfind(same).map(|act| act.lane))
}

fn of_bookmark(project: &str) -> String {
    format!("bookmark:{project}")
}

/// The lane of a known resource: that of what it belongs to, where the platform sees the two together.
fn of_resource(connection: &Connection, kind: EntityType, id: &str) -> Result<String, Error> {
    match kind {
        EntityType::Bid => Ok(match bid::place(connection, id)? {
            // Taken back, it makes room for another one on the same project.
            Some((true, project)) => format!("project:{project}"),
            _ => format!("bid:{id}"),
        }),
        EntityType::Amendment | EntityType::Milestone | EntityType::MilestoneRequest => {
            match resource::parent(connection, kind, id)? {
                Some(bid) => of_resource(connection, EntityType::Bid, &bid),
                None => Ok(format!("{}:{id}", kind.as_str())),
            }
        }
        EntityType::Entry => Ok(match resource::parent(connection, kind, id)? {
            Some(contest) => format!("contest:{contest}"),
            None => format!("entry:{id}"),
        }),
        EntityType::Bookmark => Ok(of_bookmark(resource::parent(connection, kind, id)?.as_deref().unwrap_or(id))),
        EntityType::Message => Ok(match message::get(connection, id)? {
            Some(message) => format!("thread:{}", message.thread_id),
            None => format!("message:{id}"),
        }),
        _ => Ok(format!("{}:{id}", kind.as_str())),
    }
}
