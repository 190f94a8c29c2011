//! Contests, from both sides and from aside.

use serde_json::{Value, json};

use crate::{
    api::{Api, Reply},
    browser::{sign_in, sign_in_for},
    server::Demo,
    uploads::upload,
};

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn in_days(days: i64) -> String {
    let at = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap();
    at.to_string()
}

fn new() -> Value {
    json!({
        "title": "Logo pour une librairie", "category": "design", "skills": ["figma", "ui-design"],
        "brief": "Un logo lisible en petit, en une couleur, avec sa variante carrée et les sources.",
        "prize": {"amount_minor": 90_000, "currency": "EUR"}, "entries_close_at": in_days(10),
    })
}

async fn call(api: &Api, changes: Value) -> Value {
    let mut body = new();
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    api.post("/v1/contests", body).await.expect(201).body
}

async fn enter(api: &Api, contest: &Value, text: &str) -> Reply {
    api.post(&format!("/v1/contests/{}/entries", id(contest)), json!({"text": text})).await
}

async fn act(api: &Api, entry: &Value, what: &str) -> Reply {
    api.post(&format!("/v1/entries/{}:{what}", id(entry)), json!({})).await
}

async fn three(demo: &Demo) -> (Api, Api, Api) {
    tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"))
}

fn mails(demo: &Demo, user_n: i64) -> Vec<(String, String)> {
    let file = rusqlite::Connection::open(demo.data.path().join("platform.db")).unwrap();
    let mut query = file.prepare("SELECT topic, text FROM mails WHERE user_n = ?1 ORDER BY n").unwrap();
    query.query_map([user_n], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_contest_goes_from_its_call_to_its_winner() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let file = upload(&nadia, ("consigne.txt", "text/plain"), b"lire").await;
    let made = nadia.post("/v1/contests", {
        let mut body = new();
        body["attachment_ids"] = json!([file]);
        body
    });
    let made = made.await.expect(201);
    let contest = made.body.clone();
    assert_eq!(made.header("location"), format!("/v1/contests/{}", id(&contest)));
    assert_eq!(
        (&contest["status"], &contest["fee"], &contest["winner_entry_id"]),
        (&json!("open"), &json!(null), &json!(null))
    );
    assert_eq!(contest["allowed_actions"], json!(["edit", "close"]));
    assert_eq!(contest["viewer"], json!({"can_enter": false, "reason": "not-a-freelancer", "my_entries": 0}));
    let path = format!("/v1/contests/{}", id(&contest));
    let seen = camille.get(&path).await.expect(200);
    assert_eq!(seen.body["viewer"], json!({"can_enter": true, "reason": null, "my_entries": 0}));
    assert_eq!(seen.body["attachments"][0]["id"], file.as_str());
    camille.get(&format!("/v1/attachments/{file}")).await.expect(200);
    camille.call("GET", &path).header("if-none-match", seen.header("etag")).send().await.expect(304);

    let sketch = upload(&camille, ("planche.svg", "image/svg+xml"), b"<svg/>").await;
    let body = json!({"text": "<b>Une idée</b>", "attachment_ids": [sketch]});
    let made = camille.post(&format!("{path}/entries"), body).await.expect(201);
    let mine = made.body.clone();
    assert_eq!(made.header("location"), format!("/v1/entries/{}", id(&mine)));
    assert_eq!((&mine["status"], &mine["text"]), (&json!("submitted"), &json!("<b>Une idée</b>")));
    assert_eq!(mine["allowed_actions"], json!(["withdraw"]));
    let other = enter(&sam, &contest, "Deux pistes.").await.expect(201).body;
    let out = enter(&sam, &contest, "Une de trop.").await.expect(201).body;
    let rate = format!("/v1/entries/{}:rate", id(&mine));
    let rated = nadia.post(&rate, json!({"stars": 5, "comment": "Oui."})).await;
    assert_eq!(rated.expect(200).body["rating"]["stars"], 5);
    assert_eq!(act(&nadia, &out, "reject").await.expect(200).body["status"], "rejected");
    let won = act(&nadia, &mine, "award").await.expect(200).body;
    assert_eq!((&won["status"], &won["allowed_actions"]), (&json!("awarded"), &json!([])));
    let statuses: Vec<Value> = {
        let page = nadia.get(&format!("{path}/entries")).await.expect(200);
        page.items().iter().map(|entry| entry["status"].clone()).collect()
    };
    assert_eq!(statuses, ["rejected", "not-chosen", "awarded"]);
    let money = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    for (api, party) in [(&nadia, true), (&camille, true), (&sam, false)] {
        let seen = api.get(&path).await.expect(200).body;
        assert_eq!((&seen["status"], &seen["winner_entry_id"]), (&json!("awarded"), &mine["id"]));
        assert_eq!((seen["fee"] == money(7_200), seen["net"] == money(82_800)), (party, party));
        assert_eq!(seen["fee"].is_null(), !party);
    }
    let camilles = mails(&demo, 1);
    assert!(camilles.iter().any(|(topic, text)| topic == "contracts" && text.contains("Le prix vous revient")));
    let sams: Vec<_> = mails(&demo, 3).into_iter().filter(|(_, text)| text.contains("librairie")).collect();
    assert_eq!(sams.len(), 2, "{sams:?}");
    for late in
        [act(&nadia, &other, "award").await, act(&camille, &mine, "withdraw").await, enter(&sam, &contest, "x").await]
    {
        assert_eq!(late.expect(409).problem(), "contest-closed");
    }
    assert_eq!(nadia.post(&format!("{path}:close"), json!({})).await.expect(409).problem(), "contest-closed");
}

#[tokio::test]
async fn sealed_entries_stay_between_their_author_and_the_client() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    for sealed in [true, false] {
        let contest = call(&nadia, json!({"sealed": sealed})).await;
        let file = upload(&camille, ("a.txt", "text/plain"), b"a").await;
        let path = format!("/v1/contests/{}/entries", id(&contest));
        let entry = camille.post(&path, json!({"attachment_ids": [file]})).await.expect(201).body;
        nadia.post(&format!("/v1/entries/{}:rate", id(&entry)), json!({"stars": 2})).await.expect(200);
        let (one, status) = (format!("/v1/entries/{}", id(&entry)), if sealed { 404 } else { 200 });
        let seen = sam.get(&path).await.expect(200);
        assert_eq!(seen.items().len(), usize::from(!sealed));
        assert!(seen.items().iter().all(|entry| entry["rating"].is_null()), "a rating is no one else's business");
        sam.get(&one).await.expect(status);
        sam.get(&format!("/v1/attachments/{file}")).await.expect(status);
        let (own, theirs) = (camille.get(&one).await.expect(200).body, nadia.get(&one).await.expect(200).body);
        assert_eq!((&own["rating"]["stars"], &theirs["rating"]["stars"]), (&json!(2), &json!(2)));
        assert_eq!(
            act(&sam, &entry, "award").await.expect(if sealed { 404 } else { 403 }).status,
            if sealed { 404 } else { 403 }
        );
        act(&camille, &entry, "withdraw").await.expect(200);
        sam.get(&one).await.expect(404);
        let left = nadia.get(&one).await.expect(200).body;
        assert_eq!((&left["status"], &left["attachments"]), (&json!("withdrawn"), &json!([])));
        nadia.get(&format!("/v1/attachments/{file}")).await.expect(404);
        camille.get(&format!("/v1/attachments/{file}")).await.expect(200);
        for (api, what) in [(&nadia, "award"), (&nadia, "reject"), (&camille, "withdraw")] {
            assert_eq!(act(api, &entry, what).await.expect(410).problem(), "gone");
        }
    }
}

