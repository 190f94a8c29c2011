//! Ranks, and what sealed bids keep to themselves.

use serde_json::{Value, json};

use crate::{
    api::offer,
    deals::{Deal, act, bid, bids_of, heard, id, money, place, post, project},
};

fn score(bid: &Value) -> f64 {
    let factors = bid["rank"]["factors"].as_array().unwrap();
    factors.iter().map(|factor| factor["weight"].as_f64().unwrap() * factor["value"].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn ranks_follow_the_factors_and_change_with_the_bids() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let first = place(&deal.camille, &posted, json!([])).await;
    assert_eq!((&first["rank"]["position"], &first["rank"]["of"]), (&json!(1), &json!(1)));
    let names: Vec<&Value> = first["rank"]["factors"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    assert_eq!(names, ["skills", "rating", "price", "speed", "profile"]);
    let weights: f64 = first["rank"]["factors"].as_array().unwrap().iter().map(|f| f["weight"].as_f64().unwrap()).sum();
    assert!((weights - 1.0).abs() < 1e-9);
    assert_eq!(first["rank"]["factors"][0]["value"], 1.0, "Camille knows both skills");
    assert_eq!(first["rank"]["factors"][2]["value"], 0.92, "4 800 € between 4 000 € and 9 000 €");
    let path = format!("/v1/bids/{}", id(&first));
    let etag = deal.camille.get(&path).await.expect(200).header("etag").to_owned();
    let since = deal.camille.state().await;
    let mut dear = offer(&posted, 900_000);
    dear["period_days"] = json!(60);
    let second = deal.sam.post(&bids_of(&posted), dear).await.expect(201).body;
    assert_eq!((&second["rank"]["position"], &second["rank"]["of"]), (&json!(2), &json!(2)));
    let now = bid(&deal.camille, &first).await;
    assert!(score(&now) > score(&second));
    assert_eq!((&now["rank"]["of"], &now["rev"]), (&json!(2), &first["rev"]), "nobody edited it");
    assert_eq!(heard(&deal.camille, &since, "changed", "bid").await, [id(&first)]);
    let changed = deal.camille.call("GET", &path).header("if-none-match", &etag).send().await;
    assert_eq!(changed.status, 200, "the validator covers the rank");
    let edit = deal.camille.patch(&path, &etag, json!({"period_days": 11})).await.expect(200);
    assert!(edit.body["rev"].as_i64() > first["rev"].as_i64(), "and does not stand in the way of an edit");
    act(&deal.sam, &second, "retract").await.expect(200);
    assert_eq!(bid(&deal.camille, &first).await["rank"]["of"], 1);
    assert_eq!(bid(&deal.sam, &second).await["rank"], Value::Null, "out of the running");
    act(&deal.nadia, &first, "reject").await.expect(200);
    assert_eq!(bid(&deal.camille, &first).await["rank"], Value::Null);
}

#[tokio::test]
async fn sealed_bids_stay_sealed() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({"sealed": true})).await;
    let first = place(&deal.camille, &posted, json!([])).await;
    assert_eq!(first["rank"], Value::Null);
    let since = deal.camille.state().await;
    place(&deal.sam, &posted, json!([])).await;
    assert_eq!(heard(&deal.camille, &since, "changed", "bid").await, Vec::<String>::new());
    for api in [&deal.camille, &deal.sam] {
        let seen = project(api, &posted).await;
        assert_eq!((&seen["sealed"], &seen["bid_stats"]["average"]), (&json!(true), &Value::Null));
        let bids = api.get(&bids_of(&posted)).await.expect(200);
        assert_eq!(bids.items().len(), 1, "one's own");
        assert_eq!(bids.items()[0]["rank"], Value::Null);
        let listed = api.get("/v1/snapshot?type=project&limit=500").await.expect(200);
        let row = listed.items().iter().find(|item| item["id"] == posted["id"]).unwrap();
        assert_eq!(row["bid_stats"]["average"], Value::Null);
    }
    assert_eq!(
        project(&deal.nadia, &posted).await["bid_stats"]["average"],
        money(480_000),
        "it is the client's to know"
    );
    let all = deal.nadia.get(&bids_of(&posted)).await.expect(200);
    assert_eq!(all.items().len(), 2);
    assert!(all.items().iter().all(|bid| bid["rank"]["of"] == 2));
    let open = post(&deal.nadia, json!({})).await;
    place(&deal.camille, &open, json!([])).await;
    assert_eq!(project(&deal.sam, &open).await["bid_stats"]["average"], money(480_000));
}
