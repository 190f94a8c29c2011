//! The queue: order, lanes, and what survives.

use presta_model::{ProjectId, Thread, ThreadId};
use presta_store::outbox::{self, Act, ActState, Failure, StoredAct};
use presta_store::{Error, Store, draft, thread};

use crate::sample::{self, NOW};

fn message(thread: &str, text: &str) -> Act {
    Act::MessageSend { thread_id: ThreadId::new(thread), title: "Client".into(), text: text.into() }
}

fn ready(store: &Store, now: i64) -> Vec<String> {
    store.read(|c| outbox::ready(c, now)).unwrap().into_iter().map(|act| act.act_id).collect()
}

fn get(store: &Store, id: &str) -> StoredAct {
    store.read(|c| outbox::get(c, id)).unwrap().unwrap()
}

#[test]
fn a_lane_sends_one_after_the_other_and_lanes_do_not_wait_for_each_other() {
    let (_folder, store) = sample::open();
    store
        .write_durably(|tx| {
            outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)?;
            outbox::enqueue(tx, "b1", &message("thr_b", "1"), NOW)?;
            outbox::enqueue(tx, "a2", &message("thr_a", "2"), NOW)
        })
        .unwrap();
    assert_eq!(ready(&store, NOW), ["a1", "b1"]);
    let first = get(&store, "a1");
    assert!(store.write(|tx| outbox::begin(tx, &first)).unwrap());
    assert!(!store.write(|tx| outbox::begin(tx, &first)).unwrap(), "an attempt begins once");
    assert_eq!(ready(&store, NOW), ["b1"]);
    store.write(|tx| outbox::deliver(tx, &first, NOW)).unwrap();
    assert_eq!(ready(&store, NOW), ["b1", "a2"]);
}

#[test]
fn a_refused_act_holds_its_own_lane_and_no_other() {
    let (_folder, store) = sample::open();
    store
        .write(|tx| {
            outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)?;
            outbox::enqueue(tx, "a2", &message("thr_a", "2"), NOW)?;
            outbox::enqueue(tx, "b1", &message("thr_b", "1"), NOW)
        })
        .unwrap();
    let act = get(&store, "a1");
    let why = Failure::new("contact-details-in-text");
    store.write(|tx| outbox::park(tx, &act, ActState::Refused, None, Some(&why))).unwrap();
    assert_eq!(ready(&store, NOW), ["b1"]);
    assert_eq!(get(&store, "a1").error, Some(why));
    assert!(store.write(|tx| outbox::discard(tx, &act)).unwrap());
    assert_eq!(ready(&store, NOW), ["a2", "b1"]);
}

#[test]
fn a_waiting_act_is_ready_in_its_time_or_when_the_network_is_back() {
    let (_folder, store) = sample::open();
    store.write(|tx| outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)).unwrap();
    let act = get(&store, "a1");
    store.write(|tx| outbox::park(tx, &act, ActState::WaitingNetwork, Some(NOW + 5000), None)).unwrap();
    assert!(ready(&store, NOW).is_empty());
    assert_eq!(store.read(|connection| outbox::next_due(connection, NOW)).unwrap(), Some(NOW + 5000));
    assert_eq!(ready(&store, NOW + 5000), ["a1"]);
    store.write(outbox::network_is_back).unwrap();
    assert_eq!(ready(&store, NOW), ["a1"]);
}

#[test]
fn what_was_being_sent_is_queued_again_under_the_same_key() {
    let (folder, store) = sample::open();
    store.write_durably(|tx| outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)).unwrap();
    let act = get(&store, "a1");
    store.write(|tx| outbox::begin(tx, &act)).unwrap();
    drop(store);
    let store = Store::open(&folder.path().join("cache.db"), &sample::key(), |_| {}).unwrap();
    assert!(ready(&store, NOW).is_empty());
    store.write(outbox::recover).unwrap();
    assert_eq!(ready(&store, NOW), ["a1"]);
    assert_eq!(get(&store, "a1").attempts, 1);
}

#[test]
fn what_is_being_sent_cannot_be_discarded() {
    let (_folder, store) = sample::open();
    store.write(|tx| outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)).unwrap();
    let act = get(&store, "a1");
    store.write(|tx| outbox::begin(tx, &act)).unwrap();
    assert!(!store.write(|tx| outbox::discard(tx, &act)).unwrap());
}

