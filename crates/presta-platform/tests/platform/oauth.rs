//! Signing in, and what becomes of codes and tokens.

use serde_json::Value;

use crate::{
    api::Api,
    browser::{self, Browser, VERIFIER, token},
    server::Demo,
};

async fn signed_in(demo: &Demo) -> (Browser, Value) {
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let (status, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    (browser, tokens)
}

async fn me(demo: &Demo, token: &Value) -> u16 {
    Api::new(demo.url(), token.as_str().unwrap()).get("/v1/me").await.status
}

#[tokio::test]
async fn metadata_names_the_host_the_request_came_to() {
    let demo = Demo::start();
    let api = Api::new(demo.url(), "");
    let metadata = api.get("/.well-known/oauth-authorization-server").await.expect(200).body;
    assert_eq!(metadata["issuer"], demo.url());
    assert_eq!(metadata["token_endpoint"], format!("{}/oauth/token", demo.url()));
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
}

#[tokio::test]
async fn a_whole_sign_in_gives_tokens_that_work_for_fifteen_minutes() {
    let demo = Demo::start();
    let (_, tokens) = signed_in(&demo).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert!(tokens["scope"].as_str().unwrap().contains("messages:write"));
    assert_eq!(me(&demo, &tokens["access_token"]).await, 200);
    assert_eq!(me(&demo, &tokens["refresh_token"]).await, 401);
}

#[tokio::test]
async fn denied_consent_goes_back_with_access_denied() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let page = browser.authorize(&[]).await;
    let signed_in = browser.login(&page, "camille.demo", "demo-camille").await;
    let back = browser.decide(&signed_in, "deny").await.answer();
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["state"], "st&te=1");
    assert_eq!(back["iss"], demo.url());
    assert!(!back.contains_key("code"));
}

#[tokio::test]
async fn pkce_is_required_and_only_with_s256() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let missing = browser.authorize(&[("code_challenge", "")]).await.answer();
    assert_eq!(missing["error"], "invalid_request");
    let plain = browser.authorize(&[("code_challenge_method", "plain"), ("code_challenge", VERIFIER)]).await.answer();
    assert_eq!(plain["error"], "invalid_request");
    let unnamed = browser.authorize(&[("code_challenge_method", "")]).await.answer();
    assert_eq!(unnamed["error"], "invalid_request");
    assert_eq!(unnamed["state"], "st&te=1");
}

#[tokio::test]
async fn an_age_is_a_number_of_seconds() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    for age in [" ", "-1", "1.5", "soon", "9223372036854775808"] {
        let answer = browser.authorize(&[("max_age", age)]).await.answer();
        assert_eq!(answer["error"], "invalid_request", "{age:?}");
    }
}

