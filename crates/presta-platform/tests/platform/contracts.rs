//! What happens after an award was accepted: milestones, requests for them, and amendments.

use serde_json::{Value, json};

use crate::{
    api::{Api, Reply},
    deals::{Deal, act, bid, heard, id, mails, money, place, post, step},
};

async fn steps(api: &Api, bid: &Value) -> Vec<Value> {
    let page = api.get(&format!("/v1/milestones?bid_id={}", id(bid))).await.expect(200);
    page.items().iter().rev().cloned().collect()
}

/// Title, amount in minor units and status of each, in the order they were agreed on.
async fn split(api: &Api, bid: &Value) -> Vec<(String, i64, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let short =
        |step: Value| (text(&step["title"]), step["amount"]["amount_minor"].as_i64().unwrap(), text(&step["status"]));
    steps(api, bid).await.into_iter().map(short).collect()
}

fn plan(steps: &[(&str, i64, &str)]) -> Vec<(String, i64, String)> {
    steps.iter().map(|&(title, minor, status)| (title.to_owned(), minor, status.to_owned())).collect()
}

async fn pay(api: &Api, step: &Value, verb: &str) -> Reply {
    api.post(&format!("/v1/milestones/{}:{verb}", id(step)), json!({})).await
}

async fn propose(api: &Api, bid: &Value, mut terms: Value) -> Reply {
    terms["reason"] = json!("Deux écrans de plus, vus ensemble mardi.");
    api.post(&format!("/v1/bids/{}/amendments", id(bid)), terms).await
}

async fn answer(api: &Api, amendment: &Value, verb: &str) -> Reply {
    api.post(&format!("/v1/amendments/{}:{verb}", id(amendment)), json!({})).await
}

async fn wish(api: &Api, bid: &Value, minor: i64) -> Reply {
    let body = json!({"bid_id": bid["id"], "title": "Maquettes", "amount": money(minor), "reason": "Validées lundi."});
    api.post("/v1/milestone-requests", body).await
}

#[tokio::test]
async fn milestones_come_from_the_split_and_are_moved_by_the_client() {
    let deal = Deal::start().await;
    let (_, agreed) = deal.agreed().await;
    assert_eq!(split(&deal.camille, &agreed).await, plan(&[("Un", 180_000, "planned"), ("Deux", 300_000, "planned")]));
    let both = steps(&deal.nadia, &agreed).await;
    assert_eq!(both[0]["allowed_actions"], json!(["fund"]));
    let path = format!("/v1/milestones/{}", id(&both[0]));
    assert_eq!(deal.camille.get(&path).await.expect(200).body["allowed_actions"], json!([]));
    deal.sam.get(&path).await.expect(404);
    assert_eq!(deal.sam.get(&format!("/v1/milestones?bid_id={}", id(&agreed))).await.expect(200).items().len(), 0);
    assert_eq!(deal.sam.get("/v1/milestones?bid_id=x").await.expect(422).error(), ("?bid_id", "invalid"));
    pay(&deal.sam, &both[0], "fund").await.expect(404);
    assert_eq!(pay(&deal.camille, &both[0], "fund").await.expect(403).problem(), "forbidden");
    assert_eq!(pay(&deal.nadia, &both[0], "release").await.expect(409).problem(), "state-conflict");
    assert_eq!(pay(&deal.nadia, &both[0], "dispute").await.expect(409).problem(), "state-conflict");
    let since = (deal.camille.state().await, deal.sam.state().await);
    let funded = pay(&deal.nadia, &both[0], "fund").await.expect(200).body;
    assert_eq!((&funded["status"], funded["funded_at"].is_string()), (&json!("funded"), true));
    assert_eq!(heard(&deal.camille, &since.0, "changed", "milestone").await, [id(&both[0])]);
    assert_eq!(heard(&deal.sam, &since.1, "changed", "milestone").await, Vec::<String>::new());
    let disputed = pay(&deal.camille, &both[0], "dispute").await.expect(200).body;
    assert_eq!(disputed["status"], "disputed");
    assert!(mails(deal.demo.data.path(), "nadia").last().unwrap().starts_with("Jalon contesté"));
    assert_eq!(pay(&deal.nadia, &both[0], "release").await.expect(200).body["status"], "released");
    assert_eq!(pay(&deal.nadia, &both[0], "fund").await.expect(409).problem(), "state-conflict");
    assert_eq!(act(&deal.nadia, &agreed, "complete").await.expect(403).problem(), "forbidden", "one is not released");
    let (fund, again) = tokio::join!(pay(&deal.nadia, &both[1], "fund"), pay(&deal.nadia, &both[1], "fund"));
    let mut answers = [fund.status, again.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409], "once");
    pay(&deal.nadia, &both[1], "release").await.expect(200);
    act(&deal.nadia, &agreed, "complete").await.expect(200);
}