#[tokio::test]
async fn a_contest_out_of_bounds_is_refused_with_the_field() {
    let demo = Demo::start();
    let (camille, nadia, _) = three(&demo).await;
    for (pointer, value, error) in [
        ("/title", json!("court"), ("/title", "too-short")),
        ("/title", json!("é".repeat(121)), ("/title", "too-long")),
        ("/brief", json!("trop court"), ("/brief", "too-short")),
        ("/brief", json!("é".repeat(20_001)), ("/brief", "too-long")),
        ("/category", json!("cuisine"), ("/category", "unknown")),
        ("/skills", json!([]), ("/skills", "out-of-range")),
        ("/skills", json!(["rust", "tricot"]), ("/skills/1", "unknown")),
        ("/skills", json!(["rust", "rust"]), ("/skills/1", "duplicate")),
        ("/prize/currency", json!("XYZ"), ("/prize/currency", "unknown")),
        ("/prize/amount_minor", json!(999), ("/prize/amount_minor", "amount-out-of-range")),
        ("/prize/amount_minor", json!(9_000_000_000_i64), ("/prize/amount_minor", "amount-out-of-range")),
        ("/prize/amount_minor", json!(1.5), ("/prize/amount_minor", "invalid-type")),
        ("/entries_close_at", json!(in_days(-1)), ("/entries_close_at", "out-of-range")),
        ("/entries_close_at", json!(in_days(91)), ("/entries_close_at", "out-of-range")),
        ("/entries_close_at", json!("demain"), ("/entries_close_at", "invalid-type")),
        ("/sealed", json!("oui"), ("/sealed", "invalid-type")),
        ("/attachment_ids", json!(["att_nope"]), ("/attachment_ids/0", "unknown")),
    ] {
        let mut body = new();
        if let Some(place) = body.pointer_mut(pointer) {
            *place = value.clone();
        } else {
            body[pointer.trim_start_matches('/')] = value.clone();
        }
        let reply = nadia.post("/v1/contests", body).await.expect(422);
        assert_eq!(reply.error(), error, "{pointer} {value}");
    }
    let mut extra = new();
    extra["surprise"] = json!(1);
    assert_eq!(nadia.post("/v1/contests", extra).await.expect(422).error().1, "unknown-field");
    assert_eq!(camille.post("/v1/contests", new()).await.expect(403).problem(), "forbidden");
    let contest = call(&nadia, json!({})).await;
    for (body, error) in [
        (json!({}), ("/text", "required")),
        (json!({"text": "  "}), ("/text", "required")),
        (json!({"text": "é".repeat(5_001)}), ("/text", "too-long")),
        (json!({"attachment_ids": ["att_nope"]}), ("/attachment_ids/0", "unknown")),
        (json!({"text": 7}), ("/text", "invalid-type")),
    ] {
        let path = format!("/v1/contests/{}/entries", id(&contest));
        assert_eq!(camille.post(&path, body).await.expect(422).error(), error);
    }
    let entry = enter(&camille, &contest, "Une idée").await.expect(201).body;
    for (body, error) in [
        (json!({"stars": 0}), ("/stars", "out-of-range")),
        (json!({"stars": 6}), ("/stars", "out-of-range")),
        (json!({"comment": "rien"}), ("/stars", "required")),
        (json!({"stars": 3, "comment": "é".repeat(2_001)}), ("/comment", "too-long")),
    ] {
        assert_eq!(nadia.post(&format!("/v1/entries/{}:rate", id(&entry)), body).await.expect(422).error(), error);
    }
    let said = nadia.post(&format!("/v1/entries/{}:award", id(&entry)), json!({"really": true})).await.expect(422);
    assert_eq!(said.error().1, "unknown-field");
}

