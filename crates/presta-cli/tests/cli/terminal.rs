//! Someone at a terminal: a profile, a platform, and the program.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::Context;
use presta_engine::{Clock, Config, Engine, Timeouts, host};
use presta_testkit::{Login, Options, PATIENCE, Platform, Seed};
use presta_vault::Vault;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use url::Url;

pub struct Terminal {
    pub platform: Platform,
    home: TempDir,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// The failure of a command that was to answer in JSON.
    pub fn failure(&self) -> String {
        let line = self.err.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{self:?}"));
        serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned()
    }
}

impl Terminal {
    /// A new profile and a platform of its own.
    pub async fn new() -> Self {
        presta_testkit::keyring::session().unwrap();
        let options = Options { seed: Seed::Projects(200), ..Options::default() };
        Self { platform: Platform::start(options).await.unwrap(), home: tempfile::tempdir().unwrap() }
    }

    /// Signed in as the freelancer, and up to date.
    pub async fn signed_in() -> Self {
        let terminal = Self::new().await;
        let login = terminal.platform.login("freelancer").unwrap().clone();
        terminal.sign_in(&login).await;
        let synced = terminal.run(&["sync"]).await;
        assert_eq!(synced.code, 0, "{synced:?}");
        terminal
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = presta(arguments);
        command.env("PRESTA_PROFILE", self.profile()).env("PRESTA_SERVER", self.platform.url().as_str());
        command.current_dir(self.home.path());
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Said {
        finished(self.command(arguments), "").await
    }

    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        finished(self.command(arguments), input).await
    }

    /// Follows the address that `presta login --no-browser` gives, as a person does.
    pub async fn sign_in(&self, login: &Login) -> String {
        self.sign_in_with(login, &[]).await
    }

    /// The same with more arguments.
    pub async fn sign_in_with(&self, login: &Login, more: &[&str]) -> String {
        let mut command = self.command(&[&["login", "--no-browser"], more].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = tokio::time::timeout(PATIENCE, said.next_line()).await.unwrap().unwrap().expect("an address");
            if line.starts_with("http") {
                break Url::parse(&line).unwrap();
            }
        };
        let page = Platform::allow(&address, login).await.unwrap();
        assert!(page.contains("Vous êtes connecté"), "{page}");
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).await.unwrap();
        let status = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(0));
        out
    }

    /// Does in the window what the command line cannot: an engine of its own, without the network, calls a command.
    pub async fn window(&self, name: &str, request: Value) -> Value {
        let engine = Engine::new(Config {
            profile: self.profile(),
            server: self.platform.url().clone(),
            user_agent: host::user_agent(),
            vault: Vault::os(host::KEYRING_SERVICE),
            open_link: Arc::new(|_| Err("no browser".to_owned())),
            downloads: None,
            clock: Clock::system(),
            timeouts: Timeouts::default(),
        })
        .unwrap();
        engine.start_local().await.unwrap();
        let answer = presta_commands::dispatch(&engine, name, request).await.unwrap();
        engine.leave().await;
        answer
    }

    /// The only account's folder.
    pub fn account(&self) -> PathBuf {
        let mut accounts = self.profile().join("accounts").read_dir().unwrap();
        accounts.next().unwrap().unwrap().path()
    }

    /// The id of a project that takes bids, past the first `skip` of them.
    pub async fn open_project(&self, skip: usize) -> String {
        let page = self.run(&["search", "--json", "--limit", "200"]).await.json();
        let open = page["rows"].as_array().unwrap().iter().filter(|row| {
            let fixed = row["kind"] == "fixed" && row["budget_max"]["amount_minor"].as_i64() > Some(100_000);
            row["status"] == "open" && row["my_bid"].is_null() && fixed
        });
        let ids: Vec<String> = open.map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        for id in ids.into_iter().skip(skip) {
            if self.run(&["show", &id, "--json"]).await.json()["can_bid"] == true {
                return id;
            }
        }
        panic!("no project takes bids")
    }
}

/// The program in a French session of the test's own.
pub fn presta(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_presta"));
    command.args(arguments).stdin(Stdio::null()).env("LANG", "fr_FR.UTF-8").env("TZ", "UTC").kill_on_drop(true);
    for name in ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "PRESTA_LOG", "PRESTA_PROFILE", "COLUMNS"]
    {
        command.env_remove(name);
    }
    command
}

pub async fn finished(mut command: Command, input: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("starting presta").unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A program that does not read may be gone already.
    let _ = pipe.write_all(input.as_bytes()).await;
    drop(pipe);
    let output = tokio::time::timeout(PATIENCE * 6, child.wait_with_output()).await.expect("presta to end").unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An offer that the platform's rules accept.
pub const OFFER: &str = "Bonjour, je développe des services de ce genre depuis huit ans et je peux commencer lundi. \
     Je propose une première version en deux semaines, puis une itération chaque semaine, avec des tests et une \
     documentation courte que votre équipe pourra tenir à jour sans moi.";
