//! The operator's listener.

use std::process::Command;

use serde_json::json;

use super::operated;
use crate::{
    browser::{http, sign_in},
    server::Demo,
};

/// A day, in ms.
const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn there_is_no_operator_unless_asked_for() {
    let demo = Demo::start();
    assert!(demo.server.ready.get("admin").is_none());
    let answer = http().get(format!("{}/admin/counters", demo.url())).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
}

#[test]
fn an_address_of_the_network_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_presta-platform"))
        .args(["serve", "--admin", "0.0.0.0:0", "--data"])
        .arg(home.path())
        .output()
        .unwrap();
    assert!(!ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("loopback"));
}

#[tokio::test]
async fn web_pages_are_refused() {
    let (demo, _operator) = operated(&[]);
    let url = format!("{}/admin/counters", demo.server.ready["admin"].as_str().unwrap());
    for (name, value) in [("origin", "https://evil.example"), ("host", "evil.example")] {
        let answer = http().get(&url).header(name, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{name}");
    }
}

#[tokio::test]
async fn a_moved_clock_closes_projects_and_ends_tokens_at_once() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "nadia").await;
    let project = api.own_project().await;
    assert_eq!(project["status"], "open");
    operator.move_clock(120 * DAY_MS).await;
    api.get("/v1/me").await.expect(401);
    let later = sign_in(demo.url(), "nadia").await;
    let path = format!("/v1/projects/{}", project["id"].as_str().unwrap());
    assert_eq!(later.get(&path).await.expect(200).body["status"], "closed");
    let shown = operator.get("clock").await;
    assert_eq!(shown["offset_ms"], 120 * DAY_MS);
    let (status, set) = operator.call("PUT", "clock", Some(&json!({"now": "2031-01-01T00:00:00Z"}))).await;
    assert_eq!(status, 200);
    assert!(set["now"].as_str().unwrap().starts_with("2031-01-01T00:00:0"), "{set}");
}

#[tokio::test]
async fn the_clock_refuses_what_is_no_time() {
    let (_demo, operator) = operated(&[]);
    for body in [
        json!({}),
        json!({"offset_ms": 1, "now": "2031-01-01T00:00:00Z"}),
        json!({"offset_ms": i64::MAX}),
        json!({"now": "tomorrow"}),
        json!({"offset": 1}),
    ] {
        assert_eq!(operator.call("PUT", "clock", Some(&body)).await.0, 422, "{body}");
    }
    assert_eq!(operator.get("clock").await["offset_ms"], 0);
}

#[tokio::test]
async fn states_expire_when_told_to_and_new_ones_are_good() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    let old = api.state().await;
    assert_eq!(operator.call("POST", "states:expire", None).await.0, 204);
    let refused = api.get(&format!("/v1/changes?since={old}")).await.expect(410);
    assert_eq!(refused.problem(), "sync-state-expired");
    let new = api.state().await;
    api.get(&format!("/v1/changes?since={new}")).await.expect(200);
}

