//! The rules of bidding, from both sides.

use serde_json::{Value, json};

use crate::{
    api::{Api, offer},
    browser::sign_in,
    server::{self, Demo, Server},
};

fn path(project: &Value) -> String {
    format!("/v1/projects/{}/bids", project["id"].as_str().unwrap())
}

async fn place(api: &Api, project: &Value) -> Value {
    api.post(&path(project), offer(project, 480_000)).await.expect(201).body
}

async fn act(api: &Api, bid: &Value, what: &str) -> crate::api::Reply {
    api.post(&format!("/v1/bids/{}:{what}", bid["id"].as_str().unwrap()), json!({})).await
}

#[tokio::test]
async fn a_bid_shows_what_was_offered_and_what_is_left_of_it() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let mut body = offer(&project, 480_000);
    let currency = body["amount"]["currency"].clone();
    let money = |minor: i64| json!({"amount_minor": minor, "currency": currency});
    body["milestones"] =
        json!([{"title": "Un", "amount": money(180_000)}, {"title": "Deux", "amount": money(300_000)}]);
    let reply = api.post(&path(&project), body.clone()).await.expect(201);
    let bid = reply.body.clone();
    assert_eq!(reply.header("location"), format!("/v1/bids/{}", bid["id"].as_str().unwrap()));
    assert_eq!((&bid["amount"], &bid["milestones"]), (&body["amount"], &body["milestones"]));
    assert_eq!((&bid["fee"], &bid["net"]), (&money(38_400), &money(441_600)));
    assert_eq!(bid["status"], "submitted");
    assert_eq!(bid["allowed_actions"], json!(["edit", "retract"]));
    let id = bid["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/v1/bids/{id}")).await.expect(200).body, bid);
    assert_eq!(api.get("/v1/bids").await.expect(200).items()[0], bid);
    let seen = api.get(&format!("/v1/projects/{}", project["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(
        seen["viewer"],
        json!({"can_bid": false, "reason": "duplicate-bid", "my_bid_id": id, "bookmarked": false})
    );
    assert_eq!(seen["bid_stats"]["count"].as_i64(), project["bid_stats"]["count"].as_i64().map(|n| n + 1));
}

#[tokio::test]
async fn an_offer_out_of_bounds_is_refused_with_the_field() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let good = offer(&project, 480_000);
    let currency = good["amount"]["currency"].clone();
    let other = if currency == "EUR" { "CHF" } else { "EUR" };
    let step = json!([{"title": "Un", "amount": {"amount_minor": 1_000, "currency": currency}}]);
    let long = "é".repeat(5_001);
    let call_me = format!("{} Appelez-moi au 06 12 34 56 78.", good["text"].as_str().unwrap());
    let write_me = format!("{} camille@exemple.fr", good["text"].as_str().unwrap());
    for (pointer, value, problem, error) in [
        ("/text", json!("trop court"), "validation", ("/text", "too-short")),
        ("/text", json!(long), "validation", ("/text", "too-long")),
        ("/text", json!(call_me), "contact-details-in-text", ("/text", "phone")),
        ("/text", json!(write_me), "contact-details-in-text", ("/text", "email")),
        ("/period_days", json!(0), "validation", ("/period_days", "out-of-range")),
        ("/period_days", json!(366), "validation", ("/period_days", "out-of-range")),
        ("/amount/amount_minor", json!(999), "amount-out-of-range", ("/amount/amount_minor", "amount-out-of-range")),
        (
            "/amount/amount_minor",
            json!(100_000_001),
            "amount-out-of-range",
            ("/amount/amount_minor", "amount-out-of-range"),
        ),
        ("/amount/amount_minor", json!(-5), "amount-out-of-range", ("/amount/amount_minor", "amount-out-of-range")),
        ("/amount/amount_minor", json!(10.5), "validation", ("/amount/amount_minor", "invalid-type")),
        ("/amount/currency", json!(other), "validation", ("/amount/currency", "currency-mismatch")),
        ("/milestones", step, "validation", ("/milestones", "milestones-sum")),
        ("/amount", Value::Null, "validation", ("/amount", "invalid-type")),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = api.post(&path(&project), body).await.expect(422);
        assert_eq!((reply.problem(), reply.error()), (problem, error), "{pointer}");
    }
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("text");
    assert_eq!(api.post(&path(&project), without).await.expect(422).error(), ("/text", "required"));
    for (pointer, value) in [
        ("/amount/amount_minor", json!(1_000)),
        ("/amount/amount_minor", json!(100_000_000)),
        ("/text", json!("é".repeat(50))),
        ("/text", json!("é".repeat(5_000))),
        ("/period_days", json!(1)),
        ("/period_days", json!(365)),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let bid = api.post(&path(&project), body).await.expect(201).body;
        act(&api, &bid, "retract").await.expect(200);
    }
}

