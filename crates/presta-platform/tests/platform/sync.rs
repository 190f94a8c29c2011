//! Snapshots, changes and events.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{Api, Reply, offer},
    browser::sign_in,
    server::Demo,
};

async fn changes(api: &Api, since: &str, rest: &str) -> Reply {
    api.get(&format!("/v1/changes?since={since}{rest}")).await.expect(200)
}

fn ids(reply: &Reply, list: &str, kind: &str) -> Vec<String> {
    let items = reply.body[list].as_array().unwrap();
    let of_kind = items.iter().filter(|item| item["type"] == kind);
    of_kind.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn place(api: &Api, project: &Value) -> Value {
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    api.post(&path, offer(project, 480_000)).await.expect(201).body
}

#[tokio::test]
async fn a_snapshot_is_everything_once_newest_first_with_the_state_of_its_first_page() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let whole = api.get("/v1/snapshot?type=project&limit=500").await.expect(200);
    let posted: Vec<&str> = whole.items().iter().map(|item| item["posted_at"].as_str().unwrap()).collect();
    assert!(posted.is_sorted_by(|a, b| a >= b));
    assert_eq!(whole.body["total"], whole.items().len());
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = api.get(&format!("/v1/snapshot?type=project&limit=50&cursor={cursor}")).await.expect(200);
        assert_eq!((&page.body["state"], &page.body["total"]), (&whole.body["state"], &whole.body["total"]));
        seen.extend(page.items().iter().map(|item| item["id"].clone()));
        if seen.len() == 50 {
            let project = api.biddable().await;
            place(&api, &project).await;
        }
        match page.body["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let expected: Vec<Value> = whole.items().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(seen, expected);
    let since = whole.body["state"].as_str().unwrap();
    let later = changes(&api, since, "").await;
    assert_eq!(ids(&later, "changed", "bid").len(), 1, "nothing is missed between pages");
    for kind in ["me", "bid", "thread", "message"] {
        let page = api.get(&format!("/v1/snapshot?type={kind}&limit=3")).await.expect(200);
        assert!(page.body["total"].as_u64().unwrap() >= page.items().len() as u64);
        assert!(!page.items().is_empty(), "{kind}");
    }
    let other = api.get("/v1/snapshot?type=bid&limit=1").await.expect(200);
    let cursor = other.body["next_cursor"].as_str().unwrap();
    let mixed = api.get(&format!("/v1/snapshot?type=thread&cursor={cursor}")).await.expect(422);
    assert_eq!(mixed.error(), ("?cursor", "invalid"));
}

#[tokio::test]
async fn changes_carry_each_row_once_as_of_now() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let since = api.state().await;
    let nothing = changes(&api, &since, "").await;
    assert_eq!(nothing.body["changed"], json!([]));
    assert_eq!(nothing.body["new_state"], since);
    let project = api.biddable().await;
    let bid = place(&api, &project).await;
    let id = bid["id"].as_str().unwrap();
    api.patch(&format!("/v1/bids/{id}"), "\"1\"", json!({"period_days": 40})).await.expect(200);
    let later = changes(&api, &since, "").await;
    assert_eq!(later.body["old_state"], since);
    assert_eq!(ids(&later, "changed", "bid"), [id]);
    assert_eq!(ids(&later, "changed", "project"), [project["id"].as_str().unwrap()]);
    let change = later.body["changed"].as_array().unwrap().iter().find(|change| change["type"] == "bid").unwrap();
    assert_eq!((&change["data"]["period_days"], &change["rev"]), (&json!(40), &json!(2)));
    assert_eq!(change["data"], api.get(&format!("/v1/bids/{id}")).await.expect(200).body);
    let only = changes(&api, &since, "&types=project").await;
    assert_eq!(ids(&only, "changed", "bid"), Vec::<String>::new());
    let done = changes(&api, later.body["new_state"].as_str().unwrap(), "").await;
    assert_eq!(done.body["changed"], json!([]));
}

