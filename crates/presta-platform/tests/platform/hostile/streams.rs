//! Event streams: when they end, and when to come back.

use std::time::Instant;

use serde_json::json;

use super::operated;
use crate::{
    browser::{Browser, VERIFIER, sign_in, token},
    drive::wire::{Stream, Wire},
};

/// Fifteen minutes, in ms.
const TOKEN_MS: i64 = 900_000;

#[tokio::test]
async fn the_first_event_says_when_to_come_back_and_not_all_the_same() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    let (mut streams, mut waits) = (Vec::new(), std::collections::BTreeSet::new());
    for _ in 0..20 {
        let mut stream = Stream::open(demo.url(), &api.token).await.unwrap();
        let hello = stream.next().await.unwrap().unwrap();
        assert_eq!(hello.name, "hello");
        let wait = hello.retry_ms.unwrap();
        assert!((1_000..=5_000).contains(&wait), "{wait}");
        waits.insert(wait);
        streams.push(stream);
    }
    assert!(waits.len() >= 15, "{waits:?}");
    let counters = operator.get("counters").await;
    assert_eq!((&counters["streams"]["open"], &counters["streams"]["opened"]), (&json!(20), &json!(20)));
    drop(streams);
    operator.wait_until("closed streams", |counters| counters["streams"]["open"] == 0).await;
}

#[tokio::test]
async fn a_stream_ends_when_its_token_expires() {
    let (demo, operator) = operated(&[]);
    let api = sign_in(demo.url(), "camille").await;
    let mut stream = Stream::open(demo.url(), &api.token).await.unwrap();
    stream.next().await.unwrap().unwrap();
    operator.move_clock(TOKEN_MS + 1_000).await;
    assert_eq!(stream.next().await.unwrap(), None);
    api.get("/v1/me").await.expect(401);
}

#[tokio::test]
async fn a_stream_ends_when_its_sign_in_is_revoked_and_others_go_on() {
    let (demo, operator) = operated(&[]);
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let (_, tokens) = browser.exchange(&code, VERIFIER).await;
    let other = sign_in(demo.url(), "camille").await;
    let mut ending = Stream::open(demo.url(), tokens["access_token"].as_str().unwrap()).await.unwrap();
    let mut going_on = Stream::open(demo.url(), &other.token).await.unwrap();
    ending.next().await.unwrap().unwrap();
    going_on.next().await.unwrap().unwrap();
    let form = [("token", tokens["refresh_token"].as_str().unwrap()), ("client_id", "prestataires-desktop")];
    assert_eq!(token(demo.url(), "/oauth/revoke", &form).await.0, 200);
    assert_eq!(ending.next().await.unwrap(), None);
    operator.step(json!({"act": "post_project"})).await;
    // Before that it hears that a device is gone.
    while !going_on.next().await.unwrap().unwrap().data.contains("project") {}
    let (status, body) = operator.call("POST", "tokens:revoke", Some(&json!({"login": "camille.demo"}))).await;
    assert_eq!((status, body), (200, json!({"revoked": 3})), "her sign-in and her two applications");
    assert_eq!(going_on.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_heartbeat_comes_every_25_seconds_and_looks_at_the_token() {
    let (demo, _operator) = operated(&[]);
    let open = async |name: &str| {
        let api = sign_in(demo.url(), name).await;
        let mut wire = Wire::connect(demo.url()).await.unwrap();
        wire.send("GET", "/v1/events", &[("authorization", &format!("Bearer {}", api.token))], b"").await.unwrap();
        wire.head().await.unwrap();
        wire.piece().await.unwrap().unwrap();
        (wire, Instant::now())
    };
    let ((mut beating, opened), (mut revoked, _)) = (open("camille").await, open("nadia").await);
    // Behind the server's back: nothing tells the stream, so that only the heartbeat can find it out.
    let file = rusqlite::Connection::open(demo.data.path().join("platform.db")).unwrap();
    file.execute("UPDATE families SET revoked = 1 WHERE user_n = 2", []).unwrap();
    assert_eq!(beating.piece().await.unwrap().unwrap(), b": heartbeat\n\n");
    let waited = opened.elapsed().as_secs();
    assert!((24..=35).contains(&waited), "{waited} s");
    while let Some(piece) = revoked.piece().await.unwrap() {
        assert!(!piece.starts_with(b": heartbeat"), "still admitted");
    }
}

#[tokio::test]
async fn a_revoked_access_token_alone_ends_its_stream() {
    let (demo, _operator) = operated(&[]);
    let api = sign_in(demo.url(), "nadia").await;
    let mut stream = Stream::open(demo.url(), &api.token).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let form = [("token", api.token.as_str()), ("client_id", "prestataires-desktop")];
    assert_eq!(token(demo.url(), "/oauth/revoke", &form).await.0, 200);
    assert_eq!(stream.next().await.unwrap(), None);
}
