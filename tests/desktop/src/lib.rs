//! The real window driven by WebDriver: what the tests, the tour and the measurement share.

pub mod large;
pub mod steps;

use std::path::PathBuf;

use anyhow::Context;
use presta_testkit::{App, Browser, Display, Login, Options, Platform, Size, Window};
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
    /// Starts all but the application, which opens with [`Stage::open`].
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

    /// Opens the window, in French whatever locales this machine has.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(&self) -> anyhow::Result<Window> {
        let window = self.app.open().await?;
        let language = window.js("return document.documentElement.lang").await?;
        if language != "fr" && window.count("lang-fr").await? > 0 {
            window.click("lang-fr").await?;
            window.reads("signin-button", "Se connecter").await?;
        }
        Ok(window)
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
