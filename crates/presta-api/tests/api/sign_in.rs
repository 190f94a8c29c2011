//! Signing in through a browser, which the tests play.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use presta_api::{ClosingPages, Error, SignIn, SignInError, Timeouts};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

use crate::server::{Server, invalid_grant, json_reply, me, metadata, not_found, short, unauthenticated};
use crate::tokens::Tokens;

fn pages() -> ClosingPages {
    ClosingPages {
        success_html: "<h1>Vous êtes connecté</h1>".to_owned(),
        failure_html: "<h1>La connexion a échoué</h1>".to_owned(),
    }
}

/// A browser at the sign-in page.
struct Browser {
    authorize: Url,
    issuer: String,
}

impl Browser {
    fn param(&self, name: &str) -> String {
        let mut query = self.authorize.query_pairs();
        query.find(|(key, _)| key == name).unwrap().1.into_owned()
    }

    fn redirect(&self) -> Url {
        self.param("redirect_uri").parse().unwrap()
    }

    /// Follows a redirect with these parameters; `$state` and `$iss` stand for the right ones.
    async fn follow(&self, params: &[(&str, &str)]) -> String {
        let mut url = self.redirect();
        let (state, issuer) = (self.param("state"), self.issuer.clone());
        for (name, value) in params {
            let value = match *value {
                "$state" => &state,
                "$iss" => &issuer,
                other => other,
            };
            url.query_pairs_mut().append_pair(name, value);
        }
        self.get(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).await.unwrap()
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.redirect().port().unwrap())).await
    }

    async fn get(&self, target: &str) -> std::io::Result<String> {
        let mut stream = self.connect().await?;
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

type Finish = JoinHandle<Result<(), Error>>;

async fn begin(server: &Server, tokens: &Arc<Tokens>) -> (Browser, SignIn) {
    let client = server.client(tokens);
    let sign_in = client.begin_sign_in(&["profile:read", "bids:write"], "fr").await.unwrap();
    let browser = Browser { authorize: sign_in.authorize_url().clone(), issuer: server.base.clone() };
    (browser, sign_in)
}

async fn waiting(server: &Server, tokens: &Arc<Tokens>) -> (Browser, Finish) {
    let (browser, sign_in) = begin(server, tokens).await;
    (browser, tokio::spawn(sign_in.finish(pages())))
}

async fn platform() -> Server {
    Server::platform(|_| std::future::ready(json_reply("200 OK", &me("ana")))).await
}

const GOOD: &[(&str, &str)] = &[("code", "c1"), ("state", "$state"), ("iss", "$iss")];

#[tokio::test]
async fn the_code_is_exchanged_with_its_proof_and_the_tokens_kept() {
    let server = platform().await;
    let tokens = Tokens::none();
    let client = server.client(&tokens);
    let sign_in = client.begin_sign_in(&["profile:read", "bids:write"], "fr").await.unwrap();
    let browser = Browser { authorize: sign_in.authorize_url().clone(), issuer: server.base.clone() };
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "prestataires-desktop"),
        ("scope", "profile:read bids:write"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "fr"),
    ] {
        assert_eq!(browser.param(name), value);
    }
    let finish = tokio::spawn(sign_in.finish(pages()));
    let page = browser.follow(GOOD).await;
    finish.await.unwrap().unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("Vous êtes connecté"), "{page}");
    assert!(page.contains("Content-Security-Policy: default-src 'none'"));
    let exchange = &server.requests("/oauth/token")[0];
    assert_eq!(exchange.field("code").as_deref(), Some("c1"));
    assert_eq!(exchange.field("redirect_uri"), Some(browser.param("redirect_uri")));
    let verifier = exchange.field("code_verifier").unwrap();
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    assert_eq!(browser.param("code_challenge"), challenge);
    assert_eq!(tokens.stored().as_deref(), Some("r2"));
    // The access token is at hand: no refresh is needed.
    client.me().await.unwrap();
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

