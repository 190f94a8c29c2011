//! Who is signed in: resuming at start, signing in through the browser, signing out.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presta_api::Client;
use presta_model::{Me, Role};
use presta_store::outbox::Failure;
use presta_store::{Key, Store, setting};
use presta_vault::Secret;
use serde::Serialize;
use tokio::task::JoinHandle;
use ts_rs::TS;
use url::Url;

use crate::account::{AccountRef, restrict};
use crate::tokens::TokenKeeper;
use crate::{Active, Engine, Error, closing_page};

/// The OAuth client of this application.
const CLIENT_ID: &str = "prestataires-desktop";
const SCOPES: &[&str] =
    &["profile:read", "profile:write", "projects:read", "bids:read", "bids:write", "messages:read", "messages:write"];
/// Signing out does not wait longer for the platform.
const REVOCATION: Duration = Duration::from_secs(5);

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SessionState {
    /// The keyring and the cache are being opened.
    Starting,
    /// Nobody.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
    /// The browser is open.
    SigningIn {
        /// For a browser that did not open.
        authorize_url: String,
    },
    /// It did not work.
    SignInFailed {
        /// Why.
        error: Failure,
    },
    /// Someone.
    SignedIn {
        /// Who.
        account: Account,
    },
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignedOutReason {
    /// Nobody ever was, or they signed out.
    None,
    /// The platform no longer accepts the sign-in; drafts and queue are kept, encrypted.
    Revoked,
    /// There is no keyring.
    KeyringAbsent,
    /// The keyring is locked.
    KeyringLocked,
    /// The keyring has lost the key; the file is set aside.
    KeyLost,
    /// A newer version wrote the cache.
    DatabaseTooNew,
    /// The cache cannot be read or written.
    Storage,
    /// Another process works on the profile.
    ProfileInUse,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Account {
    /// The person's id.
    pub id: String,
    /// Name used to sign in.
    pub login: String,
    /// Public name.
    pub display_name: String,
    /// Address.
    pub email: String,
    /// Roles.
    pub roles: Vec<Role>,
}

#[derive(Debug)]
pub(crate) struct Session {
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    state: SessionState,
    active: Option<Arc<Active>>,
    sign_in: Option<JoinHandle<()>>,
}

impl Default for Session {
    fn default() -> Self {
        Self { current: Mutex::new(Current { state: SessionState::Starting, active: None, sign_in: None }) }
    }
}

impl Session {
    fn with<T>(&self, change: impl FnOnce(&mut Current) -> T) -> T {
        change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine {
    /// Who is signed in.
    pub fn session(&self) -> SessionState {
        self.inner.session.with(|current| current.state.clone())
    }

    /// The signed-in account, if any.
    pub fn active(&self) -> Option<Arc<Active>> {
        self.inner.session.with(|current| current.active.clone())
    }

    /// The signed-in account.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`].
    pub fn signed_in(&self) -> Result<Arc<Active>, Error> {
        self.active().ok_or(Error::NotSignedIn)
    }

    /// Opens the account last signed in, without waiting for the network. What stands in the way is in
    /// [`Engine::session`] afterwards.
    pub async fn resume(&self) {
        let reopened = match AccountRef::load(&self.inner.config.profile) {
            Some(account) => self.reopen(account).await,
            None => Err(SignedOutReason::None),
        };
        if let Err(reason) = reopened {
            self.set_state(SessionState::SignedOut { reason });
        }
    }

    /// Begins a sign-in in the browser; later states come with the `session` tag.
    ///
    /// # Errors
    /// `bad-server-address`, or `profile-in-use`; failures of the platform are in the returned state.
    pub async fn sign_in(&self, server: Option<&str>) -> Result<SessionState, Error> {
        if self.active().is_some() {
            return Ok(self.session());
        }
        self.alone()?;
        self.cancel_sign_in();
        if let Some(server) = server {
            let server = parse_server(server)?;
            self.inner.settings.change(|settings| settings.server = server)?;
        }
        let state = match self.begin_sign_in().await {
            Ok(state) => state,
            Err(error) => SessionState::SignInFailed { error: error.failure() },
        };
        self.set_state(state.clone());
        Ok(state)
    }

    /// Gives up a sign-in that is under way.
    pub fn cancel_sign_in(&self) -> SessionState {
        let cancelled = self.inner.session.with(|current| {
            if let Some(task) = current.sign_in.take() {
                task.abort();
            }
            let under_way = matches!(current.state, SessionState::SigningIn { .. } | SessionState::SignInFailed { .. });
            if under_way {
                current.state = SessionState::SignedOut { reason: SignedOutReason::None };
            }
            under_way
        });
        if cancelled {
            self.inner.bus.touch(["session"]);
        }
        self.session()
    }

    /// Signs out: the platform forgets the sign-in, this computer the key and the cache.
    ///
    /// # Errors
    /// `unsent-work` with `count` and `drafts` while something would be lost, unless `discard_unsent`; `profile-in-use`.
    pub async fn sign_out(&self, discard_unsent: bool) -> Result<SessionState, Error> {
        let active = self.signed_in()?;
        self.alone()?;
        if !discard_unsent {
            let counts = active.counts().await?;
            let unsent = counts.queued + counts.needs_attention;
            if unsent > 0 || counts.drafts > 0 {
                return Err(Error::Refused(
                    Failure::new("unsent-work").with("count", unsent).with("drafts", counts.drafts),
                ));
            }
        }
        active.stop();
        match tokio::time::timeout(REVOCATION, active.api.sign_out()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the sign-in could not be revoked on the platform"),
            Err(_) => tracing::warn!("the platform did not answer the revocation"),
        }
        let vault = &self.inner.config.vault;
        let profile = &self.inner.config.profile;
        // The key goes first: without it the file cannot be read, whatever happens next.
        vault.delete(&active.account.key_entry()).await?;
        vault.delete(&active.account.token_entry()).await?;
        AccountRef::forget(profile)?;
        let folder = active.account.folder(profile);
        self.inner.session.with(|current| {
            current.active = None;
            current.state = SessionState::SignedOut { reason: SignedOutReason::None };
        });
        drop(active);
        std::fs::remove_dir_all(&folder).map_err(|error| Error::Io("removing the cache", error))?;
        self.inner.bus.touch(["session", "sync"]);
        Ok(self.session())
    }

    async fn begin_sign_in(&self) -> Result<SessionState, Error> {
        let settings = self.settings();
        let locale = settings.language;
        let keeper = Arc::new(TokenKeeper::pending(self.inner.config.vault.clone()));
        let api = self.client(&settings.server, Arc::clone(&keeper))?;
        let sign_in = api.begin_sign_in(SCOPES, locale.tag()).await?;
        let url = sign_in.authorize_url().clone();
        let engine = self.clone();
        let task = tokio::spawn(async move {
            let outcome = match sign_in.finish(closing_page::pages(locale)).await {
                Ok(()) => engine.settle_sign_in(api, &keeper, settings.server).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "the sign-in did not work");
                engine.set_state(SessionState::SignInFailed { error: error.failure() });
            }
        });
        self.inner.session.with(|current| current.sign_in = Some(task));
        if let Err(error) = self.open_in_browser(url.clone()).await {
            tracing::warn!(%error, "the sign-in page is offered as a link");
        }
        Ok(SessionState::SigningIn { authorize_url: url.to_string() })
    }

    async fn settle_sign_in(&self, api: Client, keeper: &TokenKeeper, server: Url) -> Result<(), Error> {
        let me = api.me().await?;
        let account = AccountRef { user: me.id.clone(), server };
        let store = self.open_or_make(&account).await?;
        keeper.settle(account.token_entry()).await?;
        account.save(&self.inner.config.profile)?;
        let profile = me.clone();
        tokio::task::spawn_blocking({
            let store = store.clone();
            move || store.write(|tx| setting::set(tx, setting::ME, &profile))
        })
        .await
        .map_err(|_| Error::Interrupted)??;
        self.activate(account, store, api, &me);
        Ok(())
    }

    async fn reopen(&self, account: AccountRef) -> Result<(), SignedOutReason> {
        let profile = self.inner.config.profile.clone();
        let vault = self.inner.config.vault.clone();
        let secret = vault.get(&account.key_entry()).await.map_err(|error| {
            tracing::warn!(%error, "the database key could not be read");
            match error {
                presta_vault::Error::Locked => SignedOutReason::KeyringLocked,
                _ => SignedOutReason::KeyringAbsent,
            }
        })?;
        let database = account.database(&profile);
        let key = secret.and_then(|secret| Key::from_hex(secret.expose()).ok());
        let Some(key) = key else {
            self.set_aside(&database);
            return Err(SignedOutReason::KeyLost);
        };
        let store = self.open_store(&database, key).await.map_err(|error| {
            tracing::error!(%error, "the cache could not be opened");
            match error {
                Error::Store(presta_store::Error::TooNew { .. }) => SignedOutReason::DatabaseTooNew,
                Error::Store(presta_store::Error::WrongKey) => {
                    self.set_aside(&database);
                    SignedOutReason::KeyLost
                }
                _ => SignedOutReason::Storage,
            }
        })?;
        let me = store.read(|connection| setting::get::<Me>(connection, setting::ME));
        let Ok(Some(me)) = me else {
            return Err(SignedOutReason::Storage);
        };
        let keeper = Arc::new(TokenKeeper::of(vault, account.token_entry()));
        let api = self.client(&account.server, keeper).map_err(|_| SignedOutReason::Storage)?;
        self.activate(account, store, api, &me);
        Ok(())
    }

    /// Opens the account's cache, with a new key when there is none.
    async fn open_or_make(&self, account: &AccountRef) -> Result<Store, Error> {
        let vault = &self.inner.config.vault;
        let database = account.database(&self.inner.config.profile);
        let key = match vault.get(&account.key_entry()).await? {
            Some(secret) => Key::from_hex(secret.expose())?,
            None => {
                self.set_aside(&database);
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(|error| presta_store::Error::Random(error.to_string()))?;
                let key = Key::from_bytes(bytes);
                vault.set(&account.key_entry(), &Secret::from(key.expose().to_owned())).await?;
                key
            }
        };
        let folder = account.folder(&self.inner.config.profile);
        std::fs::create_dir_all(&folder).map_err(|error| Error::Io("making the account's folder", error))?;
        restrict(&folder)?;
        match self.open_store(&database, key.clone()).await {
            Err(Error::Store(presta_store::Error::WrongKey)) => {
                self.set_aside(&database);
                self.open_store(&database, key).await
            }
            opened => opened,
        }
    }

    async fn open_store(&self, database: &Path, key: Key) -> Result<Store, Error> {
        let bus = self.inner.bus.clone();
        let database = database.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            Store::open(&database, &key, move |changed| bus.touch(changed.into_tags()))
        });
        Ok(opened.await.map_err(|_| Error::Interrupted)??)
    }

    fn client(&self, server: &Url, keeper: Arc<TokenKeeper>) -> Result<Client, Error> {
        let config = presta_api::Config {
            base: server.clone(),
            client_id: CLIENT_ID.to_owned(),
            user_agent: self.inner.config.user_agent.clone(),
            locale: self.settings().language.tag().to_owned(),
            timeouts: self.inner.config.timeouts,
        };
        Ok(Client::new(config, keeper)?)
    }

    fn activate(&self, account: AccountRef, store: Store, api: Client, me: &Me) {
        let bus = self.inner.bus.clone();
        let active = Arc::new(Active::new(account, store, api, bus, self.inner.config.clock.clone()));
        self.inner.session.with(|current| {
            current.sign_in = None;
            current.active = Some(Arc::clone(&active));
            current.state = SessionState::SignedIn { account: Account::from(me) };
        });
        self.inner.bus.touch(["session", "sync", "projects", "bids", "threads", "queue", "drafts", "catalog"]);
        if self.inner.profile.works_online() {
            let engine = self.clone();
            active.run(move || engine.end_revoked());
        }
    }

    /// The platform no longer accepts the sign-in: the cache stays, encrypted, for the next one.
    fn end_revoked(&self) {
        let ended = self.inner.session.with(|current| {
            current.state = SessionState::SignedOut { reason: SignedOutReason::Revoked };
            current.active.take()
        });
        self.inner.bus.touch(["session"]);
        if let Some(active) = ended {
            active.stop();
        }
    }

    pub(crate) fn set_state(&self, state: SessionState) {
        self.inner.session.with(|current| current.state = state);
        self.inner.bus.touch(["session"]);
    }

    /// Moves a cache that cannot be read out of the way; never one that another process has open.
    fn set_aside(&self, database: &Path) {
        if !self.inner.profile.is_beside() {
            set_aside(database, self.now());
        }
    }
}

impl From<&Me> for Account {
    fn from(me: &Me) -> Self {
        Self {
            id: me.id.to_string(),
            login: me.login.clone(),
            display_name: me.display_name.clone(),
            email: me.email.clone(),
            roles: me.roles.clone(),
        }
    }
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

/// Moves a cache that cannot be read out of the way; it is never deleted here.
fn set_aside(database: &Path, now: i64) {
    for extension in ["db", "db-wal", "db-shm"] {
        let file = database.with_extension(extension);
        if file.exists() {
            let aside = database.with_extension(format!("{extension}.kept-{now}"));
            if let Err(error) = std::fs::rename(&file, &aside) {
                tracing::error!(%error, "the unreadable cache could not be set aside");
            }
        }
    }
}
