//! What is connected to an account, and how it is cut off.

use presta_platform::secret;
use serde_json::{Value, json};

use crate::{
    api::{Api, Reply},
    browser::{self, Browser, REDIRECT, VERIFIER, sign_in, sign_in_for},
    server::{self, Demo},
};

async fn delete(api: &Api, path: &str) -> Reply {
    api.call("DELETE", path).send().await
}

fn by_name<'v>(page: &'v Reply, name: &str) -> &'v Value {
    page.items().iter().find(|item| item["name"] == name || item["provider"] == name).unwrap()
}

#[tokio::test]
async fn what_is_removed_is_gone_and_sync_says_so() {
    let demo = Demo::start();
    let (api, sam) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "sam"));
    for (path, kind, name, count) in [
        ("/v1/connections/apps", "app", "Facturo", 2),
        ("/v1/connections/accounts", "account", "linkedin", 2),
        ("/v1/connections/contacts", "contact", "Karim Haddad", 12),
    ] {
        let state = api.state().await;
        let page = api.get(path).await.expect(200);
        assert_eq!(page.items().len(), count, "{path}");
        let id = by_name(&page, name)["id"].as_str().unwrap();
        let snapshot = api.get(&format!("/v1/snapshot?type={kind}")).await.expect(200);
        assert_eq!(snapshot.items(), page.items());
        assert!(sam.get(path).await.expect(200).items().is_empty());
        delete(&sam, &format!("{path}/{id}")).await.expect(404);
        let gone = delete(&api, &format!("{path}/{id}")).await.expect(204);
        assert_eq!(gone.body, Value::Null);
        delete(&api, &format!("{path}/{id}")).await.expect(404);
        assert_eq!(api.get(path).await.expect(200).items().len(), count - 1);
        let delta = api.get(&format!("/v1/changes?since={state}&types={kind}")).await.expect(200).body;
        assert_eq!(delta["removed"], json!([{"type": kind, "id": id, "reason": "deleted"}]));
        let blind = sign_in_for(demo.url(), "camille", "profile:read").await;
        blind.get(path).await.expect(403);
        delete(&blind, &format!("{path}/{id}")).await.expect(403);
        delete(&api, &format!("{path}/nonsense")).await.expect(404);
    }
}

#[tokio::test]
async fn the_address_book_is_emptied_at_once() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let state = api.state().await;
    let path = "/v1/connections/contacts:clear";
    api.call("POST", path).json(&json!({})).send().await.expect(422);
    assert_eq!(api.post(path, json!({"all": true})).await.expect(422).error(), ("/all", "unknown-field"));
    assert_eq!(api.post(path, json!({})).await.expect(200).body, json!({"removed": 12}));
    assert_eq!(api.post(path, json!({})).await.expect(200).body, json!({"removed": 0}));
    assert!(api.get("/v1/connections/contacts").await.expect(200).items().is_empty());
    let delta = api.get(&format!("/v1/changes?since={state}&types=contact")).await.expect(200).body;
    assert_eq!(delta["removed"].as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn an_app_that_is_revoked_is_locked_out() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let file = server::database(demo.data.path());
    let text = "INSERT INTO tokens (hash, kind, family, user_n, scope, expires_at)
        VALUES (?1, 'access', 'demo-app-Facturo', 1, 'profile:read bids:read', 32503680000000)";
    file.execute(text, [secret::digest("of-facturo")]).unwrap();
    let facturo = Api::new(demo.url(), "of-facturo");
    facturo.get("/v1/me").await.expect(200);
    facturo.get("/v1/threads").await.expect(403);
    assert_eq!(api.get("/v1/me/devices").await.expect(200).items().len(), 1, "an app is no device");
    let page = api.get("/v1/connections/apps").await.expect(200);
    let id = by_name(&page, "Facturo")["id"].as_str().unwrap();
    delete(&api, &format!("/v1/connections/apps/{id}")).await.expect(204);
    facturo.get("/v1/me").await.expect(401);
    api.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_device_that_is_signed_out_loses_its_tokens_and_its_stream_at_once() {
    let demo = Demo::start();
    let (api, sam) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "sam"));
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "prestataires-desktop"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let request =
        browser::http().post(format!("{}/oauth/token", demo.url())).header("user-agent", "Prestataires/1.0 (Linux)");
    let tokens: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    let other = Api::new(demo.url(), tokens["access_token"].as_str().unwrap());
    let devices = api.get("/v1/me/devices").await.expect(200);
    assert_eq!(devices.items().len(), 2);
    let theirs = by_name(&devices, "Prestataires/1.0 (Linux)");
    assert_eq!((&theirs["current"], &devices.items()[1]["current"]), (&json!(false), &json!(true)));
    assert!(theirs["last_used_at"].as_str().unwrap().ends_with(":00:00Z"), "to the hour");
    assert_eq!(other.get("/v1/me/devices").await.expect(200).items()[0]["current"], true);
    let id = theirs["id"].as_str().unwrap();
    let path = format!("/v1/me/devices/{id}");
    delete(&sam, &path).await.expect(404);
    let state = api.state().await;
    let mut events = other.events(None).await;
    events.wait_for("hello").await;
    delete(&api, &path).await.expect(204);
    while events.next().await.is_some() {}
    other.get("/v1/me").await.expect(401);
    let (status, _) = browser.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, 400);
    let delta = api.get(&format!("/v1/changes?since={state}&types=device")).await.expect(200).body;
    assert_eq!(delta["removed"], json!([{"type": "device", "id": id, "reason": "deleted"}]));
    delete(&api, &path).await.expect(404);
}

#[tokio::test]
async fn a_sign_out_by_revocation_ends_the_device_too() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let mut browser = Browser::new(demo.url());
    let code = browser.code("nadia.demo", "demo-nadia", "").await;
    let (_, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(api.get("/v1/me/devices").await.expect(200).items().len(), 2);
    let form = [("client_id", "prestataires-desktop"), ("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(browser::token(demo.url(), "/oauth/revoke", &form).await.0, 200);
    let left = api.get("/v1/me/devices").await.expect(200);
    assert_eq!((left.items().len(), &left.items()[0]["current"]), (1, &json!(true)));
}
