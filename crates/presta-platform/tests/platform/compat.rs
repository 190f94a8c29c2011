//! `/compat/`: what the SDK never sends, and what it relies on without saying. The SDK itself drives it in
//! `tests/contract/sdk`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    browser::{self, sign_in_for},
    server::{self, Demo},
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
async fn contracts_and_people_are_refused_as_carefully() {
    let compat = Compat::start("nadia", "").await;
    let json = "application/json";
    let posting = |terms: Value| {
        let mut new = json!({
            "title": "Import nocturne à réparer", "description": "Lignes perdues depuis la migration. ".repeat(3),
            "currency": {"id": 8}, "budget": {"minimum": 900}, "jobs": [{"id": 1}],
        });
        new.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
        new.to_string()
    };
    let jobs: Vec<Value> = (1..=101).map(|id| json!({"id": id})).collect();
    let review = json!({"project_id": 1, "to_user_id": 1, "from_user_id": 2, "role": "freelancer"});
    let cases = [
        ("POST", "projects/0.1/projects/", "[]".to_owned()),
        ("POST", "projects/0.1/projects/", "null".to_owned()),
        ("POST", "projects/0.1/projects/", posting(json!({"type": "barter"}))),
        ("POST", "projects/0.1/projects/", posting(json!({"currency": "EUR"}))),
        ("POST", "projects/0.1/projects/", posting(json!({"budget": [900]}))),
        ("POST", "projects/0.1/projects/", posting(json!({"budget": {"minimum": 900, "maximum": "1e9"}}))),
        ("POST", "projects/0.1/projects/", posting(json!({"jobs": ["1"]}))),
        ("POST", "projects/0.1/projects/", posting(json!({"jobs": jobs}))),
        ("POST", "projects/0.1/projects/", posting(json!({"bidperiod": i64::MAX}))),
        ("POST", "projects/0.1/projects/", posting(json!({"bidperiod": -1}))),
        ("POST", "projects/0.1/projects/", posting(json!({"local": true}))),
        ("POST", "projects/0.1/projects/", posting(json!({"local": true, "location": {"country": {"code": "ZZ"}}}))),
        ("POST", "projects/0.1/projects/", posting(json!({"hireme": true}))),
        (
            "POST",
            "projects/0.1/projects/",
            posting(json!({"hourly_project_info": {"commitment": {"hours": 9999, "interval": "WEEK"}}})),
        ),
        ("POST", "contests/0.1/contests/", json!({"duration": 7, "job_ids": [1], "currency_id": 8}).to_string()),
        ("POST", "projects/0.1/milestones/", json!({"project_id": 1, "bidder_id": 1}).to_string()),
        ("POST", "projects/0.1/milestones/", json!({"project_id": 9_999_999, "bidder_id": 1, "amount": 5}).to_string()),
        ("PUT", "projects/0.1/milestones/999999/?action=release", json!({"amount": 5}).to_string()),
        ("PUT", "projects/0.1/milestones/1/?action=../fund", "{}".to_owned()),
        ("PUT", "projects/0.1/milestones/1/", "{}".to_owned()),
        ("POST", "projects/0.1/milestone_requests/", json!({"project_id": 1, "bid_id": 999_999}).to_string()),
        ("PUT", "projects/0.1/milestone_requests/999999/?action=accept", "{}".to_owned()),
        ("PUT", "projects/0.1/milestone_requests/1/?action=delete", "{}".to_owned()),
        ("POST", "projects/0.1/reviews/", review.to_string()),
        ("POST", "projects/0.1/reviews/", json!({"project_id": 1, "to_user_id": 2}).to_string()),
        ("GET", "projects/0.1/milestones/?milestones[]=x", String::new()),
        ("GET", "projects/0.1/milestones/0/", String::new()),
        ("GET", "users/0.1/users/directory/", String::new()),
        ("GET", "users/0.1/users/nobody/", String::new()),
        ("GET", "users/0.1/users/?users[]=-1", String::new()),
        ("GET", "users/0.1/reputations/", String::new()),
        ("GET", "users/0.1/portfolios/?users[]=1", String::new()),
    ];
    for (method, path, body) in cases {
        let (status, answer) = compat.call(method.parse().unwrap(), path, json, &body).await;
        assert!(
            status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED,
            "{method} {path} {body}: {status} {answer}"
        );
        assert!(is_refusal(&answer), "{method} {path}: {answer}");
    }
}

/// A form as browsers and the SDK send it.
fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut body = String::new();
    for (name, file, content) in parts {
        let file = file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        body += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
    }
    body + "--x--\r\n"
}

#[tokio::test]
async fn files_that_no_message_takes_are_not_kept() {
    let compat = Compat::start("nadia", "").await;
    let (_, threads) = compat.get("messages/0.1/threads/?limit=1").await;
    let path = format!("messages/0.1/threads/{}/messages/", threads["result"]["threads"][0]["id"]);
    let kept = || server::value::<i64>(compat.demo.data.path(), "SELECT count(*) FROM attachments");
    let before = kept();
    let named = ("attachments[]", None, "a.txt");
    let file = ("files[]", Some("a.txt"), "a");
    let long = "x".repeat(5_001);
    let many: Vec<_> = std::iter::repeat_n([named, file], 31).flatten().collect();
    let whole = form(&[named, file]);
    let bodies = [
        form(&[named, file, ("message", None, &long)]),
        form(&[named, file, ("members[]", None, "1")]),
        form(&[file]),
        form(&[named]),
        form(&[named, ("files[]", None, "a")]),
        form(&[named, ("files[]", Some(""), "a")]),
        form(&many),
        form(&[]),
        whole[..whole.len() - 9].to_owned(),
        "--x".to_owned(),
        String::new(),
    ];
    for body in bodies {
        let (status, answer) = compat.call(Method::POST, &path, "multipart/form-data; boundary=x", &body).await;
        assert!(status.is_client_error(), "{body}: {status} {answer}");
        assert!(is_refusal(&answer), "{body}: {answer}");
    }
    for kind in ["multipart/form-data", "multipart/form-data; boundary="] {
        let (status, answer) = compat.call(Method::POST, &path, kind, &whole).await;
        assert_eq!((status, is_refusal(&answer)), (StatusCode::BAD_REQUEST, true), "{kind}");
    }
    assert_eq!(kept(), before);
    let (status, answer) = compat.call(Method::POST, &path, "Multipart/Form-Data; boundary=x", &whole).await;
    assert_eq!(
        (status, &answer["result"]["attachments"][0]["filename"]),
        (StatusCode::OK, &json!("a.txt")),
        "{answer}"
    );
    assert_eq!(kept(), before + 1);
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
