//! Pages of changes and snapshots, and every resource in them: what can be read can be kept, and comes back the same.

use presta_model::{ChangePage, Entity, EntityType, SnapshotPage, UserId};
use presta_store::{Error, Key, Store, Tx, bid, message, project, setting, thread};
use serde_json::{Value, json};

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "project",
    "bid",
    "thread",
    "message",
    "me",
    "deleted",
    "left_window",
    "unknown",
    "open",
    "closed",
    "submitted",
    "fixed",
    "hourly",
    "EUR",
    "JPY",
    "2025-11-21T08:30:00Z",
    "-009999-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "null",
    "id",
    "rev",
    "data",
    "type",
    "items",
];

/// Thrown to leave the database as it was.
struct Undone;

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        panic!("the cache cannot keep what was read: {error}");
    }
}

#[test]
fn what_the_platform_sends_is_refused_or_kept_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("cache.db"), &Key::from_bytes([7; 32]), |_| {}).unwrap();
    let examples = fuzz::examples().unwrap();
    assert!(examples.len() > 100, "{} examples of the contract", examples.len());
    let mut corpus = fuzz::folder("wire").unwrap();
    corpus.extend(examples.iter().map(|example| page_of(example)));
    corpus.extend(examples);
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| fuzz::json(corpus, WORDS, draw);
    let inputs = fuzz::run("wire", &corpus, &mutation, |input| read(&store, input));
    report("wire", inputs);
}

/// A page of changes that holds `example` as each type.
fn page_of(example: &[u8]) -> Vec<u8> {
    let data: Value = serde_json::from_slice(example).unwrap();
    let changed: Vec<Value> = EntityType::KEPT
        .iter()
        .map(|kind| json!({ "type": kind.as_str(), "id": "x_1", "rev": 1, "data": data }))
        .collect();
    let page = json!({ "old_state": "a", "new_state": "b", "has_more": false, "changed": changed, "removed": [] });
    serde_json::to_vec(&page).unwrap()
}

fn read(store: &Store, input: &[u8]) {
    let mut entities = Vec::new();
    if let Ok(page) = serde_json::from_slice::<ChangePage>(input) {
        entities.extend(page.changed.into_iter().filter_map(|it| Entity::decode(it.kind, it.data).ok().flatten()));
    }
    let mut items = Vec::new();
    if let Ok(page) = serde_json::from_slice::<SnapshotPage>(input) {
        items.extend(page.items);
    }
    items.extend(serde_json::from_slice::<Value>(input).ok());
    for item in items {
        entities.extend(EntityType::KEPT.iter().filter_map(|kind| Entity::decode(*kind, item.clone()).ok().flatten()));
    }
    if entities.is_empty() {
        return;
    }
    let undone: Result<(), Undone> = store.write(|tx| {
        for entity in &entities {
            keep(tx, entity)?;
        }
        Err(Undone)
    });
    assert!(undone.is_err());
}

/// Keeps a resource, and reads it again.
fn keep(tx: &mut Tx<'_>, entity: &Entity) -> Result<(), Error> {
    let me = UserId::new("usr_me");
    match entity {
        Entity::Me(profile) => {
            setting::set(tx, setting::ME, profile)?;
            assert_eq!(setting::get(tx, setting::ME)?.as_ref(), Some(&**profile));
        }
        Entity::Project(sent) => {
            project::upsert(tx, sent, 1)?;
            let kept = project::get(tx, &sent.id)?.expect("a project that was kept");
            assert!(kept == **sent || kept.rev > sent.rev, "{kept:?}\n{sent:?}");
        }
        Entity::Bid(sent) => {
            bid::upsert(tx, sent, &me, 1)?;
            let kept = bid::get(tx, &sent.id)?.expect("a bid that was kept");
            assert!(kept == **sent || kept.rev > sent.rev, "{kept:?}\n{sent:?}");
        }
        Entity::Thread(sent) => {
            thread::upsert(tx, sent, 1)?;
            let kept = thread::get(tx, &sent.id)?.expect("a conversation that was kept");
            assert!(kept == **sent || kept.rev > sent.rev, "{kept:?}\n{sent:?}");
        }
        Entity::Message(sent) => {
            message::upsert(tx, sent, 1)?;
            let kept = message::newest(tx, &sent.thread_id, 10_000)?;
            assert!(kept.iter().any(|it| it.id == sent.id && it.text == sent.text), "{kept:?}\n{sent:?}");
        }
        _ => {}
    }
    Ok(())
}
