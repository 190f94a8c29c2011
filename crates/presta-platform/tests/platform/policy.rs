//! The privacy policy and its versions.

use serde_json::{Value, json};

use crate::{
    browser::{sign_in, sign_in_for},
    server::Demo,
};

const PATH: &str = "/v1/legal/policy";

#[tokio::test]
async fn the_policy_says_what_changed_since_a_version() {
    let demo = Demo::start();
    let api = sign_in_for(demo.url(), "nadia", "profile:read").await;
    let policy = api.get(PATH).await.expect(200);
    assert_eq!(policy.body["changes"], json!([]));
    assert_eq!(policy.body["contact"]["email"], "info@monazina.fr");
    let versions: Vec<&str> =
        policy.body["versions"].as_array().unwrap().iter().map(|v| v["version"].as_str().unwrap()).collect();
    assert_eq!(versions.last().copied(), policy.body["version"].as_str());
    let since = api.get(&format!("{PATH}?since={}", versions[0])).await.expect(200);
    assert_eq!(since.body["changes"].as_array().unwrap().len(), 3);
    assert_eq!(api.get(&format!("{PATH}?since=1999-1")).await.expect(422).error(), ("?since", "unknown"));
    let known = api.call("GET", PATH).header("if-none-match", policy.header("etag")).send().await;
    assert_eq!(known.expect(304).body, Value::Null);
}

#[tokio::test]
async fn only_the_version_in_force_is_acknowledged() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let policy = api.get(PATH).await.expect(200);
    assert_eq!(policy.body["acknowledged"], Value::Null);
    let path = format!("{PATH}:acknowledge");
    for (version, code) in [("2021-1", "stale"), ("1999-1", "unknown")] {
        let refused = api.post(&path, json!({"version": version})).await.expect(422);
        assert_eq!(refused.error(), ("/version", code));
    }
    let first = api.post(&path, json!({"version": policy.body["version"]})).await.expect(200).body;
    let again = api.post(&path, json!({"version": policy.body["version"]})).await.expect(200).body;
    assert_eq!(first, again, "the first time counts");
    let after = api.get(PATH).await.expect(200);
    assert_eq!(after.body["acknowledged"], first);
    assert_ne!(after.header("etag"), policy.header("etag"));
    let other = sign_in(demo.url(), "sam").await;
    assert_eq!(other.get(PATH).await.expect(200).body["acknowledged"], Value::Null);
}
