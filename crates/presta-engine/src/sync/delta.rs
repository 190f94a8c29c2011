//! Fetches what changed, page by page; a page and the state after it are committed together.

use presta_model::ChangePage;
use presta_store::sync_state::{self, ChangesState};

use crate::sync::apply;
use crate::{Active, Error, SyncPhase};

const PAGE: u32 = 500;

/// Applies all changes since `state`; returns the state reached.
pub(crate) async fn sync(active: &Active, mut state: String) -> Result<String, Error> {
    loop {
        let page = active.api.changes(&state, PAGE).await?;
        let has_more = page.has_more;
        if has_more || !page.changed.is_empty() || !page.removed.is_empty() {
            active.set_status(|status| status.phase = SyncPhase::Delta);
        }
        state.clone_from(&page.new_state);
        write(active, page).await?;
        if !has_more {
            return Ok(state);
        }
    }
}

async fn write(active: &Active, page: ChangePage) -> Result<(), Error> {
    let me = active.me.clone();
    let as_of = active.clock.now_ms();
    active
        .write(move |tx| {
            let generation = sync_state::generation(tx)?;
            for change in page.changed {
                if let Some(entity) = apply::decode(change.kind, change.data) {
                    apply::upsert(tx, &entity, &me, generation)?;
                }
            }
            for removal in &page.removed {
                apply::remove(tx, removal)?;
            }
            Ok(sync_state::set_changes(tx, &ChangesState { state: page.new_state, as_of })?)
        })
        .await
}
