//! The reference platform as a process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::redirect::Policy;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use url::Url;

use crate::group::Group;
use crate::{Account, Admin, binaries, oauth};

/// How many projects a new market has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// The demo market.
    Demo,
    /// So many projects by the same generator.
    Projects(u32),
}

/// What to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The market to make when the folder holds none.
    pub seed: Seed,
    /// Projects arrive, clients answer, bids are decided.
    pub live: bool,
    /// The folder of the market; one of its own, removed in the end, when there is none.
    pub data: Option<PathBuf>,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The operator may act as well: [`Platform::admin`].
    pub admin: bool,
    /// So many bids of a freelancer in a month and requests in a minute; those of the platform when there are none.
    pub limits: Option<Limits>,
}

/// What one account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bids of a freelancer in a month.
    pub bids_per_month: u32,
    /// Requests of a user in a minute.
    pub requests_per_minute: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: Seed::Projects(200), live: false, data: None, port: 0, admin: false, limits: None }
    }
}

/// An account that the market comes with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Login {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// `freelancer`, `client` or `both`.
    pub role: String,
}

#[derive(Deserialize)]
struct Ready {
    url: Url,
    accounts: Vec<Login>,
    admin: Option<Url>,
}

/// A platform; ended when dropped.
#[derive(Debug)]
pub struct Platform {
    options: Options,
    url: Url,
    admin: Option<Url>,
    accounts: Vec<Login>,
    folder: PathBuf,
    process: Option<Group>,
    _home: Option<TempDir>,
}

impl Platform {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    /// When it is not built, or not ready in time.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let home = match &options.data {
            Some(_) => None,
            None => Some(tempfile::tempdir().context("making a folder for the market")?),
        };
        let folder = match (&options.data, &home) {
            (Some(folder), _) => folder.clone(),
            (None, Some(home)) => home.path().join("market"),
            (None, None) => PathBuf::from("market"),
        };
        let (process, ready) = serve(&options, options.port, &folder).await?;
        Ok(Self {
            options,
            url: ready.url,
            admin: ready.admin,
            accounts: ready.accounts,
            folder,
            process: Some(process),
            _home: home,
        })
    }

    /// Where it is, also while it is stopped.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its address as people and settings write it: without a slash at the end.
    pub fn address(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The operator, of a platform with [`Options::admin`]; another one after each restart.
    ///
    /// # Errors
    /// When the platform was started without.
    pub fn admin(&self) -> anyhow::Result<Admin> {
        Ok(Admin::new(http()?, self.admin.clone().context("the platform was started without an operator")?))
    }

    /// The accounts of the market.
    pub fn accounts(&self) -> &[Login] {
        &self.accounts
    }

    /// The first account of a role.
    ///
    /// # Errors
    /// When the market has none.
    pub fn login(&self, role: &str) -> anyhow::Result<&Login> {
        self.accounts.iter().find(|account| account.role == role).with_context(|| format!("no account is a {role}"))
    }

    /// Signs in over HTTP, the way of a browser.
    ///
    /// # Errors
    /// When the platform does not let them in.
    pub async fn sign_in(&self, login: &Login) -> anyhow::Result<Account> {
        let http = http()?;
        let token = oauth::access_token(&http, &self.url, &login.login, &login.password)
            .await
            .with_context(|| format!("signing in {}", login.login))?;
        Ok(Account::new(http, self.url.clone(), token))
    }

    /// Does what a person does in the browser on the sign-in page at `authorize`, the application's own page included.
    ///
    /// # Errors
    /// When the platform does not let them in, or the application does not answer.
    pub async fn allow(authorize: &Url, login: &Login) -> anyhow::Result<String> {
        let http = http()?;
        let back = oauth::allow(&http, authorize.clone(), &login.login, &login.password).await?;
        let page = http.get(back).send().await.context("following the redirect")?;
        page.text().await.context("reading the closing page")
    }

    /// Opens `url` as a browser does, and returns what it shows.
    ///
    /// # Errors
    /// When nothing answers there.
    pub async fn visit(url: &Url) -> anyhow::Result<String> {
        let page = http()?.get(url.clone()).send().await.context("opening a page")?;
        page.text().await.context("reading a page")
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// When it does not end cleanly within 10 s.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let status = process.stop(Duration::from_secs(10)).await?;
        ensure!(status.success(), "the platform ended with {status}");
        Ok(())
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When there is no such process.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Starts it again, at the same address and with the same market.
    ///
    /// # Errors
    /// When it is not ready in time.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        let port = self.url.port().context("the platform's port")?;
        let (process, ready) = serve(&self.options, port, &self.folder).await?;
        self.process = Some(process);
        self.admin = ready.admin;
        Ok(())
    }

    /// Loads the projects of a listing into the market, while the platform is down for it.
    ///
    /// # Errors
    /// When not one line could be loaded.
    pub async fn import(&mut self, listing: &Path) -> anyhow::Result<String> {
        self.stop().await?;
        let mut command = Command::new(binaries::platform()?);
        command.arg("import").arg(listing).arg("--data").arg(&self.folder).stdin(Stdio::null());
        let output = command.output().await.context("running the import")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "the import failed: {said}");
        self.restart().await?;
        Ok(said)
    }
}

fn http() -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .context("making an HTTP client")
}

async fn serve(options: &Options, port: u16, folder: &Path) -> anyhow::Result<(Group, Ready)> {
    std::fs::create_dir_all(folder).context("making the market's folder")?;
    let log = std::fs::File::create(folder.join("platform.log")).context("making the platform's log")?;
    let (seed, projects) = match options.seed {
        Seed::Demo => ("demo".to_owned(), 2_400),
        Seed::Projects(projects) => (projects.to_string(), projects),
    };
    let mut command = Command::new(binaries::platform()?);
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--seed", &seed]).arg("--data").arg(folder);
    if options.live {
        command.arg("--live");
    }
    if options.admin {
        command.args(["--admin", "127.0.0.1:0"]);
    }
    if let Some(limits) = options.limits {
        command.args(["--bids-per-month", &limits.bids_per_month.to_string()]);
        command.args(["--requests-per-minute", &limits.requests_per_minute.to_string()]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let mut process = Group::spawn("presta-platform", &mut command)?;
    let output = process.child().stdout.take().context("the platform's output")?;
    let limit = Duration::from_secs(30 + u64::from(projects / 200));
    let mut line = String::new();
    tokio::time::timeout(limit, BufReader::new(output).read_line(&mut line))
        .await
        .with_context(|| format!("the platform was not ready within {limit:?}"))?
        .context("reading the platform's ready line")?;
    let ready = serde_json::from_str(&line).with_context(|| {
        let log = std::fs::read_to_string(folder.join("platform.log")).unwrap_or_default();
        format!("the platform said {line:?} when it should be ready; its log: {log}")
    })?;
    Ok((process, ready))
}