#[tokio::test]
async fn nobody_bids_twice_nor_on_their_own_project_nor_without_being_a_freelancer() {
    let demo = Demo::start();
    let (camille, nadia, sam) =
        tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = camille.biddable().await;
    let bid = place(&camille, &project).await;
    let again = camille.post(&path(&project), offer(&project, 400_000)).await.expect(409);
    assert_eq!(again.problem(), "duplicate-bid");
    act(&camille, &bid, "retract").await.expect(200);
    place(&camille, &project).await;
    let own = sam.own_project().await;
    assert_eq!(own["viewer"]["reason"], "own-project");
    assert_eq!(sam.post(&path(&own), offer(&own, 400_000)).await.expect(409).problem(), "own-project");
    assert_eq!(nadia.post(&path(&project), offer(&project, 400_000)).await.expect(403).problem(), "forbidden");
    let nowhere = camille.post("/v1/projects/prj_000000000000/bids", offer(&project, 400_000)).await;
    assert_eq!(nowhere.expect(404).problem(), "not-found");
}

#[tokio::test]
async fn a_project_whose_time_is_over_takes_no_bid() {
    let data = tempfile::tempdir().unwrap();
    let line = r#"{"title":"Ancien","type":"fixed","budget_min":1000,"budget_max":2000,"currency":"EUR","country":"FR",
        "description":"x","skills":[],"category":"backend","posted_at":"2020-01-01T00:00:00Z"}"#
        .replace('\n', " ");
    assert!(server::import(data.path(), &[&line]).status.success());
    server::end_bidding(data.path(), "Ancien");
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "camille").await;
    let project = api.get("/v1/projects?status=closed").await.expect(200).items()[0].clone();
    assert_eq!(project["viewer"]["reason"], "project-closed");
    assert_eq!(api.post(&path(&project), offer(&project, 150_000)).await.expect(409).problem(), "project-closed");
}

#[tokio::test]
async fn the_month_s_quota_ends_at_its_limit() {
    let demo = Demo::with(&["--bids-per-month", "8"]);
    let api = sign_in(demo.url(), "camille").await;
    let quota = api.get("/v1/me/quota").await.expect(200).body;
    assert_eq!(quota["limit"], 8);
    for _ in quota["used"].as_i64().unwrap()..8 {
        let project = api.biddable().await;
        place(&api, &project).await;
    }
    let page = api.get("/v1/projects?not_bid=true").await.expect(200);
    let project = &page.items()[0];
    assert_eq!(project["viewer"]["reason"], "quota-exhausted");
    let reply = api.post(&path(project), offer(project, 400_000)).await.expect(409);
    assert_eq!(reply.problem(), "quota-exhausted");
    assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn an_edit_changes_what_is_given_and_is_refused_when_stale() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let bid = place(&api, &project).await;
    let path = format!("/v1/bids/{}", bid["id"].as_str().unwrap());
    let etag = api.get(&path).await.expect(200).header("etag").to_owned();
    let edited = api.patch(&path, &etag, json!({"period_days": 30})).await.expect(200);
    assert_eq!(edited.body["period_days"], 30);
    assert_eq!(edited.body["text"], bid["text"]);
    assert_eq!(edited.body["events"][1]["kind"], "edited");
    assert_eq!(api.patch(&path, &etag, json!({"period_days": 31})).await.expect(412).problem(), "edited-elsewhere");
    let call = api.call("PATCH", &path).json(&json!({"period_days": 31}));
    assert_eq!(call.send().await.expect(428).problem(), "precondition-required");
    let etag = edited.header("etag").to_owned();
    let short = api.patch(&path, &etag, json!({"text": "court"})).await.expect(422);
    assert_eq!(short.error(), ("/text", "too-short"));
    let amount = json!({"amount": {"amount_minor": 500_000, "currency": bid["amount"]["currency"]}});
    api.patch(&path, &etag, amount).await.expect(200);
}

