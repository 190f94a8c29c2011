//! Kept searches, bookmarks and invitations.

use serde_json::{Value, json};

use crate::{
    api::Api,
    browser::sign_in,
    server::{self, Demo},
};

fn at(list: &str, row: &Value) -> String {
    format!("/v1/{list}/{}", row["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_search_is_kept_changed_and_forgotten() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let since = api.state().await;
    let query = json!({"skills": ["rust"], "remote": true, "budget_min": 500_000, "currency": "EUR", "sort": "budget"});
    let new = json!({"name": "Rust <i>loin</i>", "query": query, "alert": "instant"});
    let reply = api.post("/v1/saved-searches", new).await.expect(201);
    let search = reply.body.clone();
    assert_eq!(reply.header("location"), at("saved-searches", &search));
    assert_eq!((&search["query"], &search["rev"]), (&query, &json!(1)));
    let path = at("saved-searches", &search);
    let read = api.get(&path).await.expect(200);
    assert_eq!(read.body, search);
    let edited = api.patch(&path, read.header("etag"), json!({"alert": "off", "query": {}})).await.expect(200);
    assert_eq!((&edited.body["alert"], &edited.body["query"]), (&json!("off"), &json!({})));
    assert_eq!(edited.body["name"], search["name"]);
    api.patch(&path, read.header("etag"), json!({"alert": "daily"})).await.expect(412);
    api.call("PATCH", &path).json(&json!({})).send().await.expect(428);
    let id = search["id"].as_str().unwrap().to_owned();
    assert_eq!(api.told(&since, "saved_search").await, (vec![id.clone()], vec![]));
    let other = sign_in(demo.url(), "camille").await;
    other.get(&path).await.expect(404);
    other.delete(&path).await.expect(404);
    other.patch(&path, "\"2\"", json!({"alert": "off"})).await.expect(404);
    assert_eq!(api.delete(&path).await.expect(204).body, Value::Null);
    api.delete(&path).await.expect(404);
    api.get(&path).await.expect(404);
    let page = api.get(&format!("/v1/changes?since={since}&types=saved_search")).await.expect(200);
    assert_eq!(page.body["removed"], json!([{"type": "saved_search", "id": id, "reason": "deleted"}]));
}

#[tokio::test]
async fn a_search_keeps_the_bounds_of_its_filters_and_there_are_fifty() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let new = |query: Value| json!({"name": "Une", "query": query, "alert": "off"});
    for (query, pointer) in [
        (json!({"type": "barter"}), "/query/type"),
        (json!({"budget_min": -1}), "/query/budget_min"),
        (json!({"currency": "eur"}), "/query/currency"),
        (json!({"country": "FRA"}), "/query/country"),
        (json!({"status": ["open", "asleep"]}), "/query/status/1"),
        (json!({"skills": [""]}), "/query/skills/0"),
        (json!({"skills": "rust"}), "/query/skills"),
        (json!({"q": null}), "/query/q"),
        (json!({"q": "x".repeat(201)}), "/query/q"),
        (json!({"remote": "true"}), "/query/remote"),
        (json!({"max_age_days": 36_501}), "/query/max_age_days"),
        (json!({"sort": "best"}), "/query/sort"),
        (json!({"mine": true}), "/query/mine"),
        (json!({"category": vec!["backend"; 51]}), "/query/category"),
    ] {
        let reply = api.post("/v1/saved-searches", new(query.clone())).await.expect(422);
        assert_eq!(reply.error().0, pointer, "{query}");
    }
    let named = json!({"name": " ", "query": {}, "alert": "never"});
    let reply = api.post("/v1/saved-searches", named).await.expect(422);
    let pointers: Vec<&Value> = reply.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/name", "/alert"]);
    for _ in 0..50 {
        api.post("/v1/saved-searches", new(json!({}))).await.expect(201);
    }
    assert_eq!(api.post("/v1/saved-searches", new(json!({}))).await.expect(409).problem(), "state-conflict");
    let page = api.get("/v1/saved-searches?limit=30").await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = api.get(&format!("/v1/saved-searches?limit=30&cursor={cursor}")).await.expect(200);
    assert_eq!((page.items().len(), rest.items().len()), (30, 20));
    let all = api.get("/v1/snapshot?type=saved_search").await.expect(200);
    assert_eq!(all.body["total"], 50);
}

#[tokio::test]
async fn a_bookmark_shows_on_the_project_for_its_owner_alone() {
    let demo = Demo::start();
    let (api, other) = tokio::join!(sign_in(demo.url(), "sam"), sign_in(demo.url(), "nadia"));
    let project = api.biddable().await;
    let project_path = at("projects", &project);
    let etag = api.get(&project_path).await.expect(200).header("etag").to_owned();
    let (since, others_since) = (api.state().await, other.state().await);
    let body = json!({"project_id": project["id"]});
    let kept = api.post("/v1/bookmarks", body.clone()).await.expect(201);
    assert_eq!(kept.header("location"), at("bookmarks", &kept.body));
    assert_eq!(api.post("/v1/bookmarks", body).await.expect(200).body, kept.body);
    assert_eq!(api.get(&at("bookmarks", &kept.body)).await.expect(200).body, kept.body);
    let shown = api.call("GET", &project_path).header("if-none-match", &etag).send().await.expect(200);
    assert_eq!(shown.body["viewer"]["bookmarked"], true);
    assert_eq!(other.get(&project_path).await.expect(200).body["viewer"]["bookmarked"], false);
    let id = project["id"].as_str().unwrap().to_owned();
    assert_eq!(api.told(&since, "project").await.0, vec![id.clone()]);
    assert_eq!(api.told(&since, "bookmark").await.0.len(), 1);
    assert_eq!(other.told(&others_since, "project,bookmark").await, (vec![], vec![]));
    other.get(&at("bookmarks", &kept.body)).await.expect(404);
    other.delete(&at("bookmarks", &kept.body)).await.expect(404);
    api.delete(&at("bookmarks", &kept.body)).await.expect(204);
    let gone = api.get(&project_path).await.expect(200);
    assert_eq!((gone.header("etag"), &gone.body["viewer"]["bookmarked"]), (etag.as_str(), &json!(false)));
    assert_eq!(api.told(&since, "bookmark").await.1, vec![kept.body["id"].as_str().unwrap().to_owned()]);
    for wrong in ["prj_000000000000", "nonsense"] {
        let reply = api.post("/v1/bookmarks", json!({"project_id": wrong})).await.expect(422);
        assert_eq!(reply.error(), ("/project_id", "unknown"));
    }
}

#[tokio::test]
async fn a_kept_project_stays_in_the_window_after_it_closed() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bookmarks = api.get("/v1/bookmarks").await.expect(200);
    let kept = bookmarks.items()[0]["project_id"].as_str().unwrap().to_owned();
    assert_eq!(bookmarks.items().len(), 4);
    let title = api.get(&format!("/v1/projects/{kept}")).await.expect(200).body["title"].clone();
    let state = api.state().await;
    let demo = demo.restart(|data| server::end_bidding(data, title.as_str().unwrap()));
    let api = api.at(demo.url());
    assert_eq!(api.get(&format!("/v1/projects/{kept}")).await.expect(200).body["status"], "closed");
    let (changed, removed) = api.told(&state, "project").await;
    assert!(changed.contains(&kept) && !removed.contains(&kept));
}

