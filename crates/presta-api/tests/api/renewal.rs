//! Access tokens that end, and refresh tokens that rotate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::join_all;
use presta_api::{Error, Retry};
use serde_json::json;
use tokio::sync::{Barrier, Notify};

use crate::server::{
    Reply, Request, Server, invalid_grant, json_reply, me, metadata, not_found, tokens, unauthenticated,
};
use crate::tokens::Tokens;

/// The profile, for whoever has one of these access tokens.
fn me_for(request: &Request, accepted: &[&str]) -> Reply {
    let token = request.header("authorization").unwrap_or_default();
    if accepted.iter().any(|a| token == format!("Bearer {a}")) {
        json_reply("200 OK", &me("ana"))
    } else {
        unauthenticated()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_parallel_401s_make_one_refresh() {
    let together = Arc::new(Barrier::new(10));
    let server = Server::platform(move |request| {
        let together = Arc::clone(&together);
        async move {
            let reply = me_for(&request, &["a2"]);
            if request.header("authorization") == Some("Bearer a1") {
                together.wait().await;
            }
            reply
        }
    })
    .await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    client.resume().await.unwrap();
    let answers = join_all((0..10).map(|_| client.me())).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    // The one that resumed, and one for the ten.
    assert_eq!(server.requests("/oauth/token").len(), 2);
    assert_eq!(server.requests("/v1/me").len(), 20);
    assert_eq!(tokens.saved(), ["r2", "r3"]);
}

#[tokio::test]
async fn ten_requests_at_the_start_make_one_refresh_and_resume_makes_none_after_it() {
    let server = Server::platform(|r| std::future::ready(me_for(&r, &["a1"]))).await;
    let client = server.client(&Tokens::first());
    let answers = join_all((0..10).map(|_| client.me())).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    client.resume().await.unwrap();
    assert_eq!(server.requests("/oauth/token").len(), 1);
    assert_eq!(server.requests("/.well-known/").len(), 1);
}

#[tokio::test]
async fn a_second_401_is_told() {
    let server = Server::always(unauthenticated()).await;
    let error = server.client(&Tokens::first()).me().await.unwrap_err();
    assert_eq!((error.code(), error.retry()), ("unauthenticated", Retry::SignIn));
    assert_eq!(server.requests("/v1/me").len(), 2);
}

#[tokio::test]
async fn without_a_refresh_token_nothing_is_asked() {
    let server = Server::always(not_found()).await;
    let error = server.client(&Tokens::none()).me().await.unwrap_err();
    assert!(matches!(error, Error::SignedOut));
    assert_eq!((error.code(), error.retry()), ("signed-out", Retry::SignIn));
    assert!(server.requests("/").is_empty());
}

#[tokio::test]
async fn a_refused_refresh_token_signs_out_and_is_forgotten() {
    let server = token_server(|_| invalid_grant()).await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    assert!(matches!(client.me().await, Err(Error::SignedOut)));
    assert_eq!(tokens.stored(), None);
    assert!(matches!(client.resume().await, Err(Error::SignedOut)));
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

/// A server whose token endpoint answers the nth request as told.
async fn token_server(answer: impl Fn(u32) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicU32::new(0);
    Server::start(move |request| {
        let base = format!("http://{}", request.header("host").unwrap());
        std::future::ready(match request.target.as_str() {
            "/.well-known/oauth-authorization-server" => json_reply("200 OK", &metadata(&base, &base)),
            "/oauth/token" => answer(count.fetch_add(1, Ordering::SeqCst)),
            _ => json_reply("200 OK", &me("ana")),
        })
    })
    .await
}

#[tokio::test]
async fn a_lost_refresh_answer_is_asked_for_again_with_the_same_token() {
    // The platform rotates, but its answer is lost; it gives another pair, since nothing of the first was used.
    let server = token_server(|n| match n {
        0 => Reply::Raw(Vec::new()),
        _ => json_reply("200 OK", &tokens(1)),
    })
    .await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    let lost = client.me().await.unwrap_err();
    assert!(matches!(lost, Error::Network(_)), "{lost:?}");
    assert_eq!(lost.retry(), Retry::Network);
    assert_eq!(tokens.stored().as_deref(), Some("r1"));
    client.me().await.unwrap();
    let sent: Vec<_> = server.requests("/oauth/token").iter().map(|r| r.field("refresh_token")).collect();
    assert_eq!(sent, [Some("r1".to_owned()), Some("r1".to_owned())]);
    assert_eq!(tokens.saved(), ["r2"]);
}

#[tokio::test]
async fn an_outage_of_the_token_endpoint_signs_nobody_out() {
    for (status, code) in [("500 Oops", "unexpected-status"), ("503 Down", "unavailable")] {
        let server = token_server(move |n| match n {
            0 => crate::server::reply(status, "", ""),
            _ => json_reply("200 OK", &tokens(1)),
        })
        .await;
        let tokens = Tokens::first();
        let client = server.client(&tokens);
        let error = client.me().await.unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(error.retry(), Retry::Transient { after: None });
        client.me().await.unwrap();
        assert_eq!(tokens.saved(), ["r2"]);
    }
}

#[tokio::test]
async fn those_who_wait_for_a_refresh_that_fails_do_not_each_try_again() {
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let server = Server::start(move |request| {
        let base = format!("http://{}", request.header("host").unwrap());
        let gate = Arc::clone(&gate);
        async move {
            if request.target == "/oauth/token" {
                gate.notified().await;
                return Reply::Raw(Vec::new());
            }
            json_reply("200 OK", &metadata(&base, &base))
        }
    })
    .await;
    let client = server.client(&Tokens::first());
    let mut requests = Box::pin(join_all((0..10).map(|_| client.me())));
    // Every request is made up to where it waits for the refresh.
    assert!(futures_util::poll!(requests.as_mut()).is_pending());
    opened.notify_one();
    let answers = requests.await;
    assert!(answers.iter().all(|a| matches!(a, Err(Error::Network(_)))), "{answers:?}");
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

#[tokio::test]
async fn the_new_refresh_token_is_saved_before_the_access_token_is_used() {
    let tokens = Tokens::first();
    let store = Arc::clone(&tokens);
    let saved_first = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&saved_first);
    let server = Server::platform(move |_| {
        seen.store(store.saved() == ["r2"], Ordering::SeqCst);
        std::future::ready(json_reply("200 OK", &me("ana")))
    })
    .await;
    server.client(&tokens).me().await.unwrap();
    assert!(saved_first.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_token_that_could_not_be_saved_is_saved_later_and_the_old_one_never_sent_again() {
    let server = Server::platform(|r| std::future::ready(me_for(&r, &["a1"]))).await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    tokens.broken.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let error = client.me().await.unwrap_err();
        assert!(matches!(&error, Error::TokenStore(why) if why.contains("locked")), "{error:?}");
        assert_eq!(error.retry(), Retry::Transient { after: None });
    }
    assert!(server.requests("/v1/me").is_empty());
    tokens.broken.store(false, Ordering::SeqCst);
    client.me().await.unwrap();
    assert_eq!(tokens.saved(), ["r2"]);
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

#[tokio::test]
async fn a_rotation_is_carried_through_when_nobody_waits_for_it() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (on_asked, on_go) = (Arc::clone(&asked), Arc::clone(&go));
    let server = Server::start(move |request| {
        let base = format!("http://{}", request.header("host").unwrap());
        let (asked, go) = (Arc::clone(&on_asked), Arc::clone(&on_go));
        async move {
            match request.target.as_str() {
                "/oauth/token" => {
                    asked.notify_one();
                    go.notified().await;
                    json_reply("200 OK", &tokens(1))
                }
                "/v1/me" => me_for(&request, &["a1"]),
                _ => json_reply("200 OK", &metadata(&base, &base)),
            }
        }
    })
    .await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    let waiting = client.clone();
    let request = tokio::spawn(async move { waiting.me().await });
    asked.notified().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    go.notify_one();
    client.me().await.unwrap();
    assert_eq!(tokens.saved(), ["r2"]);
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

#[tokio::test]
async fn signing_out_revokes_and_forgets() {
    let server = Server::platform(|r| std::future::ready(me_for(&r, &["a1"]))).await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    client.me().await.unwrap();
    client.sign_out().await.unwrap();
    let revoked = server.requests("/oauth/revoke");
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0].field("token").as_deref(), Some("r2"));
    assert_eq!(tokens.stored(), None);
    assert!(matches!(client.me().await, Err(Error::SignedOut)));
    client.sign_out().await.unwrap();
}

#[tokio::test]
async fn signing_out_while_the_platform_is_away_forgets_here() {
    let tokens = Tokens::first();
    let base = Server::always(not_found()).await.base.clone();
    let config = crate::server::config(&base, crate::server::short());
    let client = presta_api::Client::new(config, Arc::clone(&tokens) as _).unwrap();
    client.sign_out().await.unwrap();
    assert_eq!(tokens.stored(), None);
}

#[tokio::test]
async fn a_short_lived_token_is_renewed_before_it_ends() {
    let short_lived = |n: u32| {
        let mut answer = tokens(n);
        answer["expires_in"] = json!(5);
        json_reply("200 OK", &answer)
    };
    let server = token_server(move |n| short_lived(n + 1)).await;
    let client = server.client(&Tokens::first());
    client.me().await.unwrap();
    client.me().await.unwrap();
    let sent: Vec<_> =
        server.requests("/v1/me").iter().map(|r| r.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer a1", "Bearer a2"]);
}
