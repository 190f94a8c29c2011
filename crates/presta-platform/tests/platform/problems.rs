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

#[tokio::test]
async fn a_query_says_each_thing_once_and_in_bounds() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    for (query, error) in [
        ("limit=5&limit=7", ("?limit", "repeated")),
        ("q=a&q=a", ("?q", "repeated")),
        ("limit=", ("?limit", "invalid")),
        ("limit=%2B5", ("?limit", "invalid")),
        ("remote=", ("?remote", "invalid")),
        ("sort=", ("?sort", "unknown")),
        ("type=", ("?type", "unknown")),
        ("bids_max=-1", ("?bids_max", "out-of-range")),
        ("bids_max=1000001", ("?bids_max", "out-of-range")),
    ] {
        let reply = api.get(&format!("/v1/projects?{query}")).await.expect(422);
        assert_eq!(reply.error(), error, "{query}");
    }
    api.get("/v1/projects?limit=5&bids_max=1000000&q=&skills=").await.expect(200);
}

#[tokio::test]
async fn acts_without_parameters_take_an_empty_object_or_nothing() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let thread = api.get("/v1/threads").await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/threads/{thread}:typing");
    api.call("POST", &path).send().await.expect(204);
    api.call("POST", &path).json(&json!({})).send().await.expect(204);
    let reply = api.call("POST", &path).json(&json!({"loud": true})).send().await.expect(422);
    assert_eq!(reply.error(), ("/loud", "unknown-field"));
    let reply = api.call("POST", &path).json(&json!([])).send().await.expect(422);
    assert_eq!(reply.error(), ("", "invalid-type"));
    let bid = api.get("/v1/bids").await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let reply = api.post(&format!("/v1/bids/{bid}:retract"), json!({"why": 1})).await.expect(422);
    assert_eq!(reply.error(), ("/why", "unknown-field"));
}

#[tokio::test]
async fn a_whole_number_may_have_a_fraction_of_zero_and_an_object_is_no_list() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let thread = api.get("/v1/threads").await.expect(200).items()[0].clone();
    let (id, last) = (thread["id"].as_str().unwrap(), thread["last_seq"].as_i64().unwrap());
    let read = |body: String| {
        let call = api.call("POST", &format!("/v1/threads/{id}:read")).header("content-type", "application/json");
        call.bytes(body.into_bytes()).send()
    };
    let reply = read(format!("{{\"up_to\": {last}.0}}")).await.expect(200);
    assert_eq!(reply.body["read_seq"], last);
    assert_eq!(read(format!("{{\"up_to\": {last}.5}}")).await.expect(422).error(), ("/up_to", "invalid-type"));
    assert_eq!(read(format!("[{last}]")).await.expect(422).error(), ("", "invalid-type"));
}
