//! The real window driven by WebDriver: what the tests, the tour and the measurement share.

pub mod large;
pub mod steps;

use std::path::PathBuf;

use anyhow::Context;
use presta_testkit::{App, Browser, Display, Login, Options, Platform, Size};
use tempfile::TempDir;

/// A platform, a screen, a browser and the application, each of its own.
#[derive(Debug)]
pub struct Stage {
    /// The market.
    pub platform: Platform,
    /// The system's browser.
    pub browser: Browser,
    /// The application, not yet started.
    pub app: App,
    /// The screen.
    pub display: Display,
    home: TempDir,
}

impl Stage {
    /// Starts all but the application, which opens with [`App::open`].
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn set(options: Options) -> anyhow::Result<Self> {
        presta_testkit::keyring::session()?;
        let home = tempfile::tempdir().context("making a folder for the profile")?;
        let platform = Platform::start(options).await?;
        let display = Display::open(Size::WINDOW).await?;
        let browser = Browser::install()?;
        let app = App::new(home.path().join("profile"), platform.address(), &display, &browser)?;
        Ok(Self { platform, browser, app, display, home })
    }

    /// The profile's folder.
    pub fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    /// A folder for what a test makes.
    pub fn scratch(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// The freelancer of the market.
    ///
    /// # Errors
    /// When the market has none.
    pub fn freelancer(&self) -> anyhow::Result<Login> {
        self.platform.login("freelancer").cloned()
    }

    /// A client of the market who signs in, and whom nobody plays.
    ///
    /// # Errors
    /// When the market has none.
    pub fn client(&self) -> anyhow::Result<Login> {
        self.platform.login("client").cloned()
    }
}
