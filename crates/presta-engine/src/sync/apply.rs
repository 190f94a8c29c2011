//! Writes resources of the platform into the cache, inside one transaction with the state they belong to.

use presta_model::{Entity, EntityType, Removal, RemovalReason, UserId};
use presta_store::{Tx, alert, bid, message, project, resource, setting, thread};

use crate::Error;

/// Writes one resource.
pub(crate) fn upsert(tx: &mut Tx<'_>, entity: &Entity, me: &UserId, generation: i64) -> Result<(), Error> {
    match entity {
        Entity::Me(profile) if setting::set(tx, setting::ME, profile)? => tx.touch("session"),
        Entity::Project(project) => project::upsert(tx, project, generation)?,
        Entity::Bid(bid) => bid::upsert(tx, bid, me, generation)?,
        Entity::Thread(thread) => thread::upsert(tx, thread, generation)?,
        Entity::Message(message) => message::upsert(tx, message, generation)?,
        Entity::Plain(plain) => {
            resource::upsert(tx, plain, generation)?;
            if plain.kind == EntityType::SavedSearch {
                alert::keep_saved_search(tx, &plain.data)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Drops one resource.
pub(crate) fn remove(tx: &mut Tx<'_>, removal: &Removal) -> Result<(), Error> {
    let id = removal.id.as_str();
    match removal.kind {
        EntityType::Project if removal.reason == RemovalReason::LeftWindow => project::leave(tx, id)?,
        EntityType::Project => project::remove(tx, id)?,
        EntityType::Bid => bid::remove(tx, id)?,
        EntityType::Thread => thread::remove(tx, id)?,
        EntityType::Message => message::remove(tx, id)?,
        kind if kind.is_plain() => {
            resource::remove(tx, kind, id)?;
            if kind == EntityType::SavedSearch {
                alert::forget_saved_search(tx, id)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Reads a resource; one of a shape this version cannot read is left out, so that it does not stop all others.
pub(crate) fn decode(kind: EntityType, data: serde_json::Value) -> Option<Entity> {
    Entity::decode(kind, data)
        .inspect_err(|error| {
            // The text of the error may quote the data.
            tracing::warn!(kind = kind.as_str(), line = error.line(), "a resource could not be read and was left out");
        })
        .ok()
        .flatten()
}
