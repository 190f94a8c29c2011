//! The operator's side of the platform (`contract/admin.yaml`): faults, clock, counters, the steps of the market.

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

/// The operator of a platform that was started with [`Options::admin`](crate::Options::admin).
#[derive(Debug, Clone)]
pub struct Admin {
    http: Client,
    url: Url,
}

impl Admin {
    pub(crate) fn new(http: Client, url: Url) -> Self {
        Self { http, url }
    }

    /// Replaces all faults by `rules`, a list as the contract gives it.
    ///
    /// # Errors
    /// When the platform refuses them.
    pub async fn faults(&self, rules: &Value) -> anyhow::Result<()> {
        let request = self.http.put(self.at("faults")?).json(&json!({ "rules": rules }));
        self.send("setting the faults", request).await.map(drop)
    }

    /// Forgets all faults.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn no_faults(&self) -> anyhow::Result<()> {
        self.send("clearing the faults", self.http.delete(self.at("faults")?)).await.map(drop)
    }

    /// What was done since the process started, and how many rows the file has.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn counters(&self) -> anyhow::Result<Value> {
        self.send("reading the counters", self.http.get(self.at("counters")?)).await
    }

    /// How many rows a table of the platform has.
    ///
    /// # Errors
    /// When the platform does not answer, or has no such table.
    pub async fn rows(&self, table: &str) -> anyhow::Result<u64> {
        let counters = self.counters().await?;
        let rows = counters.pointer(&format!("/rows/{table}")).and_then(Value::as_u64);
        rows.with_context(|| format!("the counters have no rows of {table}"))
    }

    /// One step of the market, such as `{"act": "close", "project_id": …}`.
    ///
    /// # Errors
    /// When the platform refuses it.
    pub async fn script(&self, step: &Value) -> anyhow::Result<Value> {
        self.send("a step of the market", self.http.post(self.at("script")?).json(step)).await
    }

    /// Moves the platform's clock to so many milliseconds after the system's.
    ///
    /// # Errors
    /// When the platform refuses it.
    pub async fn clock(&self, offset_ms: i64) -> anyhow::Result<()> {
        let request = self.http.put(self.at("clock")?).json(&json!({ "offset_ms": offset_ms }));
        self.send("moving the clock", request).await.map(drop)
    }

    /// Ends every sign-in of a user.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn revoke(&self, login: &str) -> anyhow::Result<()> {
        let request = self.http.post(self.at("tokens:revoke")?).json(&json!({ "login": login }));
        self.send("ending the sign-ins", request).await.map(drop)
    }

    /// Makes every sync state given so far too old: the next question about changes is answered with 410.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn expire_states(&self) -> anyhow::Result<()> {
        self.send("expiring the states", self.http.post(self.at("states:expire")?)).await.map(drop)
    }

    fn at(&self, what: &str) -> anyhow::Result<Url> {
        // By hand: `tokens:revoke` alone would be read as an address with a scheme.
        Url::parse(&format!("{}admin/{what}", self.url)).with_context(|| format!("the operator's address of {what}"))
    }

    async fn send(&self, what: &str, request: RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.send().await.with_context(|| what.to_owned())?;
        let status = answer.status();
        let text = answer.text().await.with_context(|| what.to_owned())?;
        if !status.is_success() {
            bail!("{what} was answered with {status}: {text}");
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| what.to_owned())
    }
}
