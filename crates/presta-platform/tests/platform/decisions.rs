//! Automated decisions, and their review by a human.

use serde_json::{Value, json};

use crate::{
    api::Api,
    browser::{sign_in, sign_in_for},
    server::{self, Demo},
};

const STATEMENT: &str = "Ce message ne contenait que le lien de notre démonstration.";

async fn of_kind(api: &Api, kind: &str) -> Value {
    let page = api.get(&format!("/v1/decisions?kind={kind}")).await.expect(200);
    assert_eq!(page.items().len(), 1);
    page.items()[0].clone()
}

fn ask(decision: &Value) -> String {
    format!("/v1/decisions/{}:request-human-review", decision["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_safety_decision_is_reviewed_when_its_time_has_come() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let decision = of_kind(&api, "safety").await;
    assert_eq!(decision["allowed_actions"], json!(["request-human-review"]));
    assert_eq!(decision["review"]["status"], "none");
    assert!(decision["target"].as_str().unwrap().starts_with("msg_"));
    let since = api.state().await;
    let asked = api.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(200).body;
    assert_eq!((&asked["review"]["status"], &asked["review"]["statement"]), (&json!("requested"), &json!(STATEMENT)));
    let at = |name: &str| asked["review"][name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(at("due_at").duration_since(at("requested_at")), jiff::SignedDuration::from_hours(240));
    assert_eq!(asked["allowed_actions"], json!([]));
    let again = api.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(409);
    assert_eq!(again.problem(), "state-conflict");
    assert_eq!(api.told(&since, "decision").await.0.len(), 1);
    let path = format!("/v1/decisions/{}", decision["id"].as_str().unwrap());
    let demo = demo.restart(|_| {});
    let api = api.at(demo.url());
    assert_eq!(api.get(&path).await.expect(200).body["review"]["status"], "requested", "not before its time");
    let demo = demo.restart(|data| {
        let text = "UPDATE decisions SET review = json_set(review, '$.due_at', 1) WHERE review LIKE '%requested\"%'";
        assert_eq!(server::edit_rows(data, text), 1);
    });
    let api = api.at(demo.url());
    let review = api.get(&path).await.expect(200).body["review"].clone();
    assert_eq!(review["status"], "overturned", "its factors do not reach half of their weight");
    assert!(review["answer"].as_str().unwrap().contains("annulée") && !review["answered_at"].is_null());
    let subjects: String = server::value(
        demo.data.path(),
        "SELECT group_concat(subject, '; ') FROM mails WHERE user_n = 1 AND topic = 'privacy'",
    );
    assert_eq!(subjects, "Votre demande d’examen humain; Décision annulée après examen humain");
    assert_eq!(
        api.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(409).problem(),
        "state-conflict"
    );
}

#[tokio::test]
async fn a_weighty_decision_is_upheld() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let decision = of_kind(&api, "safety").await;
    api.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(200);
    let demo = demo.restart(|data| {
        let text = "UPDATE decisions SET review = json_set(review, '$.due_at', 1),
            factors = '[{\"name\":\"reports\",\"weight\":1,\"value\":0.9}]' WHERE kind = 'safety'";
        assert_eq!(server::edit_rows(data, text), 1);
    });
    let api = api.at(demo.url());
    assert_eq!(of_kind(&api, "safety").await["review"]["status"], "upheld");
}

#[tokio::test]
async fn ranking_is_explained_but_not_reviewed() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let decision = of_kind(&api, "ranking").await;
    assert_eq!(decision["allowed_actions"], json!([]));
    assert!(decision["factors"].as_array().unwrap().len() >= 3);
    let refused = api.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(403);
    assert_eq!(refused.problem(), "not-reviewable");
    assert!(refused.body["detail"].as_str().unwrap().contains("classement"));
    let path = format!("/v1/decisions/{}", decision["id"].as_str().unwrap());
    let read = api.get(&path).await.expect(200);
    api.call("GET", &path).header("if-none-match", read.header("etag")).send().await.expect(304);
}

#[tokio::test]
async fn decisions_are_their_subject_s_alone_and_a_statement_has_a_length() {
    let demo = Demo::start();
    let (api, sam) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "sam"));
    let decision = of_kind(&api, "safety").await;
    assert_eq!(sam.get("/v1/decisions").await.expect(200).items().len(), 0);
    sam.get(&format!("/v1/decisions/{}", decision["id"].as_str().unwrap())).await.expect(404);
    sam.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(404);
    for (statement, error) in [
        (json!("Trop court."), ("/statement", "too-short")),
        (json!(" ".repeat(30)), ("/statement", "too-short")),
        (json!("é".repeat(4_001)), ("/statement", "too-long")),
        (json!(null), ("/statement", "invalid-type")),
    ] {
        assert_eq!(api.post(&ask(&decision), json!({"statement": statement})).await.expect(422).error(), error);
    }
    api.get("/v1/decisions?kind=luck").await.expect(422);
    let reader = sign_in_for(demo.url(), "camille", "privacy:read").await;
    let refused = reader.post(&ask(&decision), json!({"statement": STATEMENT})).await.expect(403);
    assert_eq!(refused.problem(), "insufficient-scope");
    let stranger = sign_in_for(demo.url(), "camille", "profile:read").await;
    assert_eq!(stranger.get("/v1/decisions").await.expect(403).problem(), "insufficient-scope");
}
