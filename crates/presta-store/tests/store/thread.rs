//! Conversations in their list.

use jiff::Timestamp;
use presta_model::{Message, Thread};
use presta_store::{Store, thread};

use crate::sample::{self, NOW};

fn sent(store: &Store, message: &Message) -> Thread {
    store.write(|tx| thread::sent(tx, message)).unwrap();
    store.read(|c| thread::get(c, &message.thread_id)).unwrap().unwrap()
}

#[test]
fn a_sent_message_is_the_newest_until_the_platform_says_another() {
    let (_folder, store) = sample::open();
    for id in ["thr_1", "thr_2"] {
        store.write(|tx| thread::upsert(tx, &sample::thread(id), 1)).unwrap();
    }
    let mut message = sample::message("msg_1", "thr_2", 5, &"é".repeat(300));
    message.sent_at = Timestamp::from_millisecond(NOW + 1).unwrap();
    let shown = sent(&store, &message);
    assert_eq!(shown.last_message.unwrap().text, "é".repeat(200));
    assert_eq!((shown.rev, shown.unread_count, shown.last_seq), (1, 3, 4), "the rest is the platform's to say");
    let order: Vec<String> = store.read(thread::all).unwrap().iter().map(|thread| thread.id.to_string()).collect();
    assert_eq!(order, ["thr_2", "thr_1"]);

    let newer = Thread { rev: 2, last_seq: 6, ..sample::thread("thr_2") };
    store.write(|tx| thread::upsert(tx, &newer, 1)).unwrap();
    assert_eq!(sent(&store, &message).last_message, None, "an answer that comes late is no news");
}
