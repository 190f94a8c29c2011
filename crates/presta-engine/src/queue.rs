//! Any write of the contract, and what the person decides about queued acts.

use std::collections::BTreeMap;

use presta_model::{BodyError, EntityType, FieldConflict, Operation, ProjectId, creating_act};
use presta_store::outbox::{self, Act, ActState, Failure, StoredAct, Write};
use presta_store::overlay::{self, Overlay};
use presta_store::{Connection, Tx, alias, attachment, project, setting};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use uuid::Uuid;

use crate::attachments::{MOST_ATTACHMENTS, too_many};
use crate::write::{Reopened, discard, find, take_back};
use crate::{Active, Error};

/// Seconds in which an act that others see can be taken back, unless the person chose otherwise.
pub(crate) const UNDO_SECONDS: u32 = 5;
/// The longest window that can be chosen, in seconds.
const LONGEST_UNDO: u32 = 60;

/// Whose value a member that was changed on both sides takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The person's.
    Mine,
    /// The platform's.
    Theirs,
}

impl Active {
    /// Queues a write of the contract, by its operation. `target` is the id in the path; what a queued act creates is
    /// named by `local:` and the act's id.
    ///
    /// # Errors
    /// `unknown-operation`, `target-missing`, `not-found`, `body-not-an-object`, `field-missing`, `field-unknown`,
    /// `nothing-to-change`, `attachment-lost` and `attachment-taken` for a file that is not here or goes with another act, or
    /// when the cache cannot be written.
    pub async fn queue_write(&self, op: &str, target: Option<String>, body: Value) -> Result<String, Error> {
        let operation =
            Operation::find(op).ok_or_else(|| Error::Refused(Failure::new("unknown-operation").with("op", op)))?;
        let body = checked(operation, &body)?;
        let now = self.clock.now_ms();
        let act_id = Uuid::now_v7().to_string();
        let queued = act_id.clone();
        self.write_durably(move |tx| {
            let target = target.filter(|_| operation.has_id()).map(|id| alias::resolve(tx, &id)).transpose()?;
            let base = base(tx, operation, target.as_deref())?;
            let title = title(tx, &base, &body)?;
            let body = with_files(tx, resolved(tx, body)?, &act_id, now)?;
            let write = Write { op: operation.name.to_owned(), target, title, body, base };
            Ok(outbox::enqueue(tx, &act_id, &Act::Write(Box::new(write)), now)?)
        })
        .await?;
        self.outbox.notify_one();
        Ok(queued)
    }

    /// Gives a queued write another body, and puts it back in the queue, in its place.
    ///
    /// # Errors
    /// Those of [`Active::queue_write`]; `not-found` when it is no longer in the queue or is no such act, `being-sent`
    /// while its outcome is not known.
    pub async fn change_write(&self, act_id: String, body: Value) -> Result<(), Error> {
        let now = self.clock.now_ms();
        self.write_durably(move |tx| {
            let stored = find(tx, &act_id)?;
            let Act::Write(mut write) = stored.act.clone() else { return Err(Error::refused("not-found")) };
            let operation = write.operation().ok_or_else(|| Error::refused("unknown-act"))?;
            write.body = with_files(tx, resolved(tx, checked(operation, &body)?)?, &act_id, now)?;
            let act = Act::Write(write);
            leave_files(tx, &stored.act, &act)?;
            again(tx, &stored, &act)
        })
        .await?;
        self.sync_now();
        Ok(())
    }

    /// Takes an act back while nothing of it was sent; a text goes back into its draft.
    ///
    /// # Errors
    /// `not-found`, or `too-late` once an attempt has begun.
    pub async fn undo_act(&self, act_id: String) -> Result<Reopened, Error> {
        let now = self.clock.now_ms();
        let reopened = self
            .write_durably(move |tx| {
                let stored = find(tx, &act_id)?;
                if stored.state != ActState::Queued || stored.attempts > 0 {
                    return Err(Error::refused("too-late"));
                }
                take_back(tx, &stored, now)
            })
            .await?;
        self.outbox.notify_one();
        Ok(reopened)
    }

    /// Ends a conflict: each member that was changed on both sides takes the value of the side chosen for it. What is left
    /// to send goes out again; when nothing is left, the act is over.
    ///
    /// # Errors
    /// `not-found`, `no-conflict`, or `choice-missing` with the member's name.
    pub async fn merge_act(&self, act_id: String, choices: BTreeMap<String, Side>) -> Result<(), Error> {
        self.write_durably(move |tx| {
            let stored = find(tx, &act_id)?;
            let (Act::Write(write), Some(conflict)) = (&stored.act, &stored.conflict) else {
                return Err(Error::refused("no-conflict"));
            };
            let mut write = write.clone();
            for FieldConflict { field, .. } in &conflict.fields {
                match choices.get(field) {
                    Some(Side::Mine) => {}
                    Some(Side::Theirs) => {
                        write.body.remove(field);
                    }
                    None => {
                        return Err(Error::Refused(Failure::new("choice-missing").with("field", field.as_str())));
                    }
                }
            }
            write.base = conflict.theirs.clone();
            if write.body.is_empty() {
                return discard(tx, &stored);
            }
            let act = Act::Write(write);
            leave_files(tx, &stored.act, &act)?;
            Ok(outbox::reissue(tx, &stored.act_id, &act, &Uuid::now_v7().to_string())?)
        })
        .await?;
        self.sync_now();
        Ok(())
    }

