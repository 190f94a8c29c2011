//! What the log must never hold.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use crate::{
    api::Api,
    browser::{Browser, VERIFIER},
    server::Demo,
};

#[tokio::test]
async fn the_log_at_its_most_talkative_holds_no_secret_of_a_whole_sign_in() {
    let Demo { server, data } = Demo::start();
    assert!(server.stop().success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_presta-platform"))
        .args(["serve", "--data"])
        .arg(data.path())
        .env("RUST_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let mut errors = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    let url = ready["url"].as_str().unwrap();

    let mut browser = Browser::new(url);
    let page = browser.authorize(&[]).await;
    assert_eq!(browser.login(&page, "camille.demo", "a-wrong-password-42").await.status, 401);
    let signed_in = browser.login(&page, "camille.demo", "demo-camille").await;
    let consent = browser.get(&signed_in.location.clone().unwrap()).await;
    let csrf = consent.hidden("csrf");
    let code = browser.decide_on(&consent, "allow").await.answer()["code"].clone();
    let (_, first) = browser.exchange(&code, VERIFIER).await;
    let (_, second) = browser.refresh(first["refresh_token"].as_str().unwrap()).await;
    let api = Api::new(url, second["access_token"].as_str().unwrap());
    api.get("/v1/me").await.expect(200);
    let thread = api.get("/v1/threads").await.expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let text = "un-texte-que-personne-ne-doit-lire";
    let message = serde_json::json!({"text": text, "client_message_id": "log-1"});
    api.post(&format!("/v1/threads/{thread}/messages"), message).await.expect(201);

    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let log = log.join().unwrap();
    assert!(log.contains("answered"), "the log was read: {} bytes", log.len());
    let mut secrets = vec!["a-wrong-password-42", "demo-camille", VERIFIER, &code, &csrf, text];
    for tokens in [&first, &second] {
        secrets.extend([tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap()]);
    }
    let cookies = browser.cookie_values();
    assert_eq!(cookies.len(), 2);
    secrets.extend(cookies.iter().map(String::as_str));
    for secret in secrets {
        assert!(secret.len() > 8);
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {}", line.unwrap());
    }
}
