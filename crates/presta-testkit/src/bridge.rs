//! The application without a window, as a process that can be killed: the commands over HTTP.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use url::Url;

use crate::group::Group;
use crate::platform::http;
use crate::strace::{self, Strace};
use crate::{Login, PATIENCE, Platform, binaries, keyring, until};

/// How long it may take to start.
const START: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Ready {
    url: Url,
}

/// A running application; ended when dropped.
#[derive(Debug)]
pub struct Bridge {
    process: Group,
    http: Client,
    url: Url,
    token: String,
}

/// An application that was started and is not ready yet.
#[derive(Debug)]
pub struct Starting {
    process: Group,
}

impl Bridge {
    /// Starts it on the profile at `profile`, with the private keyring of the session, and waits until it is ready.
    ///
    /// # Errors
    /// When it is not built or not ready in time, or there is no private keyring.
    pub async fn start(profile: &Path, server: &Url) -> anyhow::Result<Self> {
        Starting::new(profile, server)?.ready().await
    }

    /// Runs a command. The inner error is the code with which it was refused.
    ///
    /// # Errors
    /// When there is no answer: nobody knows whether it was done.
    pub async fn ask(&self, name: &str, request: &Value) -> anyhow::Result<Result<Value, String>> {
        let call = self.http.post(self.url.join(&format!("/call/{name}"))?).bearer_auth(&self.token).json(request);
        let answer = call.send().await.with_context(|| format!("running {name}"))?;
        let status = answer.status();
        let body: Value = answer.json().await.with_context(|| format!("reading the answer of {name}"))?;
        match status {
            StatusCode::OK => Ok(Ok(body)),
            StatusCode::UNPROCESSABLE_ENTITY => {
                Ok(Err(body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned()))
            }
            other => bail!("{name} was answered with {other}: {body}"),
        }
    }

    /// Runs a command that must be done.
    ///
    /// # Errors
    /// When there is no answer, or it was refused.
    pub async fn call(&self, name: &str, request: &Value) -> anyhow::Result<Value> {
        self.ask(name, request).await?.map_err(|code| anyhow::anyhow!("{name} was refused: {code}"))
    }

    /// Asks `name` until the answer is `so`.
    ///
    /// # Errors
    /// When it is not in time; with what was last answered.
    pub async fn until(
        &self,
        what: &str,
        name: &str,
        request: &Value,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let mut seen = Value::Null;
        let found = until(what, PATIENCE * 3, async || {
            seen = self.call(name, request).await?;
            Ok(so(&seen).then(|| seen.clone()))
        })
        .await;
        found.with_context(|| format!("last seen: {seen}"))
    }

    /// Signs in.
    ///
    /// # Errors
    /// When the platform does not let `login` in.
    pub async fn sign_in(&self, login: &Login) -> anyhow::Result<()> {
        let state = self.call("session_sign_in", &json!({ "server": null })).await?;
        let page = state.get("authorize_url").and_then(Value::as_str).context("no sign-in page")?;
        Platform::allow(&Url::parse(page)?, login).await?;
        let signed_in = |status: &Value| status.pointer("/session/state").is_some_and(|state| state == "signed-in");
        self.until("being signed in", "status", &json!({}), signed_in).await.map(drop)
    }

    /// Waits until it has caught up with the platform.
    ///
    /// # Errors
    /// When it has not within `limit`; with how it last stood.
    pub async fn up_to_date(&self, limit: Duration) -> anyhow::Result<()> {
        let mut seen = Value::Null;
        let reached = until("being up to date", limit, async || {
            seen = self.call("status", &json!({})).await?;
            let sync = |name: &str| seen.pointer(&format!("/sync/{name}"));
            let there = sync("online").is_some_and(|it| it == true)
                && sync("phase").is_some_and(|it| it == "idle")
                && sync("as_of").is_some_and(Value::is_number);
            Ok(there.then_some(()))
        })
        .await;
        reached.with_context(|| format!("last seen: {seen}"))
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When there is no such process.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill().await
    }