#[tokio::test]
async fn a_contest_is_edited_until_the_first_entry() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let contest = call(&nadia, json!({})).await;
    let path = format!("/v1/contests/{}", id(&contest));
    let change = json!({"prize": {"amount_minor": 120_000, "currency": "EUR"}, "sealed": true});
    nadia.call("PATCH", &path).json(&change).send().await.expect(428);
    assert_eq!(sam.patch(&path, "\"1\"", change.clone()).await.expect(403).problem(), "forbidden");
    let edited = nadia.patch(&path, "\"1\"", change.clone()).await.expect(200);
    assert_eq!((&edited.body["prize"]["amount_minor"], edited.header("etag")), (&json!(120_000), "\"2\""));
    assert_eq!(nadia.patch(&path, "\"1\"", change.clone()).await.expect(412).problem(), "edited-elsewhere");
    let file = upload(&nadia, ("a.txt", ""), b"a").await;
    let with = nadia.patch(&path, "\"2\"", json!({"attachment_ids": [file]})).await.expect(200);
    assert_eq!(with.body["attachments"].as_array().unwrap().len(), 1);
    let without = nadia.patch(&path, "\"3\"", json!({"attachment_ids": []})).await.expect(200);
    assert_eq!(without.body["attachments"], json!([]));
    assert_eq!(nadia.patch(&path, "\"4\"", json!({"title": "x"})).await.expect(422).error(), ("/title", "too-short"));
    let entry = enter(&camille, &contest, "Une idée").await.expect(201).body;
    act(&camille, &entry, "withdraw").await.expect(200);
    let etag = nadia.get(&path).await.expect(200).header("etag").to_owned();
    assert_eq!(nadia.patch(&path, &etag, change).await.expect(403).problem(), "forbidden");
}