async fn refused(params: &[(&str, &str)]) -> SignInError {
    let server = platform().await;
    let tokens = Tokens::none();
    let (browser, finish) = waiting(&server, &tokens).await;
    let page = browser.follow(params).await;
    assert!(page.starts_with("HTTP/1.1 400") && page.contains("La connexion a échoué"), "{page}");
    assert!(server.requests("/oauth/token").is_empty());
    assert_eq!(tokens.stored(), None);
    match finish.await.unwrap() {
        Err(Error::SignIn(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_missing_or_doubled_state_is_refused() {
    for params in [
        &[("code", "c1"), ("state", "guessed"), ("iss", "$iss")][..],
        &[("code", "c1"), ("iss", "$iss")],
        &[("code", "c1"), ("state", "$state"), ("state", "x"), ("iss", "$iss")],
    ] {
        assert_eq!(refused(params).await, SignInError::StateMismatch);
    }
}

#[tokio::test]
async fn a_wrong_missing_or_doubled_issuer_is_refused() {
    for params in [
        &[("code", "c1"), ("state", "$state"), ("iss", "https://evil.example")][..],
        &[("code", "c1"), ("state", "$state")],
        &[("code", "c1"), ("state", "$state"), ("iss", "$iss"), ("iss", "$iss")],
    ] {
        assert_eq!(refused(params).await, SignInError::IssuerMismatch);
    }
}

#[tokio::test]
async fn denied_consent_is_told_as_such() {
    let denied = [("error", "access_denied"), ("state", "$state"), ("iss", "$iss")];
    assert_eq!(refused(&denied).await, SignInError::Denied);
    let other = [("error", "invalid_scope"), ("state", "$state"), ("iss", "$iss")];
    assert_eq!(refused(&other).await, SignInError::Refused { code: "invalid_scope".to_owned() });
    let bare = [("state", "$state"), ("iss", "$iss")];
    assert_eq!(refused(&bare).await, SignInError::NoCode);
}

#[tokio::test]
async fn stray_requests_and_idle_connections_hold_no_one_up() {
    let server = platform().await;
    let (browser, finish) = waiting(&server, &Tokens::none()).await;
    let _idle = browser.connect().await.unwrap();
    let page = browser.get("/favicon.ico").await.unwrap();
    assert!(page.starts_with("HTTP/1.1 404"), "{page}");
    let mut post = browser.connect().await.unwrap();
    post.write_all(b"POST /callback?code=c HTTP/1.1\r\n\r\n").await.unwrap();
    let mut page = String::new();
    post.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 405"), "{page}");
    assert!(!finish.is_finished());
    browser.follow(GOOD).await;
    finish.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_replayed_redirect_finds_no_one() {
    let server = platform().await;
    let (browser, finish) = waiting(&server, &Tokens::none()).await;
    browser.follow(GOOD).await;
    finish.await.unwrap().unwrap();
    assert!(browser.get("/callback?code=c1").await.is_err());
    assert_eq!(server.requests("/oauth/token").len(), 1);
}

#[tokio::test]
async fn a_code_that_the_platform_refuses_signs_nobody_in() {
    let server = Server::start(|request| {
        let base = format!("http://{}", request.header("host").unwrap());
        std::future::ready(match request.target.as_str() {
            "/oauth/token" => invalid_grant(),
            _ => json_reply("200 OK", &metadata(&base, &base)),
        })
    })
    .await;
    let tokens = Tokens::none();
    let (browser, finish) = waiting(&server, &tokens).await;
    assert!(browser.follow(GOOD).await.contains("La connexion a échoué"));
    let refused = SignInError::Refused { code: "invalid_grant".to_owned() };
    assert!(matches!(finish.await.unwrap(), Err(Error::SignIn(error)) if error == refused));
    assert_eq!(tokens.stored(), None);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    let server = Server::start(|request| {
        let base = format!("http://{}", request.header("host").unwrap());
        std::future::ready(json_reply("200 OK", &metadata("https://evil.example", &base)))
    })
    .await;
    let begun = server.client(&Tokens::none()).begin_sign_in(&[], "fr").await;
    assert!(matches!(begun, Err(Error::SignIn(SignInError::IssuerMismatch))));
}

#[tokio::test]
async fn a_sign_in_that_is_given_up_frees_its_port() {
    let server = platform().await;
    let (browser, finish) = waiting(&server, &Tokens::none()).await;
    drop(browser.connect().await.unwrap());
    finish.abort();
    assert!(finish.await.unwrap_err().is_cancelled());
    assert!(browser.connect().await.is_err());
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let server = platform().await;
    let timeouts = Timeouts { sign_in: Duration::from_millis(50), ..short() };
    let client = server.client_with(&Tokens::none(), timeouts);
    let sign_in = client.begin_sign_in(&[], "fr").await.unwrap();
    let finished = sign_in.finish(pages()).await;
    assert!(matches!(finished, Err(Error::SignIn(SignInError::TimedOut))));
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_signs_nobody_in() {
    let server = platform().await;
    let tokens = Tokens::none();
    tokens.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let (browser, finish) = waiting(&server, &tokens).await;
    assert!(browser.follow(GOOD).await.contains("La connexion a échoué"));
    assert!(matches!(finish.await.unwrap(), Err(Error::TokenStore(_))));
}

#[tokio::test]
async fn a_request_of_one_person_never_goes_on_as_another() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (on_asked, on_go) = (Arc::clone(&asked), Arc::clone(&go));
    let server = Server::platform(move |request| {
        let (asked, go) = (Arc::clone(&on_asked), Arc::clone(&on_go));
        async move {
            if request.target != "/v1/me" {
                return not_found();
            }
            asked.notify_one();
            go.notified().await;
            unauthenticated()
        }
    })
    .await;
    let tokens = Tokens::first();
    let client = server.client(&tokens);
    let first = client.clone();
    let request = tokio::spawn(async move { first.me().await });
    asked.notified().await;
    let sign_in = client.begin_sign_in(&[], "fr").await.unwrap();
    let browser = Browser { authorize: sign_in.authorize_url().clone(), issuer: server.base.clone() };
    let finish = tokio::spawn(sign_in.finish(pages()));
    browser.follow(GOOD).await;
    finish.await.unwrap().unwrap();
    go.notify_one();
    assert!(matches!(request.await.unwrap(), Err(Error::SignedOut)));
    assert_eq!(server.requests("/v1/me").len(), 1);
}
