//! Calls with a token; every answer is held to the contract.

use std::time::Duration;

use reqwest::{Client, Method, Response, header::CONTENT_TYPE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{browser, contract::Contract};

/// No stream is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Api {
    http: Client,
    pub base: String,
    pub token: String,
}

pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
    /// As they came.
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The last part of a problem's type.
    pub fn problem(&self) -> &str {
        self.body["type"].as_str().unwrap_or("").rsplit('/').next().unwrap()
    }

    /// Pointer and code of the first error of a problem.
    pub fn error(&self) -> (&str, &str) {
        let error = &self.body["errors"][0];
        (error["pointer"].as_str().unwrap_or(""), error["code"].as_str().unwrap_or(""))
    }

    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    pub fn items(&self) -> &[Value] {
        self.body["items"].as_array().unwrap()
    }
}

pub struct Call {
    api: Api,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Api {
    pub fn new(base: &str, token: &str) -> Self {
        Self { http: browser::http(), base: base.to_owned(), token: token.to_owned() }
    }

    pub fn call(&self, method: &str, path: &str) -> Call {
        Call { api: self.clone(), method: method.parse().unwrap(), path: path.to_owned(), headers: vec![], body: None }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send().await
    }

    /// A `POST` with a new key.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path).key(Uuid::new_v4()).json(&body).send().await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Reply {
        self.call("PATCH", path).header("if-match", etag).json(&body).send().await
    }

    /// The same caller at another address.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path).send().await
    }

    /// Ids of `kind` that changed since `since`, and those that went away.
    pub async fn told(&self, since: &str, kind: &str) -> (Vec<String>, Vec<String>) {
        let reply = self.get(&format!("/v1/changes?since={since}&types={kind}")).await.expect(200);
        let ids = |list: &str| {
            let items = reply.body[list].as_array().unwrap().iter();
            items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        (ids("changed"), ids("removed"))
    }

    /// The state of now.
    pub async fn state(&self) -> String {
        let reply = self.get("/v1/snapshot?type=me").await.expect(200);
        reply.body["state"].as_str().unwrap().to_owned()
    }

    /// Waits until the item of `kind` called `id` fits; answers it as sync has it.
    pub async fn wait_until(&self, kind: &str, id: &Value, fits: impl Fn(&Value) -> bool) -> Value {
        let page = self.get(&format!("/v1/snapshot?type={kind}&limit=500")).await.expect(200);
        if let Some(item) = page.items().iter().find(|item| item["id"] == *id && fits(item)) {
            return item.clone();
        }
        let mut state = page.body["state"].as_str().unwrap().to_owned();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            let delta = self.get(&format!("/v1/changes?since={state}&types={kind}&wait=30")).await.expect(200).body;
            let mut changed = delta["changed"].as_array().unwrap().iter().map(|change| &change["data"]);
            if let Some(item) = changed.find(|item| item["id"] == *id && fits(item)) {
                return item.clone();
            }
            state = delta["new_state"].as_str().unwrap().to_owned();
        }
        panic!("{kind} {id} did not become what was waited for");
    }

    /// A project this caller may bid on.
    pub async fn biddable(&self) -> Value {
        let page = self.get("/v1/projects?limit=100").await.expect(200);
        page.items().iter().find(|project| project["viewer"]["can_bid"] == true).expect("a project to bid on").clone()
    }

    /// A project of this caller's.
    pub async fn own_project(&self) -> Value {
        let page = self.get("/v1/projects?mine=true").await.expect(200);
        page.items().first().expect("a project of one's own").clone()
    }

    pub async fn events(&self, last: Option<&str>) -> Events {
        let mut request = self.http.get(format!("{}/v1/events", self.base)).bearer_auth(&self.token);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert!(response.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/event-stream"));
        Events { response, text: String::new() }
    }
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn key(self, key: Uuid) -> Self {
        self.header("idempotency-key", &key.to_string())
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").bytes(body.to_string().into_bytes())
    }

    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    async fn answer(self) -> (Response, String, String) {
        let url = format!("{}{}", self.api.base, self.path);
        let mut request = self.api.http.request(self.method.clone(), url);
        if !self.api.token.is_empty() {
            request = request.bearer_auth(&self.api.token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        (request.send().await.unwrap(), self.method.to_string(), self.path)
    }

    /// Sends, and holds the answer to the contract; of a stream only that it began.
    pub async fn send(self) -> Reply {
        let (response, method, path) = self.answer().await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let kind = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let endless = kind.as_deref().is_some_and(|kind| kind.starts_with("text/event-stream"));
        let bytes = if endless { Vec::new().into() } else { response.bytes().await.unwrap() };
        Contract::shared().check(&method, &path, status, kind.as_deref(), &bytes);
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status, headers, body, bytes: bytes.to_vec() }
    }

    /// Sends what the contract has no path or method for; the answer must be the named component.
    pub async fn send_outside(self, component: &str) -> Reply {
        let (response, ..) = self.answer().await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        let body = response.json().await.unwrap();
        Contract::shared().check_component(component, &body);
        Reply { status, headers, body, bytes: vec![] }
    }
}

/// A bid that keeps every rule.
pub fn offer(project: &Value, minor: i64) -> Value {
    let currency = &project["budget_max"]["currency"];
    json!({
        "amount": {"amount_minor": minor, "currency": currency}, "period_days": 12,
        "text": "Bonjour, votre besoin correspond exactement à mes trois dernières missions.",
        "milestones": [],
    })
}

pub struct Events {
    response: Response,
    text: String,
}

#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Events {
    async fn take(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or("").to_owned()
                };
                if field("event").is_empty() {
                    continue;
                }
                let data = serde_json::from_str(&field("data")).unwrap();
                return Some(Event { name: field("event"), id: field("id"), data });
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event; none when the stream ended.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(PATIENCE, self.take()).await.expect("an event in time")
    }

    /// The next event called `name`.
    pub async fn wait_for(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect("a stream that goes on");
            if event.name == name {
                return event;
            }
        }
    }
}