#[tokio::test]
async fn five_entries_are_enough_and_the_client_does_not_enter() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let contest = call(&sam, json!({})).await;
    assert_eq!(contest["viewer"]["reason"], "own-contest");
    assert_eq!(enter(&sam, &contest, "Moi.").await.expect(403).problem(), "forbidden");
    assert_eq!(enter(&nadia, &contest, "Moi.").await.expect(403).problem(), "forbidden");
    let first = enter(&camille, &contest, "Une").await.expect(201).body;
    for _ in 0..4 {
        enter(&camille, &contest, "Encore une").await.expect(201);
    }
    assert_eq!(enter(&camille, &contest, "Six").await.expect(409).problem(), "limit-reached");
    let path = format!("/v1/contests/{}", id(&contest));
    let full = camille.get(&path).await.expect(200).body;
    assert_eq!(full["viewer"], json!({"can_enter": false, "reason": "limit-reached", "my_entries": 5}));
    act(&camille, &first, "withdraw").await.expect(200);
    enter(&camille, &contest, "Sept").await.expect(201);
    assert_eq!(camille.get(&path).await.expect(200).body["entry_count"], 5);
}

#[tokio::test]
async fn of_two_awards_that_race_one_wins() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let contest = call(&nadia, json!({})).await;
    let one = enter(&camille, &contest, "Une").await.expect(201).body;
    let two = enter(&sam, &contest, "Deux").await.expect(201).body;
    let (first, second) = tokio::join!(act(&nadia, &one, "award"), act(&nadia, &two, "award"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let page = nadia.get(&format!("/v1/contests/{}/entries", id(&contest))).await.expect(200);
    let awarded = page.items().iter().filter(|entry| entry["status"] == "awarded").count();
    assert_eq!(awarded, 1);
}

#[tokio::test]
async fn others_hear_of_contests_only_while_they_are_open() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let (camille_since, nadia_since, sam_since) = (camille.state().await, nadia.state().await, sam.state().await);
    let contest = call(&nadia, json!({})).await;
    let entry = enter(&camille, &contest, "Une idée").await.expect(201).body;
    let types = "&types=contest,entry";
    let heard = |api: Api, since: String| async move {
        api.get(&format!("/v1/changes?since={since}{types}")).await.expect(200).body
    };
    let ids = |body: &Value, list: &str| -> Vec<String> {
        body[list].as_array().unwrap().iter().map(|change| id(change).to_owned()).collect()
    };
    let seen = heard(sam.clone(), sam_since).await;
    assert_eq!(ids(&seen, "changed"), [id(&contest)], "the contest, and nobody's entry");
    assert_eq!(seen["changed"][0]["data"], sam.get(&format!("/v1/contests/{}", id(&contest))).await.expect(200).body);
    for (api, since) in [(&nadia, nadia_since), (&camille, camille_since)] {
        let seen = heard(api.clone(), since).await;
        let mut both = ids(&seen, "changed");
        both.sort();
        assert_eq!(both, [id(&contest), id(&entry)]);
    }
    let (camille_since, sam_since) = (camille.state().await, sam.state().await);
    act(&nadia, &entry, "award").await.expect(200);
    let seen = heard(sam.clone(), sam_since).await;
    assert_eq!(seen["removed"], json!([{"type": "contest", "id": id(&contest), "reason": "left-window"}]));
    assert_eq!(ids(&heard(camille.clone(), camille_since).await, "changed").len(), 2);
    let snapshot = camille.get("/v1/snapshot?type=contest&limit=500").await.expect(200);
    assert!(snapshot.items().iter().any(|item| item["id"] == contest["id"]), "what one entered stays");
    let snapshot = sam.get("/v1/snapshot?type=contest&limit=500").await.expect(200);
    assert!(snapshot.items().iter().all(|item| item["status"] == "open" && item["id"] != contest["id"]));
}

