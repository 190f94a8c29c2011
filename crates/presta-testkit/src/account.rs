//! Someone on the platform, seen and acting over its API and not through our client.

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

/// A signed-in account.
#[derive(Debug, Clone)]
pub struct Account {
    http: Client,
    platform: Url,
    token: String,
}

impl Account {
    pub(crate) fn new(http: Client, platform: Url, token: String) -> Self {
        Self { http, platform, token }
    }

    /// What is at `path`.
    ///
    /// # Errors
    /// When the platform does not answer with 2xx and JSON.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(path, self.http.get(self.platform.join(path)?)).await
    }

    /// The bytes at `path`.
    ///
    /// # Errors
    /// When the platform does not answer with 2xx.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self.http.get(self.platform.join(path)?).bearer_auth(&self.token).send().await?;
        let answer = answer.error_for_status().with_context(|| format!("asking for {path}"))?;
        Ok(answer.bytes().await.with_context(|| format!("reading {path}"))?.to_vec())
    }

    /// Posts `body` once, under a key of its own.
    ///
    /// # Errors
    /// When the platform does not answer with 2xx and JSON.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.post(self.platform.join(path)?).header("Idempotency-Key", Uuid::new_v4().to_string());
        self.send(path, request.json(body)).await
    }

    /// Changes what is at `path`, whatever it is now.
    ///
    /// # Errors
    /// When the platform does not answer with 2xx and JSON.
    pub async fn patch_latest(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let now = self.http.get(self.platform.join(path)?).bearer_auth(&self.token).send().await?;
        let tag = now.headers().get("ETag").with_context(|| format!("{path} has no ETag"))?.clone();
        self.send(path, self.http.patch(self.platform.join(path)?).header("If-Match", tag).json(body)).await
    }

    async fn send(&self, path: &str, request: RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.bearer_auth(&self.token).send().await.with_context(|| format!("asking for {path}"))?;
        let status = answer.status();
        let text = answer.text().await.with_context(|| format!("reading {path}"))?;
        if !status.is_success() {
            bail!("{path} was answered with {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("reading {path}"))
    }

    /// Every item of the list at `path`, page after page.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut url = Url::options().base_url(Some(&self.platform)).parse(path)?;
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair("cursor", cursor);
            }
            let page = self.send(path, self.http.get(url)).await?;
            items.extend(page.get("items").and_then(Value::as_array).context("a page without items")?.iter().cloned());
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }

    /// The bids on a project: all of them for its client, their own for anyone else.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn bids_on(&self, project: &str) -> anyhow::Result<Vec<Value>> {
        self.all(&format!("/v1/projects/{project}/bids")).await
    }

    /// How many bids anyone can see that a project has.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn bid_count(&self, project: &str) -> anyhow::Result<u64> {
        let project = self.get(&format!("/v1/projects/{project}")).await?;
        project.pointer("/bid_stats/count").and_then(Value::as_u64).context("a project without a count of bids")
    }

    /// The texts of a conversation, newest first.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn texts(&self, thread: &str) -> anyhow::Result<Vec<String>> {
        let messages = self.all(&format!("/v1/threads/{thread}/messages")).await?;
        let text = |message: &Value| message.get("text").and_then(Value::as_str).map(str::to_owned);
        Ok(messages.iter().filter_map(text).collect())
    }

    /// The account's conversations about a project.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn threads_about(&self, project: &str) -> anyhow::Result<Vec<Value>> {
        let about = |thread: &Value| thread.get("project_id").and_then(Value::as_str) == Some(project);
        Ok(self.all("/v1/threads").await?.into_iter().filter(about).collect())
    }

    /// Open projects that match `words`, best first.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn search(&self, words: &str) -> anyhow::Result<Vec<Value>> {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
        let page = self.get(&format!("/v1/projects?{query}")).await?;
        Ok(page.get("items").and_then(Value::as_array).context("a page without items")?.clone())
    }

    /// Open projects that this account posted, newest first.
    ///
    /// # Errors
    /// As [`Account::get`].
    pub async fn own_projects(&self) -> anyhow::Result<Vec<Value>> {
        self.all("/v1/projects?mine=true&status=open").await
    }

    /// Writes into a conversation.
    ///
    /// # Errors
    /// As [`Account::post`].
    pub async fn write(&self, thread: &str, text: &str) -> anyhow::Result<Value> {
        let body = json!({ "client_message_id": Uuid::new_v4().to_string(), "text": text });
        self.post(&format!("/v1/threads/{thread}/messages"), &body).await
    }

    /// Begins a conversation with the client of a project.
    ///
    /// # Errors
    /// As [`Account::post`].
    pub async fn open_thread(&self, project: &str, text: &str) -> anyhow::Result<Value> {
        let body = json!({ "project_id": project, "client_message_id": Uuid::new_v4().to_string(), "text": text });
        self.post("/v1/threads", &body).await
    }

    /// Places a bid; the amount is in hundredths of `currency`.
    ///
    /// # Errors
    /// As [`Account::post`].
    pub async fn bid(&self, project: &str, amount_minor: i64, currency: &str, text: &str) -> anyhow::Result<Value> {
        let amount = json!({ "amount_minor": amount_minor, "currency": currency });
        let body = json!({ "amount": amount, "period_days": 20, "text": text, "milestones": [] });
        self.post(&format!("/v1/projects/{project}/bids"), &body).await
    }
}
