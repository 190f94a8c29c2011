//! Projects written by their clients: posting, changing, closing, inviting, reporting, and who sees what.

use serde_json::{Value, json};

use crate::deals::{Deal, act, bid, brief, heard, id, in_days, mails, money, place, post, project};

#[tokio::test]
async fn a_client_posts_a_project_that_everyone_finds() {
    let deal = Deal::start().await;
    let since = deal.camille.state().await;
    let reply = deal.nadia.post("/v1/projects", brief()).await.expect(201);
    let posted = reply.body.clone();
    assert_eq!(reply.header("location"), format!("/v1/projects/{}", id(&posted)));
    for (name, value) in brief().as_object().unwrap() {
        if name != "bids_close_at" {
            assert_eq!(&posted[name], value, "{name}");
        }
    }
    let rest = ["status", "sealed", "visibility", "attachments"].map(|name| posted[name].clone());
    assert_eq!(rest, [json!("open"), json!(false), json!("public"), json!([])]);
    assert_eq!(posted["bid_stats"], json!({"count": 0, "average": null}));
    assert_eq!(posted["viewer"]["reason"], "not-a-freelancer");
    let seen = project(&deal.camille, &posted).await;
    assert_eq!((&seen["viewer"]["can_bid"], &seen["client"]["display_name"]), (&json!(true), &json!("Nadia Benali")));
    let found = deal.camille.get("/v1/projects?q=automate%20conditionnement").await.expect(200);
    assert!(found.items().iter().any(|item| item["id"] == posted["id"]));
    assert_eq!(heard(&deal.camille, &since, "changed", "project").await, [id(&posted)]);
    let again = deal.nadia.get(&format!("/v1/projects/{}", id(&posted))).await.expect(200);
    assert_eq!(reply.header("etag"), again.header("etag"));
}

#[tokio::test]
async fn only_clients_post_and_only_what_keeps_the_rules() {
    let deal = Deal::start().await;
    assert_eq!(deal.camille.post("/v1/projects", brief()).await.expect(403).problem(), "forbidden");
    let many: Vec<&str> =
        vec!["rust", "go", "c", "cpp", "python", "django", "fastapi", "java", "spring-boot", "kotlin", "scala"];
    for (name, value, problem, error) in [
        ("title", json!("Trop bref"), "validation", ("/title", "too-short")),
        ("title", json!("é".repeat(121)), "validation", ("/title", "too-long")),
        ("title", json!("Portage\nsur deux lignes"), "validation", ("/title", "control-characters")),
        ("description", json!("é".repeat(49)), "validation", ("/description", "too-short")),
        ("description", json!("é".repeat(20_001)), "validation", ("/description", "too-long")),
        ("category", json!("cuisine"), "validation", ("/category", "unknown")),
        ("skills", json!([]), "validation", ("/skills", "out-of-range")),
        ("skills", json!(many), "validation", ("/skills", "out-of-range")),
        ("skills", json!(["rust", "rust"]), "validation", ("/skills/1", "duplicate")),
        ("skills", json!(["rust", "cobol-ii"]), "validation", ("/skills/1", "unknown")),
        ("type", json!("weekly"), "validation", ("/type", "invalid-type")),
        ("budget_min", money(999), "amount-out-of-range", ("/budget_min/amount_minor", "amount-out-of-range")),
        ("budget_max", money(399_999), "validation", ("/budget_max/amount_minor", "below-minimum")),
        (
            "budget_max",
            json!({"amount_minor": 900_000, "currency": "CHF"}),
            "validation",
            ("/budget_max/currency", "currency-mismatch"),
        ),
        ("country", json!("XX"), "validation", ("/country", "unknown")),
        ("language", json!("de"), "validation", ("/language", "unknown")),
        ("bids_close_at", json!(in_days(-1)), "validation", ("/bids_close_at", "out-of-range")),
        ("bids_close_at", json!(in_days(91)), "validation", ("/bids_close_at", "out-of-range")),
        ("visibility", json!("secret"), "validation", ("/visibility", "invalid-type")),
        ("attachment_ids", json!(["att_000000000000"]), "validation", ("/attachment_ids/0", "unknown")),
        ("surprise", json!(1), "validation", ("/surprise", "unknown-field")),
    ] {
        let mut body = brief();
        body[name] = value;
        let reply = deal.nadia.post("/v1/projects", body).await.expect(422);
        assert_eq!((reply.problem(), reply.error()), (problem, error), "{name}");
    }
    let mut reachable = brief();
    reachable["description"] = json!(format!("{} nadia@exemple.fr", reachable["description"].as_str().unwrap()));
    let reply = deal.nadia.post("/v1/projects", reachable).await.expect(422);
    assert_eq!((reply.problem(), reply.error()), ("contact-details-in-text", ("/description", "email")));
}

