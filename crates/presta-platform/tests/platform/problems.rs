//! What is refused, and in which words.

use serde_json::json;

use crate::{api::Api, browser::sign_in, server::Demo};

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let demo = Demo::start();
    let api = Api::new(demo.url(), "");
    for path in ["/nope", "/v1/nope", "/v1/bids/x/~retract", "/v1/bids/x:nope", "/v1/threads/x:"] {
        let reply = api.call("POST", path).send_outside("NotFound").await.expect(404);
        assert_eq!(reply.problem(), "not-found");
    }
    let reply = api.call("PUT", "/v1/me").send_outside("MethodNotAllowed").await.expect(405);
    assert_eq!(reply.problem(), "method-not-allowed");
    let reply = api.call("GET", "/v1/bids/x:retract").send_outside("MethodNotAllowed").await.expect(405);
    assert_eq!(reply.header("allow"), "POST");
}

#[tokio::test]
async fn words_follow_accept_language_and_every_answer_has_an_id() {
    let demo = Demo::start();
    let api = Api::new(demo.url(), "");
    let french = api.get("/v1/me").await.expect(401);
    assert_eq!(french.body["title"], "Connexion requise");
    let english = api.call("GET", "/v1/me").header("accept-language", "en-US,en;q=0.9").send().await.expect(401);
    assert_eq!(english.body["title"], "Sign-in required");
    assert_eq!(english.header("content-language"), "en");
    assert_eq!(english.body["request_id"], english.header("x-request-id"));
    assert_ne!(english.body["request_id"], french.body["request_id"]);
}

#[tokio::test]
async fn bodies_must_be_json_of_the_right_shape_and_size() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let call = || api.call("PATCH", "/v1/me").header("if-match", "\"1\"");
    let json = "application/json; charset=utf-8";
    let reply = call().bytes(b"{}".to_vec()).send().await.expect(415);
    assert_eq!(reply.problem(), "unsupported-media-type");
    let reply = call().header("content-type", "text/plain").bytes(b"{}".to_vec()).send().await;
    assert_eq!(reply.expect(415).problem(), "unsupported-media-type");
    let reply = call().header("content-type", json).bytes(b"{\"locale\":".to_vec()).send().await.expect(422);
    assert_eq!(reply.error(), ("", "invalid-json"));
    let reply = call().json(&json!({"locale": 7})).send().await.expect(422);
    assert_eq!(reply.error(), ("/locale", "invalid-type"));
    let reply = call().json(&json!({"langue": "fr"})).send().await.expect(422);
    assert_eq!(reply.error(), ("/langue", "unknown-field"));
    let large = vec![b' '; 1024 * 1024 + 1];
    let reply = call().header("content-type", json).bytes(large).send().await.expect(413);
    assert_eq!(reply.problem(), "payload-too-large");
}

#[tokio::test]
async fn a_query_is_checked_by_name() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    for (query, pointer, code) in [
        ("/v1/projects?limit=0", "?limit", "out-of-range"),
        ("/v1/projects?limit=501", "?limit", "out-of-range"),
        ("/v1/projects?limit=x", "?limit", "invalid"),
        ("/v1/projects?sort=price", "?sort", "unknown"),
        ("/v1/projects?type=gift", "?type", "unknown"),
        ("/v1/projects?status=lost", "?status", "unknown"),
        ("/v1/projects?remote=yes", "?remote", "invalid"),
        ("/v1/projects?budget_min=-1", "?budget_min", "out-of-range"),
        ("/v1/projects?cursor=nonsense", "?cursor", "invalid"),
        ("/v1/bids?status=open", "?status", "unknown"),
        ("/v1/changes", "?since", "required"),
        ("/v1/changes?since=x&types=gift", "?types", "unknown"),
        ("/v1/changes?since=x&wait=31", "?wait", "out-of-range"),
        ("/v1/snapshot", "?type", "required"),
        ("/v1/snapshot?type=gift", "?type", "unknown"),
    ] {
        let reply = api.get(query).await.expect(422);
        assert_eq!((reply.problem(), reply.error()), ("validation", (pointer, code)), "{query}");
    }
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let demo = Demo::with(&["--requests-per-minute", "3"]);
    let api = sign_in(demo.url(), "camille").await;
    for left in ["2", "1", "0"] {
        let reply = api.get("/v1/me").await.expect(200);
        assert_eq!(reply.header("ratelimit-policy"), "\"user\";q=3;w=60");
        assert!(reply.header("ratelimit").starts_with(&format!("\"user\";r={left};t=")));
    }
    let reply = api.get("/v1/me").await.expect(429);
    assert_eq!(reply.problem(), "rate-limited");
    assert_eq!(reply.body["retryable"], true);
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let other = sign_in(demo.url(), "nadia").await;
    other.get("/v1/me").await.expect(200);
}