#[tokio::test]
async fn an_approved_request_is_carved_out_of_what_is_not_funded() {
    let deal = Deal::start().await;
    let (_, agreed) = deal.agreed().await;
    let first = steps(&deal.nadia, &agreed).await.remove(0);
    pay(&deal.nadia, &first, "fund").await.expect(200);
    assert_eq!(wish(&deal.nadia, &agreed, 1_000).await.expect(403).problem(), "forbidden");
    assert_eq!(wish(&deal.sam, &agreed, 1_000).await.expect(422).error(), ("/bid_id", "unknown"));
    let much = wish(&deal.camille, &agreed, 300_001).await.expect(422);
    assert_eq!(much.error(), ("/amount/amount_minor", "amount-out-of-range"));
    assert_eq!(wish(&deal.camille, &agreed, 0).await.expect(422).error(), ("/amount/amount_minor", "out-of-range"));
    let mut franc = json!({"bid_id": agreed["id"], "title": "Un", "amount": money(1), "reason": "Parce que."});
    franc["amount"]["currency"] = json!("CHF");
    let reply = deal.camille.post("/v1/milestone-requests", franc).await.expect(422);
    assert_eq!(reply.error(), ("/amount/currency", "currency-mismatch"));
    let since = deal.nadia.state().await;
    let wished = wish(&deal.camille, &agreed, 120_000).await.expect(201);
    let request = wished.body.clone();
    let path = format!("/v1/milestone-requests/{}", id(&request));
    assert_eq!(wished.header("location"), path);
    assert_eq!(heard(&deal.nadia, &since, "changed", "milestone_request").await, [id(&request)]);
    assert_eq!(deal.nadia.get(&path).await.expect(200).body["allowed_actions"], json!(["approve", "decline"]));
    deal.sam.get(&path).await.expect(404);
    deal.sam.post(&format!("{path}:approve"), json!({})).await.expect(404);
    assert_eq!(deal.camille.post(&format!("{path}:approve"), json!({})).await.expect(403).problem(), "forbidden");
    let approved = deal.nadia.post(&format!("{path}:approve"), json!({})).await.expect(200).body;
    assert_eq!(approved["status"], "approved");
    assert_eq!(
        split(&deal.camille, &agreed).await,
        plan(&[("Un", 180_000, "funded"), ("Deux", 180_000, "planned"), ("Maquettes", 120_000, "requested")])
    );
    assert_eq!(steps(&deal.camille, &agreed).await[2]["id"], approved["milestone_id"]);
    for verb in ["approve", "decline"] {
        let again = deal.nadia.post(&format!("{path}:{verb}"), json!({})).await.expect(409);
        assert_eq!(again.problem(), "state-conflict");
    }
    let whole = wish(&deal.camille, &agreed, 300_000).await.expect(201).body;
    let since = deal.camille.state().await;
    deal.nadia.post(&format!("/v1/milestone-requests/{}:approve", id(&whole)), json!({})).await.expect(200);
    assert_eq!(
        split(&deal.camille, &agreed).await,
        plan(&[("Un", 180_000, "funded"), ("Maquettes", 300_000, "requested")])
    );
    assert_eq!(heard(&deal.camille, &since, "removed", "milestone").await.len(), 2, "nothing was left of two");
    let other = wish(&deal.camille, &agreed, 50_000).await.expect(201).body;
    let last = steps(&deal.nadia, &agreed).await.remove(1);
    pay(&deal.nadia, &last, "fund").await.expect(200);
    let path = format!("/v1/milestone-requests/{}", id(&other));
    assert_eq!(deal.nadia.post(&format!("{path}:approve"), json!({})).await.expect(409).problem(), "state-conflict");
    let declined = deal.nadia.post(&format!("{path}:decline"), json!({})).await.expect(200).body;
    assert_eq!((&declined["status"], &declined["milestone_id"]), (&json!("declined"), &Value::Null));
    let listed = deal.camille.get(&format!("/v1/milestone-requests?bid_id={}&limit=2", id(&agreed))).await.expect(200);
    assert_eq!(listed.items()[0], declined);
    let cursor = listed.body["next_cursor"].as_str().unwrap();
    let path = format!("/v1/milestone-requests?bid_id={}&cursor={cursor}", id(&agreed));
    let rest = deal.camille.get(&path).await.expect(200);
    assert_eq!(rest.items().len(), 1);
}