#[tokio::test]
async fn a_client_changes_an_open_project_and_who_has_bid_is_told() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    place(&deal.camille, &posted, json!([])).await;
    let path = format!("/v1/projects/{}", id(&posted));
    let etag = deal.nadia.get(&path).await.expect(200).header("etag").to_owned();
    let since = deal.camille.state().await;
    let change = json!({"title": "Portage d’un régulateur en Rust", "budget_max": money(1_200_000), "city": null});
    assert_eq!(deal.camille.patch(&path, &etag, change.clone()).await.expect(403).problem(), "forbidden");
    let stale = deal.nadia.patch(&path, "\"0\"", change.clone()).await.expect(412);
    assert_eq!(stale.problem(), "edited-elsewhere");
    let without = deal.nadia.call("PATCH", &path).json(&change).send().await.expect(428);
    assert_eq!(without.problem(), "precondition-required");
    let changed = deal.nadia.patch(&path, &etag, change).await.expect(200);
    assert!(changed.body["rev"].as_i64() > posted["rev"].as_i64());
    assert_eq!((&changed.body["budget_max"], &changed.body["city"]), (&money(1_200_000), &Value::Null));
    assert_eq!(changed.body["description"], posted["description"]);
    let found = |words: &str| {
        let (api, path) = (deal.camille.clone(), format!("/v1/projects?q={words}"));
        async move { api.get(&path).await.expect(200).body["items"].to_string() }
    };
    assert!(found("regulateur").await.contains(id(&posted)), "the new words lead to it");
    assert_eq!(heard(&deal.camille, &since, "changed", "project").await, [id(&posted)]);
    assert_eq!(
        mails(deal.demo.data.path(), "camille").last().unwrap(),
        "Mission modifiée : Portage d’un régulateur en Rust"
    );
    let etag = changed.header("etag").to_owned();
    let franc = json!({"budget_min": {"amount_minor": 400_000, "currency": "CHF"}});
    let reply = deal.nadia.patch(&path, &etag, franc).await.expect(422);
    assert_eq!(reply.error(), ("/budget_min/currency", "currency-mismatch"));
    assert_eq!(deal.nadia.patch(&path, &etag, json!({"type": "hourly"})).await.expect(422).error().1, "unknown-field");
    assert_eq!(deal.nadia.patch(&path, &etag, json!({"title": null})).await.expect(422).error().1, "invalid-type");
    let nothing = deal.nadia.patch(&path, &etag, json!({})).await.expect(200);
    assert_eq!(nothing.header("etag"), etag, "nothing changed");
}