#[tokio::test]
async fn changes_come_by_pages_that_miss_nothing() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let mut since = api.state().await;
    let mut expected = BTreeSet::new();
    for _ in 0..3 {
        let bid = place(&api, &api.biddable().await).await;
        expected.insert(bid["id"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    loop {
        let page = changes(&api, &since, "&limit=2").await;
        assert!(page.body["changed"].as_array().unwrap().len() <= 2);
        seen.extend(ids(&page, "changed", "bid"));
        page.body["new_state"].as_str().unwrap().clone_into(&mut since);
        pages += 1;
        if page.body["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, expected);
    assert!(pages >= 3, "{pages}");
}

#[tokio::test]
async fn a_project_that_is_awarded_leaves_the_window_of_others_and_stays_in_one_s_own() {
    let demo = Demo::start();
    let (camille, nadia, sam) =
        tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let id = project["id"].as_str().unwrap().to_owned();
    let bid = place(&sam, &project).await;
    let since = camille.state().await;
    nadia.post(&format!("/v1/bids/{}:award", bid["id"].as_str().unwrap()), json!({})).await.expect(200);
    let seen = changes(&camille, &since, "").await;
    assert_eq!(seen.body["removed"], json!([{"type": "project", "id": id, "reason": "left-window"}]));
    assert_eq!(ids(&seen, "changed", "bid"), Vec::<String>::new());
    for side in [&nadia, &sam] {
        let seen = changes(side, &since, "").await;
        assert_eq!(ids(&seen, "changed", "project"), [id.as_str()]);
        assert!(!ids(&seen, "changed", "bid").is_empty());
    }
}

#[tokio::test]
async fn another_feed_expires_old_states_and_narrows_what_comes() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let whole = api.get("/v1/snapshot?type=project&limit=500").await.expect(200);
    let category = whole.items()[0]["category"].as_str().unwrap();
    let since = whole.body["state"].as_str().unwrap();
    let etag = api.get("/v1/me/feed").await.expect(200).header("etag").to_owned();
    let set = api.patch("/v1/me/feed", &etag, json!({"categories": [category]})).await.expect(200);
    assert_eq!(set.body, json!({"skills": [], "categories": [category], "max_age_days": 90}));
    let expired = api.get(&format!("/v1/changes?since={since}")).await.expect(410);
    assert_eq!(expired.problem(), "sync-state-expired");
    let narrow = api.get("/v1/snapshot?type=project&limit=500").await.expect(200);
    assert!(narrow.items().len() < whole.items().len());
    let bids = api.get("/v1/bids").await.expect(200);
    let invitations = api.get("/v1/invitations?role=received").await.expect(200);
    let fits = |item: &Value| {
        item["category"] == category
            || item["viewer"]["bookmarked"] == true
            || bids.items().iter().chain(invitations.items()).any(|own| own["project_id"] == item["id"])
    };
    assert!(narrow.items().iter().all(fits));
    let since = narrow.body["state"].as_str().unwrap();
    let sam = sign_in(demo.url(), "sam").await;
    let page = sam.get("/v1/projects?limit=500").await.expect(200);
    let bid_on = |inside: bool| {
        let narrow: Vec<&Value> = narrow.items().iter().map(|item| &item["id"]).collect();
        let fits = |item: &&Value| item["viewer"]["can_bid"] == true && narrow.contains(&&item["id"]) == inside;
        page.items().iter().find(fits).unwrap().clone()
    };
    let (inside, outside) = (bid_on(true), bid_on(false));
    place(&sam, &outside).await;
    place(&sam, &inside).await;
    let seen = changes(&api, since, "").await;
    assert_eq!(ids(&seen, "changed", "project"), [inside["id"].as_str().unwrap()]);
    assert_eq!(seen.body["removed"], json!([]), "what was never in the feed is not taken out of it");
    let stale = api.patch("/v1/me/feed", &etag, json!({"max_age_days": 30})).await.expect(412);
    assert_eq!(stale.problem(), "edited-elsewhere");
    let etag = set.header("etag").to_owned();
    let unknown = api.patch("/v1/me/feed", &etag, json!({"skills": ["nope"]})).await.expect(422);
    assert_eq!(unknown.error(), ("/skills/0", "unknown"));
}

#[tokio::test]
async fn states_of_elsewhere_or_of_the_future_are_expired() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let state = api.state().await;
    let epoch = state.split('-').next().unwrap();
    for wrong in ["nonsense", "s00000000-1", &format!("{epoch}-ffffff"), &format!("{epoch}--5"), &format!("{epoch}-x")]
    {
        let reply = api.get(&format!("/v1/changes?since={wrong}")).await;
        assert_eq!(reply.expect(410).problem(), "sync-state-expired", "{wrong}");
    }
}

#[tokio::test]
async fn a_long_poll_answers_when_something_happens() {
    let demo = Demo::start();
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let since = nadia.state().await;
    let waiting = {
        let (nadia, since) = (nadia.clone(), since.clone());
        tokio::spawn(async move { changes(&nadia, &since, "&types=bid&wait=30").await })
    };
    // A change of another type does not wake it: the bid comes after the message.
    let project = nadia.own_project().await;
    let message =
        json!({"project_id": project["id"], "text": "Bonjour", "client_message_id": Uuid::new_v4().to_string()});
    sam.post("/v1/threads", message).await.expect(201);
    let bid = place(&sam, &project).await;
    let heard = waiting.await.unwrap();
    // The ranks of the others change with it.
    assert!(ids(&heard, "changed", "bid").contains(&bid["id"].as_str().unwrap().to_owned()));
    let at_once = changes(&nadia, &since, "&wait=30").await;
    assert_eq!(ids(&at_once, "changed", "thread").len(), 1);
}

#[tokio::test]
async fn events_say_that_something_changed_and_who_types() {
    let demo = Demo::start();
    let (camille, nadia, sam) =
        tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let mut heard = nadia.events(None).await;
    let mut elsewhere = camille.events(None).await;
    let hello = heard.wait_for("hello").await;
    let since = hello.data["new_state"].as_str().unwrap().to_owned();
    assert_eq!(hello.id, since);
    let project = nadia.own_project().await;
    let message =
        json!({"project_id": project["id"], "text": "Bonjour", "client_message_id": Uuid::new_v4().to_string()});
    let opened = sam.post("/v1/threads", message).await.expect(201).body;
    let change = heard.wait_for("change").await;
    assert_eq!(change.data["types"], json!(["thread", "message"]));
    assert_eq!(change.data["new_state"], change.id);
    let fetched = changes(&nadia, &since, "").await;
    assert_eq!(fetched.body["new_state"], change.id);
    let thread = opened["thread"]["id"].as_str().unwrap();
    sam.post(&format!("/v1/threads/{thread}:typing"), json!({})).await.expect(204);
    let typing = heard.wait_for("typing").await;
    assert_eq!(typing.data, json!({"thread_id": thread, "user_id": opened["message"]["author_id"]}));
    // What concerns others only is not heard: the next thing Camille hears is the project.
    place(&sam, &project).await;
    elsewhere.wait_for("hello").await;
    let first = elsewhere.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.data["types"]), ("change", &json!(["project"])));
}

#[tokio::test]
async fn who_comes_back_late_is_told_at_once() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let state = api.state().await;
    let mut same = api.events(Some(&state)).await;
    same.wait_for("hello").await;
    place(&api, &api.biddable().await).await;
    let mut late = api.events(Some(&state)).await;
    let hello = late.wait_for("hello").await;
    let change = late.next().await.unwrap();
    assert_eq!((change.name.as_str(), &change.id), ("change", &hello.id));
    assert_ne!(change.id, state);
    assert_eq!(same.next().await.unwrap().id, change.id, "nothing was said in between");
}

#[tokio::test]
async fn a_new_name_is_seen_on_the_projects_of_a_client() {
    let demo = Demo::start();
    let (camille, nadia) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"));
    let since = camille.state().await;
    let etag = nadia.get("/v1/me").await.expect(200).header("etag").to_owned();
    nadia.patch("/v1/me", &etag, json!({"display_name": "Atelier Benali"})).await.expect(200);
    let seen = changes(&camille, &since, "&types=project").await;
    let names: BTreeSet<&str> = seen.body["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["data"]["client"]["display_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["Atelier Benali"]));
}
