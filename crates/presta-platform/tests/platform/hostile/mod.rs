//! What goes wrong, on purpose: faults, ends in the middle of writes, guessed passwords, and what the operator can do.

mod admin;
mod drivers;
mod encodings;
mod faults;
mod secrets;
mod signing_in;
mod streams;
mod wires;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{browser, contract::Contract, server::Demo};

/// The operator's side of a platform.
pub struct Operator {
    http: Client,
    base: String,
}

impl Operator {
    pub fn of(demo: &Demo) -> Self {
        let base = demo.server.ready["admin"].as_str().expect("an operator's address").to_owned();
        Self { http: browser::http(), base }
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method.clone(), format!("{}/admin/{path}", self.base));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
        let bytes = response.bytes().await.unwrap();
        Contract::operator().check(method.as_str(), &format!("/admin/{path}"), status, Some(&kind), &bytes);
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn step(&self, step: Value) -> Value {
        let (status, body) = self.call("POST", "script", Some(&step)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// One rule for `path`.
    pub async fn fault(&self, path: &str, fault: Value) {
        self.rule(json!({"match": {"path": path}, "fault": fault})).await;
    }

    pub async fn rule(&self, rule: Value) {
        let (status, body) = self.call("PUT", "faults", Some(&json!({"rules": [rule]}))).await;
        assert_eq!(status, 200, "{body}");
    }

    pub async fn clear_faults(&self) {
        assert_eq!(self.call("DELETE", "faults", None).await.0, 204);
    }

    pub async fn move_clock(&self, offset_ms: i64) {
        let (status, body) = self.call("PUT", "clock", Some(&json!({"offset_ms": offset_ms}))).await;
        assert_eq!(status, 200, "{body}");
    }

    /// How many answers of an operation had a status.
    pub async fn answered(&self, method: &str, path: &str, status: u16) -> u64 {
        let counters = self.get("counters").await;
        let rows = counters["requests"].as_array().unwrap();
        let is = |row: &&Value| row["method"] == method && row["path"] == path && row["status"] == status;
        rows.iter().find(is).map_or(0, |row| row["count"].as_u64().unwrap())
    }

    /// Asks the counters until `done` of them.
    pub async fn wait_until(&self, what: &str, done: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let counters = self.get("counters").await;
                if done(&counters) {
                    return counters;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), asking).await.unwrap_or_else(|_| panic!("{what}"))
    }
}

/// A platform with an operator.
pub fn operated(arguments: &[&str]) -> (Demo, Operator) {
    let mut all = vec!["--admin", "127.0.0.1:0"];
    all.extend(arguments);
    let demo = Demo::with(&all);
    let operator = Operator::of(&demo);
    (demo, operator)
}