#[test]
fn a_local_conversation_takes_its_queue_with_it() {
    let (_folder, store) = sample::open();
    let project = ProjectId::new("prj_1");
    let local = ThreadId::local(&project);
    let real = ThreadId::new("thr_9");
    store
        .write(|tx| {
            let open = Act::ThreadOpen { project_id: project.clone(), title: "t".into(), text: "1".into() };
            outbox::enqueue(tx, "a1", &open, NOW)?;
            outbox::enqueue(tx, "a2", &message(local.as_str(), "2"), NOW)
        })
        .unwrap();
    assert_eq!(ready(&store, NOW), ["a1"]);
    let open = get(&store, "a1");
    store
        .write(|tx| {
            thread::settle(tx, &local, &real)?;
            outbox::deliver(tx, &open, NOW)
        })
        .unwrap();
    assert_eq!(store.read(|c| thread::resolve(c, &local)).unwrap(), real);
    let next = get(&store, "a2");
    assert_eq!(next.thread_id, Some(real));
    assert_eq!(ready(&store, NOW), ["a2"]);
}

#[test]
fn a_stale_sync_does_not_undo_what_was_read() {
    let (_folder, store) = sample::open();
    let stale = sample::thread("thr_1");
    let read = Act::ThreadRead { thread_id: stale.id.clone(), up_to: 4 };
    store.write(|tx| thread::upsert(tx, &stale, 1)).unwrap();
    store.write(|tx| outbox::enqueue(tx, "a1", &read, NOW)).unwrap();
    store.write(|tx| thread::upsert(tx, &stale, 1)).unwrap();
    assert_eq!(store.read(thread::unread).unwrap(), 0);
    // A message that came after the reading is unread again.
    let newer = presta_model::Thread { rev: 2, last_seq: 5, unread_count: 1, ..stale };
    store.write(|tx| thread::upsert(tx, &newer, 1)).unwrap();
    assert_eq!(store.read(thread::unread).unwrap(), 1);
}

#[test]
fn the_last_fifty_delivered_are_remembered() {
    let (_folder, store) = sample::open();
    for index in 0..60 {
        let id = format!("a{index}");
        store.write(|tx| outbox::enqueue(tx, &id, &message("thr_a", "x"), NOW)).unwrap();
        let act = get(&store, &id);
        store.write(|tx| outbox::deliver(tx, &act, NOW)).unwrap();
    }
    let delivered = store.read(outbox::delivered).unwrap();
    assert_eq!(delivered.len(), 50);
    assert_eq!(delivered[0].act_id, "a59");
}

#[test]
fn what_waits_for_a_conversation_that_began_elsewhere_goes_on_in_its_lane_and_its_draft_is_one() {
    let (_folder, store) = sample::open();
    let project = ProjectId::new("prj_1");
    let local = ThreadId::local(&project);
    let known = Thread { project_id: Some(project.clone()), ..sample::thread("thr_1") };
    let opened = Act::ThreadOpen { project_id: project, title: "Projet".into(), text: "Bonjour".into() };
    let then = Act::MessageSend { thread_id: known.id.clone(), title: "Client".into(), text: "Ensuite".into() };
    store
        .write(|tx| {
            outbox::enqueue(tx, "act-1", &opened, NOW)?;
            draft::save_message(tx, &local, "écrit ici", NOW)?;
            draft::save_message(tx, &known.id, "écrit là", NOW)?;
            thread::upsert(tx, &known, 1)?;
            outbox::enqueue(tx, "act-2", &then, NOW)
        })
        .unwrap();
    store
        .read(|connection| -> Result<_, Error> {
            let ready: Vec<String> = outbox::ready(connection, NOW)?.into_iter().map(|act| act.act_id).collect();
            assert_eq!(ready, ["act-1"], "the second waits behind the first");
            assert_eq!(draft::message(connection, &known.id)?.unwrap(), "écrit là\n\nécrit ici");
            assert_eq!(draft::message(connection, &local)?, None);
            Ok(())
        })
        .unwrap();
}
