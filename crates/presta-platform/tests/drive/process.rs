//! The platform as a process that can be killed.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use serde_json::Value;

/// A running platform; killed when dropped.
pub struct Process {
    /// Where it listens.
    pub url: String,
    /// Where its operator is listened to.
    pub admin: Option<String>,
    child: Child,
}

/// How platforms are started.
#[derive(Clone)]
pub struct Binary(pub PathBuf);

impl Binary {
    /// Serves `data` and waits for the ready line.
    pub fn serve(&self, data: &Path, listen: &str, arguments: &[&str]) -> anyhow::Result<Process> {
        let mut child = Command::new(&self.0)
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .args(arguments)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the platform")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("its ready line")?;
        let text = |name: &str| ready[name].as_str().map(str::to_owned);
        Ok(Process { url: text("url").context("its address")?, admin: text("admin"), child })
    }
}

impl Process {
    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        anyhow::ensure!(asked.success() && self.child.wait()?.success(), "it did not end as it should");
        Ok(())
    }

    /// Resident memory now and at most, in MiB.
    pub fn memory_mib(&self) -> anyhow::Result<(u64, u64)> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).context("a line of its status")?;
            let kib: u64 = line.split_whitespace().next().context("a number")?.parse()?;
            anyhow::Ok(kib / 1024)
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
