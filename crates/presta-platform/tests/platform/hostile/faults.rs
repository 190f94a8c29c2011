//! Each fault as the wire shows it.

use std::{io::ErrorKind, time::Instant};

use serde_json::{Value, json};

use super::{Operator, operated};
use crate::{
    api::{Api, offer},
    browser::sign_in,
    drive::wire::{Head, Stream, Wire},
    server::Demo,
};

async fn camille() -> (Demo, Operator, Api) {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    (demo, operator, api)
}

/// One request over a connection of its own; the end of the body is told apart.
async fn get(api: &Api, path: &str, more: &[(&str, &str)]) -> (Head, Vec<u8>, Option<ErrorKind>) {
    let mut wire = Wire::connect(&api.base).await.unwrap();
    let bearer = format!("Bearer {}", api.token);
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(more);
    wire.send("GET", path, &headers, b"").await.unwrap();
    let head = wire.head().await.unwrap();
    let (body, end) = wire.body(&head).await;
    (head, body, end.err().map(|error| error.kind()))
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[tokio::test]
async fn a_delay_comes_before_the_answer_and_only_so_often() {
    let (_demo, operator, api) = camille().await;
    operator.rule(json!({"match": {"path": "/v1/me"}, "fault": {"delay": {"ms": 400}}, "times": 1})).await;
    let started = Instant::now();
    api.get("/v1/me").await.expect(200);
    assert!(started.elapsed().as_millis() >= 400);
    let rules = operator.get("faults").await;
    api.get("/v1/me").await.expect(200);
    assert_eq!(rules["rules"][0]["done"], 1);
    assert_eq!(operator.get("faults").await["rules"][0]["done"], 1);
    assert_eq!(operator.get("counters").await["faults"], 1);
}

#[tokio::test]
async fn a_dripping_body_takes_its_time_and_is_whole() {
    let (_demo, operator, api) = camille().await;
    let (_, whole, _) = get(&api, "/v1/me", &[]).await;
    operator.fault("/v1/me", json!({"drip": {"bytes": 64, "every_ms": 20}})).await;
    let started = Instant::now();
    let (head, body, end) = get(&api, "/v1/me", &[]).await;
    let pieces = whole.len().div_ceil(64);
    assert!(started.elapsed().as_millis() >= 20 * pieces as u128);
    assert_eq!((head.status, end), (200, None));
    assert_eq!(json_of(&body)["id"], json_of(&whole)["id"]);
}

async fn place(api: &Api, project: &Value, key: &str) -> std::io::Result<(Head, Vec<u8>)> {
    let mut wire = Wire::connect(&api.base).await?;
    let bearer = format!("Bearer {}", api.token);
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    wire.call("POST", &path, &headers, offer(project, 480_000).to_string().as_bytes()).await
}

#[tokio::test]
async fn a_reset_before_does_nothing_and_resets_the_connection() {
    let (_demo, operator, api) = camille().await;
    let project = api.biddable().await;
    let bids = operator.get("counters").await["rows"]["bids"].clone();
    operator
        .rule(
            json!({"match": {"method": "POST", "path": "/v1/projects/{id}/bids"}, "fault": "reset_before", "times": 1}),
        )
        .await;
    let key = uuid::Uuid::new_v4().to_string();
    let error = place(&api, &project, &key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "a real reset, not just an end");
    assert_eq!(operator.get("counters").await["rows"]["bids"], bids);
    let (head, _) = place(&api, &project, &key).await.unwrap();
    assert_eq!((head.status, head.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_reset_after_commit_has_done_it_and_the_same_key_gives_the_same_bid() {
    let (_demo, operator, api) = camille().await;
    let project = api.biddable().await;
    let bids = operator.get("counters").await["rows"]["bids"].as_i64().unwrap();
    let path = "/v1/projects/{id}/bids";
    operator.rule(json!({"match": {"method": "POST", "path": path}, "fault": "reset_after_commit", "times": 1})).await;
    let key = uuid::Uuid::new_v4().to_string();
    let error = place(&api, &project, &key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(operator.get("counters").await["rows"]["bids"], bids + 1);
    let (head, body) = place(&api, &project, &key).await.unwrap();
    assert_eq!((head.status, head.header("idempotency-replayed")), (201, "true"));
    assert!(json_of(&body)["id"].is_string());
    assert_eq!(operator.get("counters").await["rows"]["bids"], bids + 1);
    assert_eq!(operator.answered("POST", path, 201).await, 2);
}

#[tokio::test]
async fn a_truncated_body_ends_early_for_all_to_see() {
    let (_demo, operator, api) = camille().await;
    operator.fault("/v1/projects", json!({"truncate": {"bytes": 100}})).await;
    let (head, body, end) = get(&api, "/v1/projects?limit=20", &[("accept-encoding", "gzip")]).await;
    assert_eq!((head.status, head.header("content-encoding"), body.len()), (200, "", 100));
    assert!(head.header("content-length").parse::<usize>().unwrap() > 1_000);
    assert!(end.is_some());
    assert!(serde_json::from_slice::<Value>(&body).is_err());
}

#[tokio::test]
async fn types_statuses_portals_and_expired_states_are_as_asked() {
    let (_demo, operator, api) = camille().await;
    operator.fault("/v1/me", json!({"wrong_content_type": {"value": "text/html"}})).await;
    let (head, body, _) = get(&api, "/v1/me", &[]).await;
    assert_eq!((head.status, head.header("content-type")), (200, "text/html"));
    assert!(json_of(&body)["id"].is_string());

    for (code, body, kind, retry) in [
        (429, "problem", "application/problem+json", Some("7")),
        (503, "html", "text/html", Some("7")),
        (500, "problem", "application/problem+json", None),
        (502, "empty", "", None),
    ] {
        let mut fault = json!({"status": {"code": code, "body": body}});
        if retry.is_some() {
            fault["status"]["retry_after"] = json!(7);
        }
        operator.fault("/v1/me", fault).await;
        let (head, bytes, _) = get(&api, "/v1/me", &[]).await;
        let seen = (head.status, head.header("content-type"), head.header("retry-after"));
        assert_eq!(seen, (code, kind, retry.unwrap_or("")));
        assert_eq!(bytes.is_empty(), body == "empty");
        if kind.ends_with("json") {
            assert_eq!(json_of(&bytes)["status"], code);
        }
    }

    operator.fault("/v1/me", json!({"captive_portal": {"location": "http://portal.example/"}})).await;
    let (head, _, _) = get(&api, "/v1/me", &[]).await;
    assert_eq!((head.status, head.header("location")), (302, "http://portal.example/"));
    operator.fault("/v1/me", json!({"captive_portal": {}})).await;
    let (head, body, _) = get(&api, "/v1/me", &[]).await;
    assert_eq!((head.status, head.header("content-type")), (200, "text/html"));
    assert!(body.starts_with(b"<!doctype html>"));

    let since = {
        operator.clear_faults().await;
        api.state().await
    };
    operator.fault("/v1/changes", json!("expired_state")).await;
    let refused = api.get(&format!("/v1/changes?since={since}")).await.expect(410);
    assert_eq!(refused.problem(), "sync-state-expired");
}

#[tokio::test]
async fn spoilt_bytes_wrong_digests_and_skewed_clocks_are_as_asked() {
    let (_demo, operator, api) = camille().await;
    let (_, plain, _) = get(&api, "/v1/projects?limit=5", &[]).await;

    operator.fault("/v1/projects", json!("invalid_utf8")).await;
    let (head, body, end) = get(&api, "/v1/projects?limit=5", &[]).await;
    assert_eq!((head.status, end, body.len()), (200, None, plain.len()));
    assert!(std::str::from_utf8(&body).is_err());

    operator.fault("/v1/projects", json!("bad_digest")).await;
    let (head, body, _) = get(&api, "/v1/projects?limit=5", &[]).await;
    assert!(head.header("content-digest").starts_with("sha-256=:AAAA"), "{head:?}");
    assert_eq!(json_of(&body), json_of(&plain));

    operator.fault("/v1/projects", json!({"clock_skew": {"ms": 86_400_000}})).await;
    let (head, body, _) = get(&api, "/v1/projects?limit=5", &[]).await;
    let (late, right) = (json_of(&body), json_of(&plain));
    let at = |page: &Value| page["items"][0]["posted_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(at(&late).as_millisecond() - at(&right).as_millisecond(), 86_400_000);
    assert_eq!(late["items"][0]["title"], right["items"][0]["title"]);
    let tomorrow = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
    assert!(head.header("date").contains(&tomorrow.strftime("%d %b %Y").to_string()), "{head:?}");

    operator.fault("/v1/projects", json!({"huge": {"bytes": 20_000_000}})).await;
    let (head, body, end) = get(&api, "/v1/projects?limit=5", &[]).await;
    assert_eq!((head.status, end, body.len()), (200, None, 20_000_000));
}

#[tokio::test]
async fn a_revoked_token_is_over_for_good() {
    let (_demo, operator, api) = camille().await;
    let mut stream = Stream::open(&api.base, &api.token).await.unwrap();
    stream.next().await.unwrap().unwrap();
    operator
        .rule(json!({"match": {"path": "/v1/me", "user": "camille.demo"}, "fault": "token_revoked", "times": 1}))
        .await;
    let nadia = sign_in(&api.base, "nadia").await;
    nadia.get("/v1/me").await.expect(200);
    assert_eq!(api.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    operator.clear_faults().await;
    api.get("/v1/me").await.expect(401);
    nadia.get("/v1/me").await.expect(200);
    assert_eq!(stream.next().await.unwrap(), None);
}

#[tokio::test]
async fn what_is_downloaded_becomes_another_one_after_the_first_request() {
    let (_demo, operator, api) = camille().await;
    let (first, one, _) = get(&api, "/v1/me", &[]).await;
    operator.fault("/v1/me", json!("archive_changed")).await;
    let (head, body, _) = get(&api, "/v1/me", &[]).await;
    assert_eq!((head.header("etag"), &body), (first.header("etag"), &one), "the first time it is the same");
    let known = first.header("etag");
    let (other, two, _) = get(&api, "/v1/me", &[("if-none-match", known)]).await;
    assert_eq!(other.status, 200, "what is known is not what is there any more");
    assert_ne!(other.header("etag"), known);
    assert_eq!(two.len(), one.len());
    assert!(one.iter().zip(&two).all(|(a, b)| a ^ b == 1));
    let (same, _, _) = get(&api, "/v1/me", &[("if-none-match", other.header("etag"))]).await;
    assert_eq!((same.status, same.header("etag")), (304, other.header("etag")));
}

async fn listening(api: &Api, operator: &Operator, fault: Value) -> Stream {
    operator.fault("/v1/events", fault).await;
    Stream::open(&api.base, &api.token).await.unwrap()
}

async fn post(operator: &Operator) {
    operator.step(json!({"act": "post_project"})).await;
}

#[tokio::test]
async fn events_come_twice_or_in_another_order_and_lead_to_the_same() {
    let (_demo, operator, api) = camille().await;
    let since = api.state().await;
    let mut twice = listening(&api, &operator, json!("events_duplicate")).await;
    let mut swapped = listening(&api, &operator, json!("events_reorder")).await;
    assert_eq!(twice.next().await.unwrap(), twice.next().await.unwrap());
    assert_eq!(swapped.next().await.unwrap().unwrap().name, "hello");
    post(&operator).await;
    post(&operator).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (one, again) = (twice.next().await.unwrap().unwrap(), twice.next().await.unwrap().unwrap());
        assert_eq!(one, again);
        seen.push(one.id);
    }
    let other: Vec<String> =
        [swapped.next().await, swapped.next().await].map(|event| event.unwrap().unwrap().id).into();
    seen.reverse();
    assert_eq!(other, seen);
    let changes = api.get(&format!("/v1/changes?since={since}&types=project")).await.expect(200);
    assert_eq!(changes.body["changed"].as_array().unwrap().len(), 2);
    assert_eq!(&changes.body["new_state"], &seen[0]);
}

#[tokio::test]
async fn a_silent_stream_stays_open_and_says_nothing() {
    let (_demo, operator, api) = camille().await;
    let mut silent = listening(&api, &operator, json!("events_silent")).await;
    operator.clear_faults().await;
    let mut witness = Stream::open(&api.base, &api.token).await.unwrap();
    assert_eq!(silent.next().await.unwrap().unwrap().name, "hello");
    assert_eq!(witness.next().await.unwrap().unwrap().name, "hello");
    for _ in 0..3 {
        post(&operator).await;
        assert_eq!(witness.next().await.unwrap().unwrap().name, "change");
    }
    let (_, body) = operator.call("POST", "tokens:revoke", Some(&json!({"login": "camille.demo"}))).await;
    assert_eq!(body["revoked"], 3, "her sign-in and her two applications");
    assert_eq!(silent.next().await.unwrap(), None, "nothing came before its end");
}

#[tokio::test]
async fn a_stream_ends_after_so_many_events_and_the_next_one_says_what_was_missed() {
    let (_demo, operator, api) = camille().await;
    let mut short = listening(&api, &operator, json!({"events_close_after": {"n": 2}})).await;
    short.next().await.unwrap().unwrap();
    post(&operator).await;
    let last = short.next().await.unwrap().unwrap();
    assert_eq!((last.name.as_str(), short.next().await.unwrap()), ("change", None));
    operator.clear_faults().await;
    post(&operator).await;
    let mut again = api.events(Some(&last.id)).await;
    again.wait_for("hello").await;
    assert_ne!(again.wait_for("change").await.id, last.id);
}

#[tokio::test]
async fn a_file_of_faults_is_done_from_the_beginning_without_an_operator() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let rules = json!({"rules": [{"match": {"path": "/v1/me"}, "fault": {"status": {"code": 503}}, "times": 1}]});
    std::fs::write(file.path(), rules.to_string()).unwrap();
    let demo = Demo::with(&["--faults", file.path().to_str().unwrap()]);
    assert!(demo.server.ready.get("admin").is_none());
    let api = sign_in(demo.url(), "camille").await;
    api.get("/v1/me").await.expect(503);
    api.get("/v1/me").await.expect(200);
}

#[test]
fn a_file_of_nonsense_is_refused_at_the_start() {
    let (file, home) = (tempfile::NamedTempFile::new().unwrap(), tempfile::tempdir().unwrap());
    for text in [
        "{",
        r#"{"rules": [{"match": {}, "fault": "nonsense"}]}"#,
        r#"{"rules": [{"match": {}, "fault": {"status": {"code": 201}}}]}"#,
    ] {
        std::fs::write(file.path(), text).unwrap();
        let ended = std::process::Command::new(env!("CARGO_BIN_EXE_presta-platform"))
            .arg("serve")
            .arg("--faults")
            .arg(file.path())
            .arg("--data")
            .arg(home.path())
            .output()
            .unwrap();
        assert!(!ended.status.success(), "{text}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("--faults"), "{text}");
    }
}