/// Invitations as `api` sees them.
async fn invitations(api: &Api, rest: &str) -> Vec<Value> {
    api.get(&format!("/v1/invitations{rest}")).await.expect(200).items().to_vec()
}

#[tokio::test]
async fn an_invitation_is_answered_once_and_both_sides_hear_of_it() {
    let demo = Demo::start();
    let (camille, nadia) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"));
    let sent = invitations(&nadia, "?role=sent&status=pending").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["allowed_actions"], json!([]));
    let path = at("invitations", &sent[0]);
    let seen = camille.get(&path).await.expect(200).body;
    assert_eq!(seen["allowed_actions"], json!(["accept", "decline"]));
    assert_eq!(seen["client"]["display_name"], "Nadia Benali");
    sign_in(demo.url(), "sam").await.get(&path).await.expect(404);
    assert_eq!(nadia.post(&format!("{path}:accept"), json!({})).await.expect(403).problem(), "forbidden");
    let (camille_since, nadia_since) = (camille.state().await, nadia.state().await);
    let accepted = camille.post(&format!("{path}:accept"), json!({})).await.expect(200).body;
    assert_eq!((&accepted["status"], &accepted["allowed_actions"]), (&json!("accepted"), &json!([])));
    for act in ["accept", "decline"] {
        let again = camille.post(&format!("{path}:{act}"), json!({})).await.expect(409);
        assert_eq!(again.problem(), "state-conflict");
    }
    let id = sent[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(camille.told(&camille_since, "invitation").await.0, vec![id.clone()]);
    assert_eq!(nadia.told(&nadia_since, "invitation").await.0, vec![id]);
    let told: String =
        server::value(demo.data.path(), "SELECT text FROM mails WHERE user_n = 2 ORDER BY n DESC LIMIT 1");
    assert!(told.starts_with("Camille Laurent accepte votre invitation"), "{told}");
    camille.get("/v1/invitations?role=both").await.expect(422);
    camille.post("/v1/invitations/inv_000000000000:decline", json!({})).await.expect(404);
}

#[tokio::test]
async fn an_invitation_to_a_closed_project_can_only_be_declined() {
    let demo = Demo::start();
    let camille = sign_in(demo.url(), "camille").await;
    let pending = invitations(&camille, "?status=pending").await;
    let title = pending[0]["project_title"].as_str().unwrap().to_owned();
    let demo = demo.restart(|data| server::end_bidding(data, &title));
    let camille = camille.at(demo.url());
    let path = at("invitations", &pending[0]);
    assert_eq!(camille.get(&path).await.expect(200).body["allowed_actions"], json!(["decline"]));
    assert_eq!(camille.post(&format!("{path}:accept"), json!({})).await.expect(409).problem(), "project-closed");
    assert_eq!(camille.post(&format!("{path}:decline"), json!({})).await.expect(200).body["status"], "declined");
    assert_eq!(invitations(&camille, "?status=declined").await.len(), 2);
}

/// A client that still knows the old one would take the new one for it.
#[tokio::test]
async fn the_id_of_what_is_gone_is_never_given_again() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let project = api.biddable().await;
    let search = json!({"name": "Rust", "query": {"skills": ["rust"]}, "alert": "off"});
    for (path, body) in [("bookmarks", json!({"project_id": project["id"]})), ("saved-searches", search)] {
        let first = api.post(&format!("/v1/{path}"), body.clone()).await.expect(201).body;
        api.delete(&at(path, &first)).await.expect(204);
        let second = api.post(&format!("/v1/{path}"), body).await.expect(201).body;
        assert_ne!(first["id"], second["id"], "{path}");
        api.get(&at(path, &first)).await.expect(404);
    }
}
