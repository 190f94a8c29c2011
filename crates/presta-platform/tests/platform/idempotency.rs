//! Keys of intents and validators of resources.

use serde_json::json;
use uuid::Uuid;

use crate::{api::offer, browser::sign_in, server::Demo};

#[tokio::test]
async fn the_same_key_gives_the_first_answer_and_counts_once() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let used = api.get("/v1/me/quota").await.expect(200).body["used"].as_i64().unwrap();
    let (key, body) = (Uuid::new_v4(), offer(&project, 480_000));
    let first = api.call("POST", &path).key(key).json(&body).send().await.expect(201);
    let again = api.call("POST", &path).key(key).json(&body).send().await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.body, again.body);
    for name in ["location", "etag"] {
        assert_ne!(first.header(name), "");
        assert_eq!(first.header(name), again.header(name));
    }
    let quota = api.get("/v1/me/quota").await.expect(200).body;
    assert_eq!(quota["used"], used + 1);
    let mine = api.get(&path).await.expect(200);
    assert_eq!(mine.items().len(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let key = Uuid::new_v4();
    let bid = api.call("POST", &path).key(key).json(&offer(&project, 480_000)).send().await.expect(201).body;
    let other = api.call("POST", &path).key(key).json(&offer(&project, 490_000)).send().await.expect(422);
    assert_eq!(other.problem(), "idempotency-key-reused");
    let retract = format!("/v1/bids/{}:retract", bid["id"].as_str().unwrap());
    let elsewhere = api.call("POST", &retract).key(key).json(&json!({})).send().await.expect(422);
    assert_eq!(elsewhere.problem(), "idempotency-key-reused");
    let nadia = sign_in(demo.url(), "nadia").await;
    let own = nadia.call("POST", &path).key(key).json(&offer(&project, 480_000)).send().await;
    assert_ne!(own.problem(), "idempotency-key-reused", "keys belong to a user");
}

#[tokio::test]
async fn a_key_is_required_and_must_be_a_uuid() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let id = project["id"].as_str().unwrap();
    let thread = api.get("/v1/threads").await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let bid = api.get("/v1/bids").await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/v1/projects/{id}/bids"),
        "/v1/threads".to_owned(),
        format!("/v1/threads/{thread}/messages"),
        format!("/v1/bids/{bid}:retract"),
    ] {
        let missing = api.call("POST", &path).json(&json!({})).send().await.expect(422);
        assert_eq!(missing.error(), ("Idempotency-Key", "required"), "{path}");
        let call = api.call("POST", &path).header("idempotency-key", "17").json(&json!({}));
        assert_eq!(call.send().await.expect(422).error(), ("Idempotency-Key", "invalid"), "{path}");
    }
}

#[tokio::test]
async fn a_refusal_by_a_rule_is_judged_again_under_the_same_key() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let first = api.post(&path, offer(&project, 480_000)).await.expect(201).body;
    let (key, body) = (Uuid::new_v4(), offer(&project, 470_000));
    let refused = api.call("POST", &path).key(key).json(&body).send().await.expect(409);
    assert_eq!(refused.problem(), "duplicate-bid");
    api.post(&format!("/v1/bids/{}:retract", first["id"].as_str().unwrap()), json!({})).await.expect(200);
    let placed = api.call("POST", &path).key(key).json(&body).send().await.expect(201);
    assert_eq!(placed.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn requests_racing_under_one_key_are_carried_out_once() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let (key, body) = (Uuid::new_v4(), offer(&project, 480_000));
    let racing: Vec<_> = (0..8).map(|_| tokio::spawn(api.call("POST", &path).key(key).json(&body).send())).collect();
    let mut placed = 0;
    for reply in racing {
        let reply = reply.await.unwrap();
        match reply.status {
            201 => placed += usize::from(reply.header("idempotency-replayed").is_empty()),
            _ => assert_eq!(reply.expect(409).problem(), "request-in-progress"),
        }
    }
    assert_eq!(placed, 1);
    assert_eq!(api.get(&path).await.expect(200).items().len(), 1);
}

#[tokio::test]
async fn a_known_etag_saves_the_body() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let id = |page: &serde_json::Value| page["items"][0]["id"].as_str().unwrap().to_owned();
    let project = id(&api.get("/v1/projects").await.expect(200).body);
    let bid = id(&api.get("/v1/bids").await.expect(200).body);
    let thread = id(&api.get("/v1/threads").await.expect(200).body);
    for path in [
        "/v1/me".to_owned(),
        "/v1/me/feed".to_owned(),
        "/v1/catalog".to_owned(),
        format!("/v1/projects/{project}"),
        format!("/v1/bids/{bid}"),
        format!("/v1/threads/{thread}"),
    ] {
        let etag = api.get(&path).await.expect(200).header("etag").to_owned();
        assert!(etag.starts_with('"'), "{path} {etag}");
        let same = api.call("GET", &path).header("if-none-match", &etag).send().await.expect(304);
        assert_eq!(same.header("etag"), etag);
        api.call("GET", &path).header("if-none-match", "\"other\"").send().await.expect(200);
    }
}

#[tokio::test]
async fn an_edit_needs_the_revision_it_edits() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let etag = api.get("/v1/me").await.expect(200).header("etag").to_owned();
    let without = api.call("PATCH", "/v1/me").json(&json!({"locale": "en"})).send().await.expect(428);
    assert_eq!(without.problem(), "precondition-required");
    let edited = api.patch("/v1/me", &etag, json!({"locale": "en"})).await.expect(200);
    assert_eq!(edited.body["locale"], "en");
    assert_ne!(edited.header("etag"), etag);
    let stale = api.patch("/v1/me", &etag, json!({"locale": "fr"})).await.expect(412);
    assert_eq!(stale.problem(), "edited-elsewhere");
    assert_eq!(api.get("/v1/me").await.expect(200).body["locale"], "en");
}
