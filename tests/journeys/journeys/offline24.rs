//! A day without network: what the catching up costs in time and memory. `PRESTA_OFFLINE_CHANGES` says how much changes
//! on the platform meanwhile.

use std::time::{Duration, Instant};

use anyhow::Context;
use presta_testkit::{Admin, Bridge, Limits, Options, Platform, Seed};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::seed::number;

/// Changes of a plain test run.
const CHANGES: u32 = 2_000;
const HOURS: u32 = 24;
/// Requests to the platform at a time.
const AT_ONCE: usize = 8;
/// The catching up may not take more than this above what the application used before.
const MOST_MEMORY: u64 = 96 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_offline_is_caught_up_with_in_little_time_and_memory() {
    let changes = number("PRESTA_OFFLINE_CHANGES", CHANGES);
    let limits = Some(Limits { bids_per_month: 1_000, requests_per_minute: 1_000_000 });
    let platform = Platform::start(Options { seed: Seed::Projects(1_000), admin: true, limits, ..Options::default() })
        .await
        .unwrap();
    let login = platform.login("freelancer").unwrap().clone();
    let limit = Duration::from_secs(30 + u64::from(changes) / 50);
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("profile");
    let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
    bridge.sign_in(&login).await.unwrap();
    bridge.up_to_date(limit).await.unwrap();
    bridge.kill().await.unwrap();
    // What an application that has nothing to catch up with uses.
    let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
    bridge.up_to_date(limit).await.unwrap();
    let usual = bridge.peak_memory().unwrap();
    bridge.kill().await.unwrap();

    let admin = platform.admin().unwrap();
    let me = platform.sign_in(&login).await.unwrap();
    let threads: Vec<String> =
        me.all("/v1/threads").await.unwrap().iter().filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
    let posted = day(&admin, &threads, changes).await.unwrap();

    let begun = Instant::now();
    let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
    bridge.up_to_date(limit).await.unwrap();
    let took = begun.elapsed();
    let peak = bridge.peak_memory().unwrap();

    let me = platform.sign_in(&login).await.unwrap();
    assert!(posted.len() as u32 > changes / 3, "{} projects", posted.len());
    for project in posted.iter().step_by(97) {
        let known = bridge.call("project_get", &json!({ "project_id": project })).await.unwrap();
        assert_eq!(known["can_bid"], true, "{project}");
    }
    for thread in threads.iter().take(3) {
        let newest = me.get(&format!("/v1/threads/{thread}/messages?limit=50")).await.unwrap();
        let page = bridge.call("thread_get", &json!({ "thread_id": thread, "limit": 50 })).await.unwrap();
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap().to_owned()).collect()
        };
        let mut here = texts(&page["messages"]);
        here.reverse();
        assert_eq!(here, texts(&newest["items"]));
    }
    println!("  offline_changes: {changes}");
    println!("  offline_catch_up_ms: {}", took.as_millis());
    println!("  offline_peak_bytes: {peak}");
    println!("  offline_usual_bytes: {usual}");
    assert!(peak < usual + MOST_MEMORY, "{peak} bytes of memory, {usual} without anything to catch up with");
}

/// A day of the market: projects arrive and close, clients write. Returns the projects that are still open.
async fn day(admin: &Admin, threads: &[String], changes: u32) -> anyhow::Result<Vec<String>> {
    let mut open = Vec::new();
    for hour in 1..=HOURS {
        admin.clock(i64::from(hour) * 3_600_000).await?;
        let (from, to) = (changes * (hour - 1) / HOURS, changes * hour / HOURS);
        let mut steps: Vec<Value> = Vec::new();
        for n in from..to {
            let thread = &threads[n as usize % threads.len()];
            steps.push(match n % 10 {
                5..=8 => {
                    json!({ "act": "client_message", "thread_id": thread, "text": format!("Message {n} de la journée.") })
                }
                9 if !open.is_empty() => json!({ "act": "close", "project_id": open.remove(0) }),
                _ => json!({ "act": "post_project" }),
            });
        }
        open.extend(all(admin, steps).await?);
    }
    Ok(open)
}

/// Does all steps, a few at a time. Returns the projects that arrived.
async fn all(admin: &Admin, steps: Vec<Value>) -> anyhow::Result<Vec<String>> {
    let (mut posted, mut running) = (Vec::new(), JoinSet::new());
    for step in steps {
        if running.len() >= AT_ONCE {
            posted.extend(running.join_next().await.context("a step under way")???);
        }
        let admin = admin.clone();
        running.spawn(async move {
            let done = admin.script(&step).await?;
            let project = done.get("project_id").and_then(Value::as_str).map(str::to_owned);
            anyhow::Ok(project.filter(|_| step["act"] == "post_project"))
        });
    }
    while let Some(ended) = running.join_next().await {
        posted.extend(ended??);
    }
    Ok(posted)
}
