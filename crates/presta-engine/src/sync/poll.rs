//! Follows the platform without an event stream: the question about changes is held back until there are some.

use std::time::Duration;

use tokio::time::Instant;

use crate::sync::delta::{self, PAGE};
use crate::sync::pull::{is_expired, note_up_to_date, pull};
use crate::{Active, Error};

/// Least time between two empty answers, should the platform not hold them back.
const SPACING: Duration = Duration::from_secs(5);

/// Follows from `state` until it is time to try the event stream again.
pub(super) async fn follow(active: &Active, mut state: String, until: Instant) -> Result<(), Error> {
    let hold = active.api.timeouts().hold;
    while Instant::now() < until {
        let asked = Instant::now();
        let page = tokio::select! {
            page = active.api.changes_held(&state, PAGE, hold) => page,
            () = active.sync.notified() => {
                state = pull(active).await?;
                continue;
            }
        };
        match page {
            Ok(page) if page.changed.is_empty() && page.removed.is_empty() && !page.has_more => {
                state.clone_from(&page.new_state);
                note_up_to_date(active);
                if asked.elapsed() < hold.min(SPACING) {
                    tokio::select! {
                        () = tokio::time::sleep(SPACING) => {}
                        () = active.sync.notified() => state = pull(active).await?,
                    }
                }
            }
            Ok(page) => {
                state = delta::apply(active, page).await?;
                note_up_to_date(active);
            }
            Err(error) if is_expired(&error) => state = pull(active).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
