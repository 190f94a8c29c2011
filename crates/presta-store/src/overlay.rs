//! Queued writes laid over what the platform gave: what a person did shows at once, and a discarded act leaves no
//! trace, because the platform's rows are never changed by it.

use std::collections::BTreeSet;

use presta_model::{
    Bid, BidId, Effect, EntityType, Message, Operation, Project, ProjectId, Thread, ThreadId, creating_act,
};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::decode;
use crate::outbox::{Act, Write};
use crate::{Error, alias, bid, message, project, resource, setting, thread};

/// The queued writes, oldest first.
#[derive(Debug, Default)]
pub struct Overlay {
    writes: Vec<(String, Box<Write>, &'static Operation)>,
}

impl Overlay {
    /// Reads the queue.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn load(connection: &Connection) -> Result<Self, Error> {
        let mut statement =
            connection.prepare_cached("SELECT act_id, payload FROM outbox WHERE kind = 'write' ORDER BY position")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut writes = Vec::new();
        for row in rows {
            let (act_id, json) = row?;
            if let Act::Write(write) = decode("act", &json)?
                && let Some(operation) = Operation::find(&write.op)
            {
                writes.push((act_id, write, operation));
            }
        }
        Ok(Self { writes })
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Whether something queued is about the resource.
    pub fn touches(&self, kind: EntityType, id: &str) -> bool {
        self.writes
            .iter()
            .any(|(act_id, write, operation)| creating_act(id) == Some(act_id) || concerns(write, operation, kind, id))
    }

    /// The resource `row` as the person left it; `None` when they removed it.
    pub fn effective(&self, kind: EntityType, id: &str, row: Value) -> Option<Value> {
        self.writes
            .iter()
            .filter(|(_, write, operation)| concerns(write, operation, kind, id))
            .try_fold(row, |row, (_, write, operation)| operation.apply(row, &write.body))
    }

    /// What queued writes create, newest first, with what later ones did to it.
    pub fn created(&self, kind: EntityType) -> Vec<Value> {
        let creating =
            self.writes.iter().rev().filter(|(_, _, operation)| operation.creates() && operation.answer == kind);
        creating
            .filter_map(|(act_id, write, operation)| {
                let row = operation.created(act_id, write.target.as_deref(), &write.body);
                let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.effective(kind, &id, row)
            })
            .collect()
    }

    /// The ids of what queued writes remove, or give another value of `field` than `value`.
    pub(crate) fn gone(&self, kind: EntityType, field: &str, value: &str) -> Vec<String> {
        let named = self.writes.iter().filter(|(_, _, operation)| !operation.creates() && operation.target == kind);
        let ids: BTreeSet<&str> = named.filter_map(|(_, write, _)| write.target.as_deref()).collect();
        let stays = |id: &str| {
            let row = self.effective(kind, id, serde_json::json!({ field: value }));
            row.is_some_and(|row| row.get(field).is_some_and(|left| left == value))
        };
        ids.into_iter().filter(|id| !stays(id)).map(str::to_owned).collect()
    }

    /// The text of a message, if something queued changes it.
    pub(crate) fn text_of(&self, message: &str) -> Option<String> {
        if !self.touches(EntityType::Message, message) {
            return None;
        }
        let row = self.effective(EntityType::Message, message, serde_json::json!({}))?;
        row.get("text").and_then(Value::as_str).map(str::to_owned)
    }

    /// A typed resource as the person left it. What cannot be read any more once changed stays as the platform gave it.
    pub(crate) fn lay<T: Serialize + DeserializeOwned>(&self, kind: EntityType, id: &str, row: T) -> Option<T> {
        if !self.touches(kind, id) {
            return Some(row);
        }
        let Ok(json) = serde_json::to_value(&row) else { return Some(row) };
        Some(serde_json::from_value(self.effective(kind, id, json)?).unwrap_or(row))
    }
}

/// Whether a write changes that very resource.
fn concerns(write: &Write, operation: &Operation, kind: EntityType, id: &str) -> bool {
    if operation.effect == Effect::RemoveAll {
        return operation.answer_or_target() == kind;
    }
    !operation.creates() && operation.target == kind && write.target.as_deref().is_none_or(|target| target == id)
}

/// A resource as the platform gave it, without what is queued.
///
/// # Errors
/// When the database cannot be read.
pub fn stored(connection: &Connection, kind: EntityType, id: &str) -> Result<Option<Value>, Error> {
    fn json<T: Serialize>(row: Option<T>) -> Result<Option<Value>, Error> {
        row.map(|row| serde_json::to_value(row).map_err(|source| Error::Decode { what: "resource", source }))
            .transpose()
    }
    match kind {
        EntityType::Me => setting::get(connection, setting::ME),
        EntityType::Project => json::<Project>(project::stored(connection, &ProjectId::new(id))?),
        EntityType::Bid => json::<Bid>(bid::stored(connection, &BidId::new(id))?),
        EntityType::Thread => json::<Thread>(thread::get(connection, &ThreadId::new(id))?),
        EntityType::Message => json::<Message>(message::get(connection, id)?),
        EntityType::Communications => Ok(resource::list(connection, kind, None)?.into_iter().next()),
        EntityType::Unknown => Ok(None),
        _ => resource::get(connection, kind, id),
    }
}

/// A resource as the person left it, also one that a queued act creates; whether something is queued about it.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, kind: EntityType, id: &str) -> Result<Option<(Value, bool)>, Error> {
    let id = alias::resolve(connection, id)?;
    let overlay = Overlay::load(connection)?;
    let queued = overlay.touches(kind, &id);
    if let Some(row) = stored(connection, kind, &id)? {
        return Ok(overlay.effective(kind, &id, row).map(|row| (row, queued)));
    }
    if let Some(row) = overlay.created(kind).into_iter().find(|row| row.get("id").and_then(Value::as_str) == Some(&id))
    {
        return Ok(Some((row, true)));
    }
    // A bid or message that is still to be sent by an act of its own.
    let Some(act) = creating_act(&id).map(|act| crate::outbox::get(connection, act)).transpose()?.flatten() else {
        return Ok(None);
    };
    let row = act.act.creates(kind, &id, act.thread_id.as_ref());
    Ok(row.and_then(|row| overlay.effective(kind, &id, row)).map(|row| (row, true)))
}

/// Every resource of a type as the person left it, what queued acts create first; those of `parent` alone when it is
/// given. With each, whether something is queued about it.
///
/// # Errors
/// When the database cannot be read.
pub fn list(connection: &Connection, kind: EntityType, parent: Option<&str>) -> Result<Vec<(Value, bool)>, Error> {
    let overlay = Overlay::load(connection)?;
    let parent = parent.map(|parent| alias::resolve(connection, parent)).transpose()?;
    let belongs = |row: &Value| match (parent.as_deref(), kind.parent_field()) {
        (Some(parent), Some(field)) => row.get(field).and_then(Value::as_str) == Some(parent),
        _ => true,
    };
    let created = overlay.created(kind).into_iter().filter(belongs).map(|row| (row, true));
    let stored = resource::list(connection, kind, parent.as_deref())?.into_iter().filter_map(|row| {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let queued = overlay.touches(kind, &id);
        overlay.effective(kind, &id, row).map(|row| (row, queued))
    });
    Ok(created.chain(stored).collect())
}
