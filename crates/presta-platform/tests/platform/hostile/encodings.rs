//! Answers in the encoding that was asked for.

use std::io::Read as _;

use serde_json::Value;

use crate::{browser::sign_in, drive::wire::Wire, server::Demo};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

async fn projects(demo: &Demo, token: &str, accepts: &str) -> (String, Vec<u8>) {
    let mut wire = Wire::connect(demo.url()).await.unwrap();
    let headers = [("authorization", &*format!("Bearer {token}")), ("accept-encoding", accepts)];
    let (head, body) = wire.call("GET", "/v1/projects?limit=50", &headers, b"").await.unwrap();
    assert_eq!(head.status, 200);
    assert!(head.header("vary").to_lowercase().contains("accept-encoding"), "{head:?}");
    (head.header("content-encoding").to_owned(), body)
}

#[tokio::test]
async fn each_encoding_gives_the_same_answer_and_none_is_forced() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let (encoding, plain) = projects(&demo, &api.token, "identity").await;
    assert_eq!(encoding, "");
    serde_json::from_slice::<Value>(&plain).unwrap();
    let mut text = Vec::new();

    let (encoding, gzip) = projects(&demo, &api.token, "gzip").await;
    assert_eq!((encoding.as_str(), &gzip[..2]), ("gzip", &GZIP[..]));
    flate2::read::GzDecoder::new(gzip.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain);

    let (encoding, br) = projects(&demo, &api.token, "br").await;
    assert_eq!(encoding, "br");
    text.clear();
    brotli::Decompressor::new(br.as_slice(), 4096).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain);

    let (encoding, zstd) = projects(&demo, &api.token, "zstd").await;
    assert_eq!((encoding.as_str(), &zstd[..4]), ("zstd", &ZSTD[..]));
    assert_eq!(zstd::stream::decode_all(zstd.as_slice()).unwrap(), plain);
    for packed in [gzip, br, zstd] {
        assert!(packed.len() * 2 < plain.len(), "{} of {}", packed.len(), plain.len());
    }
}

#[tokio::test]
async fn what_is_refused_by_weight_is_not_used() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    assert_eq!(projects(&demo, &api.token, "gzip;q=0, br;q=0.5").await.0, "br");
    assert_eq!(projects(&demo, &api.token, "unknown").await.0, "");
}

#[tokio::test]
async fn event_streams_are_never_compressed() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let mut wire = Wire::connect(demo.url()).await.unwrap();
    let headers = [("authorization", &*format!("Bearer {}", api.token)), ("accept-encoding", "zstd, br, gzip")];
    wire.send("GET", "/v1/events", &headers, b"").await.unwrap();
    let head = wire.head().await.unwrap();
    assert_eq!((head.header("content-encoding"), head.header("x-accel-buffering")), ("", "no"));
    let first = wire.piece().await.unwrap().unwrap();
    assert!(first.starts_with(b"retry: "), "{:?}", String::from_utf8_lossy(&first));
}
