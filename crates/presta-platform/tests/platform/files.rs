//! What is on disk: restarts, endings and imports.

use serde_json::json;

use crate::{
    api::{Api, offer},
    browser::{Browser, VERIFIER, sign_in},
    server::{self, Demo, Server},
};

#[tokio::test]
async fn a_restart_keeps_everything_and_seeds_nothing() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let (_, tokens) = browser.exchange(&code, VERIFIER).await;
    let token = tokens["access_token"].as_str().unwrap();
    let before = Api::new(demo.url(), token);
    let since = before.state().await;
    let project = before.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let key = uuid::Uuid::new_v4();
    let body = offer(&project, 480_000);
    let bid = before.call("POST", &path).key(key).json(&body).send().await.expect(201).body;
    let total = before.get("/v1/projects?status=any").await.expect(200).body["total"].clone();
    let Demo { server, data } = demo;
    assert!(server.stop().success());

    let server = Server::start(data.path(), &["--seed", "400", "--seed-value", "9"]);
    assert_eq!(server.ready["accounts"].as_array().unwrap().len(), 3);
    let after = Api::new(&server.url, token);
    assert_eq!(after.get("/v1/projects?status=any").await.expect(200).body["total"], total);
    let id = bid["id"].as_str().unwrap();
    assert_eq!(after.get(&format!("/v1/bids/{id}")).await.expect(200).body, bid);
    let replayed = after.call("POST", &path).key(key).json(&body).send().await.expect(201);
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    let changes = after.get(&format!("/v1/changes?since={since}&types=bid")).await.expect(200);
    assert_eq!(changes.body["changed"][0]["id"], bid["id"]);
    browser.base = server.url.clone();
    assert_eq!(browser.refresh(tokens["refresh_token"].as_str().unwrap()).await.0, 200);
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let bid = api.post(&path, offer(&project, 480_000)).await.expect(201).body;
    let Demo { server, data } = demo;
    drop(server);
    let server = Server::start(data.path(), &[]);
    let api = Api::new(&server.url, &api.token);
    let id = bid["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/v1/bids/{id}")).await.expect(200).body, bid);
}

#[tokio::test]
async fn the_server_ends_cleanly_with_streams_and_polls_open() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let mut events = api.events(None).await;
    events.wait_for("hello").await;
    let since = api.state().await;
    let poll = tokio::spawn({
        let api = api.clone();
        async move { api.get(&format!("/v1/changes?since={since}&wait=30")).await.status }
    });
    // Each request lowers what is left by one; one more than ours is the poll's.
    let mut ours = 2;
    loop {
        ours += 1;
        let me = api.get("/v1/me").await.expect(200);
        if me.header("ratelimit").contains(&format!("r={};", 12_000 - ours - 1)) {
            break;
        }
    }
    let Demo { server, data: _data } = demo;
    let stopped = tokio::task::spawn_blocking(move || server.stop());
    assert!(events.next().await.is_none(), "the stream ends");
    assert!(stopped.await.unwrap().success());
    let _ = poll.await;
}

#[test]
fn an_import_loads_good_lines_and_reports_bad_ones() {
    let data = tempfile::tempdir().unwrap();
    let good = json!({
        "title": "Migration", "description": "Une base à migrer.", "skills": ["postgresql"], "category": "backend",
        "type": "fixed", "budget_min": 2000, "budget_max": 4000, "currency": "EUR", "country": "FR",
        "posted_at": "2026-01-05T08:00:00Z",
    })
    .to_string();
    let output = server::import(data.path(), &[&good, "{\"title\":", "", &good, "{}"]);
    assert!(output.status.success());
    let report = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines[0].starts_with("line 2: ") && lines[1].starts_with("line 5: "), "{report}");
    assert_eq!(lines[2..], ["2 loaded, 2 skipped"]);
    assert!(output.stdout.is_empty());
    let nothing = server::import(data.path(), &["nonsense"]);
    assert!(!nothing.status.success());
    assert!(String::from_utf8(nothing.stderr).unwrap().ends_with("0 loaded, 1 skipped\n"));
}

#[tokio::test]
async fn what_is_imported_into_a_market_is_found_there_and_told_to_who_syncs() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let since = api.state().await;
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    let posted = jiff::Timestamp::now().to_string();
    let line = json!({
        "title": "Portage d’un hyperviseur", "description": "Un texte.", "skills": ["rust"], "category": "backend",
        "type": "fixed", "budget_min": 2000, "budget_max": 4000, "currency": "EUR", "country": "FR", "posted_at": posted,
    });
    assert!(server::import(data.path(), &[&line.to_string()]).status.success());
    let server = Server::start(data.path(), &[]);
    let api = Api::new(&server.url, &api.token);
    let found = api.get("/v1/projects?q=hyperviseur").await.expect(200);
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.items()[0]["budget_max"], json!({"amount_minor": 400_000, "currency": "EUR"}));
    let changes = api.get(&format!("/v1/changes?since={since}")).await.expect(200);
    assert_eq!(changes.body["changed"][0]["id"], found.items()[0]["id"]);
}
