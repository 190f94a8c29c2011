//! Changing and taking back what one wrote.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::Api,
    browser::sign_in,
    server::{self, Demo},
};

/// Sam writes to Nadia about a project of hers; answers the message.
async fn written(demo: &Demo) -> (Api, Api, Value) {
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let body = json!({"project_id": project["id"], "text": "Bonjor", "client_message_id": Uuid::new_v4().to_string()});
    let message = sam.post("/v1/threads", body).await.expect(201).body["message"].clone();
    (nadia, sam, message)
}

fn path(message: &Value) -> String {
    format!("/v1/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_message_is_changed_and_both_sides_see_it() {
    let demo = Demo::start();
    let (nadia, sam, message) = written(&demo).await;
    assert_eq!(
        (&message["rev"], &message["edited_at"], &message["attachments"]),
        (&json!(1), &Value::Null, &json!([]))
    );
    let since = nadia.state().await;
    let thread = format!("/v1/threads/{}", message["thread_id"].as_str().unwrap());
    nadia.post(&format!("{thread}:read"), json!({"up_to": 1})).await.expect(200);
    let read = sam.get(&path(&message)).await.expect(200);
    assert_eq!(read.body, message);
    let edited = sam.patch(&path(&message), read.header("etag"), json!({"text": "Bonjour"})).await.expect(200);
    assert_eq!((&edited.body["text"], &edited.body["rev"]), (&json!("Bonjour"), &json!(2)));
    assert!(!edited.body["edited_at"].is_null());
    assert_eq!(nadia.get(&path(&message)).await.expect(200).body, edited.body);
    assert_eq!(nadia.get(&thread).await.expect(200).body["last_message"]["text"], "Bonjour");
    let told = nadia.get(&format!("/v1/changes?since={since}&types=message")).await.expect(200);
    assert_eq!((&told.body["changed"][0]["data"], &told.body["changed"][0]["rev"]), (&edited.body, &json!(2)));
    sam.patch(&path(&message), read.header("etag"), json!({"text": "Encore"})).await.expect(412);
    sam.call("PATCH", &path(&message)).json(&json!({"text": "x"})).send().await.expect(428);
    let etag = edited.header("etag");
    assert_eq!(
        sam.patch(&path(&message), etag, json!({"text": " "})).await.expect(422).error(),
        ("/text", "too-short")
    );
    let extra = json!({"text": "x", "seq": 9});
    assert_eq!(sam.patch(&path(&message), etag, extra).await.expect(422).error(), ("/seq", "unknown-field"));
    assert_eq!(nadia.patch(&path(&message), etag, json!({"text": "x"})).await.expect(403).problem(), "forbidden");
}

#[tokio::test]
async fn a_message_taken_back_leaves_its_place() {
    let demo = Demo::start();
    let (nadia, sam, message) = written(&demo).await;
    let file = "INSERT INTO attachments (owner_n, name, media_type, size, sha256, created_at, parent, parent_n)
        SELECT author_n, 'plan.txt', 'text/plain', 3, printf('%064d', 7), 1, 'message', max(n) FROM messages";
    assert_eq!(server::edit_rows(demo.data.path(), file), 1);
    assert_eq!(nadia.get(&path(&message)).await.expect(200).body["attachments"][0]["name"], "plan.txt");
    assert_eq!(nadia.delete(&path(&message)).await.expect(403).problem(), "forbidden");
    let since = nadia.state().await;
    let deleted = sam.delete(&path(&message)).await.expect(200).body;
    assert_eq!((&deleted["text"], &deleted["seq"]), (&json!(""), &json!(1)));
    assert_eq!(deleted["attachments"], json!([]));
    assert!(!deleted["deleted_at"].is_null());
    let thread = format!("/v1/threads/{}/messages", message["thread_id"].as_str().unwrap());
    assert_eq!(nadia.get(&thread).await.expect(200).items(), std::slice::from_ref(&deleted));
    assert_eq!(nadia.told(&since, "message").await.0.len(), 1);
    assert_eq!(sam.delete(&path(&message)).await.expect(410).problem(), "gone");
    assert_eq!(sam.patch(&path(&message), "\"2\"", json!({"text": "x"})).await.expect(410).problem(), "gone");
    let camille = sign_in(demo.url(), "camille").await;
    camille.get(&path(&message)).await.expect(404);
    camille.delete(&path(&message)).await.expect(404);
    camille.patch(&path(&message), "\"2\"", json!({"text": "x"})).await.expect(404);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_a_message_stays_as_it_is() {
    let demo = Demo::start();
    let (_, sam, message) = written(&demo).await;
    let age = "UPDATE messages SET sent_at = sent_at - 901000 WHERE n = (SELECT max(n) FROM messages)";
    assert_eq!(server::edit_rows(demo.data.path(), age), 1);
    assert_eq!(sam.patch(&path(&message), "\"1\"", json!({"text": "x"})).await.expect(403).problem(), "forbidden");
    assert_eq!(sam.delete(&path(&message)).await.expect(403).problem(), "forbidden");
    assert_eq!(sam.get(&path(&message)).await.expect(200).body["text"], "Bonjor");
}
