//! Awards: who may do what and when, what becomes of the others, and races.

use serde_json::{Value, json};

use crate::{
    api::offer,
    browser::sign_in,
    deals::{Deal, act, bid, bids_of, change, heard, id, mails, money, place, post, project},
    server::Server,
};

fn statuses(reply: &crate::api::Reply) -> Vec<(&str, &str)> {
    let mut all: Vec<_> = reply.items().iter().map(|bid| (id(bid), bid["status"].as_str().unwrap())).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn an_award_is_accepted_and_then_the_deal_is_done_step_by_step() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    assert_eq!(placed["award_expires_at"], Value::Null);
    let awarded = act(&deal.nadia, &placed, "award").await.expect(200).body;
    assert_eq!(awarded["allowed_actions"], json!(["revoke"]));
    let expires: jiff::Timestamp = awarded["award_expires_at"].as_str().unwrap().parse().unwrap();
    let days = expires.duration_since(awarded["updated_at"].as_str().unwrap().parse().unwrap()).as_hours() / 24;
    assert_eq!(days, 7);
    assert_eq!(bid(&deal.camille, &placed).await["allowed_actions"], json!(["accept", "decline"]));
    assert_eq!(project(&deal.sam, &posted).await["viewer"]["reason"], "project-closed", "seen, but takes no bids");
    assert_eq!(act(&deal.nadia, &placed, "accept").await.expect(403).problem(), "forbidden");
    act(&deal.sam, &placed, "accept").await.expect(404);
    let accepted = act(&deal.camille, &placed, "accept").await.expect(200).body;
    assert_eq!((&accepted["status"], &accepted["award_expires_at"]), (&json!("accepted"), &Value::Null));
    assert_eq!(accepted["allowed_actions"], json!(["amend", "request-milestone"]));
    assert_eq!(act(&deal.camille, &placed, "decline").await.expect(403).problem(), "forbidden");
    assert_eq!(act(&deal.nadia, &placed, "revoke").await.expect(403).problem(), "forbidden");
    assert_eq!(act(&deal.nadia, &placed, "complete").await.expect(403).problem(), "forbidden", "not paid yet");
    let steps = deal.nadia.get(&format!("/v1/milestones?bid_id={}", id(&placed))).await.expect(200);
    assert_eq!(steps.items().len(), 1);
    let path = format!("/v1/milestones/{}", id(&steps.items()[0]));
    deal.nadia.post(&format!("{path}:fund"), json!({})).await.expect(200);
    deal.nadia.post(&format!("{path}:release"), json!({})).await.expect(200);
    assert_eq!(act(&deal.camille, &placed, "complete").await.expect(403).problem(), "forbidden");
    assert!(bid(&deal.nadia, &placed).await["allowed_actions"].to_string().contains("complete"));
    let done = act(&deal.nadia, &placed, "complete").await.expect(200).body;
    assert_eq!((&done["status"], &done["allowed_actions"]), (&json!("completed"), &json!([])));
    let kinds: Vec<&Value> = done["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["submitted", "awarded", "accepted", "completed"]);
    let data = deal.demo.data.path();
    assert!(mails(data, "nadia").iter().any(|subject| subject.starts_with("Offre acceptée")));
    let to_camille = mails(data, "camille");
    for subject in ["Votre offre est retenue", "Jalon provisionné", "Jalon réglé", "Mission terminée"] {
        assert_eq!(to_camille.iter().filter(|mail| mail.starts_with(subject)).count(), 1, "{subject}");
    }
}

#[tokio::test]
async fn a_declined_or_revoked_award_puts_everyone_back() {
    let deal = Deal::start().await;
    for (api, verb, status) in [(&deal.camille, "decline", "declined"), (&deal.nadia, "revoke", "revoked")] {
        let posted = post(&deal.nadia, json!({})).await;
        let (chosen, other) =
            (place(&deal.camille, &posted, json!([])).await, place(&deal.sam, &posted, json!([])).await);
        act(&deal.nadia, &other, "shortlist").await.expect(200);
        act(&deal.nadia, &chosen, "award").await.expect(200);
        assert_eq!(bid(&deal.sam, &other).await["status"], "lost");
        let wrong = if verb == "decline" { &deal.nadia } else { &deal.camille };
        assert_eq!(act(wrong, &chosen, verb).await.expect(403).problem(), "forbidden");
        let since = deal.sam.state().await;
        assert_eq!(act(api, &chosen, verb).await.expect(200).body["status"], status);
        let back = bid(&deal.sam, &other).await;
        assert_eq!((&back["status"], &back["events"][3]["kind"]), (&json!("shortlisted"), &json!("restored")));
        assert_eq!(heard(&deal.sam, &since, "changed", "bid").await, [id(&other)]);
        let open = project(&deal.sam, &posted).await;
        assert_eq!(open["status"], "open");
        assert_eq!(act(&deal.nadia, &chosen, "award").await.expect(403).problem(), "forbidden", "{status} is final");
        act(&deal.nadia, &other, "award").await.expect(200);
        act(&deal.sam, &other, "accept").await.expect(200);
    }
    let to_camille = mails(deal.demo.data.path(), "camille");
    assert!(to_camille.iter().any(|subject| subject.starts_with("Attribution annulée")));
    assert!(mails(deal.demo.data.path(), "nadia").iter().any(|subject| subject.starts_with("Offre déclinée")));
}

#[tokio::test]
async fn an_award_that_comes_to_nothing_after_the_time_for_bids_leaves_the_project_closed() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({"title": "Bidding ends meanwhile"})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    let other = place(&deal.sam, &posted, json!([])).await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    crate::server::end_bidding(deal.demo.data.path(), "Bidding ends meanwhile");
    act(&deal.camille, &placed, "decline").await.expect(200);
    assert_eq!(project(&deal.nadia, &posted).await["status"], "closed");
    act(&deal.nadia, &other, "award").await.expect(200);
}