#[tokio::test]
async fn a_wrong_verifier_gets_nothing_and_costs_the_code() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let wrong = VERIFIER.replace('d', "e");
    let (status, refusal) = browser.exchange(&code, &wrong).await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_grant".into()));
    let (status, refusal) = browser.exchange(&code, VERIFIER).await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn a_code_used_twice_revokes_what_it_gave() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let (_, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(me(&demo, &tokens["access_token"]).await, 200);
    let (status, refusal) = browser.exchange(&code, VERIFIER).await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_grant".into()));
    assert_eq!(me(&demo, &tokens["access_token"]).await, 401);
    let (status, _) = browser.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_address() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "prestataires-desktop"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:2/callback"),
        ("code_verifier", VERIFIER),
    ];
    let (status, refusal) = browser.token(&form).await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn refresh_rotates_and_reuse_revokes_the_family() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let old = first["refresh_token"].as_str().unwrap();
    let (status, second) = browser.refresh(old).await;
    assert_eq!(status, 200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["scope"], first["scope"]);
    assert_eq!(me(&demo, &second["access_token"]).await, 200);
    let (status, refusal) = browser.refresh(old).await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_grant".into()));
    assert_eq!(me(&demo, &second["access_token"]).await, 401);
    let (status, _) = browser.refresh(second["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn reuse_in_one_family_leaves_another_sign_in_alone() {
    let demo = Demo::start();
    let (browser, one) = signed_in(&demo).await;
    let (_, other) = signed_in(&demo).await;
    let old = one["refresh_token"].as_str().unwrap();
    let (_, next) = browser.refresh(old).await;
    assert_eq!(me(&demo, &next["access_token"]).await, 200);
    assert_eq!(browser.refresh(old).await.0, 400);
    assert_eq!(me(&demo, &one["access_token"]).await, 401);
    assert_eq!(me(&demo, &other["access_token"]).await, 200);
}

#[tokio::test]
async fn revocation_of_a_refresh_token_ends_the_family_and_of_an_access_token_only_itself() {
    let demo = Demo::start();
    let (browser, tokens) = signed_in(&demo).await;
    let revoke = async |token_text: &Value| {
        let form = [("token", token_text.as_str().unwrap()), ("client_id", "prestataires-desktop")];
        token(demo.url(), "/oauth/revoke", &form).await.0
    };
    assert_eq!(revoke(&tokens["access_token"]).await, 200);
    assert_eq!(me(&demo, &tokens["access_token"]).await, 401);
    let (status, next) = browser.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(revoke(&next["refresh_token"]).await, 200);
    assert_eq!(me(&demo, &next["access_token"]).await, 401);
    assert_eq!(browser.refresh(next["refresh_token"].as_str().unwrap()).await.0, 400);
    assert_eq!(revoke(&"never-heard-of".into()).await, 200);
}

#[tokio::test]
async fn the_token_endpoint_refuses_other_clients_and_grants() {
    let demo = Demo::start();
    let ask = async |form: &[(&str, &str)]| token(demo.url(), "/oauth/token", form).await.1["error"].clone();
    assert_eq!(ask(&[("grant_type", "refresh_token"), ("client_id", "other")]).await, "invalid_client");
    assert_eq!(
        ask(&[("grant_type", "password"), ("client_id", "prestataires-desktop")]).await,
        "unsupported_grant_type"
    );
    assert_eq!(ask(&[("grant_type", "refresh_token"), ("client_id", "prestataires-desktop")]).await, "invalid_grant");
}

#[tokio::test]
async fn a_token_serves_only_for_what_was_granted() {
    let demo = Demo::start();
    let api = browser::sign_in_for(demo.url(), "camille", "projects:read").await;
    api.get("/v1/projects").await.expect(200);
    let refused = api.get("/v1/threads").await.expect(403);
    assert_eq!(refused.problem(), "insufficient-scope");
    assert!(refused.header("www-authenticate").contains("messages:read"));
    assert_eq!(api.get("/v1/snapshot?type=bid").await.expect(403).problem(), "insufficient-scope");
    let state = api.get("/v1/snapshot?type=project&limit=1").await.expect(200).body["state"].clone();
    let since = state.as_str().unwrap();
    api.get(&format!("/v1/changes?since={since}")).await.expect(200);
    let refused = api.get(&format!("/v1/changes?since={since}&types=project,message")).await.expect(403);
    assert_eq!(refused.problem(), "insufficient-scope");
}

#[tokio::test]
async fn refresh_may_narrow_the_scope_and_never_widen_it() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "projects:read bids:read").await;
    let (_, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(tokens["scope"], "projects:read bids:read");
    let ask = async |token: &Value, scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "prestataires-desktop"),
            ("refresh_token", token.as_str().unwrap()),
            ("scope", scope),
        ];
        browser.token(&form).await
    };
    let (status, narrow) = ask(&tokens["refresh_token"], "bids:read").await;
    assert_eq!((status, &narrow["scope"]), (200, &"bids:read".into()));
    let (status, refusal) = ask(&narrow["refresh_token"], "messages:read").await;
    assert_eq!((status, &refusal["error"]), (400, &"invalid_scope".into()));
    assert_eq!(ask(&narrow["refresh_token"], "bids:read").await.0, 200, "a refusal spends nothing");
}

#[tokio::test]
async fn without_a_good_token_the_answer_is_401_with_a_challenge() {
    let demo = Demo::start();
    for token in ["", "nonsense"] {
        let reply = Api::new(demo.url(), token).get("/v1/me").await.expect(401);
        assert_eq!(reply.problem(), "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
}
