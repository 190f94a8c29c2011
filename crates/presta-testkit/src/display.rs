//! A screen without a screen.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::group::Group;
use crate::{PATIENCE, until};

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Size {
    /// The size the window opens with.
    pub const WINDOW: Self = Self { width: 1280, height: 800 };
    /// A small laptop's half screen.
    pub const SMALL: Self = Self { width: 900, height: 700 };
}

/// An X server of its own on a free display, with a window manager. Ended when dropped.
#[derive(Debug)]
pub struct Display {
    name: String,
    // Dropped in this order: the manager before its server.
    _manager: Group,
    _server: Group,
}

impl Display {
    /// Opens one that has room for a window of `size` and its frame.
    ///
    /// # Errors
    /// When Xvfb or openbox is not installed or does not start.
    pub async fn open(size: Size) -> anyhow::Result<Self> {
        let screen = format!("{}x{}x24", size.width + 40, size.height + 80);
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"]);
        let mut server =
            Group::spawn("Xvfb", command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let output = server.child().stdout.take().context("the output of Xvfb")?;
        let mut number = String::new();
        tokio::time::timeout(Duration::from_secs(20), BufReader::new(output).read_line(&mut number))
            .await
            .context("Xvfb did not say its display within 20 s")?
            .context("reading the display of Xvfb")?;
        ensure!(!number.trim().is_empty(), "Xvfb ended before it was ready");
        let name = format!(":{}", number.trim());
        let mut command = Command::new("openbox");
        command.env("DISPLAY", &name).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut manager = Group::spawn("openbox", &mut command)?;
        until("openbox", PATIENCE, async || {
            manager.check()?;
            let mut look = Command::new("xprop");
            look.args(["-root", "_NET_SUPPORTING_WM_CHECK"]).env("DISPLAY", &name);
            let output = look.output().await.context("running xprop")?;
            Ok(String::from_utf8_lossy(&output.stdout).contains("window id").then_some(()))
        })
        .await?;
        Ok(Self { name, _manager: manager, _server: server })
    }

    /// Its name, for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}
