//! Search, notes, storage and what happens to damaged files, against the real platform.

use presta_testkit::Platform;
use serde_json::{Value, json};

use crate::person::{Person, market};

async fn signed_in() -> (Platform, Person) {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), &platform.login("freelancer").unwrap().clone()).await;
    (platform, person)
}

/// Waits until everything can be found.
async fn indexed(person: &Person) {
    person.until("the index", "doctor_run", json!({}), |doctor| doctor["index_pending"] == 0).await.unwrap();
}

fn cache_of(person: &Person) -> std::path::PathBuf {
    let accounts = person.profile().join("accounts");
    let folder = std::fs::read_dir(accounts).unwrap().next().unwrap().unwrap().path();
    folder.join("cache.db")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_synced_becomes_searchable_and_one_search_finds_every_kind() {
    let (_platform, person) = signed_in().await;
    indexed(&person).await;
    let own = person.call("bids_list", json!({})).await.unwrap()[0].clone();
    let project = own["project_id"].as_str().unwrap().to_owned();
    let note = json!({ "project_id": project, "text": "Rappeler la cliente mardi", "tags": ["prioritaire"] });
    person.call("note_save", note).await.unwrap();
    let found = person
        .until("the note", "search_all", json!({ "query": "cliente mardi", "limit": 5 }), |found| {
            found["notes"].as_array().is_some_and(|notes| notes.len() == 1)
        })
        .await
        .unwrap();
    assert_eq!(found["notes"][0]["project_id"], project.as_str());
    assert!(found["notes"][0]["excerpt"].as_array().unwrap().iter().any(|span| span["hit"] == true));
    let odd = person.call("search_all", json!({ "query": "\"( -: in: posted:<< *", "limit": 5 })).await.unwrap();
    assert!(odd["projects"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_drops_old_projects_and_a_limit_that_is_none_is_refused() {
    let (_platform, person) = signed_in().await;
    let refused = person.refused("storage_set", json!({ "keep_days": 2, "max_megabytes": null })).await;
    assert_eq!(refused, "keep-days-out-of-range");
    let refused = person.refused("storage_set", json!({ "keep_days": null, "max_megabytes": 1 })).await;
    assert_eq!(refused, "max-megabytes-too-small");
    let before = person.call("storage_get", json!({})).await.unwrap();
    assert!(before["projects"].as_u64().unwrap() > 100, "{before}");
    assert!(before["sizes"]["cache"].as_u64().unwrap() > 100_000);
    let bids = before["bids"].as_u64().unwrap();
    person.call("storage_set", json!({ "keep_days": 7, "max_megabytes": null })).await.unwrap();
    let after = person
        .until("old projects to go", "storage_get", json!({}), |after| {
            after["projects"].as_u64() < before["projects"].as_u64()
        })
        .await
        .unwrap();
    assert_eq!(after["bids"].as_u64().unwrap(), bids);
    assert_eq!(after["retention"]["keep_days"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_index_is_made_anew_and_everything_is_found_again() {
    let (_platform, person) = signed_in().await;
    indexed(&person).await;
    let query = json!({ "query": "de", "filters": {}, "sort": "relevance", "offset": 0, "limit": 5 });
    let before = person.call("projects_list", query.clone()).await.unwrap()["total"].clone();
    assert!(before.as_u64().unwrap() > 0);
    let search = cache_of(&person).with_file_name("search.db");
    let person = person.restarted_after(|| std::fs::write(&search, vec![3; 50_000]).unwrap()).await;
    let found = person.until("the index", "projects_list", query, |found| found["total"] == before).await.unwrap();
    assert_eq!(found["more"], false);
    let doctor = person.call("doctor_run", json!({})).await.unwrap();
    assert_eq!(doctor["index_problem"], Value::Null);
    person.call("doctor_repair", json!({ "action": "reindex" })).await.unwrap();
    indexed(&person).await;
    person.call("doctor_repair", json!({ "action": "vacuum" })).await.unwrap();
}

/// Fault 9: the cache is made anew and synced again; what was queued is sent once, and the person is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_costs_nothing_of_the_persons_own() {
    let (mut platform, person) = signed_in().await;
    indexed(&person).await;
    let project = person.projects("").await.remove(0);
    platform.stop().await.unwrap();
    person.offline().await;
    let bid = person.bid(&project).await.unwrap();
    let note = json!({ "project_id": project, "text": "garder", "tags": [] });
    person.call("note_save", note).await.unwrap();
    let cache = cache_of(&person);
    let person = person
        .restarted_after(|| {
            let mut bytes = std::fs::read(&cache).unwrap();
            // The texts of the market fill most of the file: its last third is theirs.
            let at = bytes.len() / 4096 * 2 / 3 * 4096 + 50;
            bytes[at] ^= 1;
            std::fs::write(&cache, bytes).unwrap();
        })
        .await;
    let doctor = person.call("doctor_run", json!({})).await.unwrap();
    assert!(doctor["database_problem"].is_string(), "{doctor}");
    let status = person
        .until("the notice", "status", json!({}), |status| !status["sync"]["storage_notice"].is_null())
        .await
        .unwrap();
    assert!(status["sync"]["storage_notice"]["code"].as_str().unwrap().starts_with("storage-recovered"));
    let kept = person.call("note_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(kept["text"], "garder");
    assert_eq!(person.call("queue_list", json!({})).await.unwrap()["acts"][0]["act_id"], bid["act_id"]);
    platform.restart().await.unwrap();
    person.up_to_date().await;
    let delivered = person.drained().await;
    assert_eq!(delivered[0]["act_id"], bid["act_id"]);
    assert!(!person.projects("").await.is_empty());
    person.call("storage_notice_dismiss", json!({})).await.unwrap();
    let status = person.call("status", json!({})).await.unwrap();
    assert!(status["sync"]["storage_notice"].is_null());
}