    /// Ends it as Ctrl-C does: the files are closed in order.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn interrupt(mut self) -> anyhow::Result<()> {
        self.process.interrupt(START).await.map(drop)
    }

    /// Makes its system calls fail, until what is returned is ended: see [`Strace::inject`].
    ///
    /// # Errors
    /// When strace cannot be attached.
    pub async fn inject(&self, what: &str, paths: &[&Path], log: &Path) -> anyhow::Result<Strace> {
        Strace::inject(self.process.id().context("the process has ended")?, what, paths, log).await
    }

    /// No file may be written beyond so many bytes from now on (`RLIMIT_FSIZE`, by prlimit(1)); `None` for no such limit.
    ///
    /// # Errors
    /// When the limit cannot be set.
    pub async fn limit_files(&self, bytes: Option<u64>) -> anyhow::Result<()> {
        let id = self.process.id().context("the process has ended")?.as_raw_nonzero();
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--pid", &id.to_string(), &format!("--fsize={soft}:unlimited")]);
        let status = prlimit.status().await.context("prlimit, of util-linux")?;
        anyhow::ensure!(status.success(), "prlimit: {status}");
        Ok(())
    }

    /// How long it has kept processors busy so far (`utime` and `stime` of proc(5)), in ticks of 10 ms.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ticks(&self) -> anyhow::Result<u64> {
        let id = self.process.id().context("the process has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero()))?;
        // The name of the program, in brackets, may have spaces in it. State is the first field after it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let times: Vec<u64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        anyhow::ensure!(times.len() == 2, "{stat:?}");
        Ok(times.iter().sum())
    }

    /// Most memory it has used so far, in bytes (`VmHWM` of proc(5)).
    ///
    /// # Errors
    /// When the system does not say.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let id = self.process.id().context("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", id.as_raw_nonzero()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().context("reading VmHWM")?;
        Ok(kib * 1024)
    }
}

impl Starting {
    /// Starts it without waiting.
    ///
    /// # Errors
    /// When it is not built, or there is no private keyring.
    pub fn new(profile: &Path, server: &Url) -> anyhow::Result<Self> {
        Self::by(Command::new(binaries::bridge()?), profile, server)
    }

    /// As [`Starting::new`], with what it does to files and says to sockets written to `recording`, in the words of
    /// strace.
    ///
    /// # Errors
    /// The same, or when there is no strace.
    pub fn recorded(profile: &Path, server: &Url, recording: &Path) -> anyhow::Result<Self> {
        let mut command = strace::recording(recording)?;
        command.arg(binaries::bridge()?);
        Self::by(command, profile, server)
    }

    /// As [`Starting::new`], deaf to the signal that a write beyond [`Bridge::limit_files`] sends: it gets an error as from a
    /// disk.
    ///
    /// # Errors
    /// The same.
    pub fn without_signals_of_limits(profile: &Path, server: &Url) -> anyhow::Result<Self> {
        let mut command = Command::new("env");
        command.arg("--ignore-signal=XFSZ").arg(binaries::bridge()?);
        Self::by(command, profile, server)
    }

    fn by(mut command: Command, profile: &Path, server: &Url) -> anyhow::Result<Self> {
        keyring::session()?;
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log(profile)).context("its log")?;
        command.args(["--no-browser", "--ui"]).arg(profile).env("PRESTA_PROFILE", profile);
        command.env("PRESTA_SERVER", server.as_str()).env("RUST_LOG", "warn");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        Ok(Self { process: Group::spawn("presta-bridge", &mut command)? })
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn ready(mut self) -> anyhow::Result<Bridge> {
        let output = self.process.child().stdout.take().context("the application's output")?;
        let mut line = String::new();
        tokio::time::timeout(START, BufReader::new(output).read_line(&mut line))
            .await
            .context("the application was not ready in time")?
            .context("reading its ready line")?;
        let ready: Ready = serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))?;
        let token = ready.url.fragment().and_then(|part| part.strip_prefix("token=")).context("no token")?.to_owned();
        Ok(Bridge { process: self.process, http: http()?, url: ready.url, token })
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When there is no such process.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill().await
    }
}

/// Beside the profile, which holds nothing but the application's own files.
fn log(profile: &Path) -> std::path::PathBuf {
    profile.with_extension("log")
}
