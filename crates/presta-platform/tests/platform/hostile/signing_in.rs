//! Those who guess passwords, flood the door, or come through a proxy.

use reqwest::header::SET_COOKIE;
use serde_json::Value;

use super::operated;
use crate::{
    browser::{Browser, http, token},
    contract::Contract,
    server::Demo,
};

#[tokio::test]
async fn ten_wrong_passwords_close_the_door_even_to_the_right_one_for_five_minutes() {
    let (demo, operator) = operated(&[]);
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    for _ in 0..10 {
        assert_eq!(browser.login(&page, "camille.demo", "nope").await.status, 401);
    }
    let refused = browser.login(&page, "camille.demo", "demo-camille").await;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((200..=300).contains(&wait), "{wait}");
    assert!(refused.html.contains("role=\"alert\"") && refused.html.contains("Trop de tentatives"), "{}", refused.html);
    assert_eq!(browser.login(&page, " Camille.Demo ", "demo-camille").await.status, 429, "the same login");
    assert_eq!(browser.login(&page, "nadia.demo", "demo-nadia").await.status, 303, "another one may come in");
    operator.move_clock(301_000).await;
    let page = browser.authorize(&[("prompt", "login")]).await;
    assert_eq!(browser.login(&page, "camille.demo", "demo-camille").await.status, 303);
}

#[tokio::test]
async fn an_address_may_ask_so_often_a_minute() {
    let demo = Demo::with(&["--sign-ins-per-minute", "3"]);
    let mut browser = Browser::new(demo.url());
    for left in ["\"ip\";r=2;", "\"ip\";r=1;", "\"ip\";r=0;"] {
        let page = browser.authorize(&[]).await;
        assert_eq!(page.status, 200);
        assert!(page.headers["ratelimit"].to_str().unwrap().starts_with(left));
        assert_eq!(page.headers["ratelimit-policy"], "\"ip\";q=3;w=60");
    }
    let refused = browser.authorize(&[]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    let form = [("grant_type", "refresh_token"), ("client_id", "prestataires-desktop"), ("refresh_token", "x")];
    let (status, refusal) = token(demo.url(), "/oauth/token", &form).await;
    assert_eq!((status, &refusal["error"]), (429, &"temporarily_unavailable".into()));
}

#[tokio::test]
async fn forms_longer_than_64_kib_are_not_read() {
    let demo = Demo::start();
    let long = "x".repeat(70_000);
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    assert_eq!(browser.login(&page, "camille.demo", &long).await.status, 413);
    assert_eq!(browser.post("/oauth/consent", &[("request", &long)]).await.status, 413);
    for path in ["/oauth/token", "/oauth/revoke"] {
        let (status, refusal) = token(demo.url(), path, &[("token", &long)]).await;
        assert_eq!((status, &refusal["error"]), (413, &"invalid_request".into()), "{path}");
    }
}

#[tokio::test]
async fn every_form_needs_its_own_secret_and_its_own_browser() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let signed_in = browser.login(&page, "camille.demo", "demo-camille").await;
    let consent = browser.get(&signed_in.location.clone().unwrap()).await;
    let mut other = Browser::new(demo.url());
    let foreign = other.authorize(&[]).await.hidden("csrf");
    let request = consent.hidden("request");
    for csrf in ["", "x", &foreign] {
        let allow = [("request", request.as_str()), ("csrf", csrf), ("decision", "allow")];
        assert_eq!(browser.post("/oauth/consent", &allow).await.status, 403, "consent with {csrf:?}");
        let login = [("request", request.as_str()), ("csrf", csrf), ("login", "sam.demo"), ("password", "demo-sam")];
        assert_eq!(browser.post("/oauth/login", &login).await.status, 403, "login with {csrf:?}");
    }
    assert_eq!(browser.post("/oauth/consent", &[("request", &request), ("decision", "allow")]).await.status, 403);
    let stolen = consent.hidden("csrf");
    let allow = [("request", request.as_str()), ("csrf", &stolen), ("decision", "allow")];
    assert_ne!(other.post("/oauth/consent", &allow).await.status, 303, "another browser");
    assert_eq!(browser.decide_on(&consent, "allow").await.status, 303, "the form itself still counts");
}

async fn cookie_and_issuer(demo: &Demo, proto: &str) -> (String, Value) {
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let query = format!(
        "response_type=code&client_id=prestataires-desktop&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback\
         &code_challenge={challenge}&code_challenge_method=S256"
    );
    let ask = |path: String| http().get(format!("{}{path}", demo.url())).header("x-forwarded-proto", proto).send();
    let page = ask(format!("/oauth/authorize?{query}")).await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    let cookie = page.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let metadata = ask("/.well-known/oauth-authorization-server".to_owned()).await.unwrap();
    let bytes = metadata.bytes().await.unwrap();
    let path = "/.well-known/oauth-authorization-server";
    Contract::shared().check("GET", path, 200, Some("application/json"), &bytes);
    (cookie, serde_json::from_slice::<Value>(&bytes).unwrap()["issuer"].clone())
}

#[tokio::test]
async fn behind_a_proxy_of_ours_cookies_are_bound_to_https_and_the_host() {
    let demo = Demo::with(&["--trust-proxy"]);
    let (cookie, issuer) = cookie_and_issuer(&demo, "https").await;
    assert!(cookie.starts_with("__Host-presta_browser="), "{cookie}");
    for part in ["Path=/;", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(issuer, demo.url().replace("http://", "https://"));
    let (cookie, _) = cookie_and_issuer(&demo, "http").await;
    assert!(cookie.starts_with("presta_browser=") && !cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn without_one_nobody_can_say_they_came_over_https_or_from_elsewhere() {
    let demo = Demo::with(&["--sign-ins-per-minute", "4"]);
    let (cookie, issuer) = cookie_and_issuer(&demo, "https").await;
    assert!(cookie.starts_with("presta_browser="), "{cookie}");
    assert_eq!(issuer, demo.url());
    let ask = async |from: &str| {
        let request = http().get(format!("{}/oauth/style.css", demo.url())).header("x-forwarded-for", from);
        request.send().await.unwrap().status().as_u16()
    };
    for from in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        assert_eq!(ask(from).await, 200);
    }
    assert_eq!(ask("192.0.2.4").await, 429);
}

#[tokio::test]
async fn behind_a_proxy_of_ours_each_address_is_counted_by_itself() {
    let demo = Demo::with(&["--trust-proxy", "--sign-ins-per-minute", "1"]);
    let ask = async |from: &str| {
        let request = http().get(format!("{}/oauth/style.css", demo.url())).header("x-forwarded-for", from);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("192.0.2.1").await, 200);
    assert_eq!(ask("192.0.2.2").await, 200);
    assert_eq!(ask("203.0.113.9, 192.0.2.1").await, 429, "only the proxy's own word counts: the last one");
}
