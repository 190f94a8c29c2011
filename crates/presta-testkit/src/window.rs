//! The real window, driven through WebKit.

mod act;
mod look;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use fantoccini::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::process::Command;

use crate::driver::Driver;
use crate::{Browser, Display, PATIENCE, Size, until};

/// The language of the desktop session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
}

impl Language {
    fn locale(self) -> &'static str {
        match self {
            Self::French => "fr_FR.UTF-8",
            Self::English => "en_GB.UTF-8",
        }
    }
}

/// The application as it is started.
#[derive(Debug, Clone)]
pub struct App {
    /// Its profile folder.
    pub profile: PathBuf,
    /// The platform's address.
    pub server: String,
    /// Of the session it starts in.
    pub language: Language,
    display: String,
    path: OsString,
}

impl App {
    /// The application on `display`, with `browser` as the system's.
    ///
    /// # Errors
    /// When `PATH` cannot be extended.
    pub fn new(profile: PathBuf, server: &str, display: &Display, browser: &Browser) -> anyhow::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(browser.programs()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).context("extending PATH")?;
        let display = display.name().to_owned();
        Ok(Self { profile, server: server.to_owned(), language: Language::French, display, path })
    }

    /// Starts the release build and takes hold of its window.
    ///
    /// # Errors
    /// Outside of a private keyring session; when it is not built; when no window opens.
    pub async fn open(&self) -> anyhow::Result<Window> {
        let home = crate::keyring::session()?;
        let binary = crate::app()?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .current_dir(home)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("DISPLAY", &self.display)
            .env("PATH", &self.path)
            .env("LANG", self.language.locale())
            .env_remove("LC_ALL")
            .env_remove("LANGUAGE")
            .env_remove("WAYLAND_DISPLAY")
            .env("PRESTA_PROFILE", &self.profile)
            .env("PRESTA_SERVER", &self.server);
        let capabilities = json!({ "webkitgtk:browserOptions": { "binary": binary, "args": [] } });
        let driver = Driver::start("WebKitWebDriver", &mut command, capabilities).await?;
        let window = Window { driver, display: self.display.clone(), binary };
        until("the window's first paint", PATIENCE, async || {
            let painted =
                window.js("return document.readyState === 'complete' && document.body.innerText.trim() !== ''").await?;
            Ok((painted == true).then_some(()))
        })
        .await?;
        Ok(window)
    }
}

/// The window, in the hand of a driver.
#[derive(Debug)]
pub struct Window {
    driver: Driver,
    display: String,
    binary: PathBuf,
}

impl Window {
    /// The driver's client, for what has no word here.
    pub fn client(&self) -> &Client {
        &self.driver.client
    }

    /// Closes it as its close button would.
    ///
    /// # Errors
    /// When it does not close.
    pub async fn close(self) -> anyhow::Result<()> {
        self.driver.close().await
    }

    /// `kill -9` of the application, then of what is left of its session.
    ///
    /// # Errors
    /// When the application is not running.
    pub async fn kill(self) -> anyhow::Result<()> {
        let pid = self.process()?;
        kill_process(pid, Signal::KILL).context("killing the application")?;
        let gone = PathBuf::from(format!("/proc/{}/exe", pid.as_raw_nonzero()));
        until("the application to be gone", PATIENCE, async || Ok(fs::read_link(&gone).is_err().then_some(()))).await?;
        self.driver.abandon().await
    }

    /// The application's process: the one of the driver's group that runs its program.
    ///
    /// # Errors
    /// When it is not running.
    pub fn process(&self) -> anyhow::Result<Pid> {
        let group = self.driver.group().context("the driver has ended")?;
        for entry in fs::read_dir("/proc").context("listing processes")? {
            let path = entry.context("listing processes")?.path();
            let runs = fs::read_link(path.join("exe")).is_ok_and(|program| program == self.binary);
            if runs && group_of(&path) == Some(group.as_raw_nonzero().get()) {
                let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
                return number.and_then(Pid::from_raw).context("reading a process number");
            }
        }
        bail!("the application is not running")
    }

    /// Makes the window so large.
    ///
    /// # Errors
    /// When it does not take the size.
    pub async fn resize(&self, size: Size) -> anyhow::Result<()> {
        let (width, height) = (size.width.to_string(), size.height.to_string());
        let mut command = Command::new("xdotool");
        command.args(["search", "--onlyvisible", "--name", "^Prestataires$", "windowsize", "--sync", &width, &height]);
        let done = tokio::time::timeout(PATIENCE, command.env("DISPLAY", &self.display).output()).await;
        done.context("xdotool did not end")?.context("running xdotool")?;
        until("the window's new size", PATIENCE, async || {
            let inner = self.js("return [window.innerWidth, window.innerHeight]").await?;
            Ok((inner == json!([size.width, size.height])).then_some(()))
        })
        .await
    }
}

/// The process group of `/proc/N`: the third field after the name, which alone may hold spaces.
fn group_of(process: &Path) -> Option<i32> {
    let line = fs::read_to_string(process.join("stat")).ok()?;
    line.rsplit_once(") ")?.1.split(' ').nth(2)?.parse().ok()
}
