//! Attached files that something happens to before they are sent: none is lost, none is sent with what it does not belong to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use presta_engine::store::attachment::Staged;
use presta_engine::{Clock, Timeouts};
use presta_testkit::{Mode, Proxy};
use serde_json::{Value, json};

use crate::attachments::{arrived, attach, copies, market, writer};
use crate::person::Person;

fn local(file: &Staged) -> String {
    format!("local:{}", file.id)
}

async fn queue(person: &Person) -> Vec<Value> {
    person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap().clone()
}

async fn write(person: &Person, bid: &str, files: &[String]) -> Value {
    let body = json!({ "period_days": 21, "attachment_ids": files });
    person.call("write_queue", json!({ "op": "editBid", "target": bid, "body": body })).await.unwrap()
}

/// The ids of the files that are in the draft.
async fn draft(person: &Person, place: &str) -> Vec<String> {
    let files = person.engine.active().unwrap().staged_files(place).await.unwrap();
    files.into_iter().map(|file| file.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_change_follow_it_and_come_back_to_their_draft_when_it_is_taken_back() {
    let (mut platform, _) = market().await;
    let login = platform.login("freelancer").unwrap().clone();
    let (person, thread) = writer(&platform).await;
    let project = person.projects("").await.remove(0);
    person.bid(&project).await.unwrap();
    person.drained().await;
    let account = platform.sign_in(&login).await.unwrap();
    let bid = account.bids_on(&project).await.unwrap()[0]["id"].as_str().unwrap().to_owned();
    platform.stop().await.unwrap();
    person.offline().await;
    let place = format!("thread:{thread}");
    let mut files = Vec::new();
    for name in ["un.pdf", "deux.pdf", "trois.pdf"] {
        files.push(attach(&person, &thread, name, 10).await);
    }
    let act = write(&person, &bid, &[local(&files[0]), local(&files[1])]).await;
    assert_eq!(draft(&person, &place).await, [files[2].id.clone()]);

    // A file is not an act that could be edited: that would drop it.
    let upload = json!({ "act_id": files[0].id });
    assert_eq!(person.refused("queue_edit", upload.clone()).await, "no-draft");
    assert_eq!(person.refused("queue_undo", upload).await, "no-draft");
    // Nor can it go with two acts, or be one that is not here.
    let other = |id: String| json!({ "op": "editBid", "target": bid, "body": { "attachment_ids": [id] } });
    assert_eq!(person.refused("write_queue", other(local(&files[0]))).await, "attachment-taken");
    let unknown = "local:0192f0c4-0000-7000-8000-000000000001".to_owned();
    assert_eq!(person.refused("write_queue", other(unknown)).await, "attachment-lost");
    assert_eq!(queue(&person).await.len(), 3, "two files and the change");

    // Another choice of files: what is not named any more is in the draft again, what is new is sent.
    let body = json!({ "period_days": 22, "attachment_ids": [local(&files[1]), local(&files[2])] });
    let change = json!({ "act_id": act["act_id"], "body": body });
    person.call("write_change", change).await.unwrap();
    assert_eq!(draft(&person, &place).await, [files[0].id.clone()]);
    let ids: Vec<Value> = queue(&person).await.iter().map(|act| act["act_id"].clone()).collect();
    for file in &files[1..] {
        assert!(ids.contains(&json!(file.id)), "{ids:?}");
    }
    assert_eq!(ids.len(), 3);

    person.call("queue_undo", json!({ "act_id": act["act_id"] })).await.unwrap();
    assert_eq!(queue(&person).await, [json!(null); 0]);
    let person = person.restarted().await;
    assert_eq!(draft(&person, &place).await, files.iter().map(|file| file.id.clone()).collect::<Vec<_>>());
    assert_eq!(copies(&person), 3, "nothing was swept");

    write(&person, &bid, &[local(&files[1]), local(&files[2])]).await;
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let bids = account.bids_on(&project).await.unwrap();
    let names = bids[0]["attachments"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap());
    assert_eq!(names.collect::<BTreeSet<_>>(), BTreeSet::from(["deux.pdf", "trois.pdf"]));
    person.until("the sent copies to be gone", "status", json!({}), |_| copies(&person) == 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_gone_is_said_as_such_and_its_message_leaves_without_it() {
    let (mut platform, _) = market().await;
    let (person, thread) = writer(&platform).await;
    platform.stop().await.unwrap();
    person.offline().await;
    let file = attach(&person, &thread, "devis.pdf", 10).await;
    person.write(&thread, "Avec ou sans.").await.unwrap();
    let mut folders = vec![person.profile().clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(&file.id) {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    let stopped = |queue: &Value| queue["acts"][0]["state"] == "refused";
    let queue = person.until("the file to be missed", "queue_list", json!({}), stopped).await.unwrap();
    assert_eq!(queue["acts"][0]["error"]["code"], "attachment-lost");
    person.call("queue_discard", json!({ "act_id": file.id })).await.unwrap();
    person.drained().await;
    assert_eq!(arrived(&platform, &thread, "Avec ou sans.").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_arrives_too() {
    let (platform, _) = market().await;
    let (person, thread) = writer(&platform).await;
    attach(&person, &thread, "vide.txt", 0).await;
    person.write(&thread, "Rien dedans.").await.unwrap();
    person.drained().await;
    let messages = arrived(&platform, &thread, "Rien dedans.").await;
    assert_eq!((messages.len(), messages[0]["attachments"][0]["size"].as_u64()), (1, Some(0)));
}

/// Half a megabyte does not pass in the time of a request, and none of it would count.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_takes_no_large_piece_is_given_smaller_ones() {
    let (platform, _) = market().await;
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let timeouts = Timeouts { answer: Duration::from_secs(3), ..Timeouts::default() };
    let person = Person::with(proxy.url(), Clock::system(), timeouts).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    let file = attach(&person, &thread, "plan.png", 300_000).await;
    proxy.set(Mode::Slow { bytes_per_second: 50_000 });
    person.write(&thread, "Petit à petit.").await.unwrap();
    person.drained().await;
    let messages = arrived(&platform, &thread, "Petit à petit.").await;
    assert_eq!(messages[0]["attachments"][0]["sha256"], file.sha256.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_answers_cannot_be_read_goes_on_by_itself() {
    let (platform, admin) = market().await;
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = {
        let (ahead, system) = (Arc::clone(&ahead), Clock::system());
        Clock::of(move || jiff::Timestamp::from_millisecond(system.now_ms() + ahead.load(Ordering::SeqCst)).unwrap())
    };
    // The steps of the clock are no sleep.
    let timeouts = Timeouts { wake_check: Duration::from_secs(3_600), ..Timeouts::default() };
    let person = Person::with(platform.url(), clock, timeouts).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    let spoilt = json!({ "match": { "method": "POST", "path": "/v1/uploads" }, "fault": { "huge": { "bytes": 100 } } });
    admin.faults(&json!([spoilt])).await.unwrap();
    attach(&person, &thread, "devis.pdf", 10).await;
    person.write(&thread, "Malgré tout.").await.unwrap();
    // More often than what may have been done is asked for again.
    for attempt in 1..=8 {
        let ended = |queue: &Value| {
            queue["acts"][0]["attempts"].as_u64() >= Some(attempt) && queue["acts"][0]["state"] != "sending"
        };
        let queue = person.until("an attempt's end", "queue_list", json!({}), ended).await.unwrap();
        assert_eq!(queue["acts"][0]["state"], "waiting-retry", "it waits for nobody: {queue}");
        ahead.fetch_add(61_000, Ordering::SeqCst);
        person.call("sync_now", json!({})).await.unwrap();
    }
    admin.no_faults().await.unwrap();
    ahead.fetch_add(61_000, Ordering::SeqCst);
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    assert_eq!(arrived(&platform, &thread, "Malgré tout.").await.len(), 1);
}
