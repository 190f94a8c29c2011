//! The engine follows the platform, whatever the network makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use presta_engine::{Clock, Timeouts};
use presta_testkit::{Admin, Options, PATIENCE, Platform, Seed, until};
use serde_json::{Value, json};

use crate::person::Person;

async fn market(projects: u32) -> (Platform, Admin) {
    let options = Options { seed: Seed::Projects(projects), admin: true, ..Options::default() };
    let platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    (platform, admin)
}

/// A fault of the event stream, for ever or so many times.
fn stream_fault(fault: &Value, times: Option<u32>) -> Value {
    let mut rule = json!({ "match": { "path": "/v1/events" }, "fault": fault });
    if let Some(times) = times {
        rule["times"] = times.into();
    }
    json!([rule])
}

async fn signed_in(platform: &Platform, timeouts: Timeouts) -> Person {
    let person = Person::with(platform.url(), Clock::system(), timeouts).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    person
}

async fn post(admin: &Admin) -> String {
    let done = admin.script(&json!({ "act": "post_project" })).await.unwrap();
    done["project_id"].as_str().unwrap().to_owned()
}

/// Waits until a project is here; says how long that took.
async fn arrives(person: &Person, project: &str) -> Duration {
    let began = Instant::now();
    let request = json!({ "project_id": project });
    until("the project", PATIENCE * 2, async || Ok(person.call("project_get", request.clone()).await.ok()))
        .await
        .unwrap();
    began.elapsed()
}

/// How often the platform answered a request of this path.
async fn answered(admin: &Admin, path: &str) -> u64 {
    let counters = admin.counters().await.unwrap();
    let requests = counters["requests"].as_array().unwrap();
    requests.iter().filter(|it| it["path"] == path).map(|it| it["count"].as_u64().unwrap()).sum()
}

async fn streams_opened(admin: &Admin) -> u64 {
    admin.counters().await.unwrap()["streams"]["opened"].as_u64().unwrap()
}

