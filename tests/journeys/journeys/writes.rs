//! Every type is synced, and every write of the contract goes through the queue.

use presta_model::EntityType;
use presta_testkit::Account;
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
