//! Signing out of the account in use.

use std::collections::BTreeSet;
use std::time::Duration;

use presta_store::alert::{self, Origin};
use presta_store::outbox::Failure;
use presta_store::{attachment, draft, note};

use super::{Phase, SessionState, SignedOutReason};
use crate::attachments::thread_place;
use crate::{Active, Engine, Error};

/// Signing out does not wait longer for the platform.
const REVOCATION: Duration = Duration::from_secs(5);

impl Engine {
    /// Signs the account in use out: the platform forgets the sign-in, this computer the key and the cache. Other
    /// accounts of this computer are left as they are.
    ///
    /// # Errors
    /// `profile-in-use`; `unsent-work` with `count`, `drafts` and `notes` while something would be lost, unless
    /// `discard_unsent`; the keyring's when it does not answer, and nothing has changed then.
    pub async fn sign_out(&self, discard_unsent: bool) -> Result<SessionState, Error> {
        let _turn = self.inner.session.turn().await;
        let active = self.signed_in()?;
        self.alone()?;
        if !discard_unsent {
            ask_first(&active).await?;
        }
        let place = active.place.clone();
        // A change of key that is under way would put a key back.
        let keys = active.keys.lock().await;
        // The keys go first: without them the file cannot be read, whatever happens next.
        place.vault.delete(&place.next_key_entry()).await?;
        place.vault.delete(&place.key_entry()).await?;
        active.end();
        drop(keys);
        // So do those of files that were set aside, which go with the folder.
        for at in place.set_aside_at() {
            if let Err(error) = place.vault.delete(&place.kept_key_entry(at)).await {
                tracing::warn!(%error, "the key of a file that was set aside stays in the keyring");
            }
        }
        match tokio::time::timeout(REVOCATION, active.api.sign_out()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the sign-in could not be revoked on the platform"),
            Err(_) => tracing::warn!("the platform did not answer the revocation"),
        }
        if let Err(error) = place.vault.delete(&place.token_entry()).await {
            tracing::warn!(%error, "the refresh token could not be removed from the keyring");
        }
        if !place.is_fleeting() {
            self.inner.accounts.forget(&place.account)?;
        }
        self.inner.session.with(|current| {
            current.phase = Phase::Settled;
            current.reason = SignedOutReason::None;
        });
        drop(active);
        self.put_away(None).await;
        let removed = std::fs::remove_dir_all(place.folder());
        removed.map_err(|error| Error::Io("removing the cache", error))?;
        Ok(self.session())
    }
}

/// Refuses while something is on this computer alone: `count` acts, `drafts` with text or files, and `notes`, the alert
/// rules that were made here among them.
async fn ask_first(active: &Active) -> Result<(), Error> {
    let counts = active.counts().await?;
    let (drafts, notes) = active
        .read(|connection| {
            let mut drafts: BTreeSet<String> = attachment::places(connection)?.into_iter().collect();
            drafts.extend(draft::bids(connection)?.iter().map(|(project, _)| format!("project:{project}")));
            drafts.extend(draft::message_threads(connection)?.iter().map(|(thread, _)| thread_place(thread)));
            let rules = alert::rules(connection)?.iter().filter(|rule| rule.origin == Origin::Local).count();
            Ok((drafts.len(), note::count(connection)? as usize + rules))
        })
        .await?;
    let unsent = counts.queued + counts.needs_attention;
    if unsent == 0 && drafts == 0 && notes == 0 {
        return Ok(());
    }
    Err(Error::Refused(Failure::new("unsent-work").with("count", unsent).with("drafts", drafts).with("notes", notes)))
}
