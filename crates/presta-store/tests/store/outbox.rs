//! The queue: order, lanes, and what survives.

use presta_model::{ProjectId, Thread, ThreadId};
use presta_store::outbox::{self, Act, ActState, Failure, StoredAct};
use presta_store::{Error, Store, draft, thread};

use crate::sample::{self, NOW};

fn message(thread: &str, text: &str) -> Act {
    Act::MessageSend {
        thread_id: ThreadId::new(thread),
        title: "Client".into(),
        text: text.into(),
        attachments: vec![],
    }
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
            let open = Act::ThreadOpen {
                project_id: project.clone(),
                title: "t".into(),
                text: "1".into(),
                attachments: vec![],
            };
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
    let opened =
        Act::ThreadOpen { project_id: project, title: "Projet".into(), text: "Bonjour".into(), attachments: vec![] };
    let then = Act::MessageSend {
        thread_id: known.id.clone(),
        title: "Client".into(),
        text: "Ensuite".into(),
        attachments: vec![],
    };
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

/// Without its conversation a change of a queued message says nothing of where it belongs: it goes out after the message.
#[test]
fn a_change_of_a_queued_message_stays_behind_it_when_the_conversation_begins() {
    for adopted in [false, true] {
        let (_folder, store) = sample::open();
        let project = ProjectId::new("prj_1");
        let local = ThreadId::local(&project);
        let known = Thread { project_id: Some(project.clone()), ..sample::thread("thr_9") };
        let take_back = Act::Write(Box::new(outbox::Write {
            op: "deleteMessage".into(),
            target: Some(presta_model::local_id("b")),
            title: String::new(),
            body: serde_json::Map::new(),
            base: serde_json::Value::Null,
        }));
        store
            .write(|tx| {
                let open = Act::ThreadOpen {
                    project_id: project.clone(),
                    title: "t".into(),
                    text: "1".into(),
                    attachments: vec![],
                };
                outbox::enqueue(tx, "a", &open, NOW)?;
                outbox::enqueue(tx, "b", &message(local.as_str(), "2"), NOW)?;
                outbox::enqueue(tx, "c", &take_back, NOW)?;
                if adopted {
                    return thread::upsert(tx, &known, 1);
                }
                thread::settle(tx, &local, &known.id)?;
                outbox::deliver(tx, &outbox::get(tx, "a")?.unwrap(), NOW)?;
                Ok(())
            })
            .unwrap();
        let lanes: Vec<String> = ["b", "c"].map(|id| get(&store, id).lane).into();
        assert_eq!(lanes, ["thread:thr_9", "thread:thr_9"]);
        assert_eq!(ready(&store, NOW), [if adopted { "a" } else { "b" }]);
    }
}

#[test]
fn an_act_whose_answer_was_lost_is_not_dropped_until_its_outcome_is_known() {
    let (_folder, store) = sample::open();
    store.write(|tx| outbox::enqueue(tx, "a1", &message("thr_a", "1"), NOW)).unwrap();
    let act = get(&store, "a1");
    let wait = |doubt: bool, state: ActState| {
        store
            .write(|tx| {
                outbox::begin(tx, &act)?;
                if doubt {
                    outbox::doubt(tx, &act)?;
                }
                outbox::park(tx, &act, state, Some(NOW), None)
            })
            .unwrap();
    };
    let dropped = || {
        store
            .write(|tx| -> Result<bool, Error> {
                let dropped = outbox::discard(tx, &act)?;
                if dropped {
                    outbox::enqueue(tx, "a1", &act.act, NOW)?;
                }
                Ok(dropped)
            })
            .unwrap()
    };
    wait(false, ActState::WaitingNetwork);
    assert!(dropped(), "it never left");
    wait(true, ActState::WaitingRetry);
    assert!(!dropped());
    wait(false, ActState::WaitingNetwork);
    assert!(!dropped(), "one that never left says nothing of the one before it");
    wait(true, ActState::Refused);
    assert!(dropped(), "it was answered");
    store.write(|tx| outbox::begin(tx, &act)).unwrap();
    store.write(outbox::recover).unwrap();
    assert!(!dropped(), "nobody knows what became of an attempt that broke off");
}

#[test]
fn only_what_nobody_works_on_any_more_is_released() {
    let (_folder, store) = sample::open();
    for id in ["a1", "b1"] {
        store.write(|tx| outbox::enqueue(tx, id, &message(id, "1"), NOW)).unwrap();
        let act = get(&store, id);
        store.write(|tx| outbox::begin(tx, &act)).unwrap();
    }
    store.write(|tx| outbox::release(tx, &["b1"], Some(NOW + 1000))).unwrap();
    assert_eq!([get(&store, "a1").state, get(&store, "b1").state], [ActState::Queued, ActState::Sending]);
    assert!(ready(&store, NOW).is_empty());
    assert_eq!(store.read(|connection| outbox::next_due(connection, NOW)).unwrap(), Some(NOW + 1000));
    assert_eq!(ready(&store, NOW + 1000), ["a1"]);
}

#[test]
fn a_conversation_whose_first_message_is_dropped_begins_with_the_next_one() {
    let (_folder, store) = sample::open();
    let project = ProjectId::new("prj_1");
    let local = ThreadId::local(&project);
    let open = |text: &str| Act::ThreadOpen {
        project_id: project.clone(),
        title: "t".into(),
        text: text.into(),
        attachments: vec![],
    };
    store
        .write(|tx| {
            outbox::enqueue(tx, "a", &open("1"), NOW)?;
            outbox::enqueue(tx, "b", &message(local.as_str(), "2"), NOW)?;
            outbox::enqueue(tx, "c", &message(local.as_str(), "3"), NOW)
        })
        .unwrap();
    let first = get(&store, "a");
    assert!(store.write(|tx| outbox::discard(tx, &first)).unwrap());
    assert_eq!(get(&store, "b").act, open("2"));
    assert_eq!(get(&store, "c").act, message(local.as_str(), "3"));
    assert_eq!(ready(&store, NOW), ["b"]);
}
