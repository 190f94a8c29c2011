//! Opening an account whose sign-in is kept: at start, when the person changes to it, when its passphrase is given.

use std::sync::{Arc, Weak};
use std::time::Duration;

use presta_api::Client;
use presta_model::Me;
use presta_store::health::Check;
use presta_store::{Store, setting};
use presta_vault::Secret;
use url::Url;

use super::{Phase, SessionState, SignedOutReason};
use crate::account::{AccountRef, Place};
use crate::keys::{self, OpenError, Opened};
use crate::lock::Locked;
use crate::tokens::TokenKeeper;
use crate::{Active, Engine, Error};

/// How long a cache that fails at opening is read for damage.
const PATIENCE: Duration = Duration::from_secs(60);
/// The OAuth client of this application.
const CLIENT_ID: &str = "prestataires-desktop";

impl Engine {
    /// Opens the account last in use, without waiting for the network. What stands in the way is in
    /// [`Engine::session`] afterwards.
    pub async fn resume(&self) {
        let _turn = self.inner.session.turn().await;
        self.inner.session.with(|current| current.left = false);
        match self.inner.accounts.current() {
            Some(account) => self.open_kept(account).await,
            None => self.settle_signed_out(SignedOutReason::None),
        }
    }

    /// Tries again what the keyring or the disk stood in the way of.
    pub async fn retry_session(&self) -> SessionState {
        match self.active() {
            Some(active) => {
                // Whether it answers is noted by who asks.
                let _ = presta_api::RefreshTokens::load(&*active.keeper).await;
                active.sync_now();
            }
            None if matches!(self.session(), SessionState::SignedOut { .. }) => self.start_again().await,
            None => {}
        }
        self.session()
    }

    /// Changes to another account of this computer. The work of the one that is left stops; its queue stays.
    ///
    /// # Errors
    /// `not-found`; `session-only-alone` while the account in use is not kept, for it would be lost; `profile-in-use`.
    pub async fn switch_account(&self, local_id: &str) -> Result<SessionState, Error> {
        self.alone()?;
        let _turn = self.inner.session.turn().await;
        let account = self.inner.accounts.find(local_id).ok_or_else(|| Error::refused("not-found"))?;
        self.cancel_sign_in();
        if let Some(active) = self.active() {
            if active.place.account == account && !active.place.is_fleeting() {
                return Ok(self.session());
            }
            if active.place.is_fleeting() {
                return Err(Error::refused("session-only-alone"));
            }
        }
        self.inner.accounts.choose(&account)?;
        self.leave_account().await;
        self.open_kept(account).await;
        Ok(self.session())
    }

    /// Opens `account`; [`Engine::cancel_sign_in`] ends the wait for a keyring that asks for its own password.
    async fn open_kept(&self, account: AccountRef) {
        self.open(Place::kept(account, &self.inner.config.profile, &self.inner.config.vault)).await;
    }

    async fn open(&self, place: Place) {
        self.set_phase(Phase::Opening);
        let engine = self.clone();
        let task = tokio::spawn({
            let place = place.clone();
            async move { engine.open_place(place, None).await }
        });
        self.inner.session.with(|current| current.opening = Some(task.abort_handle()));
        let opened = task.await;
        self.inner.session.with(|current| current.opening = None);
        match opened {
            Ok(Ok(())) => {}
            Ok(Err(OpenError::Sealed)) => {
                self.put_away(Some(self.locked(place))).await;
                self.set_phase(Phase::Settled);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the account could not be opened");
                self.settle_signed_out(error.reason());
            }
            // The person did not want to wait for the keyring.
            Err(_) => self.settle_signed_out(SignedOutReason::KeyringLocked),
        }
    }

    /// Opens the account's cache and begins its work.
    pub(crate) async fn open_place(&self, place: Place, passphrase: Option<&Secret>) -> Result<(), OpenError> {
        let (opened, me) = self.open_cache(&place, passphrase).await?;
        // A cache without its person was never finished: signing in does that.
        let me = me.ok_or(OpenError::KeyLost)?;
        let keeper = Arc::new(TokenKeeper::of(place.vault.clone(), place.token_entry(), self.inner.bus.clone()));
        let api = self.client(&place.account.server, &keeper).map_err(|_| OpenError::Interrupted)?;
        self.activate(place, opened, api, keeper, &me);
        Ok(())
    }

    /// What is shown of an account whose passphrase is wanted.
    pub(super) fn locked(&self, place: Place) -> Locked {
        let name = self.inner.accounts.label(&place.account).map(|label| label.name().to_owned());
        let tries = self.inner.session.tries(&place.account);
        Locked::new(place, name, tries)
    }

