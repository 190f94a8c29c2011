//! Answers that are not what they should be.

use std::time::Duration;

use presta_api::{DecodeFault, Error, ProblemKind, Retry};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{Reply, Server, config, json_reply, me, problem, reply, short};
use crate::tokens::Tokens;

async fn error_of(answer: Reply) -> Error {
    let server = Server::always(answer).await;
    server.client(&Tokens::first()).me().await.unwrap_err()
}

#[tokio::test]
async fn a_captive_portals_page_is_not_data() {
    let page = reply("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<html>Bienvenue</html>");
    let error = error_of(page).await;
    assert!(matches!(&error, Error::NotJson { content_type } if content_type.starts_with("text/html")));
    assert_eq!(error.code(), "not-json");
    assert_eq!(error.retry(), Retry::Network);
    assert!(matches!(error_of(reply("200 OK", "", me("ana").to_string())).await, Error::NotJson { .. }));
    assert!(matches!(
        error_of(reply("511 Network Authentication Required", "Content-Type: text/html\r\n", "")).await,
        Error::NotJson { .. }
    ));
}

#[tokio::test]
async fn json_that_ends_early_is_refused_and_may_be_asked_for_again() {
    let whole = me("ana").to_string();
    let cut = reply("200 OK", "Content-Type: application/json\r\n", &whole[..whole.len() / 2]);
    let error = error_of(cut).await;
    assert!(matches!(error, Error::Decode { what: "the profile", fault: DecodeFault::Truncated, .. }), "{error:?}");
    assert_eq!(error.retry(), Retry::Transient { after: None });
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_body_is_a_network_error() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":";
    let error = error_of(Reply::Raw(cut.to_vec())).await;
    assert!(matches!(error, Error::Network(_)), "{error:?}");
    assert_eq!(error.code(), "offline");
}

#[tokio::test]
async fn a_connection_closed_without_a_word_is_a_network_error() {
    let error = error_of(Reply::Raw(Vec::new())).await;
    assert!(matches!(error, Error::Network(_)), "{error:?}");
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_refused() {
    let error = error_of(reply("200 OK", "Content-Type: application/json\r\n", b"{\"id\":\"\xff\xfe\"}")).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn json_of_another_shape_is_refused_without_quoting_it() {
    let error = error_of(json_reply("200 OK", &json!({ "id": 7, "login": "secret" }))).await;
    assert!(matches!(error, Error::Decode { fault: DecodeFault::Shape, .. }));
    assert_eq!(error.retry(), Retry::Permanent);
    let odd = json!({ "id": "usr_1", "rev": "secret" });
    let error = error_of(json_reply("200 OK", &odd)).await;
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_token_stays_here() {
    let other = Server::always(json_reply("200 OK", &me("ana"))).await;
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let elsewhere = format!("Location: {}/v1/me\r\n", other.base.replace("127.0.0.1", "localhost"));
        let error = error_of(reply(status, &elsewhere, "")).await;
        assert!(matches!(&error, Error::Redirected { host } if host == "localhost"), "{error:?}");
        assert_eq!(error.code(), "redirected");
    }
    assert!(other.requests("/").is_empty());
}

#[tokio::test]
async fn a_refused_connection_is_offline() {
    let base = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = presta_api::Client::new(config(&base, short()), Tokens::first()).unwrap();
    let error = client.me().await.unwrap_err();
    assert_eq!((error.code(), error.retry()), ("offline", Retry::Network));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await
    });
    let client = presta_api::Client::new(config(&base, short()), Tokens::first()).unwrap();
    let error = client.me().await.unwrap_err();
    assert!(matches!(error, Error::Tls(_)), "{error:?}");
    assert_eq!((error.code(), error.retry()), ("tls", Retry::Network));
    server.abort();
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused() {
    let made = presta_api::Client::new(config("http://prestataires.pro", short()), Tokens::none());
    assert_eq!(made.unwrap_err().code(), "insecure");
}

#[tokio::test]
async fn retry_after_is_told_with_and_without_a_problem_document() {
    let seconds = |wait| Retry::Transient { after: Some(Duration::from_secs(wait)) };
    let limited = problem("429 Too Many Requests", "rate-limited", "Retry-After: 17\r\n");
    assert_eq!(error_of(limited).await.retry(), seconds(17));
    let bare = reply("503 Service Unavailable", "Content-Type: text/html\r\nRetry-After: 5\r\n", "<html>");
    let error = error_of(bare).await;
    assert_eq!((error.code(), error.retry()), ("unavailable", seconds(5)));
    let past = "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    assert_eq!(error_of(reply("503 Service Unavailable", past, "")).await.retry(), seconds(0));
}

#[tokio::test]
async fn statuses_without_a_word_tell_whether_to_retry() {
    for (status, retry) in [
        ("500 Oops", Retry::Transient { after: None }),
        ("502 Bad Gateway", Retry::Transient { after: None }),
        ("408 Request Timeout", Retry::Transient { after: None }),
        ("404 Not Found", Retry::Permanent),
        ("413 Too Large", Retry::Permanent),
    ] {
        let error = error_of(reply(status, "Content-Type: text/html\r\n", "<html>")).await;
        assert!(matches!(error, Error::UnexpectedStatus(_)), "{status}: {error:?}");
        assert_eq!(error.retry(), retry, "{status}");
        assert_eq!(error.is_bare_refusal(), retry == Retry::Permanent, "{status}: the reason may come another time");
    }
}

#[tokio::test]
async fn an_expired_sync_state_is_a_problem_of_its_kind() {
    let server = Server::always(problem("410 Gone", "sync-state-expired", "")).await;
    let error = server.client(&Tokens::first()).changes("old", 200).await.unwrap_err();
    assert_eq!(error.problem_kind(), Some(&ProblemKind::SyncStateExpired));
    assert_eq!(error.code(), "sync-state-expired");
    assert_eq!(error.retry(), Retry::Permanent);
}
