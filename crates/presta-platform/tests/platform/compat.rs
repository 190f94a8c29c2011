//! `/compat/`: what the SDK never sends, and what it relies on without saying. The SDK itself drives it in
//! `tests/contract/sdk`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    browser::{self, sign_in_for},
    server::Demo,
};

struct Compat {
    demo: Demo,
    token: String,
}

impl Compat {
    /// For a demo account, with the permissions `scope`; none is all.
    async fn start(name: &str, scope: &str) -> Self {
        let demo = Demo::with(&["--compat"]);
        let token = sign_in_for(demo.url(), name, scope).await.token;
        Self { demo, token }
    }

    async fn call(&self, method: Method, path: &str, kind: &str, body: &str) -> (StatusCode, Value) {
        let request = browser::http()
            .request(method, format!("{}/compat/api/{path}", self.demo.url()))
            .header("freelancer-oauth-v1", &self.token)
            .header("content-type", kind)
            .body(body.to_owned());
        let response = request.send().await.unwrap();
        let id = response.headers().get("x-request-id").map(|id| id.to_str().unwrap().to_owned());
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["request_id"].as_str(), id.as_deref(), "{path}: {body}");
        (status, body)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, "text/plain", "").await
    }
}

fn is_refusal(body: &Value) -> bool {
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    body["status"] == "error" && text("message") && text("error_code")
}

#[tokio::test]
async fn success_is_exactly_200_in_an_envelope() {
    let compat = Compat::start("camille", "").await;
    let (status, body) = compat.get("users/0.1/self/").await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("success")));
    assert_eq!(body["result"]["username"], "camille.demo");
    let (_, found) = compat.get("projects/0.1/projects/active/?limit=30").await;
    let all = found["result"]["projects"].as_array().unwrap();
    assert_eq!(all.len(), 30);
    let open = all.iter().find(|project| project["owner_id"].as_i64().unwrap() >= 1_000).unwrap();
    let offer = json!({
        "project_id": open["id"], "bidder_id": body["result"]["id"], "amount": 2500, "period": 9,
        "description": "Bonjour, je connais bien ce terrain et je peux commencer lundi prochain.",
        "milestone_percentage": 30,
    });
    let (status, body) = compat.call(Method::POST, "projects/0.1/bids/", "application/json", &offer.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!((&body["result"]["amount"], &body["result"]["period"]), (&json!(2500.0), &json!(9)));
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_a_refusal_with_its_parts() {
    let compat = Compat::start("nadia", "").await;
    let huge = "9".repeat(400);
    let cases: Vec<(Method, String, &str, String)> = vec![
        (Method::GET, "nothing/0.1/here/".to_owned(), "text/plain", String::new()),
        (Method::DELETE, "projects/0.1/bids/".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/0/".to_owned(), "text/plain", String::new()),
        (Method::GET, format!("projects/0.1/projects/{huge}/"), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/1152921504606846977/".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/%FF%00/".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/all/?limit=-1".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/all/?offset=99999999".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/all/?min_avg_price=1e9".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/?projects[]=1&projects[]=x".to_owned(), "text/plain", String::new()),
        (Method::GET, "projects/0.1/projects/?owners[]=1".to_owned(), "text/plain", String::new()),
        (Method::POST, "projects/0.1/bids/".to_owned(), "application/json", "{".to_owned()),
        (Method::POST, "projects/0.1/bids/".to_owned(), "application/json", "[1]".to_owned()),
        (Method::POST, "projects/0.1/bids/".to_owned(), "application/json", r#"{"project_id": {"a": 1}}"#.to_owned()),
        (Method::POST, "projects/0.1/bids/".to_owned(), "application/json", " ".repeat(2 << 20)),
        (Method::PUT, "projects/0.1/bids/1/?action=highlight".to_owned(), "text/plain", String::new()),
        (Method::PUT, "projects/0.1/bids/1/?action=award/../retract".to_owned(), "text/plain", String::new()),
        (Method::PUT, "projects/0.1/bids/1/".to_owned(), "text/plain", String::new()),
        (
            Method::POST,
            "messages/0.1/threads/".to_owned(),
            "application/x-www-form-urlencoded",
            "members[]=&context=1".to_owned(),
        ),
        (
            Method::POST,
            "messages/0.1/threads/777777/messages/".to_owned(),
            "application/x-www-form-urlencoded",
            "message=a".to_owned(),
        ),
        (Method::PUT, "users/0.1/self/jobs/".to_owned(), "application/json", r#"{"jobs[]": ["rust"]}"#.to_owned()),
    ];
    for (method, path, kind, body) in cases {
        let (status, answer) = compat.call(method.clone(), &path, kind, &body).await;
        assert!(
            status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED,
            "{method} {path}: {status} {answer}"
        );
        assert!(is_refusal(&answer), "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn a_token_without_the_permission_gets_no_further_than_in_the_contract() {
    let compat = Compat::start("camille", "profile:read").await;
    assert_eq!(compat.get("users/0.1/self/").await.0, StatusCode::OK);
    for path in ["projects/0.1/projects/all/", "projects/0.1/bids/", "messages/0.1/threads/", "projects/0.1/jobs/"] {
        let (status, body) = compat.get(path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(body["error_code"], "RestExceptionCodes.INSUFFICIENT_SCOPE", "{path}");
    }
}

#[tokio::test]
async fn the_facade_is_off_unless_asked_for() {
    let demo = Demo::start();
    let url = format!("{}/compat/api/users/0.1/self/", demo.url());
    let response = browser::http().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}