    /// Opens the cache and reads whose it is. Damage that shows only then is dealt with at once: nobody would be there to
    /// find it while the account does not open.
    pub(super) async fn open_cache(
        &self,
        place: &Place,
        passphrase: Option<&Secret>,
    ) -> Result<(Opened, Option<Me>), OpenError> {
        let opened = keys::open(place, &self.opener(), passphrase).await?;
        match read_me(&opened.store).await {
            Err(OpenError::Store(error)) if put_down_damage(&opened.store, &error).await => {
                drop(opened);
                let opened = keys::open(place, &self.opener(), passphrase).await?;
                let me = read_me(&opened.store).await?;
                Ok((opened, me))
            }
            me => Ok((opened, me?)),
        }
    }

    pub(super) fn client(&self, server: &Url, keeper: &Arc<TokenKeeper>) -> Result<Client, Error> {
        let config = presta_api::Config {
            base: server.clone(),
            client_id: CLIENT_ID.to_owned(),
            user_agent: self.inner.config.user_agent.clone(),
            locale: self.settings().language.tag().to_owned(),
            timeouts: self.inner.config.timeouts,
        };
        Ok(Client::new(config, Arc::clone(keeper) as Arc<dyn presta_api::RefreshTokens>)?)
    }

    /// Makes an open account the one in use.
    pub(super) fn activate(&self, place: Place, opened: Opened, api: Client, keeper: Arc<TokenKeeper>, me: &Me) {
        let active = Arc::new(Active::new(place, opened, api, keeper, me, &self.inner));
        self.inner.session.see(self.now());
        let before = self.inner.session.with(|current| {
            current.sign_in = None;
            current.locked = None;
            current.tries.remove(&active.place.account.digest());
            current.phase = Phase::Settled;
            current.active.replace(Arc::clone(&active))
        });
        if let Some(before) = before {
            before.end();
        }
        let tags = ["session", "accounts", "sync", "projects", "bids", "threads", "queue", "drafts", "catalog"];
        self.inner.bus.touch(tags);
        if !self.inner.profile.works_online() {
            return;
        }
        let (engine, again, ended) = (self.clone(), self.clone(), Arc::downgrade(&active));
        let (damaged, watched) = (ended.clone(), self.watch_inactivity(&active));
        active.run(move || engine.end_revoked(&ended), move || again.reopen_damaged(&damaged), watched);
    }

    /// The database is damaged and marked: opening it again sets it aside and takes over the person's own work.
    fn reopen_damaged(&self, which: &Weak<Active>) {
        let Some(ended) = self.take_active(which, |current| current.phase = Phase::Starting) else { return };
        self.inner.bus.touch(["session"]);
        let engine = self.clone();
        // On its own, for ending the account ends this very task.
        tokio::spawn(async move {
            // Its last connection would take the log of the new file with it.
            ended.ended().await;
            let place = ended.place.clone();
            drop(ended);
            let _turn = engine.inner.session.turn().await;
            // Meanwhile the person may have changed to another account or signed in, and the host may have ended.
            let still = engine.inner.session.with(|current| {
                current.active.is_none()
                    && current.locked.is_none()
                    && !current.left
                    && matches!(current.phase, Phase::Starting)
            });
            let current = place.is_fleeting() || engine.inner.accounts.current().as_ref() == Some(&place.account);
            if still && current {
                engine.open(place).await;
            }
        });
    }

    /// The platform no longer accepts the sign-in: the cache stays, encrypted, for the next one.
    fn end_revoked(&self, which: &Weak<Active>) {
        if let Some(active) = self.take_active(which, |current| current.reason = SignedOutReason::Revoked) {
            self.inner.bus.touch(["session", "accounts"]);
            // What the person was just doing is still queued; the files are closed with the last who holds them.
            active.rest();
        }
    }

    /// Takes the account out of use, unless another has taken its place meanwhile.
    fn take_active(&self, which: &Weak<Active>, so: impl FnOnce(&mut super::Current)) -> Option<Arc<Active>> {
        self.inner.session.with(|current| {
            let same = current.active.as_ref().is_some_and(|active| std::ptr::eq(Arc::as_ptr(active), which.as_ptr()));
            if same {
                so(current);
            }
            current.active.take_if(|_| same)
        })
    }
}

async fn read_me(store: &Store) -> Result<Option<Me>, OpenError> {
    let store = store.clone();
    let me = tokio::task::spawn_blocking(move || store.read(|connection| setting::get::<Me>(connection, setting::ME)));
    Ok(me.await.map_err(|_| OpenError::Interrupted)??)
}

/// Whether `error` comes from damage: it is marked then, and the store closed, so that opening again sets the file aside.
pub(super) async fn put_down_damage(store: &Store, error: &presta_store::Error) -> bool {
    use presta_store::Error::{Closed, DiskFull, ReadOnly};
    if matches!(error, Closed | DiskFull | ReadOnly(_)) {
        return false;
    }
    let store = store.clone();
    let work = move || {
        let Ok(Check::Damaged(why)) = store.check(PATIENCE) else { return false };
        tracing::error!(%why, "the database is damaged");
        if let Err(error) = store.mark_damaged() {
            tracing::error!(%error, "the damage could not be noted");
            return false;
        }
        store.close();
        true
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}
