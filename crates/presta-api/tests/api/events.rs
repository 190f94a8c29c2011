//! The event stream.

use std::time::Duration;

use futures_util::StreamExt;
use presta_api::{Error, PlatformEvent, Timeouts};
use presta_model::{EntityType, ThreadId, UserId};
use serde_json::json;

use crate::server::{Reply, Server, json_reply, problem, short, unauthenticated};
use crate::tokens::Tokens;

fn stream(events: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{events}").into_bytes()
}

const EVENTS: &str = "id: s1\nevent: hello\ndata: {\"new_state\":\"s1\"}\n\n: \n\n\
    event: presence\ndata: {}\n\n\
    id: s2\nevent: change\ndata: {\"types\":[\"bid\",\"hologram\"],\"new_state\":\"s2\"}\n\n\
    event: typing\ndata: {\"thread_id\":\"thr_1\",\"user_id\":\"usr_2\"}\n\n";

#[tokio::test]
async fn events_are_told_as_they_come_until_the_platform_ends_the_stream() {
    let server = Server::always(Reply::Raw(stream(EVENTS))).await;
    let client = server.client(&Tokens::first());
    let events: Vec<_> = client.events(Some("s0")).await.unwrap().collect().await;
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        events,
        [
            PlatformEvent::Hello { state: "s1".to_owned() },
            PlatformEvent::Heartbeat,
            PlatformEvent::Changed { types: vec![EntityType::Bid, EntityType::Unknown], state: "s2".to_owned() },
            PlatformEvent::Typing { thread: ThreadId::new("thr_1"), user: UserId::new("usr_2") },
        ]
    );
    let request = &server.requests("/v1/events")[0];
    assert_eq!(request.header("last-event-id"), Some("s0"));
    assert_eq!(request.header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn a_silent_stream_ends_with_a_timeout() {
    let server = Server::always(Reply::Hang(stream(": \n\n"))).await;
    let timeouts = Timeouts { silence: Duration::from_millis(300), ..short() };
    let client = server.client_with(&Tokens::first(), timeouts);
    let events: Vec<_> = client.events(None).await.unwrap().collect().await;
    assert!(matches!(events.as_slice(), [Ok(PlatformEvent::Heartbeat), Err(Error::Timeout)]), "{events:?}");
}

#[tokio::test]
async fn a_stream_outlives_the_time_of_an_answer() {
    let server = Server::always(Reply::Drip(stream(""), Duration::from_millis(50))).await;
    let timeouts = Timeouts {
        answer: Duration::from_secs(1),
        idle: Duration::from_millis(100),
        silence: Duration::from_secs(20),
        ..short()
    };
    let client = server.client_with(&Tokens::first(), timeouts);
    let mut events = client.events(None).await.unwrap();
    // The blanks that drip in are no events; the stream is alive all the same.
    let waited = tokio::time::timeout(Duration::from_secs(2), events.next()).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_a_network_error() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 900\r\n\r\n: \n";
    let server = Server::always(Reply::Raw(cut.to_vec())).await;
    let client = server.client(&Tokens::first());
    let events: Vec<_> = client.events(None).await.unwrap().collect().await;
    assert!(matches!(events.as_slice(), [Ok(PlatformEvent::Heartbeat), Err(Error::Network(_))]), "{events:?}");
}

#[tokio::test]
async fn an_event_that_is_no_json_ends_the_stream() {
    let events = format!("event: change\ndata: oops\n\n{EVENTS}");
    let server = Server::always(Reply::Raw(stream(&events))).await;
    let client = server.client(&Tokens::first());
    let events: Vec<_> = client.events(None).await.unwrap().collect().await;
    assert!(matches!(events.as_slice(), [Err(Error::Decode { .. })]), "{events:?}");
}

#[tokio::test]
async fn a_stream_is_opened_with_a_new_token_when_the_old_one_has_ended() {
    let server = Server::platform(|request| {
        std::future::ready(match request.header("authorization") {
            Some("Bearer a2") => Reply::Raw(stream(": \n\n")),
            _ => unauthenticated(),
        })
    })
    .await;
    let client = server.client(&Tokens::first());
    let events: Vec<_> = client.events(None).await.unwrap().collect().await;
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn what_is_no_event_stream_is_refused() {
    for (answer, code) in [
        (json_reply("200 OK", &json!({})), "not-json"),
        (problem("429 Too Many Requests", "rate-limited", ""), "rate-limited"),
    ] {
        let server = Server::always(answer).await;
        let opened = server.client(&Tokens::first()).events(None).await;
        assert_eq!(opened.err().unwrap().code(), code);
    }
}
