//! The demo market, and the living one.

use serde_json::json;
use uuid::Uuid;

use crate::{api::offer, browser::sign_in, server::Demo};

#[tokio::test]
async fn the_ready_line_names_the_accounts() {
    let demo = Demo::start();
    assert_eq!(
        demo.server.ready["accounts"],
        json!([
            {"login": "camille.demo", "password": "demo-camille", "role": "freelancer"},
            {"login": "nadia.demo", "password": "demo-nadia", "role": "client"},
            {"login": "sam.demo", "password": "demo-sam", "role": "both"},
        ])
    );
}

#[tokio::test]
async fn camille_starts_with_bids_in_several_states_and_unread_conversations() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let me = api.get("/v1/me").await.expect(200).body;
    assert_eq!(me["roles"], json!(["freelancer"]));
    assert!(!me["skills"].as_array().unwrap().is_empty());
    let bids = api.get("/v1/bids").await.expect(200);
    for status in ["submitted", "shortlisted", "awarded", "accepted", "rejected", "lost", "retracted"] {
        assert!(bids.items().iter().any(|bid| bid["status"] == status), "{status}");
    }
    let deal = bids.items().iter().find(|bid| bid["status"] == "accepted").unwrap();
    assert!(!deal["allowed_actions"].as_array().unwrap().iter().any(|action| action == "amend"), "one is open");
    let steps = api.get(&format!("/v1/milestones?bid_id={}", deal["id"].as_str().unwrap())).await.expect(200);
    let sum: i64 = steps.items().iter().map(|step| step["amount"]["amount_minor"].as_i64().unwrap()).sum();
    assert_eq!(deal["amount"]["amount_minor"], sum);
    assert!(steps.items().iter().any(|step| step["status"] == "released"));
    assert_eq!(api.get("/v1/milestone-requests").await.expect(200).items().len(), 1);
    let threads = api.get("/v1/threads").await.expect(200);
    assert!((6..=8).contains(&threads.items().len()));
    let unread = threads.items().iter().filter(|thread| thread["unread_count"] != 0).count();
    assert!((2..=4).contains(&unread), "{unread}");
    assert!(threads.items().iter().any(|thread| !thread["bid_id"].is_null()));
}

#[tokio::test]
async fn nadia_starts_with_projects_that_have_bids() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let mine = api.get("/v1/projects?mine=true").await.expect(200);
    assert_eq!(mine.items().len(), 6);
    for project in mine.items() {
        let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
        let bids = api.get(&path).await.expect(200);
        assert!(bids.items().len() >= 3);
        assert_eq!(project["bid_stats"]["count"], bids.items().len());
    }
    assert!(!api.get("/v1/threads").await.expect(200).items().is_empty());
}

#[tokio::test]
async fn in_a_living_market_clients_type_answer_and_shortlist() {
    let demo = Demo::with(&["--live"]);
    let api = sign_in(demo.url(), "camille").await;
    let since = api.state().await;
    let mut events = api.events(None).await;
    let page = api.get("/v1/projects?limit=100").await.expect(200);
    let staffed = ["Nadia Benali", "Sam Moreau"];
    let of_the_market = |project: &&serde_json::Value| {
        project["viewer"]["can_bid"] == true && !staffed.contains(&project["client"]["display_name"].as_str().unwrap())
    };
    let project = page.items().iter().find(of_the_market).unwrap();
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let bid = api.post(&path, offer(project, 480_000)).await.expect(201).body;
    let message = json!({
        "project_id": project["id"], "text": "Quand souhaitez-vous commencer ?",
        "client_message_id": Uuid::new_v4().to_string(),
    });
    let thread = api.post("/v1/threads", message).await.expect(201).body["thread"].clone();
    let typing = events.wait_for("typing").await;
    assert_eq!(typing.data["thread_id"], thread["id"]);
    let messages = format!("/v1/threads/{}/messages", thread["id"].as_str().unwrap());
    let (mut answered, mut shortlisted) = (false, false);
    while !(answered && shortlisted) {
        events.wait_for("change").await;
        answered = api.get(&messages).await.expect(200).items().len() == 2;
        let now = api.get(&format!("/v1/bids/{}", bid["id"].as_str().unwrap())).await.expect(200).body;
        shortlisted = now["status"] == "shortlisted";
    }
    let changes = api.get(&format!("/v1/changes?since={since}&types=bid")).await.expect(200);
    assert_eq!(changes.body["changed"][0]["data"]["status"], "shortlisted");
}
