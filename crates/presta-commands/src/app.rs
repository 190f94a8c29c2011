//! Start, session, settings, sync.

use presta_engine::{Counts, Engine, Error, Locale, SessionState, Settings, SignIn, SyncStatus, Theme};
use presta_model::Catalog;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;

/// Everything the window needs for its first paint.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Bootstrap {
    /// Who is signed in.
    pub session: SessionState,
    /// Language and look.
    pub settings: Settings,
    /// How the sync stands.
    pub sync: SyncStatus,
    /// Numbers of the sidebar.
    pub counts: Counts,
    /// The platform's lists and rules, once fetched.
    pub catalog: Option<Catalog>,
    /// Of the application.
    pub version: String,
    /// The present, in ms since 1970.
    pub now: i64,
}

/// What the frame of the window shows.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Status {
    /// Who is signed in.
    pub session: SessionState,
    /// How the sync stands.
    pub sync: SyncStatus,
    /// Numbers of the sidebar.
    pub counts: Counts,
}

/// Where to sign in.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SignInRequest {
    /// The platform's address; `None` for the one in the settings.
    pub server: Option<String>,
    /// Another account beside the one in use.
    #[serde(default)]
    pub add: bool,
    /// Nothing of it is kept beyond this run.
    #[serde(default)]
    pub session_only: bool,
}

/// Whether unsent work may be lost.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SignOutRequest {
    /// The person was asked, and agreed.
    pub discard_unsent: bool,
}

/// Language and look.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SettingsRequest {
    /// The language; `None` for the system's.
    pub locale: Option<Locale>,
    /// Light or dark.
    pub theme: Theme,
}

/// Whether the window can be seen.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct VisibleRequest {
    /// Neither hidden nor minimised.
    pub visible: bool,
}

/// A link.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct LinkRequest {
    /// As found in the text.
    pub url: String,
}

pub(crate) async fn bootstrap(engine: &Engine, _: Nothing) -> Result<Bootstrap, Error> {
    let status = status(engine, Nothing {}).await?;
    let catalog = match engine.active() {
        Some(active) => active.catalog().await?,
        None => None,
    };
    Ok(Bootstrap {
        session: status.session,
        settings: engine.settings(),
        sync: status.sync,
        counts: status.counts,
        catalog,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: engine.now(),
    })
}

pub(crate) async fn status(engine: &Engine, _: Nothing) -> Result<Status, Error> {
    let (sync, counts) = match engine.active() {
        Some(active) => (active.sync_status(), active.counts().await?),
        None => (SyncStatus::default(), Counts::default()),
    };
    Ok(Status { session: engine.session(), sync, counts })
}

pub(crate) async fn sign_in(engine: &Engine, request: SignInRequest) -> Result<SessionState, Error> {
    let SignInRequest { server, add, session_only } = request;
    engine.sign_in(SignIn { server: server.as_deref(), add, session_only }).await
}

pub(crate) async fn cancel_sign_in(engine: &Engine, _: Nothing) -> Result<SessionState, Error> {
    Ok(engine.cancel_sign_in())
}

pub(crate) async fn sign_out(engine: &Engine, request: SignOutRequest) -> Result<SessionState, Error> {
    engine.sign_out(request.discard_unsent).await
}

pub(crate) async fn settings_set(engine: &Engine, request: SettingsRequest) -> Result<Settings, Error> {
    engine.set_appearance(request.locale, request.theme)
}

/// Syncs now; someone who asks for it while the sync is paused wants it to go on.
pub(crate) async fn sync_now(engine: &Engine, _: Nothing) -> Result<SyncStatus, Error> {
    let active = engine.signed_in()?;
    if active.is_sync_paused() {
        active.resume_sync().await?;
    }
    active.sync_now();
    Ok(active.sync_status())
}

pub(crate) async fn sync_pause(engine: &Engine, _: Nothing) -> Result<SyncStatus, Error> {
    engine.signed_in()?.pause_sync().await
}

pub(crate) async fn sync_resume(engine: &Engine, _: Nothing) -> Result<SyncStatus, Error> {
    engine.signed_in()?.resume_sync().await
}

pub(crate) async fn window_visible(engine: &Engine, request: VisibleRequest) -> Result<Nothing, Error> {
    // Before anyone signed in there is nothing to slow down.
    if let Some(active) = engine.active() {
        active.set_visible(request.visible);
    }
    Ok(Nothing {})
}

pub(crate) async fn open_external(engine: &Engine, request: LinkRequest) -> Result<Nothing, Error> {
    engine.open_link(&request.url).await?;
    Ok(Nothing {})
}
