//! Recommendations: who gets which, why, and what is made of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    api::{Api, Reply, offer},
    browser::sign_in,
    server::{self, Demo},
};

async fn all(api: &Api) -> Reply {
    api.get("/v1/recommendations?limit=500").await.expect(200)
}

fn path(one: &Value, act: &str) -> String {
    format!("/v1/recommendations/{}:{act}", one["id"].as_str().unwrap())
}

fn reason<'v>(one: &'v Value, code: &str) -> Option<&'v Value> {
    one["reasons"].as_array().unwrap().iter().find(|reason| reason["code"] == code)
}

#[tokio::test]
async fn each_recommendation_is_open_and_says_why() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let me = api.get("/v1/me").await.expect(200).body;
    let skills = me["skills"].as_array().unwrap();
    let found = all(&api).await;
    assert!(found.items().len() > 5);
    let scores: Vec<i64> = found.items().iter().map(|one| one["score"].as_i64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for one in found.items() {
        let project = api.get(&format!("/v1/projects/{}", one["project_id"].as_str().unwrap())).await.expect(200).body;
        assert_eq!((&project["status"], &project["viewer"]["my_bid_id"]), (&json!("open"), &Value::Null));
        let shared: Vec<&Value> =
            project["skills"].as_array().unwrap().iter().filter(|skill| skills.contains(skill)).collect();
        match reason(one, "shared-skill") {
            Some(reason) => assert_eq!(
                reason["params"]["skills"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| s.as_str())
                    .collect::<BTreeSet<_>>()
                    .len(),
                shared.len()
            ),
            None => assert!(shared.is_empty() && reason(one, "same-category-as-your-wins").is_some(), "{one}"),
        }
        assert_eq!(reason(one, "client-verified").is_some(), project["client"]["verified"] == true);
        assert_eq!(reason(one, "few-bids").is_some(), project["bid_stats"]["count"].as_i64().unwrap() <= 3);
        assert_eq!(one["created_at"], project["posted_at"]);
    }
    let first = api.get("/v1/recommendations?limit=2").await.expect(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("/v1/recommendations?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(second.items(), &found.items()[2..4]);
    let nadia = sign_in(demo.url(), "nadia").await;
    assert_eq!(all(&nadia).await.items().len(), 0, "clients have none");
}

#[tokio::test]
async fn a_dismissed_one_and_a_bid_on_one_are_gone() {
    let demo = Demo::start();
    let (api, sam) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "sam"));
    let before = all(&api).await;
    let (first, second) = (before.items()[0].clone(), before.items()[1].clone());
    let since = api.state().await;
    api.post(&path(&first, "dismiss"), json!({})).await.expect(204);
    api.call("POST", &path(&first, "dismiss")).send().await.expect(204);
    let id = first["id"].as_str().unwrap().to_owned();
    assert_eq!(api.told(&since, "recommendation").await, (vec![], vec![id]));
    let project = api.get(&format!("/v1/projects/{}", second["project_id"].as_str().unwrap())).await.expect(200).body;
    let place = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    api.post(&place, offer(&project, 480_000)).await.expect(201);
    let after = all(&api).await;
    assert!(after.items().iter().all(|one| one["id"] != first["id"] && one["id"] != second["id"]));
    assert_eq!(after.items().len(), before.items().len() - 2);
    let snapshot = api.get("/v1/snapshot?type=recommendation&limit=500").await.expect(200);
    assert_eq!(snapshot.items().len(), after.items().len());
    for one in all(&sam).await.items() {
        assert!(!one["reasons"].as_array().unwrap().is_empty(), "{one}");
    }
    for (body, error) in [("\0", ("", "invalid-json")), ("[1]", ("", "invalid-type"))] {
        let call = api.call("POST", &path(&first, "dismiss")).header("content-type", "application/json");
        assert_eq!(call.bytes(body.into()).send().await.expect(422).error(), error);
    }
    api.post("/v1/recommendations/rec_000000000000:dismiss", json!({})).await.expect(404);
}

#[tokio::test]
async fn less_like_this_lowers_its_category_and_skills() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let before = all(&api).await;
    let one = before.items()[0].clone();
    let project = api.get(&format!("/v1/projects/{}", one["project_id"].as_str().unwrap())).await.expect(200).body;
    let since = api.state().await;
    api.post(&path(&one, "less-like-this"), json!({})).await.expect(204);
    let after = all(&api).await;
    let mut lowered = BTreeSet::new();
    for now in after.items() {
        let old = before.items().iter().find(|old| old["id"] == now["id"]).unwrap();
        let (old_score, score) = (old["score"].as_i64().unwrap(), now["score"].as_i64().unwrap());
        match reason(now, "less-like-this") {
            Some(_) => assert!(score < old_score || old_score == 0, "{now}"),
            None => assert_eq!(score, old_score),
        }
        if score < old_score {
            lowered.insert(now["id"].as_str().unwrap().to_owned());
        }
        let other = api.get(&format!("/v1/projects/{}", now["project_id"].as_str().unwrap())).await.expect(200).body;
        assert_eq!(
            reason(now, "less-like-this").is_some(),
            other["category"] == project["category"]
                || other["skills"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|s| project["skills"].as_array().unwrap().contains(s))
        );
    }
    assert!(!lowered.is_empty());
    let (changed, removed) = api.told(&since, "recommendation").await;
    assert_eq!(changed.into_iter().collect::<BTreeSet<_>>(), lowered);
    assert_eq!(removed, vec![one["id"].as_str().unwrap().to_owned()]);
}

#[tokio::test]
async fn without_personalisation_the_list_is_the_newest_projects() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let personal = all(&api).await;
    let off = "UPDATE users SET personalised = 0 WHERE n = 1";
    assert_eq!(server::edit_rows(demo.data.path(), off), 1);
    let plain = all(&api).await;
    assert!(plain.items().len() > personal.items().len());
    let posted: Vec<&str> = plain.items().iter().map(|one| one["created_at"].as_str().unwrap()).collect();
    assert!(posted.is_sorted_by(|a, b| a >= b));
    for one in plain.items() {
        assert_eq!((&one["score"], &one["reasons"]), (&json!(0), &json!([{"code": "newest", "params": {}}])));
    }
    let first = api.get("/v1/recommendations?limit=3").await.expect(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("/v1/recommendations?limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!(second.items(), &plain.items()[3..6]);
}
