//! The sign-in is renewed, and the answer does not arrive, is not kept, or is one that somebody else had.

use presta_testkit::{Bridge, Mode, PATIENCE, Proxy, Starting, until};
use presta_vault::Secret;
use serde_json::{Value, json};

use crate::person::{Person, form, market};

/// What the keyring has of the account, which the engine calls `refresh-token/<account>`.
async fn token_entry(person: &Person) -> String {
    let rows = person.call("accounts_list", json!({})).await.unwrap();
    format!("refresh-token/{}", rows[0]["local_id"].as_str().unwrap())
}

async fn session(person: &Person) -> Value {
    person.call("status", json!({})).await.unwrap()["session"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_asked_for_again_and_the_queue_leaves() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = Person::signed_in(proxy.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    proxy.set(Mode::Refuse);
    person.offline().await;
    person.bid(&project).await.unwrap();
    // A start has no access token: it renews, the platform rotates, and its answer never comes.
    proxy.set(Mode::LoseAnswer("/oauth/token"));
    let person = person.restarted().await;
    assert_eq!(person.drained().await.len(), 1);
    assert_eq!(proxy.lost(), 1);
    assert_eq!(session(&person).await["state"], "signed-in");
    // What the second answer gave is what is kept.
    let person = person.restarted().await;
    person.up_to_date().await;
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_between_the_rotation_and_the_keyring_goes_on_signed_in() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("profile");
    let bridge = Bridge::start(&profile, proxy.url()).await.unwrap();
    bridge.sign_in(&freelancer).await.unwrap();
    bridge.up_to_date(PATIENCE).await.unwrap();
    let list = json!({ "query": "", "filters": { "not_bid": true }, "sort": "newest", "offset": 0, "limit": 1 });
    let list = bridge.call("projects_list", &list).await.unwrap();
    let project = list["rows"][0]["id"].as_str().unwrap().to_owned();
    proxy.set(Mode::Refuse);
    bridge.call("bid_submit", &json!({ "project_id": project, "form": form() })).await.unwrap();
    bridge.kill().await.unwrap();
    for kill in 1..=3 {
        proxy.set(Mode::HoldAnswer("/oauth/token"));
        let starting = Starting::new(&profile, proxy.url()).unwrap();
        until("the rotation", PATIENCE, async || Ok((proxy.lost() == kill).then_some(()))).await.unwrap();
        starting.kill().await.unwrap();
        proxy.set(Mode::Refuse);
    }
    proxy.set(Mode::Pass);
    for _ in 0..2 {
        let bridge = Bridge::start(&profile, proxy.url()).await.unwrap();
        bridge.up_to_date(PATIENCE).await.unwrap();
        let status = bridge.call("status", &json!({})).await.unwrap();
        assert_eq!(status["session"]["state"], "signed-in");
        let empty = |queue: &Value| queue["acts"].as_array().is_some_and(Vec::is_empty);
        bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
        bridge.kill().await.unwrap();
    }
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_whose_successor_was_used_ends_the_sign_in_and_loses_no_work() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = Person::signed_in(proxy.url(), &freelancer).await;
    let entry = token_entry(&person).await;
    let before = person.vault().get(&entry).await.unwrap().unwrap();
    let person = person.restarted().await;
    person.up_to_date().await;
    assert_ne!(person.vault().get(&entry).await.unwrap().unwrap(), before, "a start renews");
    let projects = person.projects("").await;
    let form = json!({ "amount": "12", "period_days": "", "text": "en cours", "milestones": [] });
    person.call("bid_draft_save", json!({ "project_id": projects[0], "form": form })).await.unwrap();
    proxy.set(Mode::Refuse);
    person.offline().await;
    person.bid(&projects[1]).await.unwrap();
    // The keyring is put back to an older state, which to the platform is the same as a theft.
    person.vault().set(&entry, &Secret::from(before.expose().to_owned())).await.unwrap();
    proxy.set(Mode::Pass);
    let person = person.restarted().await;
    let status = person
        .until("the end of the sign-in", "status", json!({}), |status| status["session"]["state"] == "signed-out")
        .await
        .unwrap();
    assert_eq!(status["session"]["reason"], "revoked");
    assert_eq!(person.refused("bids_list", json!({})).await, "signed-out");
    person.sign_in(&freelancer).await.unwrap();
    assert_eq!(person.drained().await.len(), 1);
    let draft = person.call("bid_draft_get", json!({ "project_id": projects[0] })).await.unwrap();
    assert_eq!(draft["form"], form);
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&projects[1]).await.unwrap().len(), 1);
}