#[tokio::test]
async fn what_is_not_accepted_has_no_milestones_requests_or_amendments() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    assert_eq!(wish(&deal.camille, &placed, 1_000).await.expect(409).problem(), "state-conflict");
    let early = propose(&deal.camille, &placed, json!({"period_days": 3})).await.expect(409);
    assert_eq!(early.problem(), "state-conflict");
    assert_eq!(steps(&deal.camille, &placed).await, Vec::<Value>::new());
    propose(&deal.sam, &placed, json!({"period_days": 3})).await.expect(404);
}

#[tokio::test]
async fn an_amendment_holds_when_the_other_side_agrees() {
    let deal = Deal::start().await;
    let (_, agreed) = deal.agreed().await;
    let since = (deal.nadia.state().await, deal.sam.state().await);
    let reply = propose(&deal.camille, &agreed, json!({"amount": money(540_000), "period_days": 28})).await.expect(201);
    let amendment = reply.body.clone();
    let path = format!("/v1/amendments/{}", id(&amendment));
    assert_eq!(reply.header("location"), path);
    assert_eq!((&amendment["status"], &amendment["milestones"]), (&json!("open"), &Value::Null));
    assert_eq!(heard(&deal.nadia, &since.0, "changed", "amendment").await, [id(&amendment)]);
    assert_eq!(heard(&deal.sam, &since.1, "changed", "amendment").await, Vec::<String>::new());
    assert_eq!(bid(&deal.camille, &agreed).await["allowed_actions"], json!(["request-milestone"]));
    for api in [&deal.camille, &deal.nadia] {
        assert_eq!(propose(api, &agreed, json!({"period_days": 3})).await.expect(409).problem(), "state-conflict");
    }
    deal.sam.get(&path).await.expect(404);
    answer(&deal.sam, &amendment, "accept").await.expect(404);
    assert_eq!(answer(&deal.camille, &amendment, "accept").await.expect(403).problem(), "forbidden");
    assert_eq!(bid(&deal.nadia, &agreed).await["amount"], money(480_000), "not yet");
    let accepted = answer(&deal.nadia, &amendment, "accept").await.expect(200).body;
    assert_eq!((&accepted["status"], &accepted["allowed_actions"]), (&json!("accepted"), &json!([])));
    let now = bid(&deal.camille, &agreed).await;
    assert_eq!((&now["amount"], &now["fee"], &now["period_days"]), (&money(540_000), &money(43_200), &json!(28)));
    let sum: i64 = split(&deal.camille, &agreed).await.iter().map(|step| step.1).sum();
    assert_eq!(sum, 540_000);
    assert_eq!(now["milestones"].as_array().unwrap().len(), 3);
    let kinds: Vec<&Value> = now["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds[3..], ["amendment-proposed", "amended"]);
    for verb in ["accept", "decline"] {
        assert_eq!(answer(&deal.nadia, &amendment, verb).await.expect(409).problem(), "state-conflict");
    }
    let second = propose(&deal.nadia, &agreed, json!({"period_days": 40})).await.expect(201).body;
    assert_eq!(act(&deal.nadia, &agreed, "complete").await.expect(403).problem(), "forbidden", "one is open");
    assert_eq!(answer(&deal.camille, &second, "decline").await.expect(200).body["status"], "declined");
    assert_eq!(bid(&deal.camille, &agreed).await["period_days"], 28);
    let list = deal.camille.get(&format!("/v1/bids/{}/amendments", id(&agreed))).await.expect(200);
    assert_eq!([id(&list.items()[0]), id(&list.items()[1])], [id(&second), id(&amendment)]);
    deal.sam.get(&format!("/v1/bids/{}/amendments", id(&agreed))).await.expect(404);
    let (camille, nadia) = (mails(deal.demo.data.path(), "camille"), mails(deal.demo.data.path(), "nadia"));
    assert!(camille.iter().any(|mail| mail.starts_with("Avenant accepté")));
    assert!(nadia.iter().any(|mail| mail.starts_with("Avenant proposé")));
    assert!(nadia.last().unwrap().starts_with("Avenant refusé"));
}

#[tokio::test]
async fn an_amendment_never_takes_back_what_is_funded() {
    let deal = Deal::start().await;
    let (_, agreed) = deal.agreed().await;
    let first = steps(&deal.nadia, &agreed).await.remove(0);
    pay(&deal.nadia, &first, "fund").await.expect(200);
    let low = propose(&deal.nadia, &agreed, json!({"amount": money(179_999)})).await.expect(422);
    assert_eq!(low.error(), ("/amount/amount_minor", "amount-out-of-range"));
    let wrong = json!({"amount": money(400_000), "milestones": [step("Reste", 400_000)]});
    let reply = propose(&deal.nadia, &agreed, wrong).await.expect(422);
    assert_eq!(reply.error(), ("/milestones", "milestones-sum"));
    let right = json!({"amount": money(400_000), "milestones": [step("A", 100_000), step("B", 120_000)]});
    let amendment = propose(&deal.nadia, &agreed, right).await.expect(201).body;
    answer(&deal.camille, &amendment, "accept").await.expect(200);
    assert_eq!(
        split(&deal.nadia, &agreed).await,
        plan(&[("Un", 180_000, "funded"), ("A", 100_000, "planned"), ("B", 120_000, "planned")])
    );
    let now = bid(&deal.nadia, &agreed).await;
    assert_eq!(now["milestones"], json!([step("Un", 180_000), step("A", 100_000), step("B", 120_000)]));
    let less = propose(&deal.camille, &agreed, json!({"amount": money(250_000)})).await.expect(201).body;
    let a = steps(&deal.nadia, &agreed).await.remove(1);
    pay(&deal.nadia, &a, "fund").await.expect(200);
    assert_eq!(answer(&deal.nadia, &less, "accept").await.expect(409).problem(), "state-conflict", "funded meanwhile");
    assert_eq!(bid(&deal.nadia, &agreed).await["amount"], money(400_000));
    answer(&deal.nadia, &less, "decline").await.expect(200);
    let less = propose(&deal.camille, &agreed, json!({"amount": money(300_000)})).await.expect(201).body;
    answer(&deal.nadia, &less, "accept").await.expect(200);
    assert_eq!(split(&deal.nadia, &agreed).await[2], ("B".to_owned(), 20_000, "planned".to_owned()));
}

#[tokio::test]
async fn an_amendment_that_breaks_a_rule_is_refused_with_the_field() {
    let deal = Deal::start().await;
    let (_, agreed) = deal.agreed().await;
    let franc = json!({"amount_minor": 500_000, "currency": "CHF"});
    for (terms, problem, error) in [
        (json!({}), "validation", ("", "nothing-to-change")),
        (json!({"period_days": 0}), "validation", ("/period_days", "out-of-range")),
        (json!({"amount": franc}), "validation", ("/amount/currency", "currency-mismatch")),
        (json!({"amount": money(1)}), "amount-out-of-range", ("/amount/amount_minor", "amount-out-of-range")),
        (json!({"milestones": [step("", 480_000)]}), "validation", ("/milestones/0/title", "too-short")),
        (json!({"milestones": [step("Un", -1)]}), "validation", ("/milestones/0/amount", "out-of-range")),
        (json!({"status": "accepted"}), "validation", ("/status", "unknown-field")),
    ] {
        let reply = propose(&deal.camille, &agreed, terms.clone()).await.expect(422);
        assert_eq!((reply.problem(), reply.error()), (problem, error), "{terms}");
    }
    let path = format!("/v1/bids/{}/amendments", id(&agreed));
    let short = deal.camille.post(&path, json!({"period_days": 4, "reason": "x"})).await.expect(422);
    assert_eq!(short.error(), ("/reason", "too-short"));
}

#[tokio::test]
async fn by_the_hour_milestones_are_asked_for_as_the_work_goes() {
    let deal = Deal::start().await;
    let hourly = json!({"type": "hourly", "budget_min": money(4_000), "budget_max": money(9_000)});
    let posted = post(&deal.nadia, hourly).await;
    let mut body = crate::api::offer(&posted, 6_000);
    body["period_days"] = json!(5);
    let placed = deal.camille.post(&crate::deals::bids_of(&posted), body).await.expect(201).body;
    act(&deal.nadia, &placed, "award").await.expect(200);
    let accepted = act(&deal.camille, &placed, "accept").await.expect(200).body;
    assert_eq!(steps(&deal.camille, &placed).await, Vec::<Value>::new());
    let much = wish(&deal.camille, &placed, 240_001).await.expect(422);
    assert_eq!(much.error(), ("/amount/amount_minor", "amount-out-of-range"), "five days of eight hours");
    let wished = wish(&deal.camille, &placed, 240_000).await.expect(201).body;
    let path = format!("/v1/milestone-requests/{}:approve", id(&wished));
    deal.nadia.post(&path, json!({})).await.expect(200);
    assert_eq!(split(&deal.nadia, &placed).await, plan(&[("Maquettes", 240_000, "requested")]));
    let steps = json!({"milestones": [step("Un", 6_000)]});
    assert_eq!(propose(&deal.nadia, &accepted, steps).await.expect(422).error(), ("/milestones", "hourly"));
}
