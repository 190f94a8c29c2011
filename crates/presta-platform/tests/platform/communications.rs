//! What one is told, and how consent to marketing begins and ends.

use presta_platform::store::{
    changes::Tx,
    demo::{CAMILLE, NADIA},
    mails::{self, Campaign, Topic},
};
use serde_json::{Value, json};

use crate::{
    api::{Api, Reply},
    browser::{self, sign_in, sign_in_for},
    contract::Contract,
    server::{self, Demo},
};

const PATH: &str = "/v1/preferences/communications";
const HISTORY: &str = "/v1/preferences/communications/history";

fn cell<'v>(choices: &'v Value, topic: &str, channel: &str) -> &'v Value {
    let cells = choices["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["topic"] == topic && cell["channel"] == channel).unwrap()
}

async fn change(api: &Api, body: Value) -> Reply {
    let etag = api.get(PATH).await.expect(200).header("etag").to_owned();
    api.patch(PATH, &etag, body).await
}

fn newsletter(enabled: bool) -> Value {
    json!([{"topic": "newsletter", "channel": "email", "enabled": enabled}])
}

/// Does `work` as the server would, on the file of a running one.
fn on_file<T>(demo: &Demo, work: impl FnOnce(&mut Tx<'_>) -> T) -> T {
    let mut file = server::database(demo.data.path());
    let sql = file.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let mut tx = Tx::new(sql, jiff::Timestamp::now().as_millisecond());
    let done = work(&mut tx);
    tx.commit().unwrap();
    done
}

/// How many mails of a topic someone was sent, and how many were withheld.
fn counted(demo: &Demo, user_n: i64, topic: &str) -> (i64, i64) {
    let file = server::database(demo.data.path());
    let count = |table: &str| {
        let text = format!("SELECT count(*) FROM {table} WHERE user_n = ?1 AND topic = ?2");
        file.query_row(&text, (user_n, topic), |row| row.get(0)).unwrap()
    };
    (count("mails"), count("mails_withheld"))
}

fn link(demo: &Demo, user_n: i64) -> String {
    let text = "SELECT unsubscribe FROM mails WHERE user_n = ?1 AND unsubscribe IS NOT NULL ORDER BY n DESC LIMIT 1";
    server::database(demo.data.path()).query_row(text, [user_n], |row| row.get(0)).unwrap()
}

async fn one_click(demo: &Demo, path: &str, kind: &str, body: &str) -> (u16, Value) {
    let request = browser::http().post(format!("{}{path}", demo.url())).header("content-type", kind);
    let response = request.body(body.to_owned()).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let kind = headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    Contract::shared().check("POST", path, status, kind.as_deref(), &bytes);
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

const FORM: &str = "application/x-www-form-urlencoded";
const CLICK: &str = "List-Unsubscribe=One-Click";

#[tokio::test]
async fn without_a_choice_service_is_on_and_marketing_off() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let reply = api.get(PATH).await.expect(200);
    let cells = reply.body["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 30);
    assert!(cells.iter().all(|cell| cell["marketing"] == false || cell["enabled"] == false));
    for cell in cells {
        let locked = cell["marketing"] == false && cell["channel"] == "email";
        assert_eq!(cell["locked"], locked, "{cell}");
        assert!(!locked || cell["enabled"] == true);
    }
    assert_eq!(reply.body["marketing_profiling"], false);
    assert_eq!(reply.body["personalised_recommendations"], true);
    let again = api.call("GET", PATH).header("if-none-match", reply.header("etag")).send().await;
    assert_eq!(again.expect(304).body, Value::Null);
    assert!(api.get(HISTORY).await.expect(200).items().is_empty());
    let blind = sign_in_for(demo.url(), "nadia", "profile:read").await;
    assert_eq!(blind.get(PATH).await.expect(403).problem(), "insufficient-scope");
    let reader = sign_in_for(demo.url(), "nadia", "privacy:read").await;
    change(&reader, json!({"personalised_recommendations": false})).await.expect(403);
}

#[tokio::test]
async fn consent_takes_the_text_in_force() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let current = api.get(PATH).await.expect(200).body["text_version"].clone();
    for (body, pointer, code) in [
        (json!({"cells": newsletter(true)}), "/text_version", "required"),
        (json!({"cells": newsletter(true), "text_version": "2025-1"}), "/text_version", "stale"),
        (json!({"cells": newsletter(true), "text_version": "x"}), "/text_version", "unknown"),
        (json!({"marketing_profiling": true}), "/text_version", "required"),
        (json!({"marketing": true, "text_version": current}), "/marketing", "cannot-enable"),
        (
            json!({"marketing": false, "cells": newsletter(true), "text_version": current}),
            "/marketing",
            "contradiction",
        ),
        (json!({"cells": [{"topic": "security", "channel": "email", "enabled": false}]}), "/cells/0/enabled", "locked"),
        (json!({"cells": [{"topic": "x", "channel": "email", "enabled": true}]}), "/cells/0/topic", "unknown"),
        (json!({"cells": [{"topic": "tips", "channel": "fax", "enabled": true}]}), "/cells/0/channel", "unknown"),
        (json!({"cells": [{"topic": "tips", "channel": "sms", "enabled": "yes"}]}), "/cells/0/enabled", "invalid-type"),
        (json!({"everything": false}), "/everything", "unknown-field"),
    ] {
        let refused = change(&api, body.clone()).await.expect(422);
        assert_eq!(refused.error(), (pointer, code), "{body}");
    }
    assert!(api.get(HISTORY).await.expect(200).items().is_empty());
    let state = api.state().await;
    let reply = change(&api, json!({"cells": newsletter(true), "text_version": current})).await.expect(200);
    let cell = cell(&reply.body, "newsletter", "email");
    assert_eq!((&cell["enabled"], &cell["text_version"]), (&json!(true), &current));
    assert!(cell["consented_at"].is_string());
    let same = change(&api, json!({"cells": newsletter(true), "text_version": current})).await.expect(200);
    assert_eq!(same.header("etag"), reply.header("etag"), "nothing changed");
    let delta = api.get(&format!("/v1/changes?since={state}&types=communications")).await.expect(200).body;
    assert_eq!(delta["changed"][0]["data"], reply.body);
    let history = api.get(HISTORY).await.expect(200);
    assert_eq!(history.items().len(), 1);
    assert_eq!(history.items()[0]["source"], "app");
    assert_eq!(api.patch(PATH, "\"1\"", json!({})).await.expect(412).problem(), "edited-elsewhere");
    let without = api.call("PATCH", PATH).json(&json!({})).send().await;
    assert_eq!(without.expect(428).problem(), "precondition-required");
}

#[tokio::test]
async fn one_switch_ends_all_marketing_and_nothing_else() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let version = api.get(PATH).await.expect(200).body["text_version"].clone();
    let cells = json!([
        {"topic": "tips", "channel": "push", "enabled": true},
        {"topic": "surveys", "channel": "sms", "enabled": true},
        {"topic": "bids", "channel": "sms", "enabled": true},
    ]);
    let body = json!({"cells": cells, "marketing_profiling": true, "text_version": version,
        "personalised_recommendations": false});
    let on = change(&api, body).await.expect(200).body;
    assert_eq!((&on["marketing_profiling"], &on["personalised_recommendations"]), (&json!(true), &json!(false)));
    let personalised = "SELECT personalised FROM users WHERE login = 'sam.demo'";
    let column: i64 = server::database(demo.data.path()).query_row(personalised, [], |row| row.get(0)).unwrap();
    assert_eq!(column, 0);
    let off = change(&api, json!({"marketing": false})).await.expect(200).body;
    assert!(off["cells"].as_array().unwrap().iter().all(|cell| cell["marketing"] == false || cell["enabled"] == false));
    assert_eq!(off["marketing_profiling"], false);
    assert_eq!(cell(&off, "bids", "sms")["enabled"], true, "service stays as it was chosen");
    let first = api.get(&format!("{HISTORY}?limit=3")).await.expect(200);
    let topics: Vec<&str> = first.items().iter().map(|line| line["topic"].as_str().unwrap()).collect();
    assert_eq!(topics, ["marketing_profiling", "surveys", "tips"]);
    assert!(first.items().iter().all(|line| line["enabled"] == false));
    let next = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(api.get(&format!("{HISTORY}?cursor={next}")).await.expect(200).items().len(), 5);
}

