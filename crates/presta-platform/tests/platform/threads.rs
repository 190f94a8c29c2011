//! Conversations, from both sides.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{Api, Reply, offer},
    browser::sign_in,
    server::Demo,
};

fn text(text: &str) -> Value {
    json!({"text": text, "client_message_id": Uuid::new_v4().to_string()})
}

async fn open(api: &Api, project: &Value, words: &str) -> Reply {
    let mut body = text(words);
    body["project_id"] = project["id"].clone();
    api.post("/v1/threads", body).await
}

/// Sam writes about a project of Nadia's; answers the thread as Sam sees it.
async fn conversation(demo: &Demo) -> (Api, Api, Value) {
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let opened = open(&sam, &project, "Bonjour, le périmètre est-il figé ?").await.expect(201);
    let thread = opened.body["thread"].clone();
    assert_eq!(opened.header("location"), path(&thread, ""));
    (nadia, sam, thread)
}

fn path(thread: &Value, rest: &str) -> String {
    format!("/v1/threads/{}{rest}", thread["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_conversation_goes_back_and_forth() {
    let demo = Demo::start();
    let (nadia, sam, thread) = conversation(&demo).await;
    let seen = nadia.get(&path(&thread, "")).await.expect(200).body;
    assert_eq!((&seen["unread_count"], &seen["read_seq"], &seen["last_seq"]), (&json!(1), &json!(0), &json!(1)));
    assert_eq!(seen["last_message"]["text"], "Bonjour, le périmètre est-il figé ?");
    let answer = nadia.post(&path(&thread, "/messages"), text("Oui.")).await.expect(201).body;
    assert_eq!(answer["seq"], 2);
    let messages = sam.get(&path(&thread, "/messages")).await.expect(200);
    let words: Vec<&Value> = messages.items().iter().map(|message| &message["text"]).collect();
    assert_eq!(words, ["Oui.", "Bonjour, le périmètre est-il figé ?"]);
    let before = sam.get(&path(&thread, "/messages?before_seq=2")).await.expect(200);
    assert_eq!(before.items().len(), 1);
    let first = sam.get(&path(&thread, "/messages?limit=1")).await.expect(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = sam.get(&path(&thread, &format!("/messages?limit=1&cursor={cursor}"))).await.expect(200);
    assert_eq!(second.items()[0]["seq"], 1);
    assert_eq!(second.body["next_cursor"], Value::Null);
    assert_eq!(sam.get("/v1/threads").await.expect(200).items()[0]["id"], thread["id"]);
}

#[tokio::test]
async fn writing_about_the_same_project_again_appends() {
    let demo = Demo::start();
    let (nadia, sam, thread) = conversation(&demo).await;
    let project = json!({"id": thread["project_id"]});
    let again = open(&sam, &project, "Encore une question.").await.expect(200).body;
    assert_eq!(again["thread"]["id"], thread["id"]);
    assert_eq!(again["message"]["seq"], 2);
    let mut body = text("À vous.");
    body["project_id"] = thread["project_id"].clone();
    assert_eq!(nadia.post("/v1/threads", body.clone()).await.expect(422).error(), ("/recipient_id", "required"));
    body["recipient_id"] = json!("usr_000000000000");
    assert_eq!(nadia.post("/v1/threads", body.clone()).await.expect(422).error(), ("/recipient_id", "unknown"));
    let freelancer = thread["participants"].as_array().unwrap().iter().find(|one| one["role"] == "freelancer");
    body["recipient_id"] = freelancer.unwrap()["id"].clone();
    assert_eq!(nadia.post("/v1/threads", body).await.expect(200).body["message"]["seq"], 3);
}

#[tokio::test]
async fn a_client_writes_to_who_has_bid() {
    let demo = Demo::start();
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let place = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    let bid = sam.post(&place, offer(&project, 480_000)).await.expect(201).body;
    let mut body = text("Bonjour, merci pour votre offre.");
    body["project_id"] = project["id"].clone();
    body["recipient_id"] = bid["freelancer"]["id"].clone();
    let opened = nadia.post("/v1/threads", body).await.expect(201).body;
    assert_eq!(opened["thread"]["bid_id"], bid["id"]);
    assert_eq!(sam.get("/v1/threads").await.expect(200).items()[0]["unread_count"], 1);
}

#[tokio::test]
async fn the_same_client_message_id_is_the_same_message() {
    let demo = Demo::start();
    let (nadia, sam, thread) = conversation(&demo).await;
    let body = text("Une seule fois.");
    let first = sam.post(&path(&thread, "/messages"), body.clone()).await.expect(201).body;
    let again = sam.post(&path(&thread, "/messages"), body.clone()).await.expect(200);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first, ""));
    let other = nadia.post(&path(&thread, "/messages"), body).await.expect(201).body;
    assert_ne!(other["id"], first["id"], "ids belong to a writer");
    assert_eq!(sam.get(&path(&thread, "")).await.expect(200).body["last_seq"], 3);
}

#[tokio::test]
async fn reading_is_seen_by_the_other_side_and_never_goes_back() {
    let demo = Demo::start();
    let (nadia, sam, thread) = conversation(&demo).await;
    let read = nadia.post(&path(&thread, ":read"), json!({"up_to": 1})).await.expect(200).body;
    assert_eq!((&read["unread_count"], &read["read_seq"]), (&json!(0), &json!(1)));
    assert_eq!(sam.get(&path(&thread, "")).await.expect(200).body["others_read_seq"], 1);
    let back = nadia.post(&path(&thread, ":read"), json!({"up_to": 0})).await.expect(200).body;
    assert_eq!((&back["read_seq"], &back["rev"]), (&json!(1), &read["rev"]));
    let beyond = nadia.post(&path(&thread, ":read"), json!({"up_to": 2})).await.expect(422);
    assert_eq!(beyond.error(), ("/up_to", "out-of-range"));
    assert_eq!(nadia.post(&path(&thread, ":read"), json!({})).await.expect(422).error().0, "/up_to");
}

#[tokio::test]
async fn muting_and_archiving_are_one_s_own_and_a_message_brings_back() {
    let demo = Demo::start();
    let (nadia, sam, thread) = conversation(&demo).await;
    assert_eq!(nadia.post(&path(&thread, ":mute"), json!({"muted": true})).await.expect(200).body["muted"], true);
    let archived = nadia.post(&path(&thread, ":archive"), json!({"archived": true})).await.expect(200).body;
    assert_eq!(archived["archived"], true);
    let seen = sam.get(&path(&thread, "")).await.expect(200).body;
    assert_eq!((&seen["muted"], &seen["archived"]), (&json!(false), &json!(false)));
    sam.post(&path(&thread, "/messages"), text("Des nouvelles ?")).await.expect(201);
    let seen = nadia.get(&path(&thread, "")).await.expect(200).body;
    assert_eq!((&seen["muted"], &seen["archived"]), (&json!(true), &json!(false)));
    assert_eq!(nadia.post(&path(&thread, ":mute"), json!({"muted": false})).await.expect(200).body["muted"], false);
    // Marks may be set without a key.
    let call = nadia.call("POST", &path(&thread, ":archive")).json(&json!({"archived": true}));
    call.send().await.expect(200);
}

#[tokio::test]
async fn messages_have_a_length_and_an_id() {
    let demo = Demo::start();
    let (_, sam, thread) = conversation(&demo).await;
    let messages = path(&thread, "/messages");
    for (body, error) in [
        (json!({"text": "  ", "client_message_id": "a"}), ("/text", "too-short")),
        (json!({"text": "é".repeat(5_001), "client_message_id": "a"}), ("/text", "too-long")),
        (json!({"text": "x", "client_message_id": ""}), ("/client_message_id", "too-short")),
        (json!({"text": "x"}), ("/client_message_id", "required")),
    ] {
        assert_eq!(sam.post(&messages, body).await.expect(422).error(), error);
    }
    sam.post(&messages, text(&"é".repeat(5_000))).await.expect(201);
    let last = sam.get(&path(&thread, "")).await.expect(200).body;
    assert_eq!(last["last_message"]["text"].as_str().unwrap().chars().count(), 200);
}

#[tokio::test]
async fn conversations_of_others_are_not_there() {
    let demo = Demo::start();
    let (_, _, thread) = conversation(&demo).await;
    let camille = sign_in(demo.url(), "camille").await;
    camille.get(&path(&thread, "")).await.expect(404);
    camille.get(&path(&thread, "/messages")).await.expect(404);
    camille.post(&path(&thread, "/messages"), text("Bonjour")).await.expect(404);
    camille.post(&path(&thread, ":read"), json!({"up_to": 1})).await.expect(404);
    camille.post(&path(&thread, ":typing"), json!({})).await.expect(404);
    let all = camille.get("/v1/snapshot?type=thread").await.expect(200);
    assert!(all.items().iter().all(|item| item["id"] != thread["id"]));
    let nadia = sign_in(demo.url(), "nadia").await;
    let project = camille.biddable().await;
    assert_eq!(open(&nadia, &project, "Bonjour").await.expect(403).problem(), "forbidden");
    assert_eq!(
        open(&camille, &json!({"id": "prj_x"}), "Bonjour").await.expect(422).error(),
        ("/project_id", "unknown")
    );
}