#[tokio::test]
async fn words_that_were_edited_out_lead_nowhere() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({"title": "Étude du xylographe connecté"})).await;
    let search = "/v1/projects?q=xylographe";
    assert_eq!(deal.camille.get(search).await.expect(200).items().len(), 1);
    let path = format!("/v1/projects/{}", id(&posted));
    let change = json!({"title": "Étude du télégraphe connecté", "skills": ["go"]});
    deal.nadia.patch(&path, &format!("\"{}\"", posted["rev"]), change).await.expect(200);
    assert_eq!(deal.camille.get(search).await.expect(200).items().len(), 0);
    let by_skill = deal.camille.get("/v1/projects?q=telegraphe&skills=go").await.expect(200);
    assert_eq!(by_skill.items()[0]["id"], posted["id"]);
    assert_eq!(deal.camille.get("/v1/projects?q=telegraphe&skills=rust").await.expect(200).items().len(), 0);
}

#[tokio::test]
async fn a_closed_project_takes_nothing_any_more_and_its_bids_are_lost() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let placed = place(&deal.camille, &posted, json!([])).await;
    let path = format!("/v1/projects/{}:close", id(&posted));
    let why = json!({"reason": "Budget gelé jusqu’à l’an prochain."});
    assert_eq!(deal.camille.post(&path, why.clone()).await.expect(403).problem(), "forbidden");
    assert_eq!(deal.nadia.post(&path, json!({"reason": "x"})).await.expect(422).error(), ("/reason", "too-short"));
    let since = deal.camille.state().await;
    let closed = deal.nadia.post(&path, why.clone()).await.expect(200).body;
    assert_eq!(closed["status"], "closed");
    assert_eq!(bid(&deal.camille, &placed).await["status"], "lost");
    assert_eq!(heard(&deal.camille, &since, "changed", "bid").await, [id(&placed)]);
    assert!(mails(deal.demo.data.path(), "camille").last().unwrap().starts_with("Mission fermée"));
    assert_eq!(deal.nadia.post(&path, why).await.expect(409).problem(), "project-closed");
    let etag = format!("\"{}\"", closed["rev"]);
    let change = json!({"remote": false});
    let late = deal.nadia.patch(&format!("/v1/projects/{}", id(&posted)), &etag, change).await.expect(409);
    assert_eq!(late.problem(), "project-closed");
    assert_eq!(act(&deal.nadia, &placed, "award").await.expect(403).problem(), "forbidden");
}

#[tokio::test]
async fn a_private_project_is_there_for_its_client_who_is_invited_and_nobody_else() {
    let deal = Deal::start().await;
    let since = (deal.camille.state().await, deal.sam.state().await);
    let hidden =
        post(&deal.nadia, json!({"visibility": "invited", "title": "Audit du xylographe de production"})).await;
    let path = format!("/v1/projects/{}", id(&hidden));
    let body = json!({"project_id": hidden["id"], "text": "Bonjour", "client_message_id": "a"});
    for api in [&deal.camille, &deal.sam] {
        api.get(&path).await.expect(404);
        api.get(&format!("{path}/bids")).await.expect(404);
        api.post(&format!("{path}/bids"), crate::api::offer(&hidden, 480_000)).await.expect(404);
        api.post(&format!("{path}:report"), json!({"reason": "spam"})).await.expect(404);
        assert_eq!(api.post("/v1/threads", body.clone()).await.expect(422).error(), ("/project_id", "unknown"));
        assert_eq!(api.get("/v1/projects?q=xylographe").await.expect(200).items().len(), 0);
    }
    assert_eq!(deal.nadia.get("/v1/projects?q=xylographe").await.expect(200).items().len(), 1);
    assert_eq!(heard(&deal.camille, &since.0, "changed", "project").await, Vec::<String>::new());

    let camille = deal.camille.get("/v1/me").await.expect(200).body;
    let invite = format!("{path}:invite");
    let ask = json!({"freelancer_id": camille["id"], "message": "Votre profil nous convient."});
    deal.camille.post(&invite, ask.clone()).await.expect(404);
    let reply = deal.nadia.post(&invite, ask.clone()).await.expect(201);
    assert_eq!((&reply.body["project_id"], &reply.body["status"]), (&hidden["id"], &json!("pending")));
    assert_eq!(deal.nadia.post(&invite, ask).await.expect(409).problem(), "state-conflict");
    assert_eq!(heard(&deal.camille, &since.0, "changed", "project").await, [id(&hidden)]);
    assert!(mails(deal.demo.data.path(), "camille").last().unwrap().starts_with("Une mission pour vous"));
    let feed = deal.camille.get("/v1/snapshot?type=project&limit=500").await.expect(200);
    assert!(feed.items().iter().any(|item| item["id"] == hidden["id"]));
    let placed = place(&deal.camille, &hidden, json!([])).await;
    act(&deal.nadia, &placed, "award").await.expect(200);
    assert_eq!(project(&deal.camille, &hidden).await["status"], "awarded");
    deal.sam.get(&path).await.expect(404);
    for list in ["changed", "removed"] {
        assert_eq!(heard(&deal.sam, &since.1, list, "project").await, Vec::<String>::new(), "not even its id");
    }
    let feed = deal.sam.get("/v1/snapshot?type=project&limit=500").await.expect(200);
    assert!(feed.items().iter().all(|item| item["id"] != hidden["id"]));
}