#[tokio::test]
async fn a_marketing_mail_goes_to_who_consented_and_a_service_mail_to_everyone() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let version = api.get(PATH).await.expect(200).body["text_version"].clone();
    // Camille's newsletter is on in the demo market; nobody else's is.
    let campaign = |topic| on_file(&demo, |tx| mails::campaign(tx, topic).unwrap());
    assert_eq!(campaign(Topic::Newsletter), Campaign { sent: 1, withheld: 2 });
    assert_eq!(counted(&demo, NADIA, "newsletter"), (0, 1));
    assert_eq!(counted(&demo, CAMILLE, "newsletter"), (1, 0));
    change(&api, json!({"cells": newsletter(true), "text_version": version})).await.expect(200);
    assert_eq!(campaign(Topic::Newsletter), Campaign { sent: 2, withheld: 1 });
    assert_eq!(counted(&demo, NADIA, "newsletter"), (1, 1));
    change(&api, json!({"marketing": false})).await.expect(200);
    assert_eq!(campaign(Topic::Newsletter), Campaign { sent: 1, withheld: 2 });
    assert_eq!(counted(&demo, NADIA, "newsletter"), (1, 2));
    on_file(&demo, |tx| {
        mails::send(tx, NADIA, Topic::Security, ("Connexion", "Une connexion a eu lieu.")).unwrap();
        mails::send(tx, NADIA, Topic::Tips, ("Conseil", "Un conseil.")).unwrap();
        assert!(mails::campaign(tx, Topic::Contracts).is_err(), "service is no campaign");
    });
    assert_eq!(counted(&demo, NADIA, "security"), (1, 0));
    assert_eq!(counted(&demo, NADIA, "tips"), (0, 1));
}

