//! The platform does what it was asked, and says so in a way that cannot be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use presta_engine::{Clock, Timeouts};
use presta_testkit::{Account, Admin, Options, Platform, Seed};
use serde_json::{Value, json};

use crate::person::Person;

const TEXT: &str = "Une fois, et une seule.";
const OFFER: &str = "Bonjour, voici ce que je propose depuis un autre poste : une reprise pas à pas, avec des tests.";

struct Stage {
    platform: Platform,
    admin: Admin,
    person: Person,
    account: Account,
    /// How far the person's clock is ahead, in ms.
    ahead: Arc<AtomicI64>,
}

async fn stage() -> Stage {
    let options = Options { seed: Seed::Projects(300), admin: true, ..Options::default() };
    let platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    let login = platform.login("freelancer").unwrap().clone();
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = {
        let (ahead, system) = (Arc::clone(&ahead), Clock::system());
        Clock::of(move || jiff::Timestamp::from_millisecond(system.now_ms() + ahead.load(Ordering::SeqCst)).unwrap())
    };
    // The steps of the clock are no sleep, after which what waits for the network would begin to count anew.
    let timeouts = Timeouts { wake_check: Duration::from_secs(3_600), ..Timeouts::default() };
    let person = Person::with(platform.url(), clock, timeouts).await;
    person.sign_in(&login).await.unwrap();
    person.up_to_date().await;
    let account = platform.sign_in(&login).await.unwrap();
    Stage { platform, admin, person, account, ahead }
}

impl Stage {
    async fn act(&self, id: &str) -> Value {
        let queue = self.person.call("queue_list", json!({})).await.unwrap();
        queue["acts"].as_array().unwrap().iter().find(|act| act["act_id"] == id).cloned().unwrap_or_default()
    }

    /// Lets the pauses between attempts pass until the act waits for the person, its answer being unknown.
    async fn until_in_doubt(&self, id: &str) -> Value {
        self.until_ended(id, "in-doubt").await
    }

    /// The same until it ends in `state`.
    async fn until_ended(&self, id: &str, state: &str) -> Value {
        loop {
            let tried = self.act(id).await["attempts"].as_u64().unwrap();
            assert!(tried <= 7, "attempts are bounded");
            let queue = self
                .person
                .until("an attempt's end", "queue_list", json!({}), |queue| {
                    let act = queue["acts"].as_array().unwrap().iter().find(|act| act["act_id"] == id).unwrap();
                    act["attempts"].as_u64() >= Some(tried.max(1)) && act["state"] != "sending"
                })
                .await
                .unwrap();
            let act = queue["acts"].as_array().unwrap().iter().find(|act| act["act_id"] == id).unwrap();
            if act["state"] == state {
                return act.clone();
            }
            assert!(
                ["queued", "waiting-retry", "waiting-network"].contains(&act["state"].as_str().unwrap()),
                "it ends in no other way: {act}"
            );
            self.ahead.fetch_add(61_000, Ordering::SeqCst);
            self.person.call("sync_now", json!({})).await.unwrap();
        }
    }

    /// An act in doubt cannot be made another one.
    async fn cannot_be_changed(&self, id: &str, command: &str, mut request: Value) {
        request["act_id"] = id.into();
        assert_eq!(self.person.refused(command, request).await, "being-sent");
    }

    /// What the person can do with an act in doubt: ask again once the platform answers well.
    async fn settled_by_asking_again(&self, id: &str) {
        assert_eq!(self.person.call("status", json!({})).await.unwrap()["counts"]["needs_attention"], 1);
        self.admin.no_faults().await.unwrap();
        self.person.call("queue_retry", json!({ "act_id": id })).await.unwrap();
        let delivered = self.person.drained().await;
        assert!(delivered.iter().any(|act| act["act_id"] == id));
    }

    async fn spoil(&self, path: &str, fault: Value) {
        self.spoil_method("POST", path, fault).await;
    }

