//! Fetches what changed, page by page; a page and the state after it are committed together.

use presta_model::{ChangePage, Entity};
use presta_store::alert::{Arrival, Arrivals};
use presta_store::sync_state::{self, ChangesState};

use crate::sync::apply;
use crate::{Active, Error, SyncPhase};

pub(super) const PAGE: u32 = 500;

/// Applies all changes since `state`; returns the state reached.
pub(crate) async fn sync(active: &Active, mut state: String) -> Result<String, Error> {
    loop {
        let page = active.api.changes(&state, PAGE).await?;
        let has_more = page.has_more;
        if has_more || !page.changed.is_empty() || !page.removed.is_empty() {
            active.set_status(|status| status.phase = SyncPhase::Delta);
        }
        state = write(active, page).await?;
        if !has_more {
            return Ok(state);
        }
    }
}

/// Applies a page, and those after it; returns the state reached.
pub(super) async fn apply(active: &Active, page: ChangePage) -> Result<String, Error> {
    let has_more = page.has_more;
    let state = write(active, page).await?;
    if has_more { sync(active, state).await } else { Ok(state) }
}

/// Writes a page with the state after it, which is returned.
async fn write(active: &Active, page: ChangePage) -> Result<String, Error> {
    let me = active.me.clone();
    let as_of = active.clock.now_ms();
    let arrival = if active.surroundings.was_absent(as_of) { Arrival::CatchingUp } else { Arrival::Live };
    active
        .write(move |tx| {
            let generation = sync_state::generation(tx)?;
            let mut arrivals = Arrivals::new(arrival, as_of);
            for change in page.changed {
                if let Some(entity) = apply::decode(change.kind, change.data) {
                    if let Entity::Project(project) = &entity
                        && !arrivals.see(tx, project)?
                    {
                        continue;
                    }
                    apply::upsert(tx, &entity, &me, generation)?;
                }
            }
            for removal in &page.removed {
                apply::remove(tx, removal)?;
            }
            sync_state::set_changes(tx, &ChangesState { state: page.new_state.clone(), as_of })?;
            Ok((page.new_state, arrivals.raised()))
        })
        .await
        .map(|(state, raised)| {
            active.alerts.note_raised(raised);
            state
        })
}
