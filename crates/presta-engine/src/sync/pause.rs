//! The person pauses the sync, for example on a train: nothing is fetched until they resume it, over restarts too. What
//! they do themselves is still sent.

use std::ops::ControlFlow;

use presta_api::Retry;
use presta_store::setting;

use crate::sync::backoff::Backoff;
use crate::sync::pull::refresh_lists;
use crate::sync::{note_failure, set_online};
use crate::{Active, Error, SyncPhase, SyncStatus};

/// The setting that holds whether the sync is paused.
pub(crate) const PAUSED: &str = "sync-paused";

impl Active {
    /// Pauses the sync; a full one goes on later where it is.
    ///
    /// # Errors
    /// When the cache cannot be written; nothing changes then.
    pub async fn pause_sync(&self) -> Result<SyncStatus, Error> {
        self.keep_paused(true).await
    }

    /// Lets the sync go on.
    ///
    /// # Errors
    /// When the cache cannot be written; nothing changes then.
    pub async fn resume_sync(&self) -> Result<SyncStatus, Error> {
        self.keep_paused(false).await
    }

    /// Whether the sync is paused.
    pub fn is_sync_paused(&self) -> bool {
        self.surroundings.is_paused()
    }

    /// Tells whether the person may be looking. While nobody does and the platform is not reached, it is tried less and
    /// less often; when someone does again, at once.
    pub fn set_visible(&self, visible: bool) {
        self.surroundings.set_visible(visible);
    }

    async fn keep_paused(&self, paused: bool) -> Result<SyncStatus, Error> {
        self.write_durably(move |tx| Ok(setting::set(tx, PAUSED, &paused)?)).await?;
        self.surroundings.set_paused(paused);
        self.set_status(|status| status.phase = self.resting());
        Ok(self.sync_status())
    }

    /// What the sync does when it does nothing.
    pub(crate) fn resting(&self) -> SyncPhase {
        if self.surroundings.is_paused() { SyncPhase::Paused } else { SyncPhase::Idle }
    }
}

/// Waits until the person resumes the sync; meanwhile it finds out whether the platform is reached, for the outbox.
/// Breaks when the sign-in is over.
pub(super) async fn stand_by(active: &Active) -> ControlFlow<()> {
    let mut backoff = Backoff::default();
    let mut status = active.status.subscribe();
    loop {
        active.set_status(|status| status.phase = active.resting());
        let online = status.borrow_and_update().online;
        let tried = tokio::select! {
            biased;
            () = active.surroundings.paused_is(false) => return ControlFlow::Continue(()),
            tried = reach(active), if !online => tried,
            _ = status.wait_for(|status| !status.online), if online => continue,
        };
        match tried {
            Ok(()) => backoff.reset(),
            Err(Error::Api(error)) if matches!(error.retry(), Retry::SignIn) => return ControlFlow::Break(()),
            Err(error) => {
                note_failure(active, &error);
                tokio::select! {
                    () = tokio::time::sleep(backoff.next(active.surroundings.is_visible())) => {}
                    () = active.surroundings.paused_is(false) => {}
                    () = active.sync.notified() => backoff.reset(),
                    () = active.surroundings.shown() => backoff.reset(),
                }
            }
        }
    }
}

async fn reach(active: &Active) -> Result<(), Error> {
    active.api.resume().await?;
    refresh_lists(active).await?;
    set_online(active).await
}
