//! Reviews: both sides, each blind to the other's.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    api::{Api, offer},
    browser::{sign_in, sign_in_for},
    server::{self, Demo},
};

fn draft(bid: &Value, rating: i64) -> Value {
    let scores = json!({"communication": 5, "quality": rating, "deadline": 4, "budget": 3});
    json!({"bid_id": bid["id"], "rating": rating, "scores": scores, "text": "Très bien <script>alert(1)</script>"})
}

/// A contract between Sam and Nadia, whose project it is: the bid is accepted.
async fn contract(demo: &Demo) -> (Api, Api, Value) {
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let bid = sam.post(&path, offer(&project, 480_000)).await.expect(201).body;
    let refused = sam.post("/v1/reviews", draft(&bid, 5)).await.expect(409);
    assert_eq!(refused.problem(), "state-conflict", "no contract yet");
    let accept = "UPDATE bids SET status = 'accepted' WHERE n = (SELECT max(n) FROM bids)";
    assert_eq!(server::edit_rows(demo.data.path(), accept), 1);
    (nadia, sam, bid)
}

async fn ids(api: &Api, role: &str) -> Vec<String> {
    let page = api.get(&format!("/v1/reviews?role={role}&limit=500")).await.expect(200);
    let id = |item: &Value| item["id"].as_str().or(item["bid_id"].as_str()).unwrap().to_owned();
    page.items().iter().map(id).collect()
}

#[tokio::test]
async fn reviews_appear_together_and_count() {
    let demo = Demo::start();
    let (nadia, sam, bid) = contract(&demo).await;
    let bid_id = bid["id"].as_str().unwrap().to_owned();
    assert_eq!((ids(&nadia, "due").await, ids(&sam, "due").await), (vec![bid_id.clone()], vec![bid_id.clone()]));
    let (nadia_since, sam_since) = (nadia.state().await, sam.state().await);
    let reply = nadia.post("/v1/reviews", draft(&bid, 2)).await.expect(201);
    let first = reply.body.clone();
    let path = format!("/v1/reviews/{}", first["id"].as_str().unwrap());
    assert_eq!(reply.header("location"), path);
    assert_eq!((&first["status"], &first["role"]), (&json!("hidden"), &json!("freelancer")));
    assert_eq!(first["text"], "Très bien <script>alert(1)</script>");
    assert!(!first["publishes_at"].is_null() && first["published_at"].is_null());
    assert_eq!(nadia.get(&path).await.expect(200).body, first);
    sam.get(&path).await.expect(404);
    assert!(!ids(&sam, "received").await.contains(&first["id"].as_str().unwrap().to_owned()));
    assert_eq!(sam.told(&sam_since, "review").await, (vec![], vec![]), "nothing is given away");
    assert_eq!(nadia.told(&nadia_since, "review").await.0.len(), 1);
    assert_eq!(ids(&nadia, "due").await, Vec::<String>::new());
    let due = sam.get("/v1/reviews?role=due").await.expect(200);
    assert_eq!(due.items()[0]["closes_at"], first["publishes_at"]);
    assert_eq!(nadia.post("/v1/reviews", draft(&bid, 3)).await.expect(409).problem(), "state-conflict");

    let camille = sign_in(demo.url(), "camille").await;
    let since = camille.state().await;
    let (before_sam, before_nadia) = (sam.get("/v1/me").await.body, nadia.get("/v1/me").await.body);
    let second = sam.post("/v1/reviews", draft(&bid, 4)).await.expect(201).body;
    assert_eq!((&second["status"], &second["role"]), (&json!("published"), &json!("client")));
    assert_eq!(sam.get(&path).await.expect(200).body["status"], "published");
    assert_eq!(camille.get(&path).await.expect(200).body["bid_id"], Value::Null);
    assert!(ids(&sam, "received").await.contains(&first["id"].as_str().unwrap().to_owned()));
    assert_eq!(ids(&sam, "given").await[0], second["id"]);
    assert_eq!(sam.told(&sam_since, "review").await.0.len(), 2);
    for (before, api, rating) in [(before_sam, &sam, 2.0), (before_nadia, &nadia, 4.0)] {
        let after = api.get("/v1/me").await.expect(200).body;
        let count = before["reviews"].as_f64().unwrap();
        let mean = (before["rating"].as_f64().unwrap() * count + rating) / (count + 1.0);
        assert!((after["rating"].as_f64().unwrap() - mean).abs() < 0.006, "{after}");
        assert_eq!(after["reviews"].as_i64(), before["reviews"].as_i64().map(|n| n + 1));
        assert!(after["rev"].as_i64() > before["rev"].as_i64());
    }
    let changed = camille.get(&format!("/v1/changes?since={since}&types=project")).await.expect(200);
    let cards = changed.body["changed"].as_array().unwrap().iter().map(|change| &change["data"]["client"]);
    let cards: BTreeSet<(&str, i64)> =
        cards.map(|card| (card["display_name"].as_str().unwrap(), card["reviews"].as_i64().unwrap())).collect();
    assert_eq!(cards, BTreeSet::from([("Nadia Benali", 13), ("Sam Moreau", 38)]));
    let mails: i64 = server::value(demo.data.path(), "SELECT count(*) FROM mails WHERE topic = 'contracts'");
    assert_eq!(mails, 3, "one invitation to write, and one for each that appeared");
}

