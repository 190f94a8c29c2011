//! Rules find what arrives, and the person is told once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use presta_engine::{Clock, CoreEvent, Notice, NoticeKind, Timeouts};
use presta_testkit::{Admin, Options, PATIENCE, Platform, Seed};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::person::Person;

const HOUR: i64 = 3_600_000;

async fn market() -> (Platform, Admin) {
    let options = Options { seed: Seed::Projects(300), admin: true, ..Options::default() };
    let platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    (platform, admin)
}

/// A clock so many ms after the system's.
fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let ahead = Arc::clone(ahead);
    let system = Clock::system();
    Clock::of(move || jiff::Timestamp::from_millisecond(system.now_ms() + ahead.load(Ordering::SeqCst)).unwrap())
}

async fn post(admin: &Admin) -> String {
    let done = admin.script(&json!({ "act": "post_project" })).await.unwrap();
    done["project_id"].as_str().unwrap().to_owned()
}

async fn rule(person: &Person, name: &str, query: &str) -> Value {
    let criteria = json!({ "query": query, "filters": {} });
    let form = json!({ "id": null, "name": name, "criteria": criteria, "mode": "instant", "enabled": true });
    person.call("alert_rule_save", form).await.unwrap()
}

async fn notice(events: &mut Receiver<CoreEvent>) -> Notice {
    let told = async {
        loop {
            if let CoreEvent::Alert { notice } = events.recv().await.unwrap() {
                return notice;
            }
        }
    };
    tokio::time::timeout(PATIENCE * 2, told).await.expect("an alert is told")
}

fn told(events: &mut Receiver<CoreEvent>) -> usize {
    std::iter::from_fn(|| events.try_recv().ok()).filter(|event| matches!(event, CoreEvent::Alert { .. })).count()
}

fn all() -> Value {
    json!({ "which": { "kind": "all" }, "unseen_only": false, "offset": 0, "limit": 50 })
}

async fn alerts(person: &Person) -> Vec<Value> {
    person.call("alerts_list", all()).await.unwrap()["alerts"].as_array().unwrap().clone()
}