#[tokio::test]
async fn a_contest_whose_time_is_over_takes_no_entries_and_is_still_decided() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let contest = call(&nadia, json!({})).await;
    let entry = enter(&camille, &contest, "Une idée").await.expect(201).body;
    let file = rusqlite::Connection::open(demo.data.path().join("platform.db")).unwrap();
    let over = "UPDATE contests SET entries_close_at = 1 WHERE title = 'Logo pour une librairie'";
    assert_eq!(file.execute(over, []).unwrap(), 1);
    assert_eq!(enter(&sam, &contest, "Trop tard").await.expect(409).problem(), "contest-closed");
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    let server = crate::server::Server::start(data.path(), &[]);
    let nadia = Api::new(&server.url, &nadia.token);
    let path = format!("/v1/contests/{}", id(&contest));
    assert_eq!(nadia.get(&path).await.expect(200).body["status"], "judging");
    act(&nadia, &entry, "award").await.expect(200);
    assert_eq!(nadia.get(&path).await.expect(200).body["status"], "awarded");
}

#[tokio::test]
async fn a_contest_closed_without_a_winner_frees_everyone() {
    let demo = Demo::start();
    let (camille, nadia, sam) = three(&demo).await;
    let contest = call(&nadia, json!({})).await;
    let entry = enter(&camille, &contest, "Une idée").await.expect(201).body;
    let path = format!("/v1/contests/{}:close", id(&contest));
    assert_eq!(sam.post(&path, json!({})).await.expect(403).problem(), "forbidden");
    let closed = nadia.post(&path, json!({})).await.expect(200).body;
    assert_eq!(
        (&closed["status"], &closed["fee"], &closed["allowed_actions"]),
        (&json!("closed"), &json!(null), &json!([]))
    );
    assert_eq!(camille.get(&format!("/v1/entries/{}", id(&entry))).await.expect(200).body["status"], "not-chosen");
    for wrong in ["/v1/contests/ctt_000000000000", "/v1/contests/prj_000000000000", "/v1/entries/ent_000000000000"] {
        nadia.get(wrong).await.expect(404);
    }
    nadia.post("/v1/contests/ctt_000000000000:close", json!({})).await.expect(404);
    nadia.post("/v1/contests/ctt_000000000000/entries", json!({"text": "x"})).await.expect(404);
    nadia.post("/v1/entries/ent_000000000000:award", json!({})).await.expect(404);
}