#[tokio::test]
async fn a_review_alone_appears_after_two_weeks_and_then_it_is_too_late() {
    let demo = Demo::start();
    let (nadia, sam, bid) = contract(&demo).await;
    let first = nadia.post("/v1/reviews", draft(&bid, 5)).await.expect(201).body;
    let path = format!("/v1/reviews/{}", first["id"].as_str().unwrap());
    let demo = demo.restart(|data| {
        let text = "UPDATE reviews SET created_at = created_at - 13 * 86400000 WHERE published_at IS NULL";
        assert_eq!(server::edit_rows(data, text), 1);
    });
    let (nadia, sam) = (nadia.at(demo.url()), sam.at(demo.url()));
    sam.get(&path).await.expect(404);
    let demo = demo.restart(|data| {
        let text = "UPDATE reviews SET created_at = created_at - 86400000 WHERE published_at IS NULL";
        assert_eq!(server::edit_rows(data, text), 1);
    });
    let (nadia, sam) = (nadia.at(demo.url()), sam.at(demo.url()));
    assert_eq!(sam.get(&path).await.expect(200).body["status"], "published");
    assert_eq!(nadia.get(&path).await.expect(200).body["publishes_at"], Value::Null);
    assert_eq!(ids(&sam, "due").await, Vec::<String>::new());
    assert_eq!(sam.post("/v1/reviews", draft(&bid, 1)).await.expect(409).problem(), "state-conflict");
}

#[tokio::test]
async fn reviews_are_for_the_sides_of_a_contract_and_keep_their_bounds() {
    let demo = Demo::start();
    let (nadia, _, bid) = contract(&demo).await;
    let camille = sign_in(demo.url(), "camille").await;
    assert_eq!(camille.post("/v1/reviews", draft(&bid, 5)).await.expect(422).error(), ("/bid_id", "unknown"));
    for (pointer, value, error) in [
        ("/bid_id", json!("bid_000000000000"), ("/bid_id", "unknown")),
        ("/bid_id", json!("x"), ("/bid_id", "unknown")),
        ("/rating", json!(0), ("/rating", "out-of-range")),
        ("/rating", json!(6), ("/rating", "out-of-range")),
        ("/rating", json!(4.5), ("/rating", "invalid-type")),
        ("/scores/budget", json!(9), ("/scores/budget", "out-of-range")),
        ("/scores", json!({"quality": 1}), ("/scores/communication", "required")),
        ("/text", json!("é".repeat(2_001)), ("/text", "too-long")),
    ] {
        let mut body = draft(&bid, 5);
        *body.pointer_mut(pointer).unwrap() = value;
        assert_eq!(nadia.post("/v1/reviews", body).await.expect(422).error(), error, "{pointer}");
    }
    let mut extra = draft(&bid, 5);
    extra["anonymous"] = json!(true);
    assert_eq!(nadia.post("/v1/reviews", extra).await.expect(422).error(), ("/anonymous", "unknown-field"));
    nadia.get("/v1/reviews?role=mine").await.expect(422);
    nadia.get("/v1/reviews?role=").await.expect(422);
    nadia.get("/v1/reviews/rev_000000000000").await.expect(404);
    let reader = sign_in_for(demo.url(), "nadia", "profile:read").await;
    assert_eq!(reader.post("/v1/reviews", draft(&bid, 5)).await.expect(403).problem(), "insufficient-scope");
    let key = uuid::Uuid::new_v4();
    let mut body = draft(&bid, 5);
    body["text"] = json!("");
    let first = nadia.call("POST", "/v1/reviews").key(key).json(&body).send().await.expect(201);
    let again = nadia.call("POST", "/v1/reviews").key(key).json(&body).send().await.expect(201);
    assert_eq!((again.body, again.headers["idempotency-replayed"].to_str().unwrap()), (first.body, "true"));
}
