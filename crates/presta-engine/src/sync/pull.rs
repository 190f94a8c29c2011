//! Brings the cache up to date, whichever way that takes.

use presta_store::{setting, sync_state};

use crate::sync::{delta, full};
use crate::{Active, Error};

/// Brings the cache up to date and returns the state it is at.
pub(super) async fn pull(active: &Active) -> Result<String, Error> {
    let known = active.read(|connection| Ok(sync_state::changes(connection)?)).await?;
    let state = match known {
        None => in_full(active).await?,
        Some(known) => match delta::sync(active, known.state).await {
            Err(Error::Api(error)) if is_expired(&error) => {
                tracing::info!("the change feed no longer knows our state; syncing in full");
                active.write(|tx| Ok(sync_state::reset(tx)?)).await?;
                in_full(active).await?
            }
            pulled => pulled?,
        },
    };
    note_up_to_date(active);
    Ok(state)
}

/// Syncs in full, from where it was left; from the beginning when the platform no longer knows that place, for it
/// would never know it again.
async fn in_full(active: &Active) -> Result<String, Error> {
    match full::sync(active).await {
        Err(Error::Api(error)) if is_expired(&error) || is_refused(&error) => {
            let left = active.read(|connection| Ok(sync_state::snapshot(connection)?)).await?;
            if left.is_none() {
                return Err(error.into());
            }
            tracing::info!(%error, "the full sync cannot go on where it was left; it begins again");
            active.write(|tx| Ok(sync_state::reset(tx)?)).await?;
            full::sync(active).await
        }
        synced => synced,
    }
}

/// Notes that the cache holds what the platform has.
pub(super) fn note_up_to_date(active: &Active) {
    let now = active.clock.now_ms();
    active.surroundings.note_present();
    active.set_status(|status| {
        status.phase = active.resting();
        status.as_of = Some(now);
        status.error = None;
    });
}

/// The lists and rules, which are not in the change feed.
pub(super) async fn refresh_lists(active: &Active) -> Result<(), Error> {
    let catalog = active.api.catalog().await?;
    let quota = active.api.quota().await?;
    let feed = active.api.feed().await?;
    active
        .write(move |tx| {
            if setting::set(tx, setting::CATALOG, &catalog)? {
                tx.touch("catalog");
            }
            setting::set(tx, setting::QUOTA, &quota)?;
            if setting::set(tx, setting::FEED, &feed)? {
                tx.touch("feed");
            }
            Ok(())
        })
        .await
}

/// Whether the question itself was refused, as one is that names a place the platform does not know.
fn is_refused(error: &presta_api::Error) -> bool {
    error.problem_kind() == Some(&presta_api::ProblemKind::Validation)
}

pub(super) fn is_expired(error: &presta_api::Error) -> bool {
    error.problem_kind() == Some(&presta_api::ProblemKind::SyncStateExpired)
}
