//! Someone who uses the client: an engine with a profile of its own, driven by commands as the window does.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use presta_engine::{Clock, Config, CoreEvent, Engine, Timeouts};
use presta_testkit::{Login, Options, PATIENCE, Platform, Seed, until};
use presta_vault::Vault;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use url::Url;

/// A market for a test.
pub async fn market(live: bool) -> Platform {
    Platform::start(Options { seed: Seed::Projects(300), live, ..Options::default() }).await.unwrap()
}

pub struct Person {
    pub engine: Engine,
    config: Config,
    _home: Option<TempDir>,
}

impl Person {
    /// A client that was never started before.
    pub async fn new(server: &Url) -> Self {
        Self::with(server, Clock::system(), Timeouts::default()).await
    }

    /// A client that was never started before, with a clock and a patience of its own.
    pub async fn with(server: &Url, clock: Clock, timeouts: Timeouts) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = Config { clock, timeouts, ..config(home.path(), server) };
        let engine = engine(&config).await;
        Self { engine, config, _home: Some(home) }
    }

    /// A client whose engine was made otherwise.
    pub fn of(engine: Engine, config: Config, home: TempDir) -> Self {
        Self { engine, config, _home: Some(home) }
    }

    /// Where its secrets are.
    pub fn vault(&self) -> &Vault {
        &self.config.vault
    }

    /// The platform it was made for.
    pub fn server(&self) -> &Url {
        &self.config.server
    }

    /// Ends the client without a word; what is left is its profile.
    pub fn ended(mut self) -> TempDir {
        self.kill();
        self._home.take().unwrap()
    }

    /// A client that signed in and is up to date.
    pub async fn signed_in(server: &Url, login: &Login) -> Self {
        let person = Self::new(server).await;
        person.sign_in(login).await.unwrap();
        person.up_to_date().await;
        person
    }

    pub async fn sign_in(&self, login: &Login) -> anyhow::Result<()> {
        self.sign_in_as(login, json!({ "server": null })).await
    }

    /// Signs in by `request`, and waits until whoever that is is there.
    pub async fn sign_in_as(&self, login: &Login, request: Value) -> anyhow::Result<()> {
        let state = self.call("session_sign_in", request).await?;
        let Some(url) = state["authorize_url"].as_str() else { bail!("no sign-in page: {state}") };
        let page = Platform::allow(&Url::parse(url)?, login).await?;
        anyhow::ensure!(page.contains("Vous êtes connecté"), "{page}");
        self.until("being signed in", "status", json!({}), |status| {
            status["session"]["state"] == "signed-in" && status["session"]["account"]["login"] == login.login
        })
        .await?;
        // Nobody here changes their mind, unless the test is about that.
        self.call("queue_settings_set", json!({ "undo_seconds": 0 })).await?;
        Ok(())
    }

    /// Ends the client without a word, as a kill does, and starts it again on the same profile.
    pub async fn restarted(mut self) -> Self {
        let home = self._home.take();
        self.kill();
        self.again(home).await
    }

    /// The same, with something done to the files in between, once none of them is open any more.
    pub async fn restarted_after(mut self, harm: impl FnOnce()) -> Self {
        let home = self._home.take();
        self.kill();
        let config = self.config.clone();
        let active = self.engine.active().map(|active| Arc::downgrade(&active));
        drop(self);
        until("the files to be closed", PATIENCE, async || {
            Ok(active.as_ref().is_none_or(|active| active.strong_count() == 0).then_some(()))
        })
        .await
        .unwrap();
        harm();
        let engine = engine(&config).await;
        Self { engine, config, _home: home }
    }

    async fn again(self, home: Option<TempDir>) -> Self {
        let config = self.config.clone();
        drop(self);
        let engine = engine(&config).await;
        Self { engine, config, _home: home }
    }

    fn kill(&self) {
        if let Some(active) = self.engine.active() {
            active.stop();
        }
    }

    pub async fn call(&self, name: &str, request: Value) -> anyhow::Result<Value> {
        presta_commands::dispatch(&self.engine, name, request)
            .await
            .map_err(|failure| anyhow::anyhow!("{}", serde_json::to_string(&failure).unwrap_or_default()))
    }

    /// The code with which a command is refused.
    pub async fn refused(&self, name: &str, request: Value) -> String {
        let failure = presta_commands::dispatch(&self.engine, name, request).await.expect_err("a refusal");
        failure.code
    }

    pub async fn until(
        &self,
        what: &str,
        name: &str,
        request: Value,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let mut seen = Value::Null;
        let found = until(what, PATIENCE * 2, async || {
            seen = self.call(name, request.clone()).await?;
            Ok(so(&seen).then(|| seen.clone()))
        })
        .await;
        found.with_context(|| format!("last seen: {seen}"))
    }

    pub async fn up_to_date(&self) {
        self.until("the first sync", "status", json!({}), |status| {
            status["sync"]["online"] == true && status["sync"]["phase"] == "idle" && status["sync"]["as_of"].is_number()
        })
        .await
        .unwrap();
        self.until("the rules", "bootstrap", json!({}), |bootstrap| bootstrap["catalog"].is_object()).await.unwrap();
    }

    pub async fn offline(&self) -> Value {
        self.until("being offline", "status", json!({}), |status| status["sync"]["online"] == false).await.unwrap()
    }

    /// Waits until the queue is empty, and returns what was delivered, newest first.
    pub async fn drained(&self) -> Vec<Value> {
        let queue = self
            .until("an empty queue", "queue_list", json!({}), |queue| queue["acts"].as_array().unwrap().is_empty())
            .await
            .unwrap();
        queue["delivered"].as_array().unwrap().clone()
    }

    /// The ids of open projects without a bid of this person.
    pub async fn projects(&self, query: &str) -> Vec<String> {
        let filters = json!({ "not_bid": true });
        let request = json!({ "query": query, "filters": filters, "sort": "newest", "offset": 0, "limit": 50 });
        let list = self.call("projects_list", request).await.unwrap();
        list["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn bid(&self, project: &str) -> anyhow::Result<Value> {
        self.call("bid_submit", json!({ "project_id": project, "form": form() })).await
    }

    pub async fn write(&self, thread: &str, text: &str) -> anyhow::Result<Value> {
        self.call("message_send", json!({ "thread_id": thread, "text": text })).await
    }

    pub async fn thread(&self, thread: &str) -> anyhow::Result<Value> {
        self.call("thread_get", json!({ "thread_id": thread, "limit": 100 })).await
    }

    pub fn events(&self) -> Receiver<CoreEvent> {
        self.engine.events()
    }

    /// Every file of the profile.
    pub fn profile(&self) -> &PathBuf {
        &self.config.profile
    }
}

pub fn form() -> Value {
    json!({
        "amount": "1 250,50",
        "period_days": "10",
        "text": "Bonjour, je propose de reprendre ce service pas à pas, avec des tests à chaque étape.",
        "milestones": [],
    })
}

/// A client on the folder `profile`, whose secrets are in memory.
pub fn config(profile: &Path, server: &Url) -> Config {
    Config {
        profile: profile.to_owned(),
        server: server.clone(),
        user_agent: "Prestataires/journeys".into(),
        vault: Vault::memory(),
        open_link: Arc::new(|_| Ok(())),
        downloads: Some(profile.join("Downloads")),
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    }
}

pub async fn engine(config: &Config) -> Engine {
    let engine = Engine::new(config.clone()).unwrap();
    engine.resume().await;
    engine
}
