//! With the platform there.

use presta_engine::CoreEvent;
use presta_testkit::{Options, PATIENCE, Platform};
use serde_json::json;

use crate::person::{Person, form, market};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_brings_the_market_and_what_is_ones_own() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let query = json!({ "query": "developpeur rust", "filters": {}, "sort": "newest", "offset": 0, "limit": 5 });
    let found = person.until("the texts to be found", "projects_list", query, |list| list["total"] != 0).await.unwrap();
    assert!(found["rows"][0]["title_marked"].is_array());
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    assert_eq!(threads.as_array().unwrap().len(), account.all("/v1/threads").await.unwrap().len());
    let bids = person.call("bids_list", json!({})).await.unwrap();
    assert_eq!(bids.as_array().unwrap().len(), account.all("/v1/bids").await.unwrap().len());
    let all = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });
    let here = person.call("projects_list", all).await.unwrap()["total"].clone();
    let there = account.get("/v1/projects?limit=1").await.unwrap()["total"].clone();
    assert_eq!(here, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bid_reaches_the_platform_and_the_list_says_so() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let project = person.projects("").await.remove(0);
    let mut events = person.events();
    person.bid(&project).await.unwrap();
    let delivered = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(CoreEvent::Delivered { act }) = events.recv().await {
                return act;
            }
        }
    });
    assert_eq!(delivered.await.unwrap().project_id.unwrap().as_str(), project);
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let bids = account.bids_on(&project).await.unwrap();
    assert_eq!(bids.len(), 1);
    assert_eq!(bids[0]["amount"]["amount_minor"], 125_050);
    let page = person.call("project_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(page["my_bid"]["stage"], "submitted");
    assert_eq!(page["cannot_bid_reason"], "duplicate-bid");
    assert_eq!(
        person.refused("bid_submit", json!({ "project_id": project, "form": form() })).await,
        "bid-has-problems"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_message_is_the_last_of_its_conversation_before_a_sync_says_so() {
    let platform = Platform::start(Options { admin: true, ..Options::default() }).await.unwrap();
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let changes = json!({ "match": { "method": "GET", "path": "/v1/changes" }, "fault": "reset_before" });
    platform.admin().unwrap().faults(&json!([changes])).await.unwrap();
    let inbox = json!({ "view": "inbox", "query": "" });
    let threads = person.call("threads_list", inbox.clone()).await.unwrap();
    let thread = threads.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    person.write(&thread, "Bien reçu, merci.").await.unwrap();
    person.drained().await;
    let threads = person.call("threads_list", inbox).await.unwrap();
    assert_eq!((&threads[0]["id"], &threads[0]["last_text"]), (&json!(thread), &json!("Bien reçu, merci.")));
    assert_eq!(threads[0]["queued"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_opens_the_conversation_and_the_answer_arrives_by_itself() {
    let platform = market(true).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let known: Vec<String> = account
        .all("/v1/threads")
        .await
        .unwrap()
        .iter()
        .filter_map(|thread| thread["project_id"].as_str().map(str::to_owned))
        .collect();
    let project = person.projects("").await.into_iter().find(|project| !known.contains(project)).unwrap();
    let local = format!("local:{project}");
    let mut events = person.events();
    person.write(&local, "Bonjour, quel est le volume de données ?").await.unwrap();
    person.write(&local, "Et le délai ?").await.unwrap();
    // The local id goes on working after the platform gave another.
    let page = person
        .until("the answer", "thread_get", json!({ "thread_id": local, "limit": 50 }), |page| {
            page["messages"].as_array().unwrap().iter().any(|message| message["mine"] == false)
        })
        .await
        .unwrap();
    let mine: Vec<&str> = page["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["mine"] == true)
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(mine, ["Bonjour, quel est le volume de données ?", "Et le délai ?"]);
    let mut typed = false;
    while let Ok(event) = events.try_recv() {
        typed |= matches!(event, CoreEvent::Typing { .. });
    }
    assert!(typed, "the client was seen writing");
    assert!(page["thread"]["unread"].as_u64().unwrap() >= 1);
    let thread = page["thread"]["id"].clone();
    person.call("thread_mark_read", json!({ "thread_id": thread })).await.unwrap();
    let page = person.thread(thread.as_str().unwrap()).await.unwrap();
    assert_eq!(page["thread"]["unread"], 0);
    assert_eq!(account.threads_about(&project).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_markup_from_others_is_inert() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let account = platform.sign_in(&freelancer).await.unwrap();
    let thread = account.all("/v1/threads").await.unwrap().remove(0)["id"].as_str().unwrap().to_owned();
    account.write(&thread, "<img src=x onerror=alert(1)><script>alert(2)</script>").await.unwrap();
    let page = person
        .until("the message", "thread_get", json!({ "thread_id": thread, "limit": 100 }), |page| {
            page["messages"].as_array().unwrap().iter().any(|it| it["text"].as_str().unwrap().contains("onerror"))
        })
        .await
        .unwrap();
    let html = page["messages"].as_array().unwrap().last().unwrap()["html"].as_str().unwrap().to_owned();
    assert!(!html.contains('<'), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_with_what_is_wrong_with_it() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let project = person.projects("").await.remove(0);
    let typed = json!({ "amount": "1e12", "period_days": "", "text": "Court", "milestones": [] });
    let draft = person.call("bid_draft_save", json!({ "project_id": project, "form": typed })).await.unwrap();
    let codes: Vec<&str> =
        draft["checks"]["problems"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["amount-not-a-number", "period-empty", "text-too-short"]);
    assert_eq!(person.refused("bid_submit", json!({ "project_id": project, "form": typed })).await, "bid-has-problems");
    let person = person.restarted().await;
    let draft = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(draft["form"], typed);
    let long = "é".repeat(20_000);
    let typed = json!({ "amount": "500", "period_days": "5", "text": long, "milestones": [] });
    let draft = person.call("bid_draft_save", json!({ "project_id": project, "form": typed })).await.unwrap();
    assert_eq!(draft["form"]["text"], long);
    assert_eq!(draft["checks"]["problems"][0]["code"], "text-too-long");
}