    async fn spoil_method(&self, method: &str, path: &str, fault: Value) {
        let rule = json!({ "match": { "method": method, "path": path }, "fault": fault });
        self.admin.faults(&json!([rule])).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bid_a_message_a_change_and_a_withdrawal_whose_answers_cannot_be_read_are_there_once() {
    let stage = stage().await;
    let person = &stage.person;
    let project = person.projects("").await.remove(0);

    // JSON larger than anything that is read.
    stage.spoil("/v1/projects/{id}/bids", json!({ "huge": { "bytes": 9 * 1024 * 1024 } })).await;
    let act = person.bid(&project).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let stopped = stage.until_in_doubt(&act).await;
    assert_eq!(stopped["error"]["code"], "outcome-unknown");
    assert_eq!(stopped["error"]["params"]["reason"], "too-large");
    stage.cannot_be_changed(&act, "queue_edit", json!({})).await;
    stage.settled_by_asking_again(&act).await;
    assert_eq!(stage.account.bids_on(&project).await.unwrap().len(), 1);

    // JSON of another shape.
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap();
    stage.spoil("/v1/threads/{id}/messages", json!({ "huge": { "bytes": 100 } })).await;
    let act = person.write(thread, TEXT).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let stopped = stage.until_in_doubt(&act).await;
    assert_eq!(stopped["error"]["params"]["reason"], "bad-answer");
    let page = person.thread(thread).await.unwrap();
    let shown = page["messages"].as_array().unwrap().iter().filter(|message| message["text"] == TEXT);
    assert_eq!(shown.count(), 1, "whether the sync has brought it or not");
    stage.cannot_be_changed(&act, "queue_edit", json!({})).await;
    stage.settled_by_asking_again(&act).await;
    let texts = stage.account.texts(thread).await.unwrap();
    assert_eq!(texts.iter().filter(|text| *text == TEXT).count(), 1);

    // A change: made another one it would be made twice, in two ways.
    let bids = stage.account.bids_on(&project).await.unwrap();
    let bid = bids[0]["id"].as_str().unwrap();
    stage.spoil_method("PATCH", "/v1/bids/{id}", json!({ "huge": { "bytes": 9 * 1024 * 1024 } })).await;
    let write = json!({ "op": "editBid", "target": bid, "body": { "period_days": 12 } });
    let act = person.call("write_queue", write).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    stage.until_in_doubt(&act).await;
    stage.cannot_be_changed(&act, "write_change", json!({ "body": { "period_days": 13 } })).await;
    stage.settled_by_asking_again(&act).await;
    assert_eq!(stage.account.bids_on(&project).await.unwrap()[0]["period_days"], 12);

    // Not JSON, by its type.
    stage.spoil("/v1/bids/{id}:retract", json!({ "wrong_content_type": { "value": "text/html" } })).await;
    let write = json!({ "op": "retractBid", "target": bid, "body": {} });
    let act = person.call("write_queue", write).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let stopped = stage.until_in_doubt(&act).await;
    assert_eq!(stopped["error"]["params"]["reason"], "not-json");
    stage.settled_by_asking_again(&act).await;
    let bids = stage.account.bids_on(&project).await.unwrap();
    assert_eq!((bids.len(), bids[0]["status"].as_str()), (1, Some("retracted")));
    let retractions = bids[0]["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "retracted").count();
    assert_eq!(retractions, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stopped_in_doubt_stays_over_a_restart_and_is_the_persons_to_give_up() {
    let Stage { platform, admin, person, account, ahead } = stage().await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    let stage = Stage { platform, admin, person, account, ahead };
    stage.spoil("/v1/threads/{id}/messages", json!("invalid_utf8")).await;
    let act = stage.person.write(&thread, TEXT).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    stage.until_in_doubt(&act).await;
    let Stage { platform, admin, person, account, ahead } = stage;
    let stage = Stage { platform, admin, person: person.restarted().await, account, ahead };
    stage.person.up_to_date().await;
    assert_eq!(stage.act(&act).await["state"], "in-doubt");
    assert_eq!(stage.act(&act).await["summary"], TEXT);
    stage.person.call("queue_discard", json!({ "act_id": act })).await.unwrap();
    stage.admin.no_faults().await.unwrap();
    stage.person.drained().await;
    // It had arrived: the sync shows it, once.
    let page = stage
        .person
        .until("the message", "thread_get", json!({ "thread_id": thread, "limit": 100 }), |page| {
            page["messages"].as_array().unwrap().iter().any(|message| message["text"] == TEXT)
        })
        .await
        .unwrap();
    assert_eq!(page["messages"].as_array().unwrap().iter().filter(|message| message["text"] == TEXT).count(), 1);
    assert_eq!(stage.account.texts(&thread).await.unwrap().iter().filter(|text| *text == TEXT).count(), 1);
    drop(stage.platform);
}

/// Something on the way that answers in the platform's place, such as the page of a train's network, says nothing of what
/// the platform has done.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_its_reason_does_not_settle_what_may_have_been_done() {
    let stage = stage().await;
    let project = stage.person.projects("").await.remove(0);
    let rule =
        |fault: Value| json!({ "match": { "method": "POST", "path": "/v1/projects/{id}/bids" }, "fault": fault });
    let mut lost = rule(json!("reset_after_commit"));
    lost["times"] = 1.into();
    stage.admin.faults(&json!([lost, rule(json!({ "status": { "code": 403, "body": "html" } }))])).await.unwrap();
    let act = stage.person.bid(&project).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let stopped = stage.until_in_doubt(&act).await;
    assert_eq!(stopped["error"]["params"]["reason"], "unexpected-status");
    stage.cannot_be_changed(&act, "queue_edit", json!({})).await;
    stage.settled_by_asking_again(&act).await;
    assert_eq!(stage.account.bids_on(&project).await.unwrap().len(), 1);
}

/// The person is told why, so a refusal that was spoilt on the way is asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_whose_reason_was_lost_on_the_way_is_asked_for_again() {
    let stage = stage().await;
    let person = &stage.person;
    let project = person.projects("").await.remove(0);
    person.call("sync_pause", json!({})).await.unwrap();
    stage.account.bid(&project, 90_000, "EUR", OFFER).await.unwrap();
    let rule = |fault: Value| json!({ "match": { "method": "POST", "path": "/v1/projects/{id}/bids" }, "fault": fault, "times": 1 });
    let spoilt = json!([
        rule(json!("invalid_utf8")),
        rule(json!({ "wrong_content_type": { "value": "text/html" } })),
        rule(json!({ "truncate": { "bytes": 40 } })),
    ]);
    stage.admin.faults(&spoilt).await.unwrap();
    let act = person.bid(&project).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let refused = stage.until_ended(&act, "refused").await;
    assert_eq!(refused["error"]["code"], "duplicate-bid");
    assert_eq!(refused["attempts"], 4);

    // One whose reason never comes stands all the same.
    stage.spoil_method("PATCH", "/v1/projects/{id}", json!("invalid_utf8")).await;
    let other = person.projects("").await.remove(1);
    let theirs = json!({ "op": "editProject", "target": other, "body": { "title": "Le projet d’un autre" } });
    let act = person.call("write_queue", theirs).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    let refused = stage.until_ended(&act, "refused").await;
    assert_eq!((&refused["error"]["code"], &refused["attempts"]), (&json!("unexpected-status"), &json!(6)));
}
