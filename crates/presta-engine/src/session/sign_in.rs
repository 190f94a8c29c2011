//! Signing in through the browser.

use std::sync::Arc;

use presta_api::Client;
use presta_model::Me;
use presta_store::{Store, setting};
use presta_vault::Vault;
use url::Url;

use super::open::put_down_damage;
use super::{Phase, SessionState, SignedOutReason};
use crate::account::{AccountRef, Place};
use crate::keys::{self, OpenError, Opened};
use crate::tokens::TokenKeeper;
use crate::{Engine, Error, closing_page};

/// Every scope of the platform: each type is synced, and each write can be queued.
const SCOPES: &[&str] = &[
    "profile:read",
    "profile:write",
    "projects:read",
    "projects:write",
    "bids:read",
    "bids:write",
    "messages:read",
    "messages:write",
    "contests:read",
    "contests:write",
    "privacy:read",
    "privacy:write",
    "exports",
    "connections",
];

/// How to sign in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignIn<'a> {
    /// The platform's address as typed; `None` for the one in the settings.
    pub server: Option<&'a str>,
    /// Another account beside the one in use, which goes on working until then.
    pub add: bool,
    /// Nothing of it is kept beyond this run: for computers without a keyring.
    pub session_only: bool,
}

impl Engine {
    /// Begins a sign-in in the browser; later states come with the `session` tag.
    ///
    /// # Errors
    /// `bad-server-address`, `session-only-alone`, `profile-in-use`; failures of keyring and platform are in the returned state.
    pub async fn sign_in(&self, request: SignIn<'_>) -> Result<SessionState, Error> {
        if let Some(active) = self.active() {
            if !request.add {
                return Ok(self.session());
            }
            if active.place.is_fleeting() || request.session_only {
                return Err(Error::refused("session-only-alone"));
            }
        }
        self.alone()?;
        self.cancel_sign_in();
        if let Some(server) = request.server {
            let server = parse_server(server)?;
            self.inner.settings.change(|settings| settings.server = server)?;
        }
        let phase = match self.begin_sign_in(request.session_only).await {
            Ok(authorize_url) => Phase::SigningIn { authorize_url },
            Err(error) => Phase::SignInFailed { error: error.failure() },
        };
        Ok(self.set_phase(phase))
    }

    /// Gives up a sign-in that is under way, or the wait for a keyring; the account in use, if any, is shown again.
    pub fn cancel_sign_in(&self) -> SessionState {
        let cancelled = self.inner.session.with(|current| {
            if let Some(task) = current.sign_in.take() {
                task.abort();
            }
            if let Some(opening) = current.opening.take() {
                opening.abort();
            }
            let under_way = matches!(current.phase, Phase::SigningIn { .. } | Phase::SignInFailed { .. });
            if under_way {
                current.phase = Phase::Settled;
                current.reason = SignedOutReason::None;
            }
            under_way
        });
        if cancelled {
            self.inner.bus.touch(["session"]);
        }
        self.session()
    }

    async fn begin_sign_in(&self, session_only: bool) -> Result<String, Error> {
        let settings = self.settings();
        let locale = settings.language;
        let vault = if session_only { Vault::memory() } else { self.inner.config.vault.clone() };
        // Before the browser is bothered: whether what it brings back can be kept.
        vault.check().await?;
        let keeper = Arc::new(TokenKeeper::pending(vault.clone(), self.inner.bus.clone()));
        let api = self.client(&settings.server, &keeper)?;
        let sign_in = api.begin_sign_in(SCOPES, locale.tag()).await?;
        let url = sign_in.authorize_url().clone();
        let engine = self.clone();
        let task = tokio::spawn(async move {
            let outcome = match sign_in.finish(closing_page::pages(locale)).await {
                Ok(()) => engine.settle_sign_in(api, keeper, settings.server, session_only.then_some(vault)).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "the sign-in did not work");
                engine.set_phase(Phase::SignInFailed { error: error.failure() });
            }
        });
        self.inner.session.with(|current| current.sign_in = Some(task));
        if let Err(error) = self.open_in_browser(url.clone()).await {
            tracing::warn!(%error, "the sign-in page is offered as a link");
        }
        Ok(url.to_string())
    }

    async fn settle_sign_in(
        &self,
        api: Client,
        keeper: Arc<TokenKeeper>,
        server: Url,
        session_only: Option<Vault>,
    ) -> Result<(), Error> {
        let me = api.me().await?;
        let _turn = self.inner.session.turn().await;
        let account = AccountRef { user: me.id.clone(), server };
        let profile = &self.inner.config.profile;
        let kept = session_only.is_none();
        let place = match session_only {
            None => Place::kept(account.clone(), profile, &self.inner.config.vault),
            Some(memory) => Place::fleeting(account.clone(), profile, memory)?,
        };
        let mut opened = match self.open_or_make(&place).await {
            Ok(opened) => opened,
            // Signed in, and still to give the passphrase: the account is there, locked.
            Err(OpenError::Sealed) => {
                keeper.settle(place.token_entry()).await?;
                self.inner.accounts.choose(&account)?;
                self.leave_account().await;
                self.inner.session.with(|current| current.sign_in = None);
                self.put_away(Some(self.locked(place))).await;
                self.set_phase(Phase::Settled);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        match write_me(&opened.store, &me).await {
            Err(Error::Store(error)) if put_down_damage(&opened.store, &error).await => {
                opened = self.open_or_make(&place).await?;
                write_me(&opened.store, &me).await?;
            }
            written => written?,
        }
        keeper.settle(place.token_entry()).await?;
        // Last: what is begun without it is begun again, and with it the account opens by itself.
        if kept {
            self.inner.accounts.choose(&account)?;
        }
        self.leave_account().await;
        self.activate(place, opened, api, keeper, &me);
        Ok(())
    }

    /// Opens the account's cache, with a new key when there is none. What no key opens is set aside.
    async fn open_or_make(&self, place: &Place) -> Result<Opened, OpenError> {
        place.make_folder().map_err(|error| match error {
            Error::Io(_, error) => OpenError::Store(error.into()),
            _ => OpenError::Interrupted,
        })?;
        match self.open_cache(place, None).await {
            Err(OpenError::KeyLost | OpenError::Store(presta_store::Error::WrongKey)) => {
                place.set_database_aside(self.now());
                keys::make(place, &self.opener()).await
            }
            opened => Ok(opened?.0),
        }
    }
}

/// Keeps whose cache it is: on the disk when this returns.
async fn write_me(store: &Store, me: &Me) -> Result<(), Error> {
    let (store, me) = (store.clone(), me.clone());
    let written =
        tokio::task::spawn_blocking(move || store.write_durably(|tx| setting::set(tx, setting::ME, &me).map(|_| ())));
    Ok(written.await.map_err(|_| Error::Interrupted)??)
}

/// Reads a platform's address as people type it: `https://` may be left out.
fn parse_server(typed: &str) -> Result<Url, Error> {
    let typed = typed.trim();
    let full = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    Url::parse(&full)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty())
        .ok_or_else(|| Error::refused("bad-server-address"))
}