#[tokio::test]
async fn an_award_that_nobody_accepts_in_time_expires() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    let other = place(&deal.sam, &posted, json!([])).await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    change(deal.demo.data.path(), "UPDATE bids SET award_expires_at = 1 WHERE award_expires_at IS NOT NULL");
    assert_eq!(bid(&deal.camille, &placed).await["allowed_actions"], json!([]));
    assert_eq!(act(&deal.camille, &placed, "accept").await.expect(403).problem(), "forbidden");
    let (camille, sam) = (deal.camille, deal.sam);
    assert!(deal.demo.server.stop().success());
    let server = Server::start(deal.demo.data.path(), &[]);
    let api = crate::api::Api::new(&server.url, &camille.token);
    let expired = bid(&api, &placed).await;
    assert_eq!((&expired["status"], &expired["events"][2]["kind"]), (&json!("declined"), &json!("expired")));
    let api = crate::api::Api::new(&server.url, &sam.token);
    assert_eq!(bid(&api, &other).await["status"], "submitted");
    assert_eq!(project(&api, &posted).await["status"], "open");
}

#[tokio::test]
async fn of_two_awards_at_once_one_wins() {
    let deal = Deal::start().await;
    for _ in 0..4 {
        let posted = post(&deal.nadia, json!({})).await;
        let bids = [place(&deal.camille, &posted, json!([])).await, place(&deal.sam, &posted, json!([])).await];
        let (first, second) = tokio::join!(act(&deal.nadia, &bids[0], "award"), act(&deal.nadia, &bids[1], "award"));
        let mut answers = [first, second];
        answers.sort_by_key(|reply| reply.status);
        assert_eq!([answers[0].status, answers[1].status], [200, 409]);
        assert_eq!(answers[1].problem(), "project-closed");
        let all = deal.nadia.get(&bids_of(&posted)).await.expect(200);
        let mut now: Vec<&str> = statuses(&all).into_iter().map(|(_, status)| status).collect();
        now.sort_unstable();
        assert_eq!(now, ["awarded", "lost"]);
    }
}

#[tokio::test]
async fn of_an_acceptance_and_a_revocation_at_once_one_wins() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    let (accepted, revoked) = tokio::join!(act(&deal.camille, &placed, "accept"), act(&deal.nadia, &placed, "revoke"));
    let mut answers = [accepted.status, revoked.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 403]);
    let now = bid(&deal.camille, &placed).await;
    assert_eq!(now["status"], if accepted.status == 200 { "accepted" } else { "revoked" });
}

#[tokio::test]
async fn the_fee_is_worked_out_once() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    assert_eq!((&placed["fee"], &placed["net"]), (&money(38_400), &money(441_600)));
    change(deal.demo.data.path(), "UPDATE bids SET fee = 12345");
    let kept = bid(&deal.camille, &placed).await;
    assert_eq!((&kept["fee"], &kept["net"]), (&money(12_345), &money(467_655)), "the fee of back then");
    let path = format!("/v1/bids/{}", id(&placed));
    let edited = deal.camille.patch(&path, "\"1\"", json!({"amount": money(500_000)})).await.expect(200).body;
    assert_eq!(edited["fee"], money(40_000), "an edit is a new offer");
    change(deal.demo.data.path(), "UPDATE bids SET fee = 12345");
    act(&deal.nadia, &placed, "award").await.expect(200);
    let accepted = act(&deal.camille, &placed, "accept").await.expect(200).body;
    assert_eq!(accepted["fee"], money(12_345));
    assert_eq!(deal.camille.patch(&path, "\"9\"", json!({"period_days": 3})).await.expect(412).status, 412);
    let etag = format!("\"{}\"", accepted["rev"]);
    assert_eq!(deal.camille.patch(&path, &etag, json!({"period_days": 3})).await.expect(403).problem(), "forbidden");
}

