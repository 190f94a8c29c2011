//! Opening an account whose sign-in is kept: at start, when the person changes to it, when its passphrase is given.

use std::sync::{Arc, Weak};

use presta_api::Client;
use presta_model::Me;
use presta_store::setting;
use presta_vault::Secret;
use url::Url;

use super::{Phase, SessionState, SignedOutReason};
use crate::account::{AccountRef, Place};
use crate::keys::{self, OpenError, Opened};
use crate::lock::Locked;
use crate::tokens::TokenKeeper;
use crate::{Active, Engine, Error};

/// The OAuth client of this application.
const CLIENT_ID: &str = "prestataires-desktop";

impl Engine {
    /// Opens the account last in use, without waiting for the network. What stands in the way is in
    /// [`Engine::session`] afterwards.
    pub async fn resume(&self) {
        let _turn = self.inner.session.turn().await;
        match self.inner.accounts.current() {
            Some(account) => self.open_kept(account).await,
            None => self.settle_signed_out(SignedOutReason::None),
        }
    }

    /// Tries again what the keyring stood in the way of.
    pub async fn retry_session(&self) -> SessionState {
        match self.active() {
            Some(active) => {
                // Whether it answers is noted by who asks.
                let _ = presta_api::RefreshTokens::load(&*active.keeper).await;
                active.sync_now();
            }
            None if matches!(self.session(), SessionState::SignedOut { .. }) => self.resume().await,
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
                let name = self.inner.accounts.label(&place.account);
                self.put_away(Some(Locked::new(place, name.as_ref())));
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
        let opened = keys::open(&place, &self.inner.bus, passphrase).await?;
        let store = opened.store.clone();
        let me =
            tokio::task::spawn_blocking(move || store.read(|connection| setting::get::<Me>(connection, setting::ME)));
        let me = me.await.map_err(|_| OpenError::Interrupted)??;
        // A cache without its person was never finished: signing in does that.
        let me = me.ok_or(OpenError::KeyLost)?;
        let keeper = Arc::new(TokenKeeper::of(place.vault.clone(), place.token_entry(), self.inner.bus.clone()));
        let api = self.client(&place.account.server, &keeper).map_err(|_| OpenError::Interrupted)?;
        self.activate(place, opened, api, keeper, &me);
        Ok(())
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
            current.phase = Phase::Settled;
            current.active.replace(Arc::clone(&active))
        });
        if let Some(before) = before {
            before.stop();
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
        let place = ended.place.clone();
        ended.stop();
        drop(ended);
        self.inner.bus.touch(["session"]);
        let engine = self.clone();
        tokio::spawn(async move {
            let _turn = engine.inner.session.turn().await;
            engine.open(place).await;
        });
    }

    /// The platform no longer accepts the sign-in: the cache stays, encrypted, for the next one.
    fn end_revoked(&self, which: &Weak<Active>) {
        if let Some(active) = self.take_active(which, |current| current.reason = SignedOutReason::Revoked) {
            self.inner.bus.touch(["session", "accounts"]);
            active.stop();
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