    /// The window of the projects that are synced, as the person left it; whether something about it is queued.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn feed(&self) -> Result<Option<(Value, bool)>, Error> {
        self.read(|connection| {
            let queued = Overlay::load(connection)?.touches(EntityType::Unknown, "");
            Ok(feed(connection)?.map(|feed| (feed, queued)))
        })
        .await
    }

    /// Seconds in which an act that others see can be taken back; 0 for none.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn undo_seconds(&self) -> Result<u32, Error> {
        self.read(|connection| Ok(setting::get(connection, setting::UNDO_SECONDS)?.unwrap_or(UNDO_SECONDS))).await
    }

    /// Sets how long acts that others see can be taken back, up to a minute; for acts queued from now on.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn set_undo_seconds(&self, seconds: u32) -> Result<u32, Error> {
        let seconds = seconds.min(LONGEST_UNDO);
        self.write_durably(move |tx| {
            if setting::set(tx, setting::UNDO_SECONDS, &seconds)? {
                tx.touch("queue-settings");
            }
            Ok(seconds)
        })
        .await
    }
}

/// Puts an act back in the queue. After a refusal it is another request: the platform answers the same key the same way.
pub(crate) fn again(tx: &mut Tx<'_>, stored: &StoredAct, act: &Act) -> Result<(), Error> {
    match (stored.state, act) {
        (ActState::Sending, _) => Err(Error::refused("being-sent")),
        // An attempt whose answer was lost may have arrived with the body it had.
        (ActState::Queued | ActState::WaitingNetwork | ActState::WaitingRetry | ActState::InDoubt, _)
            if stored.in_doubt && *act != stored.act =>
        {
            Err(Error::refused("being-sent"))
        }
        (ActState::Refused | ActState::Conflict, Act::Write(_)) => {
            Ok(outbox::reissue(tx, &stored.act_id, act, &Uuid::now_v7().to_string())?)
        }
        _ => Ok(outbox::requeue(tx, &stored.act_id, act)?),
    }
}

fn checked(operation: &Operation, body: &Value) -> Result<Map<String, Value>, Error> {
    let failure = |error| match error {
        BodyError::Missing(field) => Failure::new("field-missing").with("field", field),
        BodyError::NoSuchField(field) => Failure::new("field-unknown").with("field", field),
        BodyError::Empty => Failure::new("nothing-to-change"),
        _ => Failure::new("body-not-an-object"),
    };
    operation.check(body).cloned().map_err(|error| Error::Refused(failure(error)))
}

/// The resource as the person sees it when they decide.
fn base(connection: &Connection, operation: &Operation, target: Option<&str>) -> Result<Value, Error> {
    if operation.name == "editFeed" {
        return feed(connection)?.ok_or_else(|| Error::refused("not-synced-yet"));
    }
    match target {
        Some(id) => Ok(overlay::get(connection, operation.target, id)?.ok_or_else(|| Error::refused("not-found"))?.0),
        None if operation.has_id() => Err(Error::refused("target-missing")),
        None if operation.has_precondition() => {
            let found = overlay::get(connection, operation.target, "")?;
            Ok(found.ok_or_else(|| Error::refused("not-synced-yet"))?.0)
        }
        None => Ok(Value::Null),
    }
}

/// The window of the projects that are synced, as the person left it.
fn feed(connection: &Connection) -> Result<Option<Value>, Error> {
    let Some(stored) = setting::get::<Value>(connection, setting::FEED)? else { return Ok(None) };
    Ok(Overlay::load(connection)?.effective(EntityType::Unknown, "", stored))
}

/// Ids given here that are known to the platform by now.
fn resolved(connection: &Connection, body: Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let mut out = Map::new();
    for (name, value) in body {
        let known = match value.as_str() {
            Some(text) => alias::get(connection, text)?,
            None => None,
        };
        out.insert(name, known.map_or(value, Value::from));
    }
    Ok(out)
}

/// Queues the staged files that the body of the act `act_id` names, and names those that the platform has as it does.
fn with_files(
    tx: &mut Tx<'_>,
    mut body: Map<String, Value>,
    act_id: &str,
    now: i64,
) -> Result<Map<String, Value>, Error> {
    if let Some(Value::Array(named)) = body.get_mut("attachment_ids") {
        let ids: Vec<String> = named.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if ids.len() > MOST_ATTACHMENTS {
            return Err(too_many());
        }
        for id in &ids {
            match attachment::named(tx, id)? {
                // With the other one it would be dropped, or sent twice.
                Some(file) if attachment::is_named_beside(tx, &file, act_id)? => {
                    return Err(Error::Refused(Failure::new("attachment-taken").with("name", file.name)));
                }
                None if creating_act(id).is_some() && alias::get(tx, id)?.is_none() => {
                    return Err(Error::refused("attachment-lost"));
                }
                _ => {}
            }
        }
        *named = attachment::claim(tx, &ids, now)?.into_iter().map(Value::from).collect();
    }
    Ok(body)
}

/// Puts the files that an act named and does not name any more back into the drafts they came from.
fn leave_files(tx: &mut Tx<'_>, before: &Act, after: &Act) -> Result<(), Error> {
    let kept = after.attachments();
    let left: Vec<String> = before.attachments().into_iter().filter(|id| !kept.contains(id)).collect();
    Ok(attachment::unclaim(tx, &left, None)?)
}

/// What an act is about, for lists.
fn title(connection: &Connection, base: &Value, body: &Map<String, Value>) -> Result<String, Error> {
    const NAMES: [&str; 5] = ["title", "project_title", "contest_title", "name", "display_name"];
    let of = |name: &&str| base.get(*name).or_else(|| body.get(*name)).and_then(Value::as_str);
    if let Some(title) = NAMES.iter().find_map(of) {
        return Ok(title.to_owned());
    }
    let project = base.get("project_id").or_else(|| body.get("project_id")).and_then(Value::as_str);
    let project = project.map(|id| project::stored(connection, &ProjectId::new(id))).transpose()?.flatten();
    Ok(project.map(|project| project.title).unwrap_or_default())
}
