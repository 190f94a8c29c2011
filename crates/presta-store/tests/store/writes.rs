//! Writes laid over what the platform gave: resources, local ids, lanes, the time to take back.

use presta_model::{EntityType, Operation, Resource, local_id};
use presta_store::outbox::{self, Act, StoredAct, Write};
use presta_store::sync_state::{self, SnapshotState};
use presta_store::{Store, alias, overlay, resource, setting};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::sample::{self, NOW};

const KIND: EntityType = EntityType::SavedSearch;

fn search(id: &str, rev: i64, name: &str) -> Value {
    json!({ "id": id, "rev": rev, "name": name, "query": {}, "alert": "off",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" })
}

fn keep(store: &Store, data: Value, generation: i64) {
    let row = Resource::read(KIND, data).unwrap();
    store.write(|tx| resource::upsert(tx, &row, generation)).unwrap();
}

fn write(op: &str, target: Option<&str>, body: &Value, base: Value) -> Act {
    let body = body.as_object().unwrap().clone();
    Act::Write(Box::new(Write {
        op: op.to_owned(),
        target: target.map(str::to_owned),
        title: String::new(),
        body,
        base,
    }))
}

fn queue(store: &Store, act_id: &str, op: &str, target: Option<&str>, body: &Value) {
    let base = target.and_then(|id| shown(store, id)).unwrap_or_default();
    store.write_durably(|tx| outbox::enqueue(tx, act_id, &write(op, target, body, base), NOW)).unwrap();
}

fn act(store: &Store, act_id: &str) -> StoredAct {
    store.read(|connection| outbox::get(connection, act_id)).unwrap().unwrap()
}

fn body_of(store: &Store, act_id: &str) -> Write {
    match act(store, act_id).act {
        Act::Write(write) => *write,
        other => panic!("{other:?}"),
    }
}

fn shown(store: &Store, id: &str) -> Option<Value> {
    store.read(|connection| overlay::get(connection, KIND, id)).unwrap().map(|(row, _)| row)
}

fn ready(store: &Store, now: i64) -> Vec<String> {
    let acts = store.read(|connection| outbox::ready(connection, now)).unwrap();
    acts.into_iter().map(|act| act.act_id).collect()
}

#[test]
fn an_older_revision_replaces_nothing_and_is_seen_all_the_same() {
    let (_folder, store) = sample::open();
    keep(&store, search("sea_1", 3, "nouveau"), 1);
    keep(&store, search("sea_2", 1, "autre"), 1);
    // A full sync that began before the third revision.
    keep(&store, search("sea_1", 2, "ancien"), 2);
    let ended = SnapshotState { state: "s".into(), kind: KIND, cursor: None, done: 1, total: 1, generation: 2 };
    queue(&store, "a", "saveSearch", None, &json!({ "name": "à moi", "query": {}, "alert": "off" }));
    store.write(|tx| sync_state::finish_snapshot(tx, &ended, NOW)).unwrap();
    assert_eq!(shown(&store, "sea_1").unwrap()["name"], "nouveau");
    assert_eq!(shown(&store, "sea_2"), None, "what a full sync does not see is gone");
    assert_eq!(shown(&store, &local_id("a")).unwrap()["name"], "à moi", "and local work is not");
}

#[test]
fn a_list_shows_what_is_made_changed_and_removed_here() {
    let (_folder, store) = sample::open();
    for (id, name) in [("sea_1", "un"), ("sea_2", "deux")] {
        keep(&store, search(id, 1, name), 1);
    }
    queue(&store, "a", "editSavedSearch", Some("sea_1"), &json!({ "name": "UN" }));
    queue(&store, "b", "removeSavedSearch", Some("sea_2"), &json!({}));
    queue(&store, "c", "saveSearch", None, &json!({ "name": "trois", "query": {}, "alert": "off" }));
    let rows = store.read(|connection| overlay::list(connection, KIND, None)).unwrap();
    let rows: Vec<_> = rows.iter().map(|(row, queued)| (row["name"].as_str().unwrap(), *queued)).collect();
    assert_eq!(rows, [("trois", true), ("UN", true)]);
    let stored = store.read(|connection| resource::list(connection, KIND, None)).unwrap();
    assert_eq!(stored.len(), 2, "the platform's rows are as they were");
}

#[test]
fn what_needs_a_queued_creation_waits_in_its_lane_and_learns_its_name() {
    let (_folder, store) = sample::open();
    let local = local_id("a");
    queue(&store, "a", "saveSearch", None, &json!({ "name": "n", "query": {}, "alert": "off" }));
    queue(&store, "b", "editSavedSearch", Some(&local), &json!({ "name": format!("pas \"{local}\"") }));
    queue(&store, "c", "saveSearch", None, &json!({ "name": "ailleurs", "query": {}, "alert": "off" }));
    assert_eq!(ready(&store, NOW), ["a", "c"], "the change waits for what it changes, nothing else does");
    assert_eq!(store.read(|connection| outbox::dependents(connection, "a")).unwrap().len(), 1);

    let delivered = act(&store, "a");
    store
        .write(|tx| {
            outbox::deliver(tx, &delivered, NOW)?;
            alias::settle(tx, &local, "sea_9")?;
            outbox::rebase(tx, &delivered, KIND, "sea_9", 1)
        })
        .unwrap();
    let change = body_of(&store, "b");
    assert_eq!(change.target.as_deref(), Some("sea_9"));
    assert_eq!(change.base_rev(), Some(1), "it is made to the revision that was created");
    assert_eq!(change.body["name"], format!("pas \"{local}\""), "what a person wrote is never rewritten");
    assert_eq!(ready(&store, NOW), ["b", "c"]);
    keep(&store, search("sea_9", 1, "n"), 1);
    assert_eq!(shown(&store, &local).unwrap()["id"], "sea_9", "the name it had here still leads to it");
}

#[test]
fn an_act_that_others_see_waits_for_as_long_as_it_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let store = Store::open(&path, &sample::key(), |_| {}).unwrap();
    store.write(|tx| setting::set(tx, setting::UNDO_SECONDS, &5)).unwrap();
    queue(&store, "seen", "reportProject", Some("prj_1"), &json!({ "reason": "spam" }));
    queue(&store, "mark", "dropBookmark", Some("bmk_1"), &json!({}));
    drop(store);
    let store = Store::open(&path, &sample::key(), |_| {}).unwrap();
    store.write(outbox::recover).unwrap();
    assert_eq!(ready(&store, NOW), ["mark"]);
    assert_eq!(store.read(|connection| outbox::next_due(connection, NOW)).unwrap(), Some(NOW + 5000));
    assert_eq!(store.read(|connection| outbox::next_due(connection, NOW + 5000)).unwrap(), None);
    assert_eq!(ready(&store, NOW + 5000), ["seen", "mark"]);
}

#[test]
fn a_change_decided_on_the_same_revision_follows_the_one_before_it() {
    let (_folder, store) = sample::open();
    keep(&store, search("sea_1", 4, "un"), 1);
    queue(&store, "a", "editSavedSearch", Some("sea_1"), &json!({ "name": "deux" }));
    queue(&store, "b", "editSavedSearch", Some("sea_1"), &json!({ "name": "trois" }));
    assert_eq!(body_of(&store, "b").base["name"], "deux", "it was decided on what the person saw");
    let first = act(&store, "a");
    store
        .write(|tx| {
            outbox::deliver(tx, &first, NOW)?;
            outbox::rebase(tx, &first, KIND, "sea_1", 5)
        })
        .unwrap();
    assert_eq!(body_of(&store, "b").base_rev(), Some(5));
    // After a change from elsewhere it keeps the revision it was decided on, and the platform refuses it.
    let second = act(&store, "b");
    queue(&store, "c", "editSavedSearch", Some("sea_1"), &json!({ "alert": "daily" }));
    store.write(|tx| outbox::rebase(tx, &second, KIND, "sea_1", 9)).unwrap();
    assert_eq!(body_of(&store, "c").base_rev(), Some(4));
}

/// A write that names no revision goes through whatever others did: only a step of one says that nobody did anything.
#[test]
fn a_change_behind_a_write_without_a_revision_is_held_to_what_the_person_saw() {
    for (after, wanted) in [(5, 5), (6, 4)] {
        let (_folder, store) = sample::open();
        let contest = json!({ "id": "cst_1", "rev": 4 });
        let close = write("closeContest", Some("cst_1"), &json!({}), contest.clone());
        let edit = write("editContest", Some("cst_1"), &json!({ "title": "Un" }), contest);
        store
            .write(|tx| {
                outbox::enqueue(tx, "a", &close, NOW)?;
                outbox::enqueue(tx, "b", &edit, NOW)
            })
            .unwrap();
        let first = act(&store, "a");
        store.write(|tx| outbox::rebase(tx, &first, EntityType::Contest, "cst_1", after)).unwrap();
        assert_eq!(body_of(&store, "b").base_rev(), Some(wanted), "4 became {after}");
    }
}

#[test]
fn a_stale_page_of_choices_does_not_bring_an_old_one_back() {
    let (_folder, store) = sample::open();
    let page = |rev: i64| {
        let cell = json!({ "topic": "tips", "channel": "email", "enabled": true, "locked": false, "marketing": true,
                           "consented_at": null, "text_version": null });
        let data = json!({ "id": "com_1", "rev": rev, "cells": [cell], "marketing_profiling": true,
                           "personalised_recommendations": true, "text_version": "1", "texts": [] });
        Resource::read(EntityType::Communications, data).unwrap()
    };
    let chosen = |store: &Store| {
        let row = store.read(|connection| overlay::get(connection, EntityType::Communications, "")).unwrap().unwrap().0;
        row["cells"][0]["enabled"].clone()
    };
    store.write(|tx| resource::upsert(tx, &page(1), 1)).unwrap();
    let act = write("editCommunications", None, &json!({ "marketing": false }), page(1).data);
    store.write(|tx| outbox::enqueue(tx, "a", &act, NOW)).unwrap();
    assert_eq!(chosen(&store), false);
    for rev in [1, 2, 7] {
        store.write(|tx| resource::upsert(tx, &page(rev), 1)).unwrap();
        assert_eq!(chosen(&store), false, "revision {rev}");
    }
    let stored = store.read(|connection| outbox::get(connection, "a")).unwrap().unwrap();
    store.write(|tx| outbox::discard(tx, &stored)).unwrap();
    assert_eq!(chosen(&store), true, "discarded, the platform's word holds");
}

/// A write to one of two searches, or its end.
fn any_write() -> impl Strategy<Value = (usize, &'static str, Value)> {
    let edit = prop_oneof![
        "[a-c]{1,2}".prop_map(|name| json!({ "name": name })),
        prop_oneof![Just("off"), Just("daily")].prop_map(|alert| json!({ "alert": alert })),
    ];
    prop_oneof![
        4 => (0..2usize, edit).prop_map(|(n, body)| (n, "editSavedSearch", body)),
        1 => (0..2usize).prop_map(|n| (n, "removeSavedSearch", json!({}))),
    ]
}

/// What the platform holds of each search after these writes, done in order.
fn done<'a>(writes: impl Iterator<Item = &'a (usize, &'static str, Value)>) -> [Option<Value>; 2] {
    let mut rows = [Some(search("sea_0", 1, "zéro")), Some(search("sea_1", 1, "un"))];
    for (n, op, body) in writes {
        let body: &Map<String, Value> = body.as_object().unwrap();
        rows[*n] = rows[*n].take().and_then(|row| Operation::find(op).unwrap().apply(row, body));
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However far the queue has been delivered, and whatever the person discarded of the rest, they see what the platform
    /// will hold once what is left has been done.
    #[test]
    fn what_is_shown_is_what_will_be(
        writes in prop::collection::vec(any_write(), 1..10),
        delivered in 0usize..10,
        dropped in prop::collection::vec(any::<bool>(), 10),
    ) {
        let (_folder, store) = sample::open();
        for (n, name) in [(0, "zéro"), (1, "un")] {
            keep(&store, search(&format!("sea_{n}"), 1, name), 1);
        }
        for (index, (n, op, body)) in writes.iter().enumerate() {
            queue(&store, &index.to_string(), op, Some(&format!("sea_{n}")), body);
        }
        let shows = |wanted: &[Option<Value>; 2]| (0..2).all(|n| shown(&store, &format!("sea_{n}")) == wanted[n]);
        prop_assert!(shows(&done(writes.iter())), "all queued");

        let delivered = delivered.min(writes.len());
        let platform = done(writes.iter().take(delivered));
        for index in 0..delivered {
            let stored = act(&store, &index.to_string());
            store.write(|tx| outbox::deliver(tx, &stored, NOW)).unwrap();
        }
        for (n, row) in platform.iter().enumerate() {
            match row {
                Some(row) => keep(&store, row.clone(), 1),
                None => store.write(|tx| resource::remove(tx, KIND, &format!("sea_{n}"))).unwrap(),
            }
        }
        prop_assert!(shows(&done(writes.iter())), "{delivered} delivered");

        let mut left: Vec<_> = writes.iter().take(delivered).collect();
        for (index, write) in writes.iter().enumerate().skip(delivered) {
            if dropped[index] {
                let stored = act(&store, &index.to_string());
                prop_assert!(store.write(|tx| outbox::discard(tx, &stored)).unwrap());
            } else {
                left.push(write);
            }
        }
        prop_assert!(shows(&done(left.into_iter())), "some discarded");
    }
}