#[tokio::test]
async fn only_freelancers_are_invited_by_the_client_while_bids_are_taken() {
    let deal = Deal::start().await;
    let posted = post(&deal.nadia, json!({})).await;
    let invite = format!("/v1/projects/{}:invite", id(&posted));
    let me = |api: &crate::api::Api| {
        let api = api.clone();
        async move { api.get("/v1/me").await.expect(200).body["id"].clone() }
    };
    let (camille, nadia, sam) = (me(&deal.camille).await, me(&deal.nadia).await, me(&deal.sam).await);
    assert_eq!(deal.sam.post(&invite, json!({"freelancer_id": camille})).await.expect(403).problem(), "forbidden");
    for wrong in [&nadia, &json!("usr_000000000000"), &json!("nobody")] {
        let reply = deal.nadia.post(&invite, json!({"freelancer_id": wrong})).await.expect(422);
        assert_eq!(reply.error(), ("/freelancer_id", "unknown"));
    }
    let phone = json!({"freelancer_id": sam, "message": "Appelez le 06 12 34 56 78"});
    assert_eq!(deal.nadia.post(&invite, phone).await.expect(422).problem(), "contact-details-in-text");
    place(&deal.sam, &posted, json!([])).await;
    let known = deal.nadia.post(&invite, json!({"freelancer_id": sam})).await.expect(409);
    assert_eq!(known.problem(), "state-conflict");
    deal.nadia.post(&format!("/v1/projects/{}:close", id(&posted)), json!({"reason": "fini"})).await.expect(200);
    let late = deal.nadia.post(&invite, json!({"freelancer_id": camille})).await.expect(409);
    assert_eq!(late.problem(), "project-closed");
}