#[tokio::test]
async fn the_link_of_a_mail_ends_its_topic_without_signing_in() {
    let demo = Demo::start();
    on_file(&demo, |tx| mails::campaign(tx, Topic::Newsletter).unwrap());
    let path = link(&demo, CAMILLE);
    for (kind, body, status) in [
        ("application/json", "{}", 415),
        (FORM, "", 422),
        (FORM, "List-Unsubscribe=No", 422),
        (FORM, "List-Unsubscribe=One-Click&more=1", 422),
    ] {
        assert_eq!(one_click(&demo, &path, kind, body).await.0, status, "{kind} {body}");
    }
    let other_topic = path.replace(".newsletter.", ".tips.");
    let service = path.replace(".newsletter.", ".security.");
    let cut = &path[..path.len() - 1];
    for forged in [other_topic.as_str(), &service, cut, "/v1/unsubscribe?token=x", "/v1/unsubscribe?token=a.b.c"] {
        let (status, problem) = one_click(&demo, forged, FORM, CLICK).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("?token")), "{forged}");
    }
    assert_eq!(one_click(&demo, "/v1/unsubscribe", FORM, CLICK).await.0, 422);
    let api = sign_in(demo.url(), "camille").await;
    assert_eq!(cell(&api.get(PATH).await.expect(200).body, "newsletter", "email")["enabled"], true);
    let parts = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    assert_eq!(one_click(&demo, &path, "multipart/form-data; boundary=b", parts).await.0, 204);
    assert_eq!(one_click(&demo, &path, FORM, CLICK).await.0, 204, "again is fine");
    assert_eq!(cell(&api.get(PATH).await.expect(200).body, "newsletter", "email")["enabled"], false);
    let history = api.get(HISTORY).await.expect(200);
    assert_eq!(history.items()[0]["source"], "link");
    assert_eq!(history.items()[1]["topic"], "messages", "once only");
    on_file(&demo, |tx| mails::campaign(tx, Topic::Newsletter).unwrap());
    assert_eq!(counted(&demo, CAMILLE, "newsletter"), (1, 1));
}