#[tokio::test]
async fn the_marks_of_a_client_are_for_nobody_else() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    assert!(placed.get("client_marks").is_none());
    let path = format!("/v1/bids/{}", id(&placed));
    let before = deal.camille.get(&path).await.expect(200);
    let since = (deal.camille.state().await, deal.nadia.state().await);
    let hidden = deal.nadia.post(&format!("{path}:hide"), json!({"hidden": true})).await.expect(200).body;
    assert_eq!(hidden["client_marks"], json!({"hidden": true, "stars": null, "note": null}));
    let marks = json!({"stars": 4, "note": "<b>À rappeler</b>"});
    let without_key = deal.nadia.call("POST", &format!("{path}:rate")).json(&marks).send().await.expect(200).body;
    assert_eq!(without_key["client_marks"], json!({"hidden": true, "stars": 4, "note": "<b>À rappeler</b>"}));
    let after = deal.camille.get(&path).await.expect(200);
    assert_eq!((&after.body, after.header("etag")), (&before.body, before.header("etag")));
    assert_eq!(heard(&deal.camille, &since.0, "changed", "bid").await, Vec::<String>::new());
    assert_eq!(heard(&deal.nadia, &since.1, "changed", "bid").await, [id(&placed)]);
    for (verb, body) in [("hide", json!({"hidden": false})), ("rate", json!({"stars": 5}))] {
        let path = format!("{path}:{verb}");
        assert_eq!(deal.camille.post(&path, body.clone()).await.expect(403).problem(), "forbidden");
        deal.sam.post(&path, body).await.expect(404);
    }
    let rate = format!("{path}:rate");
    assert_eq!(deal.nadia.post(&rate, json!({"stars": 6})).await.expect(422).error(), ("/stars", "out-of-range"));
    assert_eq!(deal.nadia.post(&rate, json!({})).await.expect(422).error(), ("/stars", "required"));
    assert_eq!(deal.nadia.post(&format!("{path}:hide"), json!([true])).await.expect(422).error(), ("", "invalid-type"));
}

#[tokio::test]
async fn an_act_is_carried_out_once_for_one_key() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    let (key, path) = (uuid::Uuid::new_v4(), format!("/v1/bids/{}:award", id(&placed)));
    let first = deal.nadia.call("POST", &path).key(key).send().await.expect(200);
    let again = deal.nadia.call("POST", &path).key(key).send().await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let without = deal.nadia.call("POST", &path).send().await.expect(422);
    assert_eq!(without.error(), ("Idempotency-Key", "required"));
    let surprise = deal.nadia.post(&path, json!({"force": true})).await.expect(422);
    assert_eq!(surprise.error(), ("/force", "unknown-field"));
}

#[tokio::test]
async fn an_award_says_what_became_of_it_to_both_sides_and_to_nobody_else() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    let sam = sign_in(deal.demo.url(), "sam").await;
    let since = sam.state().await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    act(&deal.camille, &placed, "accept").await.expect(200);
    for kind in ["bid", "milestone", "amendment", "milestone_request"] {
        assert_eq!(heard(&sam, &since, "changed", kind).await, Vec::<String>::new(), "{kind}");
        assert_eq!(heard(&sam, &since, "removed", kind).await, Vec::<String>::new(), "{kind}");
    }
    for api in [&deal.camille, &deal.nadia] {
        assert_eq!(heard(api, &since, "changed", "milestone").await.len(), 1);
        let page = api.get("/v1/snapshot?type=milestone").await.expect(200);
        assert_eq!(page.items()[0]["bid_id"], placed["id"]);
    }
    assert_eq!(sam.get("/v1/snapshot?type=milestone").await.expect(200).body["total"], 0);
    assert_eq!(sam.post(&bids_of(&posted), offer(&posted, 480_000)).await.expect(409).problem(), "project-closed");
}

#[tokio::test]
async fn mails_are_in_the_language_of_who_reads_them() {
    let deal = Deal::start().await;
    let etag = deal.camille.get("/v1/me").await.expect(200).header("etag").to_owned();
    deal.camille.patch("/v1/me", &etag, json!({"locale": "en"})).await.expect(200);
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    act(&deal.camille, &placed, "accept").await.expect(200);
    let title = posted["title"].as_str().unwrap();
    assert_eq!(mails(deal.demo.data.path(), "camille"), [format!("Your bid was chosen: {title}")]);
    assert_eq!(mails(deal.demo.data.path(), "nadia"), [format!("Offre acceptée : {title}")]);
}
