//! What a deal is made of, step by step, for the tests about one of the steps.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    api::{Api, Reply, offer},
    browser::sign_in,
    server::Demo,
};

/// A market and its three accounts: Camille bids, Nadia posts, Sam does both.
pub struct Deal {
    pub demo: Demo,
    pub camille: Api,
    pub nadia: Api,
    pub sam: Api,
}

impl Deal {
    pub async fn start() -> Self {
        let demo = Demo::start();
        let (camille, nadia, sam) =
            tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
        Self { demo, camille, nadia, sam }
    }

    /// A project of Nadia's and Camille's accepted bid on it, 4 800 € in two steps.
    pub async fn agreed(&self) -> (Value, Value) {
        let project = post(&self.nadia, json!({})).await;
        let bid = place(&self.camille, &project, json!([step("Un", 180_000), step("Deux", 300_000)])).await;
        act(&self.nadia, &bid, "award").await.expect(200);
        let bid = act(&self.camille, &bid, "accept").await.expect(200).body;
        (project, bid)
    }
}

pub fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

pub fn money(minor: i64) -> Value {
    json!({"amount_minor": minor, "currency": "EUR"})
}

pub fn step(title: &str, minor: i64) -> Value {
    json!({"title": title, "amount": money(minor)})
}

pub fn in_days(days: i64) -> String {
    (Timestamp::now() + SignedDuration::from_hours(24 * days)).to_string()
}

/// A project that keeps every rule.
pub fn brief() -> Value {
    json!({
        "title": "Portage d’un automate en Rust",
        "description": "Un automate de conditionnement écrit en C doit être porté en Rust, avec ses essais.",
        "category": "embedded", "skills": ["rust", "postgresql"], "type": "fixed",
        "budget_min": money(400_000), "budget_max": money(900_000), "country": "FR", "city": "Nantes",
        "remote": true, "language": "fr", "bids_close_at": in_days(20),
    })
}

/// Posts a project that is as in `brief` but for `rest`.
pub async fn post(api: &Api, rest: Value) -> Value {
    let mut body = brief();
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    api.post("/v1/projects", body).await.expect(201).body
}

pub fn bids_of(project: &Value) -> String {
    format!("/v1/projects/{}/bids", id(project))
}

pub async fn place(api: &Api, project: &Value, milestones: Value) -> Value {
    let mut body = offer(project, 480_000);
    body["milestones"] = milestones;
    api.post(&bids_of(project), body).await.expect(201).body
}

pub async fn act(api: &Api, bid: &Value, what: &str) -> Reply {
    api.post(&format!("/v1/bids/{}:{what}", id(bid)), json!({})).await
}

pub async fn bid(api: &Api, bid: &Value) -> Value {
    api.get(&format!("/v1/bids/{}", id(bid))).await.expect(200).body
}

pub async fn project(api: &Api, project: &Value) -> Value {
    api.get(&format!("/v1/projects/{}", id(project))).await.expect(200).body
}

/// Ids of `kind` in `list` (`changed` or `removed`) since a state.
pub async fn heard(api: &Api, since: &str, list: &str, kind: &str) -> Vec<String> {
    let reply = api.get(&format!("/v1/changes?since={since}&types={kind}")).await.expect(200);
    reply.body[list].as_array().unwrap().iter().map(|item| id(item).to_owned()).collect()
}

/// Subjects of the mails to the account called `login`, oldest first.
pub fn mails(data: &Path, login: &str) -> Vec<String> {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    let text = "SELECT m.subject FROM mails m JOIN users u ON u.n = m.user_n WHERE u.login = ?1 ORDER BY m.n";
    let mut query = file.prepare(text).unwrap();
    let subjects = query.query_map([format!("{login}.demo")], |row| row.get(0)).unwrap();
    subjects.collect::<Result<_, _>>().unwrap()
}

/// Runs `sql` on the file of a server that does not run.
pub fn change(data: &Path, sql: &str) {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    file.execute_batch(sql).unwrap();
}