#[tokio::test]
async fn three_reports_of_different_people_cancel_a_project() {
    let deal = Deal::start().await;
    let own = deal.nadia.own_project().await;
    let report = |project: &Value| format!("/v1/projects/{}:report", id(project));
    assert_eq!(deal.nadia.post(&report(&own), json!({"reason": "spam"})).await.expect(409).problem(), "own-project");
    let page = deal.camille.get("/v1/projects?limit=100").await.expect(200);
    let ours = ["Nadia Benali", "Sam Moreau"];
    let foreign = |item: &&Value| {
        item["viewer"]["can_bid"] == true && !ours.contains(&item["client"]["display_name"].as_str().unwrap())
    };
    let target = page.items().iter().find(foreign).unwrap().clone();
    let placed = place_in(&deal, &target).await;
    let unknown = deal.camille.post(&report(&target), json!({"reason": "boring"})).await.expect(422);
    assert_eq!(unknown.error(), ("/reason", "unknown"));
    let first = deal.camille.post(&report(&target), json!({"reason": "scam", "text": "Louche."})).await.expect(202);
    let again = deal.camille.post(&report(&target), json!({"reason": "illegal"})).await.expect(202);
    assert_eq!(first.body, again.body, "one report of each person");
    deal.nadia.post(&report(&target), json!({"reason": "scam"})).await.expect(202);
    assert_eq!(project(&deal.camille, &target).await["status"], "open");
    let since = deal.camille.state().await;
    deal.sam.post(&report(&target), json!({"reason": "other"})).await.expect(202);
    assert_eq!(project(&deal.camille, &target).await["status"], "cancelled");
    assert_eq!(bid(&deal.camille, &placed).await["status"], "lost");
    assert_eq!(heard(&deal.camille, &since, "changed", "bid").await, [id(&placed)]);
    assert!(mails(deal.demo.data.path(), "camille").last().unwrap().starts_with("Mission retirée"));
    let file = rusqlite::Connection::open(deal.demo.data.path().join("platform.db")).unwrap();
    let decision: (String, String, String) = file
        .query_row("SELECT kind, outcome, target FROM decisions ORDER BY n DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(decision, ("safety".to_owned(), "project-cancelled".to_owned(), id(&target).to_owned()));
}

async fn place_in(deal: &Deal, project: &Value) -> Value {
    let body = crate::api::offer(project, 480_000);
    deal.camille.post(&crate::deals::bids_of(project), body).await.expect(201).body
}

#[tokio::test]
async fn a_project_takes_the_files_its_client_sent_and_nobody_else_s() {
    let deal = Deal::start().await;
    let file = |n: i64, owner: i64| {
        format!(
            "INSERT INTO attachments (n, owner_n, name, media_type, size, sha256, created_at)
             VALUES ({n}, {owner}, 'plan.pdf', 'application/pdf', 4, '{}', 0);",
            "0".repeat(64)
        )
    };
    crate::deals::change(deal.demo.data.path(), &format!("{}{}{}", file(71, 2), file(72, 2), file(73, 1)));
    let att = |n: i64| presta_platform::ids::Prefix::Attachment.id(n).to_string();
    let mut foreign = brief();
    foreign["attachment_ids"] = json!([att(71), att(73)]);
    let reply = deal.nadia.post("/v1/projects", foreign).await.expect(422);
    assert_eq!(reply.error(), ("/attachment_ids/1", "unknown"));
    let posted = post(&deal.nadia, json!({"attachment_ids": [att(71)]})).await;
    assert_eq!(project(&deal.camille, &posted).await["attachments"][0]["id"], att(71));
    let path = format!("/v1/projects/{}", id(&posted));
    let etag = format!("\"{}\"", posted["rev"]);
    let more = deal.nadia.patch(&path, &etag, json!({"attachment_ids": [att(72)]})).await.expect(200).body;
    assert_eq!(more["attachments"].as_array().unwrap().len(), 2);
    assert!(more["rev"].as_i64() > posted["rev"].as_i64());
}

#[tokio::test]
async fn what_a_client_writes_is_kept_as_it_is() {
    let deal = Deal::start().await;
    let hostile = "<script>alert('x')</script> \u{202e}txt.exe [clic](javascript:alert(1)) \"};--\\ 🛠️ fin du texte";
    let posted = post(&deal.nadia, json!({"title": "<img src=x onerror=alert(1)>", "description": hostile})).await;
    let seen = project(&deal.camille, &posted).await;
    assert_eq!(
        (seen["title"].as_str(), seen["description"].as_str()),
        (Some("<img src=x onerror=alert(1)>"), Some(hostile))
    );
    let etag = format!("\"{}\"", posted["rev"]);
    let path = format!("/v1/projects/{}", id(&posted));
    let edited = deal.nadia.patch(&path, &etag, json!({"remote": false})).await.expect(200).body;
    assert_eq!((edited["description"].as_str(), &edited["remote"]), (Some(hostile), &json!(false)));
}
