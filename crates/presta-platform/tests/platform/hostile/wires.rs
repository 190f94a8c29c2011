//! Connections: counted, and given up when nobody reads.

use serde_json::json;

use super::operated;
use crate::{browser::sign_in, drive::wire::Wire};

#[tokio::test]
async fn who_asks_and_reads_nothing_is_cut() {
    let (demo, operator) = operated(&["--stall-ms", "300"]);
    let api = sign_in(demo.url(), "camille").await;
    let mut greedy = Wire::connect(demo.url()).await.unwrap();
    let bearer = format!("Bearer {}", api.token);
    // More than the buffers of both ends of a connection hold.
    for _ in 0..200 {
        let sent = greedy.send("GET", "/v1/projects?limit=500", &[("authorization", &bearer)], b"").await;
        if sent.is_err() {
            break;
        }
    }
    let counters =
        operator.wait_until("a cut reader", |counters| counters["connections"]["slow_readers_dropped"] != 0).await;
    assert_eq!(counters["connections"]["slow_readers_dropped"], 1);
    api.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn connections_and_requests_are_counted() {
    let (demo, operator) = operated(&[]);
    let before = operator.get("counters").await["connections"]["accepted"].as_u64().unwrap();
    let mut wire = Wire::connect(demo.url()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(wire.call("GET", "/v1/me", &[], b"").await.unwrap().0.status, 401);
    }
    assert_eq!(operator.answered("GET", "/v1/me", 401).await, 3);
    let counters = operator.get("counters").await;
    assert_eq!(counters["connections"]["accepted"], json!(before + 1));
    drop(wire);
    operator.wait_until("a closed connection", |counters| counters["connections"]["open"] == 0).await;
}
