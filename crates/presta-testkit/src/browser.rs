//! Debian's Chromium as the system's browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use fantoccini::Locator;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::driver::Driver;
use crate::{Login, PATIENCE, until};

/// Puts the address it is given into a file, whole or not at all.
const SHIM: &str = "#!/bin/sh\n\
    folder=$(dirname \"$0\")/../opened\n\
    printf '%s\\n' \"$1\" > \"$folder/$$.part\" && mv \"$folder/$$.part\" \"$folder/$$.url\"\n";

/// What someone answers on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The application gets access.
    Allow,
    /// It does not.
    Deny,
}

impl Decision {
    fn button(self) -> &'static str {
        match self {
            Self::Allow => "#consent-allow",
            Self::Deny => "#consent-deny",
        }
    }
}

/// The browser of a desktop session: an `xdg-open` of its own, and Chromium for what it is asked to open.
#[derive(Debug)]
pub struct Browser {
    home: TempDir,
}

impl Browser {
    /// Makes its `xdg-open`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn install() -> anyhow::Result<Self> {
        let browser = Self { home: tempfile::tempdir().context("making a folder for the browser")? };
        fs::create_dir_all(browser.opened()).context("making a folder for the browser")?;
        fs::create_dir_all(browser.programs()).context("making a folder for the browser")?;
        let shim = browser.programs().join("xdg-open");
        fs::write(&shim, SHIM).context("writing xdg-open")?;
        executable(&shim).context("writing xdg-open")?;
        Ok(browser)
    }

    /// The folder to put first in `PATH`.
    pub fn programs(&self) -> PathBuf {
        self.home.path().join("bin")
    }

    fn opened(&self) -> PathBuf {
        self.home.path().join("opened")
    }

    /// The next address that someone asked to open, each once.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn asked(&self) -> anyhow::Result<String> {
        until("the application to open the browser", PATIENCE, async || self.waiting()).await
    }

    /// An address that someone asked to open, if there is one now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn waiting(&self) -> anyhow::Result<Option<String>> {
        for entry in fs::read_dir(self.opened()).context("listing what is to be opened")? {
            let path = entry.context("listing what is to be opened")?.path();
            if path.extension().is_some_and(|it| it == "url") {
                let url = fs::read_to_string(&path).context("reading what is to be opened")?;
                fs::remove_file(&path).context("taking what is to be opened")?;
                return Ok(Some(url.trim().to_owned()));
            }
        }
        Ok(None)
    }

    /// Opens Chromium at `url`, with a profile of its own.
    ///
    /// # Errors
    /// When chromium or chromedriver is not installed or does not start.
    pub async fn open(&self, url: &str) -> anyhow::Result<Page> {
        let profile = tempfile::tempdir_in(self.home.path()).context("making a browser profile")?;
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--lang=fr",
            "--window-size=1000,820",
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments, "binary": chromium() } });
        let driver = Driver::start("chromedriver", &mut Command::new("chromedriver"), capabilities).await?;
        let opened = tokio::time::timeout(Duration::from_secs(30), driver.client.goto(url)).await;
        opened.context("Chromium did not open the page within 30 s")?.with_context(|| format!("opening {url}"))?;
        Ok(Page { driver, _profile: profile })
    }

    /// Takes what the application asked to open, signs in there, answers, and gives the text of the closing page.
    ///
    /// # Errors
    /// When a page does not come or has not what it should.
    pub async fn sign_in(&self, login: &Login, decision: Decision) -> anyhow::Result<String> {
        let page = self.open(&self.asked().await?).await?;
        page.log_in(&login.login, &login.password).await?;
        let text = page.decide(decision).await?;
        page.close().await?;
        Ok(text)
    }
}

/// Chromium with one page.
#[derive(Debug)]
pub struct Page {
    driver: Driver,
    _profile: TempDir,
}

impl Page {
    /// Fills in the sign-in page and sends it.
    ///
    /// # Errors
    /// When it is not the sign-in page.
    pub async fn log_in(&self, login: &str, password: &str) -> anyhow::Result<()> {
        self.fill("input[name=login]", login).await?;
        self.fill("input[name=password]", password).await?;
        self.click("#login-submit").await
    }

    /// Answers the consent page, and gives the text of the application's closing page.
    ///
    /// # Errors
    /// When it is not the consent page, or the application shows nothing.
    pub async fn decide(&self, decision: Decision) -> anyhow::Result<String> {
        self.click(decision.button()).await?;
        until("the application's closing page", PATIENCE, async || {
            let address = self.driver.client.current_url().await?;
            let closing = address.path() == "/callback";
            if closing { self.text("body").await.map(Some) } else { Ok(None) }
        })
        .await
    }

    /// The text of an element.
    ///
    /// # Errors
    /// When it is not there in time.
    pub async fn text(&self, selector: &str) -> anyhow::Result<String> {
        Ok(self.find(selector).await?.text().await?)
    }

    /// Writes what the browser shows into a PNG file.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        let png = tokio::time::timeout(PATIENCE, self.driver.client.screenshot()).await;
        let png = png.context("the screenshot did not end")?.context("taking a screenshot")?;
        fs::write(file, png).with_context(|| format!("writing {}", file.display()))
    }

    /// Closes the browser.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn close(self) -> anyhow::Result<()> {
        self.driver.close().await
    }

    async fn fill(&self, selector: &str, text: &str) -> anyhow::Result<()> {
        let field = self.find(selector).await?;
        field.clear().await.with_context(|| format!("emptying {selector}"))?;
        field.send_keys(text).await.with_context(|| format!("filling in {selector}"))
    }

    async fn click(&self, selector: &str) -> anyhow::Result<()> {
        self.find(selector).await?.click().await.with_context(|| format!("clicking {selector}"))
    }

    async fn find(&self, selector: &str) -> anyhow::Result<fantoccini::elements::Element> {
        until(selector, PATIENCE, async || Ok(Some(self.driver.client.find(Locator::Css(selector)).await?))).await
    }
}

/// Debian's name for it, or Ubuntu's.
fn chromium() -> &'static str {
    if Path::new("/usr/bin/chromium").exists() { "/usr/bin/chromium" } else { "/usr/bin/chromium-browser" }
}

fn executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}
