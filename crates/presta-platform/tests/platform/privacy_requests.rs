//! Requests to exercise a right: their clocks, and what becomes of them.

use presta_platform::working_days;
use serde_json::{Value, json};

use crate::{
    api::{Api, Reply},
    browser::sign_in,
    server::{self, Demo, Server},
};

const PATH: &str = "/v1/privacy-requests";
const DAY_MS: i64 = 86_400_000;

async fn file(api: &Api, kind: &str, statement: &str) -> Reply {
    api.post(PATH, json!({"type": kind, "statement": statement})).await
}

fn ms(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn kinds(request: &Value) -> Vec<&str> {
    request["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// Lets `days` pass for a request, as far as its clocks go.
fn age(data: &std::path::Path, statement: &str, days: i64) {
    let text = "UPDATE privacy_requests SET received_at = received_at - ?2 WHERE statement = ?1";
    assert_eq!(server::database(data).execute(text, (statement, days * DAY_MS)).unwrap(), 1);
}

/// Lets the sign-ins of `login` be an hour old.
pub fn age_sign_ins(data: &std::path::Path, login: &str) {
    let text = "UPDATE families SET signed_at = signed_at - 3600000
        WHERE user_n = (SELECT n FROM users WHERE login = ?1)";
    assert!(server::database(data).execute(text, [login]).unwrap() > 0);
}

#[tokio::test]
async fn a_request_has_its_clocks_and_is_there_once() {
    let demo = Demo::start();
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let state = nadia.state().await;
    let reply = file(&nadia, "rectification", "Mon nom est <b>Bénali</b>.").await.expect(201);
    let request = &reply.body;
    let received = ms(&request["received_at"]);
    assert_eq!(ms(&request["ack_due_at"]), working_days::due_in_days(received, 10));
    assert_eq!(ms(&request["statutory_due_at"]), working_days::due_in_months(received, 1));
    assert!(request["ack_due_at"].as_str().unwrap().contains(":59:59Z"));
    assert_eq!((&request["status"], kinds(request)), (&json!("received"), vec!["received"]));
    assert_eq!(request["statement"], "Mon nom est <b>Bénali</b>.", "kept as it is");
    let path = reply.header("location").to_owned();
    let seen = nadia.get(&path).await.expect(200);
    assert_eq!((&seen.body, seen.header("etag")), (request, reply.header("etag")));
    nadia.call("GET", &path).header("if-none-match", reply.header("etag")).send().await.expect(304);
    let delta = nadia.get(&format!("/v1/changes?since={state}&types=privacy_request")).await.expect(200).body;
    assert_eq!(delta["changed"][0]["data"], *request);
    let again = file(&nadia, "rectification", "Encore une fois, mon nom.").await.expect(409);
    assert_eq!(again.problem(), "state-conflict");
    file(&nadia, "complaint", "Une réclamation est autre chose.").await.expect(201);
    file(&sam, "rectification", "Et Sam a le sien.").await.expect(201);
    sam.get(&path).await.expect(404);
    sam.post(&format!("{path}:withdraw"), json!({})).await.expect(404);
    assert_eq!(nadia.get(&format!("{PATH}?limit=1")).await.expect(200).items().len(), 1);
    let withdrawn = nadia.post(&format!("{path}:withdraw"), json!({})).await.expect(200).body;
    assert_eq!((&withdrawn["status"], kinds(&withdrawn)), (&json!("withdrawn"), vec!["received", "withdrawn"]));
    let twice = nadia.post(&format!("{path}:withdraw"), json!({})).await.expect(409);
    assert_eq!(twice.problem(), "state-conflict");
    file(&nadia, "rectification", "Maintenant il y a de la place.").await.expect(201);
}

#[tokio::test]
async fn what_has_not_the_form_of_a_request_is_refused() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let good = "Une phrase assez longue.";
    for (body, pointer, code) in [
        (json!({"type": "oubli", "statement": good}), "/type", "unknown"),
        (json!({"type": "access", "statement": "court"}), "/statement", "too-short"),
        (json!({"type": "access", "statement": "é".repeat(8_001)}), "/statement", "too-long"),
        (json!({"type": "access"}), "/statement", "required"),
        (json!({"type": "access", "statement": good, "urgent": true}), "/urgent", "unknown-field"),
        (
            json!({"type": "access", "statement": good, "attachment_ids": ["att_000000000000"]}),
            "/attachment_ids/0",
            "unknown",
        ),
    ] {
        let refused = api.post(PATH, body.clone()).await.expect(422);
        assert_eq!(refused.error(), (pointer, code), "{body}");
    }
    assert!(api.get(PATH).await.expect(200).items().is_empty(), "nothing is left of a refusal");
    file(&api, "access", &"é".repeat(8_000)).await.expect(201);
    let keyless = api.call("POST", PATH).json(&json!({"type": "complaint", "statement": good})).send().await;
    assert_eq!(keyless.expect(422).error(), ("Idempotency-Key", "required"));
    let path = format!("{PATH}/prq_000000000000");
    api.get(&path).await.expect(404);
}

#[tokio::test]
async fn erasure_needs_a_recent_sign_in() {
    let demo = Demo::start();
    let old = sign_in(demo.url(), "sam").await;
    age_sign_ins(demo.data.path(), "sam.demo");
    let statement = "Effacez mon compte, je vous prie.";
    assert_eq!(file(&old, "erasure", statement).await.expect(403).problem(), "step-up-required");
    file(&old, "access", statement).await.expect(201);
    let fresh = sign_in(demo.url(), "sam").await;
    file(&fresh, "erasure", statement).await.expect(201);
}

#[tokio::test]
async fn a_live_platform_acknowledges_and_answers_within_seconds() {
    let demo = Demo::with(&["--live"]);
    let api = sign_in(demo.url(), "camille").await;
    let requests = [
        ("objection", "Je m’oppose à toute prospection commerciale.", "answered", json!(null)),
        ("human-review", "Je demande un réexamen de mon classement.", "refused", json!("ranking-essential")),
        ("erasure", "Effacez toutes mes données personnelles.", "refused", json!("contracts-retention")),
        ("restriction", "Suspendez l’usage de mon adresse.", "answered", json!(null)),
    ];
    let mut filed = Vec::new();
    for (kind, statement, status, refusal) in requests {
        filed.push((file(&api, kind, statement).await.expect(201).body, status, refusal));
    }
    for (request, status, refusal) in filed {
        let done = api.wait_until("privacy_request", &request["id"], |item| item["status"] == status).await;
        assert_eq!(kinds(&done), ["received", "acknowledged", status]);
        assert_eq!(done["refusal"], refusal);
        assert!(ms(&done["events"][1]["at"]) <= ms(&done["ack_due_at"]));
    }
    let choices = api.get("/v1/preferences/communications").await.expect(200).body;
    assert!(
        choices["cells"]
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| { cell["marketing"] == false || cell["enabled"] == false })
    );
    let history = api.get("/v1/preferences/communications/history?limit=1").await.expect(200);
    assert_eq!(
        (&history.items()[0]["source"], &history.items()[0]["topic"]),
        (&json!("support"), &json!("newsletter"))
    );
    let mails: i64 = server::database(demo.data.path())
        .query_row("SELECT count(*) FROM mails WHERE user_n = 1 AND topic = 'privacy'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mails, 8, "an acknowledgement and an answer each");
}

#[tokio::test]
async fn in_working_days_each_step_comes_when_it_is_due() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let (plain, complex) = ("Une demande toute simple.", "Une demande longue. ".repeat(300));
    let simple = file(&api, "rectification", plain).await.expect(201).body;
    let long = file(&api, "complaint", complex.trim()).await.expect(201).body;
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    age(data.path(), plain, 7);
    age(data.path(), complex.trim(), 20);
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "nadia").await;
    let seen = api.wait_until("privacy_request", &simple["id"], |item| item["status"] == "acknowledged").await;
    assert_eq!(kinds(&seen), ["received", "acknowledged"]);
    let extended = api.wait_until("privacy_request", &long["id"], |item| item["status"] == "extended").await;
    assert_eq!(kinds(&extended), ["received", "acknowledged", "extended"]);
    assert!(ms(&extended["statutory_due_at"]) > ms(&long["statutory_due_at"]));
    assert!(server.stop().success());
    age(data.path(), plain, 23);
    age(data.path(), complex.trim(), 60);
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "nadia").await;
    for request in [&simple, &long] {
        let done = api.wait_until("privacy_request", &request["id"], |item| item["status"] == "answered").await;
        assert!(ms(&done["events"].as_array().unwrap().last().unwrap()["at"]) <= ms(&done["statutory_due_at"]));
    }
}
