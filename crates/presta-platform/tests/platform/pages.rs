//! The pages of signing in.

use crate::{
    browser::Browser,
    server::{Demo, Server},
};

#[tokio::test]
async fn a_wrong_password_is_said_and_the_login_kept() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let again = browser.login(&page, "camille.demo", "nope").await;
    assert_eq!(again.status, 401);
    assert!(again.html.contains("role=\"alert\""), "{}", again.html);
    assert!(again.html.contains("value=\"camille.demo\""));
    assert!(!again.html.contains("value=\"nope\""));
    let unknown = browser.login(&again, "<b>x\"y", "nope").await;
    assert_eq!(unknown.status, 401);
    assert!(unknown.html.contains("&lt;b&gt;x&quot;y"), "{}", unknown.html);
    let right = browser.login(&unknown, "camille.demo", "demo-camille").await;
    assert_eq!(right.status, 303);
}

#[tokio::test]
async fn the_forms_have_the_names_the_contract_gives_them() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[("login_hint", "nadia.demo")]).await;
    for piece in ["id=\"login\" name=\"login\"", "id=\"password\" name=\"password\"", "id=\"login-submit\""] {
        assert!(page.html.contains(piece), "{piece} in {}", page.html);
    }
    assert!(page.html.contains("value=\"nadia.demo\""));
    assert!(page.html.contains("demo-camille"), "demo accounts are shown");
    assert!(!page.html.contains("<script"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://127.0.0.1:*"));
}

#[tokio::test]
async fn a_demo_account_fills_the_form() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let request = page.hidden("request");
    let filled = browser.get(&format!("/oauth/login?request={request}&demo=sam.demo")).await;
    assert!(filled.html.contains("value=\"sam.demo\"") && filled.html.contains("value=\"demo-sam\""));
}

#[tokio::test]
async fn pages_are_french_unless_english_is_asked_for() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    assert!(browser.authorize(&[]).await.html.contains("<html lang=\"fr\">"));
    let page = browser.authorize(&[("ui_locales", "en-GB fr")]).await;
    assert!(page.html.contains("<html lang=\"en\">") && page.html.contains(">Sign in<"));
    let again = browser.login(&page, "camille.demo", "nope").await;
    assert!(again.html.contains("Wrong login or password."));
    let refused = browser.get_in("/oauth/authorize?client_id=x", "de, en;q=0.8, fr;q=0.5").await;
    assert!(refused.html.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn an_unknown_application_or_address_is_never_redirected_to() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    for change in [
        ("client_id", "other"),
        ("redirect_uri", "http://127.0.0.1:1/elsewhere"),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", ""),
    ] {
        let page = browser.authorize(&[change]).await;
        assert_eq!((page.status, page.location.as_deref()), (400, None), "{change:?}");
        assert!(page.html.contains("role=\"alert\""));
    }
    let page = browser.authorize(&[("redirect_uri", "http://[::1]:9/callback")]).await;
    let signed_in = browser.login(&page, "camille.demo", "demo-camille").await;
    let consent = browser.get(&signed_in.location.clone().unwrap()).await;
    assert!(consent.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self' http:;"));
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let request = page.hidden("request");
    let forged =
        [("request", request.as_str()), ("csrf", "x"), ("login", "camille.demo"), ("password", "demo-camille")];
    assert_eq!(browser.post("/oauth/login", &forged).await.status, 403);
    browser.forget_cookies();
    assert_eq!(browser.login(&page, "camille.demo", "demo-camille").await.status, 403);
}

#[tokio::test]
async fn an_answered_or_unknown_request_gets_a_clear_page() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let signed_in = browser.login(&page, "camille.demo", "demo-camille").await;
    let consent = browser.get(&signed_in.location.clone().unwrap()).await;
    assert_eq!(browser.decide_on(&consent, "allow").await.status, 303);
    let again = browser.decide_on(&consent, "allow").await;
    assert_eq!(again.status, 410);
    assert!(again.html.contains("role=\"alert\""));
    assert_eq!(browser.get("/oauth/consent?request=unknown").await.status, 410);
}

#[tokio::test]
async fn who_is_signed_in_is_asked_for_consent_only_unless_a_fresh_sign_in_is_wanted() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    browser.code("camille.demo", "demo-camille", "").await;
    let page = browser.authorize(&[]).await;
    assert!(page.html.contains("id=\"consent-allow\"") && page.html.contains("Camille Laurent"));
    let other = browser.get(&format!("/oauth/login?request={}", page.hidden("request"))).await;
    let signed_in = browser.login(&other, "sam.demo", "demo-sam").await;
    assert!(browser.get(&signed_in.location.clone().unwrap()).await.html.contains("Sam Moreau"));
    for fresh in [("max_age", "0"), ("prompt", "login")] {
        let page = browser.authorize(&[fresh]).await;
        assert!(page.html.contains("id=\"login-submit\""), "{fresh:?}");
        let signed_in = browser.login(&page, "nadia.demo", "demo-nadia").await;
        assert!(browser.decide(&signed_in, "allow").await.answer().contains_key("code"));
    }
}

#[tokio::test]
async fn a_market_without_demo_accounts_shows_none() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert_eq!(server.ready["accounts"], serde_json::json!([]));
    let mut browser = Browser::new(&server.url);
    let page = browser.authorize(&[]).await;
    assert!(!page.html.contains("demo-camille"));
    assert_eq!(browser.login(&page, "camille.demo", "demo-camille").await.status, 401);
}
