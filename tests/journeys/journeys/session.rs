//! Signing in and out.

use presta_testkit::Platform;
use serde_json::json;
use url::Url;

use crate::person::{Person, market};

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_asks_about_unsent_work_and_then_leaves_nothing() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&project).await.unwrap();
    assert_eq!(person.refused("session_sign_out", json!({ "discard_unsent": false })).await, "unsent-work");
    let state = person.call("session_sign_out", json!({ "discard_unsent": true })).await.unwrap();
    assert_eq!(state["state"], "signed-out");
    let mut left = Vec::new();
    let mut folders = vec![person.profile().clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { left.push(path.file_name().unwrap().to_owned()) }
        }
    }
    assert!(left.iter().all(|name| name == "settings.json"), "{left:?}");
    assert_eq!(person.refused("bids_list", json!({})).await, "signed-out");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_asks_about_whatever_is_on_this_computer_alone() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let project = person.projects("").await.remove(0);
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap();
    let text = |text: &str| json!({ "thread_id": thread, "text": text });
    let note = |text: &str| json!({ "project_id": project, "text": text, "tags": [] });
    let asked = async |what: &str, value: u32| {
        let request = json!({ "discard_unsent": false });
        let failure =
            presta_commands::dispatch(&person.engine, "session_sign_out", request).await.expect_err("a question");
        assert_eq!(failure.code, "unsent-work");
        assert_eq!(serde_json::to_value(&failure).unwrap()["params"][what], value, "{what}");
    };
    person.call("message_draft_save", text("Pas fini")).await.unwrap();
    asked("drafts", 1).await;
    let active = person.engine.active().unwrap();
    let place = format!("thread:{thread}");
    let staged = active.stage(&place, "devis.pdf".to_owned(), &b"un devis"[..]).await.unwrap();
    asked("drafts", 1).await;
    person.call("message_draft_save", text("")).await.unwrap();
    asked("drafts", 1).await;
    active.remove_staged(staged.id).await.unwrap();
    drop(active);
    person.call("note_save", note("Rappeler mardi")).await.unwrap();
    asked("notes", 1).await;
    person.call("note_save", note("")).await.unwrap();
    let criteria = json!({ "query": "rust", "filters": {} });
    let rule = json!({ "id": null, "name": "Rust", "criteria": criteria, "mode": "instant", "enabled": true });
    let rule = person.call("alert_rule_save", rule).await.unwrap();
    asked("notes", 1).await;
    person.call("alert_rule_remove", json!({ "rule_id": rule["id"] })).await.unwrap();
    let state = person.call("session_sign_out", json!({ "discard_unsent": false })).await.unwrap();
    assert_eq!(state["state"], "signed-out", "nothing is left to ask about");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_revokes_and_the_next_person_sees_nothing_of_the_last() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), &platform.login("freelancer").unwrap().clone()).await;
    let own = person.call("bids_list", json!({})).await.unwrap().as_array().unwrap().len();
    assert!(own > 0);
    person.call("session_sign_out", json!({ "discard_unsent": false })).await.unwrap();
    person.sign_in(platform.login("client").unwrap()).await.unwrap();
    person.up_to_date().await;
    let bids = person.call("bids_list", json!({})).await.unwrap();
    assert!(bids.as_array().unwrap().is_empty(), "{bids}");
    let account = person.call("status", json!({})).await.unwrap()["session"]["account"].clone();
    assert_eq!(account["login"], "nadia.demo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_not_there_is_said_at_sign_in_and_the_next_try_works() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    platform.stop().await.unwrap();
    let person = Person::new(platform.url()).await;
    let state = person.call("session_sign_in", json!({ "server": null })).await.unwrap();
    assert_eq!(state["state"], "sign-in-failed");
    assert_eq!(state["error"]["code"], "offline");
    platform.restart().await.unwrap();
    person.sign_in(&freelancer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_with_a_wrong_state_is_refused_with_its_reason() {
    let platform = market(false).await;
    let person = Person::new(platform.url()).await;
    let state = person.call("session_sign_in", json!({ "server": null })).await.unwrap();
    let page = Url::parse(state["authorize_url"].as_str().unwrap()).unwrap();
    let back = page.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let mut forged = Url::parse(&back).unwrap();
    forged.query_pairs_mut().append_pair("code", "stolen").append_pair("state", "forged");
    let said = Platform::visit(&forged).await.unwrap();
    assert!(said.contains("n’a pas abouti"), "{said}");
    let status = person
        .until("the refusal", "status", json!({}), |status| status["session"]["state"] == "sign-in-failed")
        .await
        .unwrap();
    assert_eq!(status["session"]["error"]["code"], "sign-in-state-mismatch");
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_and_a_link_that_is_none_are_refused() {
    let platform = market(false).await;
    let person = Person::new(platform.url()).await;
    for address in ["", "ftp://example.org", "http://user@example.org", "https://"] {
        let code = person.refused("session_sign_in", json!({ "server": address })).await;
        assert_eq!(code, "bad-server-address", "{address}");
    }
    let state = person.call("session_sign_in", json!({ "server": "http://example.org" })).await.unwrap();
    assert_eq!(state["error"]["code"], "insecure");
    assert_eq!(person.refused("open_external", json!({ "url": "javascript:alert(1)" })).await, "link-blocked");
}
