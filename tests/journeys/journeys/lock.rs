//! Locking with a passphrase.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use presta_engine::{Clock, Timeouts};
use presta_testkit::{Login, PATIENCE, until};
use presta_vault::is_sealed;
use serde_json::{Value, json};
use url::Url;

use crate::person::{Person, market};

const PASSPHRASE: &str = "un cheval et une agrafe";

/// A signed-in person whose clock runs ahead of the system's by what the test says.
async fn someone(server: &Url, login: &Login) -> (Person, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let ms = Arc::clone(&ahead);
    let now = move || Timestamp::now() + SignedDuration::from_millis(ms.load(Ordering::SeqCst));
    let person = Person::with(server, Clock::of(now), Timeouts::default()).await;
    person.sign_in(login).await.unwrap();
    person.up_to_date().await;
    (person, ahead)
}

async fn protect(person: &Person) {
    let request = json!({ "current": null, "new": PASSPHRASE });
    let security = person.call("passphrase_set", request).await.unwrap();
    assert_eq!(security["passphrase"], true);
}

async fn state(person: &Person) -> Value {
    person.call("status", json!({})).await.unwrap()["session"].clone()
}

async fn unlock(person: &Person, passphrase: &str) -> Result<Value, Value> {
    let unlocked = presta_commands::dispatch(&person.engine, "unlock", json!({ "passphrase": passphrase })).await;
    unlocked.map_err(|failure| serde_json::to_value(failure).unwrap())
}

