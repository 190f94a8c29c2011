//! Session, sync, outbox worker and the event bus: everything the desktop client does, without a window.

mod account;
mod accounts;
mod active;
mod alerts;
pub mod archive;
mod attachments;
mod bus;
mod check;
mod clock;
mod closing_page;
mod downloads;
mod error;
mod export;
mod file_name;
pub mod host;
mod keys;
mod links;
mod lock;
mod outbox;
mod pace;
mod profile_lock;
mod queue;
mod richtext;
mod session;
mod settings;
mod staging;
mod status;
mod storage;
mod surroundings;
mod sync;
mod tokens;
mod upkeep;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use presta_vault::Vault;
use url::Url;

pub use accounts::AccountRow;
pub use active::Active;
pub use alerts::{Notice, NoticeKind, Noticed, Preferences as AlertPreferences, Preview, Previewed, Quiet, RuleForm};
pub use attachments::{LARGEST_ATTACHMENT, MOST_ATTACHMENTS, UploadProgress};
pub use bus::{CoreEvent, Typing};
pub use check::{BidChecks, BidProblem, Context as CheckContext, check as check_bid, new_bid};
pub use clock::Clock;
pub use downloads::DownloadProgress;
pub use error::Error;
pub use export::{ExportProgress, ExportedFile, LocalExport};
pub use links::gate as gate_link;
pub use lock::{LOCK_CHOICES, SHORTEST_PASSPHRASE, Security};
pub use presta_api::Timeouts;
pub use presta_store as store;
pub use presta_vault::Secret;
pub use queue::Side;
pub use richtext::{brief_html, message_html};
pub use session::{Account, Keeping, SessionState, SignIn, SignedOutReason};
pub use settings::{Locale, Settings, Theme};
pub use staging::LARGEST_PIECE;
pub use status::{Counts, Indexing, SyncPhase, SyncStatus};
pub use write::{Reopened, bid_context};

use bus::Bus;
use session::Session;

/// Opens a link in the system's browser. The text is why it could not.
pub type OpenLink = dyn Fn(&Url) -> Result<(), String> + Send + Sync;

/// What an engine is made from.
#[derive(Clone)]
pub struct Config {
    /// The folder that holds everything this client keeps on disk.
    pub profile: PathBuf,
    /// The platform, until the person names another.
    pub server: Url,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Where secrets are kept.
    pub vault: Vault,
    /// Opens links, and folders with what was saved.
    pub open_link: Arc<OpenLink>,
    /// Where files are saved; none where the system has no such place.
    pub downloads: Option<PathBuf>,
    /// The present.
    pub clock: Clock,
    /// How long requests may take.
    pub timeouts: Timeouts,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("profile", &self.profile).field("server", &self.server).finish_non_exhaustive()
    }
}

/// The client's core. Cheap to clone; every host holds one.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) bus: Bus,
    pub(crate) settings: settings::SettingsFile,
    pub(crate) accounts: accounts::Accounts,
    pub(crate) session: Session,
    pub(crate) profile: profile_lock::Profile,
    pub(crate) archives: archive::Readings,
}

impl Engine {
    /// Makes an engine and its folder; nothing is opened or asked yet. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made.
    pub fn new(config: Config) -> Result<Self, Error> {
        std::fs::create_dir_all(&config.profile).map_err(|error| Error::Io("making the profile folder", error))?;
        account::restrict(&config.profile)?;
        let settings = settings::SettingsFile::open(&config.profile, &config.server);
        account::sweep(&config.profile);
        let accounts = accounts::Accounts::open(&config.profile);
        let session = Session::new(config.clock.now_ms());
        let profile = profile_lock::Profile::default();
        let archives = archive::Readings::default();
        let inner = Inner { config, bus: Bus::start(), settings, accounts, session, profile, archives };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Events for a host's user interface.
    pub fn events(&self) -> tokio::sync::broadcast::Receiver<CoreEvent> {
        self.inner.bus.subscribe()
    }

    /// The present, in ms since 1970.
    pub fn now(&self) -> i64 {
        self.inner.config.clock.now_ms()
    }

    /// The settings that hold before anyone signs in.
    pub fn settings(&self) -> Settings {
        self.inner.settings.get()
    }

    /// Keeps the language and the look.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written; nothing changes then.
    pub fn set_appearance(&self, locale: Option<Locale>, theme: Theme) -> Result<Settings, Error> {
        let settings = self.inner.settings.change(|settings| {
            settings.locale = locale;
            settings.theme = theme;
        })?;
        if let Some(active) = self.active() {
            active.api.set_locale(settings.language.tag());
        }
        self.inner.bus.touch(["settings"]);
        Ok(settings)
    }

    /// Opens a link outside, through the one gate.
    ///
    /// # Errors
    /// `link-blocked` unless the link is https or mailto; [`Error::Refused`] when no browser could be opened.
    pub async fn open_link(&self, link: &str) -> Result<(), Error> {
        let url = links::gate(link)?;
        self.open_in_browser(url).await
    }

    pub(crate) async fn open_in_browser(&self, url: Url) -> Result<(), Error> {
        let open = Arc::clone(&self.inner.config.open_link);
        let opened = tokio::task::spawn_blocking(move || open(&url)).await.map_err(|_| Error::Interrupted)?;
        opened.map_err(|reason| {
            tracing::warn!(%reason, "the browser could not be opened");
            Error::refused("no-browser")
        })
    }
}
