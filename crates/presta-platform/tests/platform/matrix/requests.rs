//! The requests of the contract's examples, on what there is.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    targets::{Target, Variant},
    world::{Who, World},
};
use crate::{
    api::{Api, Call, Reply},
    contract::Contract,
    deals::{id, in_days},
};

/// One request that its owner or the other side could make.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: &'static str,
    pub template: &'static str,
    /// Whose things it is about; those without any are one's own.
    pub owner: Option<Who>,
    /// In place of `{id}`.
    pub id: Option<String>,
    /// What follows the path.
    pub query: String,
    /// Beside the key and the type of the body.
    pub headers: Vec<(&'static str, String)>,
    /// Type and bytes.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// The header there may be, and whether there must.
    pub key: Option<bool>,
}

impl Request {
    /// The path, with `id` in place of `{id}`.
    pub fn path_with(&self, id: &str) -> String {
        format!("{}{}", self.template.replace("{id}", id).replace("{n}", "1"), self.query)
    }

    pub fn path(&self) -> String {
        self.path_with(self.id.as_deref().unwrap_or(""))
    }

    /// What is sent: all but key and body.
    pub fn bare(&self, api: &Api, path: &str) -> Call {
        let call = api.call(self.method, path);
        self.headers.iter().fold(call, |call, (name, value)| call.header(name, value))
    }

    /// The whole of it, with a new key, to `path`.
    pub async fn send_to(&self, api: &Api, path: &str) -> Reply {
        let mut call = self.bare(api, path);
        if self.key.is_some() {
            call = call.key(Uuid::new_v4());
        }
        if let Some((kind, bytes)) = &self.body {
            call = call.header("content-type", kind).bytes(bytes.clone());
        }
        call.send().await
    }

    pub async fn send(&self, api: &Api) -> Reply {
        self.send_to(api, &self.path()).await
    }

    /// The body, when it is JSON.
    pub fn json(&self) -> Option<Value> {
        let (kind, bytes) = self.body.as_ref()?;
        (*kind == "application/json").then(|| serde_json::from_slice(bytes).unwrap())
    }
}

/// The value of the parameter called `name` of an operation, when there is one: whether it is required.
pub fn parameter(operation: &Value, name: &str) -> Option<bool> {
    let contract = Contract::shared();
    let all = operation["parameters"].as_array()?;
    let found = all.iter().map(|one| contract.resolve(one)).find(|one| one["name"] == name)?;
    Some(found["required"] == true)
}

impl World {
    /// What the examples of the contract leave to the day and to what there is.
    async fn adapt(&self, (method, template): (&str, &str), variant: Variant, body: &mut Value) {
        for name in ["bids_close_at", "entries_close_at"] {
            if let Some(at) = body.get_mut(name) {
                *at = json!(in_days(25));
            }
        }
        if body.get("client_message_id").is_some() {
            body["client_message_id"] = json!(Uuid::new_v4().to_string());
        }
        match (method, template) {
            ("POST", "/v1/bookmarks" | "/v1/threads") => {
                body["project_id"] = json!(id(&self.project(variant).await));
            }
            ("POST", "/v1/milestone-requests" | "/v1/reviews") => body["bid_id"] = json!(id(&self.agreed().await)),
            ("POST", "/v1/contests/{id}/entries") => body["attachment_ids"] = json!([]),
            ("POST", "/v1/projects/{id}:invite") => body["freelancer_id"] = json!(Who::Theo.id()),
            ("POST", "/v1/threads/{id}:read") => body["up_to"] = json!(1),
            ("POST", "/v1/exports") => {
                self.edit("UPDATE exports SET state = 'cancelled' WHERE state IN ('queued', 'running')");
                body["resources"] = json!(["me"]);
            }
            ("POST", "/v1/privacy-requests") => self.edit("UPDATE privacy_requests SET status = 'withdrawn'"),
            ("POST", "/v1/saved-searches") => self.edit("DELETE FROM saved_searches"),
            _ => {}
        }
    }

    async fn query(&self, (method, template): (&str, &str)) -> String {
        let authorize = "?response_type=code&client_id=prestataires-desktop&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&redirect_uri=http%3A%2F%2F127.0.0.1%3A41523%2Fcallback";
        match (method, template) {
            ("GET", "/v1/changes") => format!("?types=bid&since={}", self.of(Who::Camille).state().await),
            ("GET", "/v1/snapshot") => "?type=bid".to_owned(),
            ("GET", "/oauth/authorize") => authorize.to_owned(),
            ("GET", "/oauth/login" | "/oauth/consent") => "?request=7WeckTunoaDa".to_owned(),
            ("POST", "/v1/unsubscribe") => format!("?token={}", self.unsubscribing()),
            _ => String::new(),
        }
    }

    async fn body(&self, of: (&str, &str), variant: Variant) -> Option<(&'static str, Vec<u8>)> {
        let operation = Contract::shared().operation(of.0, of.1);
        let (kind, media) = operation["requestBody"]["content"].as_object()?.iter().next()?;
        let example = media.get("example").or_else(|| media["examples"].as_object()?.values().next()?.get("value"))?;
        let mut example = example.clone();
        let bytes = match kind.as_str() {
            "application/json" => {
                self.adapt(of, variant, &mut example).await;
                example.to_string().into_bytes()
            }
            "application/x-www-form-urlencoded" => {
                let pairs = example.as_object()?.iter().map(|(name, value)| (name, value.as_str().unwrap()));
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
            }
            _ => example.as_str()?.as_bytes().to_vec(),
        };
        Some((kind, bytes))
    }

    /// The example of an operation, made fresh.
    pub async fn request(&self, method: &'static str, template: &'static str, variant: Variant) -> Request {
        let operation = Contract::shared().operation(method, template);
        let target = self.target(template, variant).await;
        if let Some(target) = target.as_ref().filter(|_| method == "GET") {
            self.fill(template, &target.id).await;
        }
        let (owner, id) = target.map(|Target { owner, id }| (owner, id)).unzip();
        let mut request = Request {
            method,
            template,
            owner,
            id,
            query: self.query((method, template)).await,
            headers: Vec::new(),
            body: self.body((method, template), variant).await,
            key: parameter(operation, "Idempotency-Key"),
        };
        if parameter(operation, "Tus-Resumable") == Some(true) {
            request.headers.push(("tus-resumable", "1.0.0".to_owned()));
        }
        if parameter(operation, "Upload-Offset") == Some(true) {
            request.headers.push(("upload-offset", "0".to_owned()));
        }
        if (method, template) == ("POST", "/v1/uploads") {
            self.edit("DELETE FROM uploads");
            request.headers.push(("upload-length", "7".to_owned()));
            request.headers.push(("upload-metadata", "filename cGxhbi50eHQ=".to_owned()));
        }
        if parameter(operation, "If-Match") == Some(true) {
            request.headers.push(("if-match", self.etag(&request, owner.unwrap_or(Who::Camille)).await));
        }
        request
    }

    /// The revision that `who` would edit.
    pub async fn etag(&self, request: &Request, who: Who) -> String {
        self.of(who).get(&request.path()).await.expect(200).header("etag").to_owned()
    }
}
