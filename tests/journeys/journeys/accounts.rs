//! Several accounts on one computer.

use presta_engine::store::{Error, Key, Store};
use serde_json::{Value, json};

use crate::person::{Person, market};

const CANARY: &str = "canari-vert-8152";

async fn rows(person: &Person) -> Vec<Value> {
    person.call("accounts_list", json!({})).await.unwrap().as_array().unwrap().clone()
}

async fn row(person: &Person, login: &str) -> Value {
    let rows = rows(person).await;
    rows.iter().find(|row| row["login"] == login).unwrap_or_else(|| panic!("no {login} in {rows:?}")).clone()
}

async fn draft(person: &Person, project: &str) {
    let form = json!({ "amount": "12", "period_days": "", "text": CANARY, "milestones": [] });
    person.call("bid_draft_save", json!({ "project_id": project, "form": form })).await.unwrap();
}

async fn switch(person: &Person, login: &str) -> Value {
    let local_id = row(person, login).await["local_id"].clone();
    person.call("account_switch", json!({ "local_id": local_id })).await.unwrap()
}

/// Everything that the commands tell of the account in use.
async fn everything(person: &Person) -> String {
    let mut said = String::new();
    for (name, request) in [
        ("bids_list", json!({})),
        ("queue_list", json!({})),
        ("threads_list", json!({ "view": "inbox", "query": "" })),
        ("bootstrap", json!({})),
    ] {
        said += &person.call(name, request).await.unwrap().to_string();
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_crosses_between_two_accounts_and_each_finds_its_own_again() {
    let platform = market(false).await;
    let (freelancer, client) =
        (platform.login("freelancer").unwrap().clone(), platform.login("client").unwrap().clone());
    let person = Person::signed_in(platform.url(), &freelancer).await;
    draft(&person, &person.projects("").await[0]).await;
    let first = everything(&person).await;
    let threads = |said: &Value| -> Vec<String> {
        said.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let inbox = json!({ "view": "inbox", "query": "" });
    let own_threads = threads(&person.call("threads_list", inbox.clone()).await.unwrap());
    assert!(first.contains(CANARY) && !own_threads.is_empty());

    person.sign_in_as(&client, json!({ "server": null, "add": true })).await.unwrap();
    person.up_to_date().await;
    let second = everything(&person).await;
    assert!(!second.contains(CANARY) && !second.contains(&freelancer.login), "{second}");
    assert!(person.call("bids_list", json!({})).await.unwrap().as_array().unwrap().is_empty());
    // Both may be in one conversation; what the first alone has is not here.
    let account = platform.sign_in(&client).await.unwrap();
    let theirs: Vec<Value> = account.all("/v1/threads").await.unwrap();
    let theirs: Vec<&str> = theirs.iter().map(|thread| thread["id"].as_str().unwrap()).collect();
    for thread in threads(&person.call("threads_list", inbox).await.unwrap()) {
        assert!(theirs.contains(&thread.as_str()), "{thread} is not the client's");
    }

    // A folder and a key each: neither opens the other's file, and no file tells a name or a text.
    let ids = [row(&person, &freelancer.login).await, row(&person, &client.login).await]
        .map(|row| row["local_id"].as_str().unwrap().to_owned());
    for (one, other) in [(&ids[0], &ids[1]), (&ids[1], &ids[0])] {
        let database = person.profile().join("accounts").join(one).join("cache.db");
        let key = person.vault().get(&format!("database-key/{other}")).await.unwrap().unwrap();
        let opened = Store::open(&database, &Key::from_hex(key.expose()).unwrap(), |_| {});
        assert!(matches!(opened, Err(Error::WrongKey)), "{opened:?}");
    }
    let mut folders = vec![person.profile().clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for word in [CANARY, &freelancer.login, &client.login] {
                let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!found, "{word} is in {}", path.display());
            }
        }
    }

    let state = switch(&person, &freelancer.login).await;
    assert_eq!(state["account"]["login"], freelancer.login);
    assert!(everything(&person).await.contains(CANARY), "what was there is there at once");
    assert_eq!(rows(&person).await.iter().filter(|row| row["current"] == true).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_that_is_left_sends_nothing_and_says_how_much_waits() {
    let mut platform = market(false).await;
    let (freelancer, client) =
        (platform.login("freelancer").unwrap().clone(), platform.login("client").unwrap().clone());
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    person.sign_in_as(&client, json!({ "server": null, "add": true })).await.unwrap();
    person.up_to_date().await;
    switch(&person, &freelancer.login).await;
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&project).await.unwrap();
    switch(&person, &client.login).await;
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.up_to_date().await;
    let left = row(&person, &freelancer.login).await;
    assert_eq!((&left["unsent"], &left["current"]), (&json!(1), &json!(false)), "{left}");
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert!(account.bids_on(&project).await.unwrap().is_empty(), "nothing is sent for who is not there");

    // After a restart the switcher still knows, although that account was not opened.
    let person = person.restarted().await;
    let left = row(&person, &freelancer.login).await;
    assert_eq!((&left["unsent"], &left["current"]), (&json!(1), &json!(false)), "{left}");
    assert_eq!(row(&person, &client.login).await["current"], true);
    switch(&person, &freelancer.login).await;
    assert_eq!(person.drained().await.len(), 1);
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_as_the_same_person_finds_the_same_cache() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    draft(&person, &person.projects("").await[0]).await;
    let before = row(&person, &freelancer.login).await["local_id"].clone();
    person.sign_in_as(&freelancer, json!({ "server": null, "add": true })).await.unwrap();
    assert_eq!(rows(&person).await.len(), 1);
    assert_eq!(row(&person, &freelancer.login).await["local_id"], before);
    assert!(everything(&person).await.contains(CANARY));
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_an_account_can_be_given_up_and_signing_out_leaves_the_others() {
    let platform = market(false).await;
    let (freelancer, client) =
        (platform.login("freelancer").unwrap().clone(), platform.login("client").unwrap().clone());
    let person = Person::signed_in(platform.url(), &freelancer).await;
    draft(&person, &person.projects("").await[0]).await;
    let adding = person.call("session_sign_in", json!({ "server": null, "add": true })).await.unwrap();
    assert_eq!(adding["state"], "signing-in");
    let back = person.call("session_cancel_sign_in", json!({})).await.unwrap();
    assert_eq!(back["account"]["login"], freelancer.login);
    assert_eq!(back["keeping"], "keyring");

    person.sign_in_as(&client, json!({ "server": null, "add": true })).await.unwrap();
    let out = person.call("session_sign_out", json!({ "discard_unsent": false })).await.unwrap();
    assert_eq!(out["state"], "signed-out", "nobody else is opened unasked");
    assert_eq!(rows(&person).await.len(), 1);
    assert_eq!(person.refused("account_switch", json!({ "local_id": "nobody" })).await, "not-found");
    switch(&person, &freelancer.login).await;
    assert!(everything(&person).await.contains(CANARY));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_of_an_earlier_version_opens() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let list = person.profile().join("accounts.json");
    let stored: Value = serde_json::from_slice(&std::fs::read(&list).unwrap()).unwrap();
    std::fs::write(person.profile().join("account.json"), stored["accounts"][0].to_string()).unwrap();
    std::fs::remove_file(list).unwrap();
    let person = person.restarted().await;
    assert_eq!(row(&person, &freelancer.login).await["current"], true);
}