#[tokio::test]
async fn contests_are_found_by_what_they_are_and_paged_in_any_order() {
    let demo = Demo::start();
    let (camille, nadia, _) = three(&demo).await;
    for (title, minor, days) in [("Affiche d’été pour Évian", 50_000, 3), ("Affiche d’hiver pour Évian", 70_000, 9)]
    {
        let prize = json!({"amount_minor": minor, "currency": "EUR"});
        call(&nadia, json!({"title": title, "prize": prize, "entries_close_at": in_days(days)})).await;
    }
    let titles = |reply: Reply| -> Vec<String> {
        reply.items().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let (summer, winter) = ("Affiche d’été pour Évian", "Affiche d’hiver pour Évian");
    for (query, expected) in [
        ("q=evian", vec![winter, summer]),
        ("q=EVIAN%20été", vec![summer]),
        ("q=evian&sort=prize", vec![winter, summer]),
        ("q=evian&sort=deadline", vec![summer, winter]),
        ("q=evian&sort=fewest_entries", vec![winter, summer]),
        ("q=evian&category=design,data", vec![winter, summer]),
        ("q=evian&category=data", vec![]),
        ("q=evian&status=closed,awarded", vec![]),
        ("q=evian&mine=true", vec![]),
        ("q=evian&entered=true", vec![]),
    ] {
        let reply = camille.get(&format!("/v1/contests?{query}")).await.expect(200);
        assert_eq!(titles(reply), expected, "{query}");
    }
    let whole: Vec<Value> = nadia.get("/v1/contests?mine=true&status=any").await.expect(200).items().to_vec();
    assert_eq!(whole.len(), 5, "two new ones and the three she finds on her first day");
    for sort in ["newest", "prize", "deadline", "fewest_entries"] {
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let path = format!("/v1/contests?mine=true&status=any&sort={sort}&limit=2&cursor={cursor}");
            let page = nadia.get(&path).await.expect(200);
            seen.extend(page.items().iter().map(|item| id(item).to_owned()));
            match page.body["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5, "{sort}");
        let mixed = format!("/v1/contests?sort={}&cursor={cursor}", if sort == "prize" { "newest" } else { "prize" });
        assert_eq!(nadia.get(&mixed).await.expect(422).error(), ("?cursor", "invalid"));
    }
    for (query, error) in [
        ("status=lost", "?status"),
        ("status=", "?status"),
        ("sort=luck", "?sort"),
        ("mine=maybe", "?mine"),
        ("limit=0", "?limit"),
    ] {
        assert_eq!(nadia.get(&format!("/v1/contests?{query}")).await.expect(422).error().0, error);
    }
}

#[tokio::test]
async fn the_first_day_has_contests_with_entries_and_files() {
    let demo = Demo::start();
    let (nadia, camille) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "camille"));
    let mine = nadia.get("/v1/contests?mine=true&status=any").await.expect(200);
    let mut statuses: Vec<&str> = mine.items().iter().map(|item| item["status"].as_str().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["judging", "open", "open"]);
    for contest in mine.items() {
        let entries = nadia.get(&format!("/v1/contests/{}/entries", id(contest))).await.expect(200);
        assert_eq!(entries.items().len(), 3);
        assert_eq!(contest["entry_count"], 3);
        for entry in entries.items() {
            let file = &entry["attachments"][0];
            let bytes = nadia.get(&format!("/v1/attachments/{}", id(file))).await.expect(200).bytes;
            assert_eq!(crate::uploads::sha256(&bytes), file["sha256"].as_str().unwrap());
        }
    }
    let entered = camille.get("/v1/contests?entered=true").await.expect(200);
    assert_eq!(entered.items().len(), 1);
}

#[tokio::test]
async fn contests_need_their_permission() {
    let demo = Demo::start();
    let (reader, nothing) = tokio::join!(
        sign_in_for(demo.url(), "nadia", "contests:read"),
        sign_in_for(demo.url(), "nadia", "projects:read")
    );
    let contest = reader.get("/v1/contests").await.expect(200).items()[0].clone();
    assert_eq!(reader.post("/v1/contests", new()).await.expect(403).problem(), "insufficient-scope");
    for path in [
        "/v1/contests".to_owned(),
        format!("/v1/contests/{}", id(&contest)),
        format!("/v1/contests/{}/entries", id(&contest)),
    ] {
        assert_eq!(nothing.get(&path).await.expect(403).problem(), "insufficient-scope");
    }
}
