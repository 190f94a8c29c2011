//! Every type is synced, and every write of the contract goes through the queue.

use presta_model::EntityType;
use presta_testkit::{Account, Mode, Platform, Proxy};
use serde_json::{Value, json};

use crate::person::{Person, market};

/// Types that the client keeps as the platform gives them.
fn plain() -> impl Iterator<Item = EntityType> {
    EntityType::KEPT.into_iter().filter(|kind| kind.is_plain())
}

async fn resources(person: &Person, kind: EntityType) -> Vec<Value> {
    let rows = person.call("resources_list", json!({ "kind": kind, "parent": null })).await.unwrap();
    rows.as_array().unwrap().clone()
}

async fn snapshot(account: &Account, kind: EntityType) -> Vec<Value> {
    account.all(&format!("/v1/snapshot?type={}&limit=500", kind.as_str())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_the_contract_is_synced() {
    let platform = market(false).await;
    for login in platform.accounts() {
        let person = Person::signed_in(platform.url(), login).await;
        let account = platform.sign_in(login).await.unwrap();
        for kind in plain() {
            let mut wanted: Vec<Value> = snapshot(&account, kind).await;
            let mut kept: Vec<Value> =
                resources(&person, kind).await.into_iter().map(|row| row["data"].clone()).collect();
            for row in wanted.iter_mut().chain(&mut kept) {
                // How fresh a project is, is worked out when asked for, in hours.
                for reason in row["reasons"].as_array_mut().into_iter().flatten() {
                    if reason["code"] == "fresh" {
                        reason["params"] = Value::Null;
                    }
                }
                if kind == EntityType::Device {
                    // When it was last used, and which of them asks, is different for each who asks.
                    for name in ["last_used_at", "current", "rev"] {
                        row.as_object_mut().unwrap().remove(name);
                    }
                }
            }
            wanted.sort_by_key(|row| row["id"].to_string());
            kept.sort_by_key(|row| row["id"].to_string());
            if kind == EntityType::Device {
                // The sign-in of the test itself is newer than the client's sync may be.
                kept.iter().for_each(|row| assert!(wanted.contains(row), "{row}"));
            } else {
                assert_eq!(kept, wanted, "{} {kind:?}", login.login);
            }
        }
    }
}

async fn write(person: &Person, op: &str, target: Option<&str>, body: Value) -> String {
    let act = person.call("write_queue", json!({ "op": op, "target": target, "body": body })).await.unwrap();
    act["act_id"].as_str().unwrap().to_owned()
}

/// The freelancer of a market with their client, their account, and one of their saved searches.
async fn with_search() -> (Platform, Person, Account, String) {
    let platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &login).await;
    let account = platform.sign_in(&login).await.unwrap();
    let search = snapshot(&account, EntityType::SavedSearch).await.remove(0)["id"].as_str().unwrap().to_owned();
    (platform, person, account, search)
}

async fn resource(person: &Person, kind: EntityType, id: &str) -> Value {
    person.call("resource_get", json!({ "kind": kind, "id": id })).await.unwrap()
}

/// The client sleeps while `account` changes the same search elsewhere; then it wakes up.
async fn meanwhile(
    mut platform: Platform,
    person: Person,
    search: &str,
    mine: Value,
    theirs: Value,
) -> (Platform, Person) {
    platform.stop().await.unwrap();
    person.offline().await;
    write(&person, "editSavedSearch", Some(search), mine).await;
    person.engine.active().unwrap().stop();
    platform.restart().await.unwrap();
    let account = platform.sign_in(&platform.login("freelancer").unwrap().clone()).await.unwrap();
    account.patch_latest(&format!("/v1/saved-searches/{search}"), &theirs).await.unwrap();
    let person = person.restarted().await;
    (platform, person)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_commit_makes_one_of_it() {
    let platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = Person::signed_in(proxy.url(), &login).await;
    proxy.set(Mode::LoseAnswer("/saved-searches"));
    person.call("sync_now", json!({})).await.unwrap();
    let body = json!({ "name": "Une seule", "query": { "q": "rust" }, "alert": "off" });
    let act = write(&person, "saveSearch", None, body).await;
    // What is done to it while it has no name on the platform waits for it.
    write(&person, "editSavedSearch", Some(&format!("local:{act}")), json!({ "alert": "daily" })).await;
    person.drained().await;
    assert_eq!(proxy.lost(), 1, "the first answer was lost");
    let account = platform.sign_in(&login).await.unwrap();
    let searches = snapshot(&account, EntityType::SavedSearch).await;
    let made: Vec<&Value> = searches.iter().filter(|row| row["name"] == "Une seule").collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["alert"], "daily");
    // The name it had here still leads to it.
    assert_eq!(resource(&person, EntityType::SavedSearch, &format!("local:{act}")).await["data"]["id"], made[0]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_members_go_together_without_a_question() {
    let (platform, person, account, search) = with_search().await;
    let (_platform, person) =
        meanwhile(platform, person, &search, json!({ "name": "D'ici" }), json!({ "alert": "daily" })).await;
    person.drained().await;
    let now = account.get(&format!("/v1/saved-searches/{search}")).await.unwrap();
    assert_eq!((&now["name"], &now["alert"]), (&json!("D'ici"), &json!("daily")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_changed_on_both_sides_is_for_the_person_to_choose() {
    for (side, kept) in [("mine", "D'ici"), ("theirs", "D'ailleurs")] {
        let (platform, person, account, search) = with_search().await;
        let before = account.get(&format!("/v1/saved-searches/{search}")).await.unwrap()["name"].clone();
        let (_platform, person) =
            meanwhile(platform, person, &search, json!({ "name": "D'ici" }), json!({ "name": "D'ailleurs" })).await;
        let queue = person
            .until("the conflict", "queue_list", json!({}), |queue| queue["acts"][0]["state"] == "conflict")
            .await
            .unwrap();
        let conflict = json!([{ "field": "name", "base": before, "mine": "D'ici", "theirs": "D'ailleurs" }]);
        assert_eq!(queue["acts"][0]["conflict"], conflict);
        assert_eq!(person.call("status", json!({})).await.unwrap()["counts"]["needs_attention"], 1);
        // What the person typed is still what they see, and it survives another start.
        let person = person.restarted().await;
        assert_eq!(resource(&person, EntityType::SavedSearch, &search).await["data"]["name"], "D'ici");
        let act = queue["acts"][0]["act_id"].clone();
        let empty = person.refused("queue_merge", json!({ "act_id": act, "choices": {} })).await;
        assert_eq!(empty, "choice-missing");
        person.call("queue_merge", json!({ "act_id": act, "choices": { "name": side } })).await.unwrap();
        person.drained().await;
        let now = account.get(&format!("/v1/saved-searches/{search}")).await.unwrap();
        assert_eq!(now["name"], kept);
        person
            .until("the outcome", "resource_get", json!({ "kind": "saved_search", "id": search }), |row| {
                row["data"]["name"] == kept && row["queued"] == false
            })
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_made_offline_is_never_undone_by_what_the_platform_said_before() {
    let mut platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let account = platform.sign_in(&login).await.unwrap();
    let preferences = "/v1/preferences/communications";
    let version = account.get(preferences).await.unwrap()["text_version"].clone();
    let tips = json!([{ "topic": "tips", "channel": "email", "enabled": true }]);
    account.patch_latest(preferences, &json!({ "cells": tips, "text_version": version })).await.unwrap();
    let person = Person::signed_in(platform.url(), &login).await;
    let enabled = |data: &Value, topic: &str, channel: &str| {
        let cells = data["cells"].as_array().unwrap().iter();
        cells.filter(|cell| cell["topic"] == topic && cell["channel"] == channel).all(|cell| cell["enabled"] == true)
    };
    let shown = async |person: &Person| {
        let rows = resources(person, EntityType::Communications).await;
        enabled(&rows[0]["data"], "tips", "email")
    };
    assert!(shown(&person).await);
    platform.stop().await.unwrap();
    person.offline().await;
    write(&person, "editCommunications", None, json!({ "marketing": false })).await;
    assert!(!shown(&person).await, "at once");
    // Elsewhere something else is chosen: the platform's page is newer, and still has the old choice.
    person.engine.active().unwrap().stop();
    platform.restart().await.unwrap();
    let push = json!([{ "topic": "bids", "channel": "push", "enabled": false }]);
    account.patch_latest(preferences, &json!({ "cells": push })).await.unwrap();
    let person = person.restarted().await;
    person
        .until("the choice to be sent", "queue_list", json!({}), |queue| queue["acts"].as_array().unwrap().is_empty())
        .await
        .unwrap();
    assert!(!shown(&person).await);
    let now = account.get(preferences).await.unwrap();
    assert!(!enabled(&now, "tips", "email") && !enabled(&now, "bids", "push"), "both choices hold: {now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_can_be_taken_back_for_a_while_also_after_a_restart() {
    let platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &login).await;
    let account = platform.sign_in(&login).await.unwrap();
    let thread = account.all("/v1/threads").await.unwrap().remove(0)["id"].as_str().unwrap().to_owned();
    person.call("queue_settings_set", json!({ "undo_seconds": 60 })).await.unwrap();
    let act = person.write(&thread, "Trop vite.").await.unwrap();
    let person = person.restarted().await;
    person.up_to_date().await;
    // A mark that others do not see goes out meanwhile, so that the queue is known to be worked on.
    let bookmarks = snapshot(&account, EntityType::Bookmark).await;
    write(&person, "dropBookmark", bookmarks[0]["id"].as_str(), json!({})).await;
    let left = bookmarks.len() - 1;
    person
        .until("the mark", "resources_list", json!({ "kind": "bookmark", "parent": null }), |rows| {
            rows.as_array().unwrap().len() == left && rows.as_array().unwrap().iter().all(|row| row["queued"] == false)
        })
        .await
        .unwrap();
    let queue = person.call("queue_list", json!({})).await.unwrap();
    assert_eq!(queue["acts"][0]["state"], "queued");
    assert!(queue["acts"][0]["undo_until"].is_number());
    let reopened = person.call("queue_undo", act).await.unwrap();
    assert_eq!(reopened["thread_id"], thread.as_str());
    assert_eq!(person.thread(&thread).await.unwrap()["draft"], "Trop vite.");
    assert!(!account.texts(&thread).await.unwrap().contains(&"Trop vite.".to_owned()));

    // Once the time is over it goes out by itself, and can no longer be taken back.
    person.call("queue_settings_set", json!({ "undo_seconds": 1 })).await.unwrap();
    let act = person.write(&thread, "Cette fois.").await.unwrap();
    person.drained().await;
    assert_eq!(account.texts(&thread).await.unwrap()[0], "Cette fois.");
    assert_eq!(person.refused("queue_undo", act).await, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_discarded_leaves_no_trace_and_takes_what_needs_it_along() {
    let mut platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &login).await;
    let account = platform.sign_in(&login).await.unwrap();
    let bids = snapshot(&account, EntityType::Bid).await;
    let bid = bids.iter().find(|bid| bid["status"] == "submitted").unwrap()["id"].as_str().unwrap().to_owned();
    platform.stop().await.unwrap();
    person.offline().await;
    let status = async |person: &Person| resource(person, EntityType::Bid, &bid).await["data"]["status"].clone();
    let retracted = write(&person, "retractBid", Some(&bid), json!({})).await;
    assert_eq!(status(&person).await, "retracted");
    let list = person.call("bids_list", json!({})).await.unwrap();
    let row = list.as_array().unwrap().iter().find(|row| row["bid_id"] == bid.as_str());
    assert!(row.is_none_or(|row| row["stage"] == "retracted"), "{row:?}");
    person.call("queue_discard", json!({ "act_id": retracted })).await.unwrap();
    assert_eq!(status(&person).await, "submitted");

    let search = json!({ "name": "Pour rien", "query": {}, "alert": "off" });
    let made = write(&person, "saveSearch", None, search).await;
    let local = format!("local:{made}");
    write(&person, "editSavedSearch", Some(&local), json!({ "name": "Vraiment pour rien" })).await;
    assert_eq!(resource(&person, EntityType::SavedSearch, &local).await["data"]["name"], "Vraiment pour rien");
    person.call("queue_discard", json!({ "act_id": made })).await.unwrap();
    assert!(person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap().is_empty());
    let gone = json!({ "kind": "saved_search", "id": local });
    assert_eq!(person.refused("resource_get", gone).await, "not-found");
    for (op, target, body, code) in [
        ("doMagic", None, json!({}), "unknown-operation"),
        ("retractBid", None, json!({}), "target-missing"),
        ("retractBid", Some("bid_none"), json!({}), "not-found"),
        ("saveSearch", None, json!({ "name": "x" }), "field-missing"),
        ("saveSearch", None, json!({ "nom": "x" }), "field-unknown"),
        ("editMe", None, json!({}), "nothing-to-change"),
        ("editMe", None, json!([]), "body-not-an-object"),
    ] {
        let refused = person.refused("write_queue", json!({ "op": op, "target": target, "body": body })).await;
        assert_eq!(refused, code, "{op}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_conversation_made_offline_follow_it_and_can_be_corrected() {
    let mut platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &login).await;
    let account = platform.sign_in(&login).await.unwrap();
    let project = person.projects("").await.remove(0);
    let found = person.call("thread_for_project", json!({ "project_id": project })).await.unwrap();
    let thread = found["thread_id"].as_str().unwrap().to_owned();
    platform.stop().await.unwrap();
    person.offline().await;
    let first = person.write(&thread, "Jamais envoyé.").await.unwrap();
    let second = person.write(&thread, "Bonjour, avec une faute.").await.unwrap();
    person.write(&thread, "Et la suite.").await.unwrap();
    // The conversation is opened by what is left of it.
    person.call("queue_discard", first).await.unwrap();
    let local = format!("local:{}", second["act_id"].as_str().unwrap());
    write(&person, "editMessage", Some(&local), json!({ "text": "Bonjour, sans faute." })).await;
    let person = person.restarted().await;
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let threads = account.threads_about(&project).await.unwrap();
    assert_eq!(threads.len(), 1);
    let texts = account.texts(threads[0]["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(texts, ["Et la suite.", "Bonjour, sans faute."]);
}