#[tokio::test]
async fn a_script_posts_talks_and_decides_and_clients_hear_of_it() {
    let (demo, operator) = operated(&[]);
    let camille = sign_in(demo.url(), "camille").await;
    let since = camille.state().await;
    let mut events = camille.events(None).await;
    let posted = operator.step(json!({"act": "post_project", "client": "nadia.demo"})).await;
    events.wait_for("change").await;
    let path = format!("/v1/projects/{}", posted["project_id"].as_str().unwrap());
    let project = camille.get(&path).await.expect(200).body;
    assert_eq!(project["client"]["display_name"], "Nadia Benali");
    let bid = camille.post(&format!("{path}/bids"), crate::api::offer(&project, 480_000)).await.expect(201).body;
    operator.step(json!({"act": "shortlist", "bid_id": bid["id"]})).await;
    operator.step(json!({"act": "award", "bid_id": bid["id"]})).await;
    let now = camille.get(&format!("/v1/bids/{}", bid["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(now["status"], "awarded");

    let thread = camille.get("/v1/threads").await.expect(200).items()[0].clone();
    operator.step(json!({"act": "typing", "thread_id": thread["id"]})).await;
    assert_eq!(events.wait_for("typing").await.data["thread_id"], thread["id"]);
    let said = json!({"act": "client_message", "thread_id": thread["id"], "text": "Pouvez-vous commencer lundi ?"});
    let message = operator.step(said).await["message_id"].clone();
    let messages = format!("/v1/threads/{}/messages", thread["id"].as_str().unwrap());
    let newest = camille.get(&messages).await.expect(200).items()[0].clone();
    assert_eq!((&newest["id"], &newest["text"]), (&message, &json!("Pouvez-vous commencer lundi ?")));
    let changes = camille.get(&format!("/v1/changes?since={since}&types=bid,message,project")).await.expect(200);
    assert!(changes.body["changed"].as_array().unwrap().len() >= 3);
}

#[tokio::test]
async fn a_script_closes_a_project_and_refuses_what_cannot_be() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let close = json!({"act": "close", "project_id": project["id"]});
    operator.step(close.clone()).await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    assert_eq!(api.post(&path, crate::api::offer(&project, 480_000)).await.expect(409).problem(), "project-closed");
    for (step, status) in [
        (close, 409),
        (json!({"act": "award", "bid_id": "bid_nope"}), 422),
        (json!({"act": "award", "bid_id": "bid_000000000000"}), 404),
        (json!({"act": "client_message", "thread_id": "thr_000000000000", "text": "x"}), 404),
        (json!({"act": "post_project", "client": "nobody"}), 422),
        (json!({"act": "campaign", "topic": "bids"}), 403),
        (json!({"act": "campaign", "topic": "nonsense"}), 422),
        (json!({"act": "dance"}), 422),
        (json!({}), 422),
    ] {
        assert_eq!(operator.call("POST", "script", Some(&step)).await.0, status, "{step}");
    }
}

#[tokio::test]
async fn a_campaign_reaches_only_those_who_consented() {
    let (_demo, operator) = operated(&[]);
    let done = operator.step(json!({"act": "campaign", "topic": "newsletter"})).await;
    let sent = operator.get("mails?topic=newsletter").await["items"].as_array().unwrap().len();
    assert_eq!(done["sent"], sent);
    assert_eq!(done["sent"].as_u64().unwrap() + done["withheld"].as_u64().unwrap(), 3);
    assert_eq!(operator.call("GET", "mails?topic=nonsense", None).await.0, 422);
    assert_eq!(operator.call("GET", "mails?user=nobody", None).await.0, 422);
}

#[tokio::test]
async fn counters_tell_one_bid_from_two_requests_with_one_key() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let before = operator.get("counters").await["rows"]["bids"].as_i64().unwrap();
    let key = uuid::Uuid::new_v4();
    for _ in 0..2 {
        api.call("POST", &path).key(key).json(&crate::api::offer(&project, 480_000)).send().await.expect(201);
    }
    assert_eq!(operator.answered("POST", "/v1/projects/{id}/bids", 201).await, 2);
    assert_eq!(operator.get("counters").await["rows"]["bids"], before + 1);
}

#[tokio::test]
async fn bad_rules_are_refused_with_their_place() {
    let (_demo, operator) = operated(&[]);
    let rule = |fault: serde_json::Value| json!({"rules": [{"match": {}, "fault": fault}]});
    for (body, pointer) in [
        (rule(json!({"status": {"code": 200}})), "/rules/0/fault/status/code"),
        (rule(json!({"delay": {"ms": 600_001}})), "/rules/0/fault/delay/ms"),
        (json!({"rules": [{"match": {"paths": ""}, "fault": "reset_before"}]}), "/rules/0/match/paths"),
        (json!({"rules": [{"match": {}, "fault": "reset_before", "probability": 2}]}), "/rules/0/probability"),
    ] {
        let (status, problem) = operator.call("PUT", "faults", Some(&body)).await;
        assert_eq!(status, 422, "{body}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    assert_eq!(operator.get("faults").await, json!({"rules": []}));
}
