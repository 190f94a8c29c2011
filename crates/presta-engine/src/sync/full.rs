//! A full sync by snapshots: the newest of the market, so that something is on screen soon, then all that is the person's
//! own, then the market, newest first. It resumes where it was interrupted, and never touches drafts and the queue.

use presta_model::{Entity, EntityType, SnapshotPage};
use presta_store::Tx;
use presta_store::alert::{Arrival, Arrivals};
use presta_store::sync_state::{self, SnapshotState};
use serde_json::Value;

use crate::sync::apply;
use crate::{Active, Error, SyncPhase};

/// Projects that are fetched before anything else.
const GLIMPSE: u32 = 50;
const PAGE: u32 = 500;

/// Fetches everything; returns the state from which the change feed goes on.
pub(crate) async fn sync(active: &Active) -> Result<String, Error> {
    let resumed =
        active.read(|connection| Ok((sync_state::snapshot(connection)?, sync_state::generation(connection)?))).await?;
    let (mut at, generation) = match resumed {
        (Some(at), _) => {
            let generation = at.generation;
            (Some(at), generation)
        }
        (None, last) => (None, last + 1),
    };
    active.set_status(|status| status.phase = SyncPhase::First);
    if at.is_none() {
        glimpse(active, generation).await?;
    }
    let first_kind = at.as_ref().map_or(EntityType::KEPT[0], |at| at.kind);
    for kind in EntityType::KEPT.into_iter().skip_while(|kind| *kind != first_kind) {
        at = Some(fetch(active, kind, at, generation).await?);
    }
    let ended = at.ok_or(Error::Interrupted)?;
    let state = ended.state.clone();
    let as_of = active.clock.now_ms();
    active.write(move |tx| Ok(sync_state::finish_snapshot(tx, &ended, as_of)?)).await?;
    active.upkeep.look.notify_one();
    Ok(state)
}

/// Fetches the newest of the market, to be fetched again in its turn: what goes in between is not in the change feed that
/// follows, so that these rows do not count as seen.
async fn glimpse(active: &Active, generation: i64) -> Result<(), Error> {
    let page = match active.api.snapshot(EntityType::Project, None, GLIMPSE).await {
        Err(error) if is_out_of_scope(&error) => return Ok(()),
        page => page?,
    };
    keep(active, EntityType::Project, page.items, arrival(generation), generation - 1, |_| Ok(())).await
}

/// Fetches one type, the next page while the last is written.
async fn fetch(
    active: &Active,
    kind: EntityType,
    mut at: Option<SnapshotState>,
    generation: i64,
) -> Result<SnapshotState, Error> {
    let cursor = at.as_ref().filter(|at| at.kind == kind).and_then(|at| at.cursor.clone());
    let first = active.api.snapshot(kind, cursor.as_deref(), PAGE).await;
    let mut page = match (first, &at) {
        (Err(error), Some(at)) if is_out_of_scope(&error) => {
            tracing::info!(kind = kind.as_str(), "the sign-in does not cover this type; it is passed over");
            return Ok(at.clone());
        }
        (first, _) => first?,
    };
    let mut counted = cursor.is_some();
    loop {
        let next_cursor = page.next_cursor.clone();
        let state = step(kind, at.as_ref(), &page, generation, &mut counted);
        show(active, &state);
        let written = write(active, kind, page, state.clone());
        at = Some(state.clone());
        match next_cursor {
            None => {
                written.await?;
                return Ok(state);
            }
            Some(cursor) => {
                let (written, next) = tokio::join!(written, active.api.snapshot(kind, Some(&cursor), PAGE));
                written?;
                page = next?;
            }
        }
    }
}

/// A sign-in from before the type was asked for.
fn is_out_of_scope(error: &presta_api::Error) -> bool {
    matches!(
        error.problem_kind(),
        Some(presta_api::ProblemKind::InsufficientScope | presta_api::ProblemKind::Forbidden)
    )
}

/// Where the sync stands once `page` is written.
fn step(
    kind: EntityType,
    at: Option<&SnapshotState>,
    page: &SnapshotPage,
    generation: i64,
    counted: &mut bool,
) -> SnapshotState {
    let rows = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    let total = at.map_or(0, |at| at.total) + if *counted { 0 } else { page.total };
    *counted = true;
    SnapshotState {
        // Everything that changes after the first page is seen again by the change feed.
        state: at.map_or_else(|| page.state.clone(), |at| at.state.clone()),
        kind,
        cursor: page.next_cursor.clone(),
        done: at.map_or(0, |at| at.done) + rows,
        total,
        generation,
    }
}

fn show(active: &Active, state: &SnapshotState) {
    active.set_status(|status| {
        status.online = true;
        status.offline_since = None;
        status.offline_reason = None;
        status.done = state.done;
        // The market comes last; before its first page the total would mislead.
        status.total = (state.kind == EntityType::Project).then_some(state.total);
    });
}

async fn write(active: &Active, kind: EntityType, page: SnapshotPage, state: SnapshotState) -> Result<(), Error> {
    let generation = state.generation;
    let set_state = move |tx: &mut Tx<'_>| Ok(sync_state::set_snapshot(tx, &state)?);
    keep(active, kind, page.items, arrival(generation), generation, set_state).await
}

/// The first market is no news; after a later full sync there is what was posted since.
fn arrival(generation: i64) -> Arrival {
    if generation <= 1 { Arrival::FirstSync } else { Arrival::FullSync }
}

/// Writes rows, and whatever belongs into the same transaction.
async fn keep(
    active: &Active,
    kind: EntityType,
    items: Vec<Value>,
    arrival: Arrival,
    generation: i64,
    then: impl FnOnce(&mut Tx<'_>) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let me = active.me.clone();
    let now = active.clock.now_ms();
    let raised = active
        .write(move |tx| {
            let mut arrivals = Arrivals::new(arrival, now);
            // Oldest first: keys grow with time, and a table takes rising ones better than falling ones.
            for item in items.into_iter().rev() {
                if let Some(entity) = apply::decode(kind, item) {
                    if let Entity::Project(project) = &entity
                        && !arrivals.see(tx, project)?
                    {
                        continue;
                    }
                    apply::upsert(tx, &entity, &me, generation)?;
                }
            }
            tx.touch("sync");
            then(tx)?;
            Ok(arrivals.raised())
        })
        .await?;
    active.alerts.note_raised(raised);
    Ok(())
}