async fn local_id(person: &Person) -> String {
    person.call("accounts_list", json!({})).await.unwrap()[0]["local_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn locking_closes_the_cache_and_forgets_the_key_until_the_passphrase_comes() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let (person, ahead) = someone(platform.url(), &freelancer).await;
    assert_eq!(person.refused("lock_now", json!({})).await, "no-passphrase");
    let short = json!({ "current": null, "new": "court" });
    assert_eq!(person.refused("passphrase_set", short).await, "passphrase-too-short");
    protect(&person).await;
    let entry = format!("database-key/{}", local_id(&person).await);
    let stored = person.vault().get(&entry).await.unwrap().unwrap();
    assert!(is_sealed(&stored), "the keyring alone does not open the cache");

    let projects = person.projects("").await;
    let open = Arc::downgrade(&person.engine.active().unwrap());
    let locked = person.call("lock_now", json!({})).await.unwrap();
    assert_eq!((&locked["state"], &locked["retry_at"]), (&json!("locked"), &json!(null)));
    until("the cache to be closed and its key to be wiped", PATIENCE, async || {
        Ok(open.upgrade().is_none().then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(person.refused("bids_list", json!({})).await, "signed-out");
    assert_eq!(person.refused("key_rotate", json!({})).await, "signed-out");

    for _ in 0..2 {
        let failure = unlock(&person, "un cheval et un trombone").await.unwrap_err();
        assert_eq!(failure, json!({ "code": "wrong-passphrase", "params": {} }));
    }
    let failure = unlock(&person, "").await.unwrap_err();
    assert_eq!(failure, json!({ "code": "wrong-passphrase", "params": { "seconds": 5 } }));
    // The right one has to wait as well, or the wait would tell.
    let early = unlock(&person, PASSPHRASE).await.unwrap_err();
    assert_eq!(early["code"], "unlock-too-soon");
    ahead.fetch_add(5_000, Ordering::SeqCst);
    let failure = unlock(&person, "encore").await.unwrap_err();
    assert_eq!(failure["params"]["seconds"], 10);
    assert!(state(&person).await["retry_at"].is_number());
    ahead.fetch_add(10_000, Ordering::SeqCst);
    assert_eq!(unlock(&person, PASSPHRASE).await.unwrap()["state"], "signed-in");
    assert_eq!(person.projects("").await, projects);
    person.up_to_date().await;
    assert_eq!(person.refused("unlock", json!({ "passphrase": PASSPHRASE })).await, "not-locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_for_the_chosen_time_locks_and_a_sign_of_life_does_not() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let (person, ahead) = someone(platform.url(), &freelancer).await;
    assert_eq!(person.refused("lock_after_set", json!({ "minutes": 5 })).await, "no-passphrase");
    protect(&person).await;
    assert_eq!(person.refused("lock_after_set", json!({ "minutes": 7 })).await, "bad-request");
    let security = person.call("lock_after_set", json!({ "minutes": 5 })).await.unwrap();
    assert_eq!(security["lock_after_minutes"], 5);
    for _ in 0..3 {
        ahead.fetch_add(4 * 60_000, Ordering::SeqCst);
        person.call("activity", json!({})).await.unwrap();
        assert_eq!(state(&person).await["state"], "signed-in");
    }
    ahead.fetch_add(5 * 60_000, Ordering::SeqCst);
    person.until("the lock", "status", json!({}), |status| status["session"]["state"] == "locked").await.unwrap();
    unlock(&person, PASSPHRASE).await.unwrap();
    // A lid that is opened after hours: the first key that is pressed does not count as having been there.
    ahead.fetch_add(3 * 3_600_000, Ordering::SeqCst);
    person.call("activity", json!({})).await.unwrap();
    assert_eq!(state(&person).await["state"], "locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_asks_for_the_passphrase_and_a_change_or_removal_holds() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    protect(&person).await;
    let person = person.restarted().await;
    let locked = state(&person).await;
    assert_eq!((&locked["state"], &locked["name"]), (&json!("locked"), &json!(null)), "no name is kept in the clear");
    let rows = person.call("accounts_list", json!({})).await.unwrap();
    assert_eq!((&rows[0]["locked"], &rows[0]["name"]), (&json!(true), &json!(null)));
    unlock(&person, PASSPHRASE).await.unwrap();
    assert_eq!(person.projects("").await, projects);

    let new = "une autre phrase, plus longue";
    let without = json!({ "current": null, "new": new });
    assert_eq!(person.refused("passphrase_set", without).await, "wrong-passphrase");
    let wrong = json!({ "current": "pas celle-ci", "new": new });
    assert_eq!(person.refused("passphrase_set", wrong).await, "wrong-passphrase");
    person.call("passphrase_set", json!({ "current": PASSPHRASE, "new": new })).await.unwrap();
    person.call("lock_now", json!({})).await.unwrap();
    assert_eq!(unlock(&person, PASSPHRASE).await.unwrap_err()["code"], "wrong-passphrase");
    unlock(&person, new).await.unwrap();
    person.call("lock_after_set", json!({ "minutes": 15 })).await.unwrap();
    let security = person.call("passphrase_set", json!({ "current": new, "new": null })).await.unwrap();
    assert_eq!((&security["passphrase"], &security["lock_after_minutes"]), (&json!(false), &json!(null)));
    let person = person.restarted().await;
    assert_eq!(state(&person).await["state"], "signed-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_passphrase_sets_the_cache_aside_and_signing_in_begins_anew() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let active = person.engine.active().unwrap();
    let file = active.stage("thread:thr_1", "devis.pdf".to_owned(), &b"un devis"[..]).await.unwrap();
    drop(active);
    protect(&person).await;
    let id = local_id(&person).await;
    let key = person.vault().get(&format!("database-key/{id}")).await.unwrap();
    person.call("lock_now", json!({})).await.unwrap();
    // Signing in does not get around the lock.
    let again = person.call("session_sign_in", json!({ "server": null })).await.unwrap();
    let page = Url::parse(again["authorize_url"].as_str().unwrap()).unwrap();
    presta_testkit::Platform::allow(&page, &freelancer).await.unwrap();
    person.until("the lock", "status", json!({}), |status| status["session"]["state"] == "locked").await.unwrap();

    let out = person.call("passphrase_forget", json!({})).await.unwrap();
    assert_eq!(out, json!({ "state": "signed-out", "reason": "none" }));
    let folder = person.profile().join("accounts").join(&id);
    let kept: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("cache.db.kept-") && !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let at = kept[0].trim_start_matches("cache.db.kept-");
    let kept_key = person.vault().get(&format!("database-key-kept/{id}/{at}")).await.unwrap();
    assert_eq!(kept_key, key, "should it come back to mind, the file can still be opened");
    person.sign_in(&freelancer).await.unwrap();
    person.up_to_date().await;
    assert_eq!(local_id(&person).await, id);
    let copy = folder.join(format!("staged.kept-{at}")).join(&file.id);
    assert!(copy.is_file(), "the fresh cache knows nothing of it, and does not sweep it");
    assert_eq!(person.call("security_get", json!({})).await.unwrap()["passphrase"], false);
    // Signing out removes the file that was kept, and with it its key.
    person.call("session_sign_out", json!({ "discard_unsent": true })).await.unwrap();
    assert!(!folder.exists());
    assert!(person.vault().get(&format!("database-key-kept/{id}/{at}")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_accounts_is_no_way_around_the_wait() {
    let platform = market(false).await;
    let (freelancer, client) =
        (platform.login("freelancer").unwrap().clone(), platform.login("client").unwrap().clone());
    let (person, ahead) = someone(platform.url(), &freelancer).await;
    protect(&person).await;
    let first = local_id(&person).await;
    person.sign_in_as(&client, json!({ "server": null, "add": true })).await.unwrap();
    let rows = person.call("accounts_list", json!({})).await.unwrap();
    let second = rows.as_array().unwrap().iter().find(|row| row["current"] == true).unwrap()["local_id"].clone();
    let locked = person.call("account_switch", json!({ "local_id": first })).await.unwrap();
    assert_eq!(locked["state"], "locked");
    for _ in 0..3 {
        assert_eq!(unlock(&person, "pas celle-ci").await.unwrap_err()["code"], "wrong-passphrase");
    }
    let waiting = state(&person).await;
    assert!(waiting["retry_at"].is_number(), "{waiting}");
    let again = person.call("account_switch", json!({ "local_id": first })).await.unwrap();
    assert_eq!(again["retry_at"], waiting["retry_at"], "asking for the same account anew");
    person.call("account_switch", json!({ "local_id": second })).await.unwrap();
    let back = person.call("account_switch", json!({ "local_id": first })).await.unwrap();
    assert_eq!(back["retry_at"], waiting["retry_at"], "by way of another one");
    assert_eq!(unlock(&person, PASSPHRASE).await.unwrap_err()["code"], "unlock-too-soon");
    ahead.fetch_add(6_000, Ordering::SeqCst);
    unlock(&person, PASSPHRASE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_in_the_middle_of_a_change_of_key_loses_nothing() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let (person, _) = someone(platform.url(), &freelancer).await;
    protect(&person).await;
    let projects = person.projects("").await;
    for _ in 0..4 {
        let engine = person.engine.clone();
        let rotating =
            tokio::spawn(async move { presta_commands::dispatch(&engine, "key_rotate", json!({})).await.is_ok() });
        assert_eq!(person.call("lock_now", json!({})).await.unwrap()["state"], "locked");
        rotating.await.unwrap();
        assert_eq!(unlock(&person, PASSPHRASE).await.unwrap()["state"], "signed-in");
        assert_eq!(person.projects("").await, projects);
    }
}