async fn stream_is_open(admin: &Admin) {
    until("an open stream", PATIENCE, async || {
        Ok((admin.counters().await?["streams"]["open"].as_u64() > Some(0)).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_falls_silent_is_opened_again() {
    let (platform, admin) = market(100).await;
    admin.faults(&stream_fault(&json!("events_silent"), Some(1))).await.unwrap();
    let timeouts = Timeouts { silence: Duration::from_secs(2), ..Timeouts::default() };
    let person = signed_in(&platform, timeouts).await;
    stream_is_open(&admin).await;
    let project = post(&admin).await;
    arrives(&person, &project).await;
    assert!(streams_opened(&admin).await >= 2, "the first one told nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_stream_changes_come_by_a_question_that_is_held_back() {
    for fault in [
        json!({ "wrong_content_type": { "value": "text/html" } }),
        json!({ "status": { "code": 503, "body": "html" } }),
        json!({ "events_close_after": { "n": 0 } }),
    ] {
        let (platform, admin) = market(100).await;
        admin.faults(&stream_fault(&fault, None)).await.unwrap();
        let person = signed_in(&platform, Timeouts::default()).await;
        // The stream is given up, and a question waits.
        until("the stream to be given up", PATIENCE, async || {
            let log = admin.counters().await?["faults"].as_u64();
            Ok((log >= Some(if fault["events_close_after"].is_null() { 1 } else { 2 })).then_some(()))
        })
        .await
        .unwrap();
        let before = answered(&admin, "/v1/changes").await;
        for _ in 0..3 {
            let project = post(&admin).await;
            let took = arrives(&person, &project).await;
            assert!(took < Duration::from_secs(10), "held back for 30 s otherwise: {took:?}");
        }
        let asked = answered(&admin, "/v1/changes").await - before;
        assert!(asked <= 3 * 3, "no more questions than changes and their looks: {asked}");
        let status = person.call("status", json!({})).await.unwrap();
        assert_eq!((&status["sync"]["online"], &status["sync"]["error"]), (&json!(true), &Value::Null), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_is_tried_again_after_a_while() {
    let (platform, admin) = market(100).await;
    admin.faults(&stream_fault(&json!({ "status": { "code": 503 } }), Some(1))).await.unwrap();
    let timeouts =
        Timeouts { stream_again: Duration::from_millis(500), hold: Duration::from_secs(1), ..Timeouts::default() };
    let person = signed_in(&platform, timeouts).await;
    stream_is_open(&admin).await;
    let project = post(&admin).await;
    arrives(&person, &project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_come_twice_or_in_another_order_lead_to_the_same_state() {
    let (platform, admin) = market(100).await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    for fault in ["events_duplicate", "events_reorder"] {
        admin.faults(&stream_fault(&json!(fault), None)).await.unwrap();
        let person = signed_in(&platform, Timeouts::default()).await;
        stream_is_open(&admin).await;
        let mut last = String::new();
        for _ in 0..6 {
            last = post(&admin).await;
        }
        arrives(&person, &last).await;
        let here = async || {
            let all = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });
            person.call("projects_list", all).await.map(|list| list["total"].clone())
        };
        until("what the platform has", PATIENCE, async || {
            let there = account.get("/v1/projects?limit=1").await?["total"].clone();
            Ok((here().await? == there).then_some(()))
        })
        .await
        .unwrap();
        person.engine.active().unwrap().stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_events_makes_one_question_after_the_one_under_way() {
    let (platform, admin) = market(100).await;
    let person = signed_in(&platform, Timeouts::default()).await;
    stream_is_open(&admin).await;
    let slow = json!([{ "match": { "path": "/v1/changes" }, "fault": { "delay": { "ms": 1500 } } }]);
    admin.faults(&slow).await.unwrap();
    let before = answered(&admin, "/v1/changes").await;
    let mut last = String::new();
    for _ in 0..30 {
        last = post(&admin).await;
    }
    arrives(&person, &last).await;
    person.until("rest", "status", json!({}), |status| status["sync"]["phase"] == "idle").await.unwrap();
    let asked = answered(&admin, "/v1/changes").await - before;
    assert!(asked < 15, "30 changes, {asked} questions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_slept_connects_again() {
    let (platform, admin) = market(100).await;
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = {
        let (ahead, system) = (Arc::clone(&ahead), Clock::system());
        Clock::of(move || jiff::Timestamp::from_millisecond(system.now_ms() + ahead.load(Ordering::SeqCst)).unwrap())
    };
    let timeouts = Timeouts {
        wake_check: Duration::from_millis(100),
        wake_spread: Duration::from_millis(300),
        ..Timeouts::default()
    };
    let person = Person::with(platform.url(), clock, timeouts).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    stream_is_open(&admin).await;
    let before = streams_opened(&admin).await;
    ahead.fetch_add(8 * 3_600_000, Ordering::SeqCst);
    until("another stream", PATIENCE, async || Ok((streams_opened(&admin).await > before).then_some(())))
        .await
        .unwrap();
    let project = post(&admin).await;
    arrives(&person, &project).await;
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!(status["sync"]["online"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_sign_in_ends_the_sync_and_keeps_the_rest() {
    let (platform, admin) = market(100).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = signed_in(&platform, Timeouts::default()).await;
    stream_is_open(&admin).await;
    admin.revoke(&freelancer.login).await.unwrap();
    let status = person
        .until("being signed out", "status", json!({}), |status| status["session"]["state"] == "signed-out")
        .await
        .unwrap();
    assert_eq!(status["session"]["reason"], "revoked");
    person.sign_in(&freelancer).await.unwrap();
    person.up_to_date().await;
    assert!(!person.projects("").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_whose_place_is_forgotten_begins_again() {
    let (platform, admin) = market(1500).await;
    let rule = json!([{ "match": { "path": "/v1/snapshot" }, "fault": "expired_state", "skip": 3, "times": 1 }]);
    admin.faults(&rule).await.unwrap();
    let person = signed_in(&platform, Timeouts::default()).await;
    assert_eq!(admin.counters().await.unwrap()["faults"], 1);
    let all = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });
    let here = person.call("projects_list", all).await.unwrap()["total"].clone();
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    assert_eq!(here, account.get("/v1/projects?limit=1").await.unwrap()["total"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_full_sync_stays_paused_over_a_restart_and_goes_on_where_it_was() {
    let (platform, admin) = market(3000).await;
    let slow = json!([{ "match": { "path": "/v1/snapshot" }, "fault": { "delay": { "ms": 400 } }, "skip": 2 }]);
    admin.faults(&slow).await.unwrap();
    let person = Person::with(platform.url(), Clock::system(), Timeouts::default()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person
        .until("some of the market", "status", json!({}), |status| status["sync"]["done"].as_u64() > Some(100))
        .await
        .unwrap();
    let status = person.call("sync_pause", json!({})).await.unwrap();
    assert_eq!((&status["phase"], &status["as_of"]), (&json!("paused"), &Value::Null));
    let total = |list: &Value| list["total"].as_u64().unwrap();
    let all = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });

    let person = person.restarted().await;
    admin.no_faults().await.unwrap();
    // What the person does is sent all the same; that it is shows that the pause is not just being offline.
    person.until("the platform", "status", json!({}), |status| status["sync"]["online"] == true).await.unwrap();
    let some = total(&person.call("projects_list", all.clone()).await.unwrap());
    let pages = answered(&admin, "/v1/snapshot").await;
    let project = person.projects("").await.remove(0);
    person.bid(&project).await.unwrap();
    person.drained().await;
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!((&status["sync"]["phase"], &status["sync"]["as_of"]), (&json!("paused"), &Value::Null));
    assert_eq!(answered(&admin, "/v1/snapshot").await, pages, "nothing is fetched");
    assert_eq!(total(&person.call("projects_list", all.clone()).await.unwrap()), some);

    person.call("sync_resume", json!({})).await.unwrap();
    person.up_to_date().await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let there = account.get("/v1/projects?limit=1").await.unwrap()["total"].as_u64().unwrap();
    let here = total(&person.call("projects_list", all).await.unwrap());
    assert_eq!(here, there);
    assert!(here > some, "{here} after {some}");
    let more = answered(&admin, "/v1/snapshot").await - pages;
    let others = u64::try_from(presta_model::EntityType::KEPT.len()).unwrap();
    assert!(more <= (here - some) / 500 + others, "it went on where it was: {more} more pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_shows_the_newest_of_the_market_then_the_persons_own_then_the_market() {
    let (platform, admin) = market(3000).await;
    let slow = json!([{ "match": { "path": "/v1/snapshot" }, "fault": { "delay": { "ms": 150 } }, "skip": 1 }]);
    admin.faults(&slow).await.unwrap();
    let person = Person::with(platform.url(), Clock::system(), Timeouts::default()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let all = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });
    let first = person.until("some rows", "projects_list", all.clone(), |list| list["total"] != 0).await.unwrap();
    assert_eq!(first["total"], 50);
    let inbox = json!({ "view": "inbox", "query": "" });
    assert_eq!(person.call("threads_list", inbox.clone()).await.unwrap(), json!([]), "the rest is still to come");
    // How much there is in all is said once the market's turn has come.
    person.until("the market", "status", json!({}), |status| status["sync"]["total"].is_number()).await.unwrap();
    assert_ne!(person.call("threads_list", inbox).await.unwrap(), json!([]));
    person.up_to_date().await;
    let here = person.call("projects_list", all).await.unwrap()["total"].clone();
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    assert_eq!(here, account.get("/v1/projects?limit=1").await.unwrap()["total"]);
}