#[tokio::test]
async fn a_retracted_bid_is_gone_for_every_further_act() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let bid = place(&api, &project).await;
    let retracted = act(&api, &bid, "retract").await.expect(200).body;
    assert_eq!((&retracted["status"], &retracted["allowed_actions"]), (&json!("retracted"), &json!([])));
    assert_eq!(act(&api, &bid, "retract").await.expect(410).problem(), "gone");
    let path = format!("/v1/bids/{}", bid["id"].as_str().unwrap());
    assert_eq!(api.patch(&path, "\"2\"", json!({"period_days": 3})).await.expect(410).problem(), "gone");
    let after = api.get(&format!("/v1/projects/{}", project["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(after["bid_stats"], project["bid_stats"]);
    assert_eq!(after["viewer"]["can_bid"], true);
    let listed = api.get("/v1/bids?status=retracted").await.expect(200);
    assert!(listed.items().iter().any(|item| item["id"] == bid["id"]));
    let pending = api.get("/v1/bids?status=submitted,shortlisted").await.expect(200);
    assert!(pending.items().iter().all(|item| item["id"] != bid["id"]));
}

#[tokio::test]
async fn a_client_shortlists_awards_and_rejects_and_the_rest_is_lost() {
    let demo = Demo::start();
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let own = place(&sam, &project).await;
    let bids = nadia.get(&path(&project)).await.expect(200);
    assert_eq!(bids.items().len(), 5);
    assert_eq!(sam.get(&path(&project)).await.expect(200).items().len(), 1, "others' bids are private");
    let by = |status: &str| bids.items().iter().find(|bid| bid["status"] == status).unwrap().clone();
    let shortlisted = act(&nadia, &own, "shortlist").await.expect(200).body;
    assert_eq!(shortlisted["status"], "shortlisted");
    assert_eq!(shortlisted["allowed_actions"], json!(["award", "reject"]));
    assert_eq!(act(&nadia, &own, "shortlist").await.expect(403).problem(), "forbidden");
    assert_eq!(act(&sam, &own, "award").await.expect(403).problem(), "forbidden");
    let other = by("shortlisted");
    assert_eq!(act(&nadia, &other, "reject").await.expect(200).body["status"], "rejected");
    assert_eq!(act(&sam, &other, "reject").await.expect(404).problem(), "not-found");
    let awarded = act(&nadia, &own, "award").await.expect(200).body;
    assert_eq!(awarded["status"], "awarded");
    let kinds: Vec<&Value> = awarded["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["submitted", "shortlisted", "awarded"]);
    let after = nadia.get(&path(&project)).await.expect(200);
    let count = |status: &str| after.items().iter().filter(|bid| bid["status"] == status).count();
    assert_eq!((count("awarded"), count("rejected"), count("lost")), (1, 1, 3));
    let project = nadia.get(&format!("/v1/projects/{}", project["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(project["status"], "awarded");
    let camille = sign_in(demo.url(), "camille").await;
    assert_eq!(camille.post(&path(&project), offer(&project, 400_000)).await.expect(409).problem(), "project-closed");
    assert_eq!(act(&sam, &own, "retract").await.expect(403).problem(), "forbidden");
}

#[tokio::test]
async fn bids_of_others_are_not_there() {
    let demo = Demo::start();
    let (camille, sam) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "sam"));
    let bid = place(&camille, &camille.biddable().await).await;
    let path = format!("/v1/bids/{}", bid["id"].as_str().unwrap());
    sam.get(&path).await.expect(404);
    sam.patch(&path, "\"1\"", json!({"period_days": 3})).await.expect(404);
    act(&sam, &bid, "retract").await.expect(404);
    sam.get("/v1/bids/nonsense").await.expect(404);
}
