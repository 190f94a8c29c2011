//! Answers that are too large or too slow.

use std::io::Write as _;
use std::time::{Duration, Instant};

use presta_api::{Error, Retry, Timeouts};

use crate::server::{Reply, Server, reply, short};
use crate::tokens::Tokens;

const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

/// JSON of ten megabytes.
fn large() -> Vec<u8> {
    let mut json = b"{\"login\":\"".to_vec();
    json.resize(TEN_MEGABYTES, b'x');
    json.extend_from_slice(b"\"}");
    json
}

async fn assert_too_large(answer: Reply) {
    let server = Server::always(answer).await;
    let error = server.client(&Tokens::first()).me().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    assert_eq!((error.code(), error.retry()), ("too-large", Retry::Permanent));
}

#[tokio::test]
async fn ten_megabytes_are_refused_by_their_length() {
    assert_too_large(reply("200 OK", "Content-Type: application/json\r\n", large())).await;
}

#[tokio::test]
async fn ten_megabytes_of_no_known_length_are_refused_as_they_come() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".to_vec();
    bytes.extend(large());
    assert_too_large(Reply::Raw(bytes)).await;
}

#[tokio::test]
async fn ten_megabytes_are_refused_however_small_they_were_packed() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&large()).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(packed.len() < 100_000);
    let headers = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    assert_too_large(reply("200 OK", headers, packed)).await;
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";

/// How the answer fails within these time limits, and how long that took.
async fn timed(answer: Reply, timeouts: Timeouts) -> Duration {
    let server = Server::always(answer).await;
    let client = server.client_with(&Tokens::first(), timeouts);
    let began = Instant::now();
    let error = client.me().await.unwrap_err();
    assert!(matches!(error, Error::Timeout), "{error:?}");
    assert_eq!((error.code(), error.retry()), ("timeout", Retry::Network));
    began.elapsed()
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off_by_the_time_of_the_whole() {
    let drip = Reply::Drip(HEAD.to_vec(), Duration::from_millis(50));
    let timeouts = Timeouts { answer: Duration::from_secs(2), ..short() };
    assert!(timed(drip, timeouts).await < Duration::from_secs(15));
}

#[tokio::test]
async fn a_body_that_stops_is_cut_off_by_its_silence() {
    let timeouts = Timeouts { idle: Duration::from_secs(1), ..short() };
    let took = timed(Reply::Hang(HEAD.to_vec()), timeouts).await;
    assert!(took < Duration::from_secs(15));
}

#[tokio::test]
async fn a_server_that_never_answers_is_cut_off() {
    let timeouts = Timeouts { answer: Duration::from_secs(2), ..short() };
    let took = timed(Reply::Hang(Vec::new()), timeouts).await;
    assert!(took < Duration::from_secs(15));
}

#[tokio::test]
async fn a_question_that_is_held_back_may_take_that_much_longer_than_others() {
    let server = Server::always(Reply::Hang(Vec::new())).await;
    let timeouts = Timeouts { answer: Duration::from_secs(1), ..short() };
    let client = server.client_with(&Tokens::first(), timeouts);
    client.resume().await.unwrap();
    let began = Instant::now();
    let error = client.changes_held("s1-1", 500, Duration::from_secs(2)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout), "{error:?}");
    assert!(began.elapsed() >= Duration::from_secs(3));
    let asked = server.requests("/v1/changes");
    assert_eq!(asked[0].target, "/v1/changes?since=s1-1&limit=500&wait=2");
}

#[tokio::test]
async fn a_refusal_means_what_its_status_says_however_large_its_explanation() {
    for (status, retry, code, arrived) in [
        ("503 Service Unavailable", Retry::Transient { after: Some(Duration::from_secs(7)) }, "unavailable", true),
        ("422 Unprocessable Content", Retry::Permanent, "unexpected-status", false),
    ] {
        let headers = "Content-Type: application/problem+json\r\nRetry-After: 7\r\n";
        let server = Server::always(reply(status, headers, large())).await;
        let error = server.client(&Tokens::first()).me().await.unwrap_err();
        assert_eq!((error.retry(), error.code(), error.may_have_arrived()), (retry, code, arrived), "{error:?}");
        assert!(!error.is_unreadable());
    }
}
