//! The database gets another key, and a kill at any step loses nothing.

use presta_engine::store::{Error, Key, Store};
use presta_vault::{Secret, Vault, is_sealed};
use serde_json::json;

use crate::person::{Person, market};

/// Where the account's things are.
struct Places {
    database: std::path::PathBuf,
    key: String,
    next: String,
}

impl Places {
    async fn of(person: &Person) -> Self {
        let rows = person.call("accounts_list", json!({})).await.unwrap();
        let id = rows[0]["local_id"].as_str().unwrap();
        Self {
            database: person.profile().join("accounts").join(id).join("cache.db"),
            key: format!("database-key/{id}"),
            next: format!("database-key-next/{id}"),
        }
    }
}

async fn key(vault: &Vault, entry: &str) -> Key {
    Key::from_hex(vault.get(entry).await.unwrap().unwrap().expose()).unwrap()
}

fn secret(key: &Key) -> Secret {
    Secret::from(key.expose().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_opens_everything_and_the_old_one_nothing() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    let places = Places::of(&person).await;
    let before = key(person.vault(), &places.key).await;
    person.call("key_rotate", json!({})).await.unwrap();
    let after = key(person.vault(), &places.key).await;
    assert_ne!(before.expose(), after.expose());
    assert!(person.vault().get(&places.next).await.unwrap().is_none());
    assert_eq!(person.projects("").await, projects, "the open cache goes on");
    person.bid(&projects[0]).await.unwrap();
    person.drained().await;
    let person = person.restarted().await;
    person.up_to_date().await;
    assert!(!person.projects("").await.is_empty());
    let old = Store::glance(&places.database, &before, |_| Ok(()));
    assert!(matches!(old, Err(Error::WrongKey)), "{old:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_the_change_can_be_the_last() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let mut person = Person::signed_in(platform.url(), &freelancer).await;
    let places = Places::of(&person).await;
    let now = key(person.vault(), &places.key).await;
    let next = Key::from_bytes([0x5a; 32]);
    let projects = person.projects("").await;

    // Killed after the key to come was written: the file still has the old one.
    person.vault().set(&places.next, &secret(&next)).await.unwrap();
    person = person.restarted().await;
    assert_eq!(person.projects("").await, projects);
    assert!(person.vault().get(&places.next).await.unwrap().is_none(), "a key that opens nothing is not kept");

    // Killed after the file was rewritten: the new key takes the place of the old one.
    person.vault().set(&places.next, &secret(&next)).await.unwrap();
    let store = Store::open(&places.database, &now, |_| {}).unwrap();
    person.engine.leave().await;
    store.rekey(&next).unwrap();
    drop(store);
    person = person.restarted().await;
    assert_eq!(person.projects("").await, projects);
    assert_eq!(key(person.vault(), &places.key).await.expose(), next.expose());
    assert!(person.vault().get(&places.next).await.unwrap().is_none());

    // Killed after that, before the second entry was removed.
    person.vault().set(&places.next, &secret(&next)).await.unwrap();
    person = person.restarted().await;
    assert_eq!(person.projects("").await, projects);
    assert!(person.vault().get(&places.next).await.unwrap().is_none());
    person.call("key_rotate", json!({})).await.unwrap();
    person = person.restarted().await;
    assert_eq!(person.projects("").await, projects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_a_passphrase_stays_under_it() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let places = Places::of(&person).await;
    person.call("passphrase_set", json!({ "current": null, "new": "phrase de passe" })).await.unwrap();
    let before = person.vault().get(&places.key).await.unwrap().unwrap();
    person.call("key_rotate", json!({})).await.unwrap();
    let after = person.vault().get(&places.key).await.unwrap().unwrap();
    assert!(is_sealed(&after) && after != before);

    // Killed between the file and the entry: the one passphrase opens both.
    person.vault().set(&places.next, &after).await.unwrap();
    person.vault().set(&places.key, &before).await.unwrap();
    let person = person.restarted().await;
    let unlocked = person.call("unlock", json!({ "passphrase": "phrase de passe" })).await.unwrap();
    assert_eq!(unlocked["state"], "signed-in");
    assert_eq!(person.vault().get(&places.key).await.unwrap().unwrap(), after);
    assert!(person.vault().get(&places.next).await.unwrap().is_none());
}