/// Syncs once more, and returns when that is done.
async fn synced(person: &Person) {
    let before = person.call("status", json!({})).await.unwrap()["sync"]["as_of"].as_i64().unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person
        .until("another sync", "status", json!({}), |status| status["sync"]["as_of"].as_i64().unwrap() > before)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_comes_at_once_says_which_rule_and_why_and_comes_once() {
    let (platform, admin) = market().await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let everything = rule(&person, "Tout", "").await;
    rule(&person, "Rien", "motquinexistepas").await;
    assert!(alerts(&person).await.is_empty(), "what was there before is no news");
    let mut events = person.events();
    let project = post(&admin).await;
    let notice = notice(&mut events).await;
    assert_eq!(
        (notice.kind, notice.count, notice.rules.as_slice()),
        (NoticeKind::Instant, 1, &["Tout".to_owned()][..])
    );
    assert_eq!(notice.projects[0].project_id.as_str(), project);
    assert!(notice.latest_ms < 60_000, "{notice:?}");
    let found = alerts(&person).await;
    assert_eq!((found.len(), &found[0]["rule_id"], &found[0]["seen"]), (1, &everything["id"], &json!(false)));
    assert_eq!(found[0]["why"], json!([{ "kind": "anything" }]));
    assert_eq!(person.call("status", json!({})).await.unwrap()["counts"]["alerts"], 1);

    // Everything again: after a restart, and after the platform forgot how far this client was.
    let person = person.restarted().await;
    let mut events = person.events();
    person.up_to_date().await;
    admin.expire_states().await.unwrap();
    synced(&person).await;
    person.up_to_date().await;
    assert_eq!(alerts(&person).await.len(), 1);
    let another = post(&admin).await;
    let next = self::notice(&mut events).await;
    assert_eq!((next.count, next.projects[0].project_id.as_str()), (1, another.as_str()), "and nothing of before");
    person.call("alerts_seen", json!({ "which": { "kind": "all" } })).await.unwrap();
    assert_eq!(person.call("status", json!({})).await.unwrap()["counts"]["alerts"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_market_of_the_first_sync_is_no_news_and_what_a_later_full_sync_brings_is() {
    let (platform, admin) = market().await;
    let slow = json!([{ "match": { "path": "/v1/snapshot" }, "fault": { "delay": { "ms": 500 } } }]);
    admin.faults(&slow).await.unwrap();
    let person = Person::new(platform.url()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    rule(&person, "Tout", "").await;
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!(status["sync"]["as_of"], Value::Null, "the rule is there before the market");
    admin.no_faults().await.unwrap();
    person.up_to_date().await;
    assert!(alerts(&person).await.is_empty());

    person.call("sync_pause", json!({})).await.unwrap();
    let project = post(&admin).await;
    admin.expire_states().await.unwrap();
    person.call("sync_resume", json!({})).await.unwrap();
    let found = person.until("the alert", "alerts_list", all(), |list| list["total"] == 1).await.unwrap();
    person.up_to_date().await;
    assert_eq!((&found["alerts"][0]["project_id"], &found["alerts"][0]["missed"]), (&json!(project), &json!(true)));
    assert_eq!(alerts(&person).await.len(), 1, "of 300 others none");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_the_client_was_off_is_one_notice_that_says_how_late() {
    let (platform, admin) = market().await;
    let ahead = Arc::new(AtomicI64::new(0));
    let person = Person::with(platform.url(), clock(&ahead), Timeouts::default()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    rule(&person, "Tout", "").await;
    person.engine.active().unwrap().stop();
    for _ in 0..5 {
        post(&admin).await;
    }
    ahead.store(HOUR, Ordering::SeqCst);
    let person = person.restarted().await;
    let mut events = person.events();
    let notice = notice(&mut events).await;
    assert_eq!((notice.kind, notice.count, notice.projects.len()), (NoticeKind::Missed, 5, 3));
    assert!(notice.latest_ms >= HOUR && notice.latest_ms < HOUR + 600_000, "{notice:?}");
    assert!(alerts(&person).await.iter().all(|it| it["missed"] == true && it["late_ms"].as_i64().unwrap() >= HOUR));
    assert_eq!(told(&mut events), 0, "one notice for all of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_back_and_their_end_tells() {
    let (platform, admin) = market().await;
    let ahead = Arc::new(AtomicI64::new(0));
    let person = Person::with(platform.url(), clock(&ahead), Timeouts::default()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    rule(&person, "Tout", "").await;
    let minute = u16::try_from(person.engine.now() / 60_000 % 1440).unwrap();
    let at = |minutes: u16| (minute + minutes) % 1440;
    let quiet = json!({ "from": at(1380), "to": at(120) });
    let preferences = json!({ "notify": true, "quiet": quiet, "daily_at": at(600), "time_zone": "UTC" });
    person.call("alert_preferences_set", preferences.clone()).await.unwrap();
    let mut events = person.events();
    post(&admin).await;
    person.until("the alert in the list", "alerts_list", all(), |list| list["total"] == 1).await.unwrap();
    let off = json!({ "notify": true, "quiet": null, "daily_at": at(600), "time_zone": "UTC" });
    // Were it told now, that would be the first notice to come.
    ahead.store(3 * HOUR, Ordering::SeqCst);
    person.call("alert_preferences_set", preferences).await.unwrap();
    let notice = notice(&mut events).await;
    assert_eq!((notice.kind, notice.count), (NoticeKind::Missed, 1));
    person.call("alert_preferences_set", off).await.unwrap();
    assert_eq!(person.call("alert_preferences_get", json!({})).await.unwrap()["quiet"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_before_it_is_kept_and_what_is_wrong_with_it_is_said() {
    let (platform, _admin) = market().await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let week = json!({ "query": "", "filters": { "max_age_days": 7 }, "sort": "newest", "offset": 0, "limit": 1 });
    let listed = person.call("projects_list", week).await.unwrap()["total"].as_u64().unwrap();
    let trial = |query: &str| json!({ "criteria": { "query": query, "filters": {} } });
    let preview = person.call("alert_rule_test", trial("")).await.unwrap();
    let total = preview["total"].as_u64().unwrap();
    assert!(total >= listed && total > 0, "the closed ones would have been found as well: {preview}");
    let days: u64 = preview["days"].as_array().unwrap().iter().map(|day| day.as_u64().unwrap()).sum();
    assert_eq!((days, preview["projects"].as_array().unwrap().len() as u64), (total, total.min(5)));
    assert_eq!(person.call("alert_rule_test", trial("motquinexistepas")).await.unwrap()["total"], 0);

    let form = |id: Value, name: &str, query: &str| {
        json!({ "id": id, "name": name, "mode": "daily", "enabled": true,
            "criteria": { "query": query, "filters": {} } })
    };
    let null = Value::Null;
    assert_eq!(person.refused("alert_rule_save", form(null.clone(), "  ", "")).await, "alert-rule-name");
    assert_eq!(
        person.refused("alert_rule_save", form(null.clone(), "Nom", &"é".repeat(201))).await,
        "alert-rule-query"
    );
    assert_eq!(person.refused("alert_rule_save", form(json!("local:0"), "Nom", "")).await, "not-found");
    let kept = person.call("alert_rule_save", form(null, " Nuit ", "\"temps réel\" -php")).await.unwrap();
    assert_eq!(kept["name"], "Nuit");
    let silenced = json!({ "rule_id": kept["id"], "enabled": false });
    person.call("alert_rule_enable", silenced).await.unwrap();
    let person = person.restarted().await;
    let rules = person.call("alert_rules_list", json!({})).await.unwrap();
    assert_eq!(
        (&rules[0]["id"], &rules[0]["enabled"], &rules[0]["mode"]),
        (&kept["id"], &json!(false), &json!("daily"))
    );
    person.call("alert_rule_remove", json!({ "rule_id": kept["id"] })).await.unwrap();
    assert_eq!(person.refused("alert_rule_remove", json!({ "rule_id": kept["id"] })).await, "not-found");
    let bad = json!({ "notify": true, "quiet": { "from": 60, "to": 1440 }, "daily_at": 0, "time_zone": null });
    assert_eq!(person.refused("alert_preferences_set", bad).await, "bad-time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_arrivals_is_one_notice() {
    let (platform, admin) = market().await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    rule(&person, "Tout", "").await;
    let mut events = person.events();
    let posts: Vec<_> =
        (0..6).map(|_| admin.clone()).map(|admin| tokio::spawn(async move { post(&admin).await })).collect();
    for it in posts {
        it.await.unwrap();
    }
    let mut count = 0;
    let mut notices = 0;
    tokio::time::timeout(Duration::from_secs(60), async {
        while count < 6 {
            count += notice(&mut events).await.count;
            notices += 1;
        }
    })
    .await
    .unwrap();
    assert_eq!(count, 6, "each once");
    assert!(notices <= 2, "gathered, not one by one: {notices}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_removed_here_takes_its_rule_along_at_once() {
    let (platform, _admin) = market().await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let rules = async || {
        let rules = person.call("alert_rules_list", json!({})).await.unwrap();
        let rules = rules.as_array().unwrap().clone();
        let kept = rules.into_iter().filter(|rule| rule["origin"] == "saved-search");
        kept.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let body = json!({ "name": "Rust", "query": { "q": "rust" }, "alert": "instant" });
    person.call("write_queue", json!({ "op": "saveSearch", "target": null, "body": body })).await.unwrap();
    person.drained().await;
    let before = rules().await;
    assert!(!before.is_empty());
    // Nothing is fetched: the platform's word on it does not come.
    person.call("sync_pause", json!({})).await.unwrap();
    for id in &before {
        person.call("write_queue", json!({ "op": "removeSavedSearch", "target": id, "body": {} })).await.unwrap();
    }
    person.drained().await;
    assert!(rules().await.is_empty());
}
