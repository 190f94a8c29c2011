//! What is sent.

use std::io::Write;
use std::sync::{Arc, Mutex};

use presta_api::Error;
use presta_model::{BidId, Currency, Money, NewBid, ProjectId, ThreadId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Request, Server, json_reply, me, not_found, reply};
use crate::tokens::Tokens;

fn new_bid() -> NewBid {
    NewBid {
        amount: Money::new(125_000, Currency::new("EUR")),
        period_days: 12,
        text: "Bonjour".to_owned(),
        milestones: Vec::new(),
    }
}

async fn recorder() -> Server {
    Server::platform(|_| std::future::ready(not_found())).await
}

/// The one request of a resource so far.
fn only(server: &Server) -> Request {
    let requests = server.requests("/v1/");
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests[0].clone()
}

#[tokio::test]
async fn a_bid_carries_its_key_the_token_and_the_language() {
    let server = recorder().await;
    let client = server.client(&Tokens::first());
    client.set_locale("en");
    let key = Uuid::new_v4();
    let placed = client.place_bid(&ProjectId::new("prj_1"), &new_bid(), key).await;
    assert_eq!(placed.unwrap_err().code(), "not-found");
    let request = only(&server);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/v1/projects/prj_1/bids"));
    assert_eq!(request.header("idempotency-key"), Some(key.to_string().as_str()));
    assert_eq!(request.header("authorization"), Some("Bearer a1"));
    assert_eq!(request.header("accept-language"), Some("en"));
    assert_eq!(request.header("user-agent"), Some("presta-test/1"));
    assert_eq!(
        serde_json::from_str::<Value>(&request.body).unwrap(),
        json!({
            "amount": {"amount_minor": 125_000, "currency": "EUR"},
            "period_days": 12, "text": "Bonjour", "milestones": [],
        })
    );
}

#[tokio::test]
async fn an_edit_names_the_revision_it_was_made_from() {
    let server = recorder().await;
    let client = server.client(&Tokens::first());
    let edited = client.edit_bid(&BidId::new("bid_1"), 7, &new_bid(), Uuid::new_v4()).await;
    assert!(edited.is_err());
    let request = only(&server);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("PATCH", "/v1/bids/bid_1"));
    assert_eq!(request.header("if-match"), Some("\"7\""));
}

#[tokio::test]
async fn an_action_is_part_of_the_last_segment() {
    let server = Server::always(reply("204 No Content", "", "")).await;
    let client = server.client(&Tokens::first());
    client.typing(&ThreadId::new("thr_1")).await.unwrap();
    let request = only(&server);
    assert_eq!(request.target, "/v1/threads/thr_1:typing");
    assert_eq!(request.body, "{}");
}

#[tokio::test]
async fn an_identifier_stays_one_segment() {
    let server = recorder().await;
    let client = server.client(&Tokens::first());
    let hostile = ProjectId::new("../me?x=1#é/..");
    assert!(client.project(&hostile).await.is_err());
    assert_eq!(only(&server).target, "/v1/projects/..%2Fme%3Fx=1%23%C3%A9%2F..");
    for id in ["", ".", ".."] {
        let error = client.project(&ProjectId::new(id)).await.unwrap_err();
        assert!(matches!(error, Error::BadIdentifier), "{id:?}");
    }
}

#[tokio::test]
async fn a_search_is_escaped_in_the_query() {
    let server = Server::always(json_reply("200 OK", &json!({"items": [], "next_cursor": null, "total": 0}))).await;
    let found = server.client(&Tokens::first()).search_projects("c++ & rust=é", 20).await;
    assert_eq!(found.unwrap(), []);
    assert_eq!(only(&server).target, "/v1/projects?q=c%2B%2B+%26+rust%3D%C3%A9&limit=20");
}

#[tokio::test]
async fn every_page_of_bids_is_read() {
    let server = Server::platform(|request| {
        let next = (!request.target.contains("cursor=")).then_some("c2");
        std::future::ready(json_reply("200 OK", &json!({"items": [], "next_cursor": next})))
    })
    .await;
    let client = server.client(&Tokens::first());
    assert_eq!(client.bids_of_project(&ProjectId::new("prj_1")).await.unwrap(), []);
    let targets: Vec<_> = server.requests("/v1/").into_iter().map(|r| r.target).collect();
    assert_eq!(targets, ["/v1/projects/prj_1/bids?limit=500", "/v1/projects/prj_1/bids?limit=500&cursor=c2"]);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Run again as the only test of its process: tests beside it would decide with it what is logged.
#[test]
fn logs_tell_the_request_and_neither_tokens_nor_bodies() {
    const ALONE: &str = "PRESTA_API_ALONE";
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.unwrap().block_on(log_a_few_requests());
    }
    let name = "requests::logs_tell_the_request_and_neither_tokens_nor_bodies";
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{run:?}");
}

async fn log_a_few_requests() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::always(json_reply("200 OK", &me("login-in-the-body"))).await;
    let client = server.client(&Tokens::first());
    client.me().await.unwrap();
    client.search_projects("words-searched", 5).await.unwrap_err();
    client.sign_out().await.unwrap();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("path=\"/v1/me\"") && text.contains("status=200"), "{text}");
    for secret in ["Bearer", "\"a1\"", "\"r1\"", "\"r2\"", "login-in-the-body", "ana@", "words-searched"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!format!("{client:?}").contains("a1"));
}
