//! Every filter and order of the list of projects, on listings written for it.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::{Api, offer},
    browser::sign_in,
    server::{self, Server},
};

struct Fixture {
    api: Api,
    _server: Server,
    _data: TempDir,
}

/// A listing posted `days` ago, with `changes` to an ordinary one.
fn listing(title: &str, days: i64, changes: &Value) -> String {
    let posted = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(days * 24);
    let mut line = json!({
        "title": title, "description": "Une mission ordinaire.", "skills": ["php"], "category": "backend",
        "type": "fixed", "budget_min": 3000, "budget_max": 5000, "currency": "EUR", "country": "FR",
        "city": "Nantes", "remote": false, "language": "fr", "posted_at": posted.to_string(),
    });
    for (name, value) in changes.as_object().unwrap() {
        line[name] = value.clone();
    }
    line.to_string()
}

async fn fixture() -> Fixture {
    let data = tempfile::tempdir().unwrap();
    let lines = [
        listing("Audit de sécurité", 1, &json!({"description": "Été, forêt, ça presse.", "skills": ["rust", "go"]})),
        listing("Boutique", 2, &json!({"category": "frontend", "skills": ["react"], "remote": true})),
        listing("Conseil", 3, &json!({"type": "hourly", "budget_min": 60, "budget_max": 90})),
        listing("Data", 4, &json!({"currency": "CHF", "country": "CH", "city": "Genève", "budget_max": 20000})),
        listing("English site", 5, &json!({"language": "en", "country": "GB", "city": "Saint-Étienne"})),
        listing("Fort ancien", 400, &json!({"skills": ["rust"]})),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert!(server::import(data.path(), &lines).status.success());
    server::end_bidding(data.path(), "Fort ancien");
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "camille").await;
    Fixture { api, _server: server, _data: data }
}

impl Fixture {
    /// First words of the titles found, in order.
    async fn found(&self, query: &str) -> String {
        let page = self.api.get(&format!("/v1/projects?{query}")).await.expect(200);
        let first = |item: &Value| item["title"].as_str().unwrap().split(' ').next().unwrap().to_owned();
        let titles: Vec<String> = page.items().iter().map(first).collect();
        assert_eq!(page.body["total"], titles.len(), "{query}");
        titles.join(" ")
    }
}

#[tokio::test]
async fn every_filter_keeps_what_fits_and_drops_what_does_not() {
    let all = "Audit Boutique Conseil Data English";
    let fixture = fixture().await;
    for (query, expected) in [
        ("", all),
        ("status=open", all),
        ("status=closed", "Fort"),
        ("status=open,closed", "Audit Boutique Conseil Data English Fort"),
        ("status=any", "Audit Boutique Conseil Data English Fort"),
        ("status=awarded", ""),
        ("skills=rust", "Audit"),
        ("skills=react,go", "Audit Boutique"),
        ("skills=cobol", ""),
        ("category=frontend", "Boutique"),
        ("category=frontend,backend", all),
        ("category=design", ""),
        ("type=hourly", "Conseil"),
        ("type=fixed", "Audit Boutique Data English"),
        ("budget_min=500000", "Audit Boutique Data English"),
        ("budget_min=500001", "Data"),
        ("budget_max=299999", "Conseil"),
        ("budget_max=300000", all),
        ("budget_min=10000&budget_max=200000", ""),
        ("currency=CHF", "Data"),
        ("currency=EUR", "Audit Boutique Conseil English"),
        ("currency=USD", ""),
        ("language=en", "English"),
        ("language=fr", "Audit Boutique Conseil Data"),
        ("country=ch", "Data"),
        ("country=BE", ""),
        ("city=geneve", "Data"),
        ("city=SAINT-ETIENNE", "English"),
        ("city=Saint", ""),
        ("remote=true", "Boutique"),
        ("remote=false", "Audit Conseil Data English"),
        ("bids_max=0", all),
        ("max_age_days=3", "Audit Boutique"),
        ("max_age_days=0", ""),
        ("status=any&max_age_days=500", "Audit Boutique Conseil Data English Fort"),
        ("not_bid=true", all),
        ("mine=true", ""),
    ] {
        assert_eq!(fixture.found(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn words_are_found_without_their_accents_and_from_their_first_letters() {
    let fixture = fixture().await;
    for query in
        ["q=securite", "q=S%C3%89CURIT%C3%89", "q=sécur", "q=foret", "q=FORÊT", "q=%C3%A7a", "q=audit%20ete", "q=rust"]
    {
        assert_eq!(fixture.found(query).await, "Audit", "{query}");
    }
    for query in ["q=insecurite", "q=audit%20boutique", "q=curite", "q=zzz"] {
        assert_eq!(fixture.found(query).await, "", "{query}");
    }
    for query in ["q=%22%22", "q=*", "q=)(", "q=NEAR(", "q=a%22%20OR%20b", "q=%00", "q=title:x", "q=%E0%A4%95%E0%A4%BF"]
    {
        fixture.api.get(&format!("/v1/projects?{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn orders_put_first_what_they_name() {
    let fixture = fixture().await;
    assert_eq!(fixture.found("sort=newest").await, "Audit Boutique Conseil Data English");
    assert_eq!(fixture.found("sort=budget").await, "Data Audit Boutique English Conseil");
    assert_eq!(fixture.found("sort=fewest_bids").await, "Audit Boutique Conseil Data English");
    let etag = fixture.api.get("/v1/me").await.expect(200).header("etag").to_owned();
    fixture.api.patch("/v1/me", &etag, json!({"skills": ["react"]})).await.expect(200);
    assert_eq!(fixture.found("sort=match").await, "Boutique Audit Conseil Data English");
    let page = fixture.api.get("/v1/projects?sort=deadline").await.expect(200);
    let close: Vec<&str> = page.items().iter().map(|item| item["bids_close_at"].as_str().unwrap()).collect();
    assert!(close.is_sorted(), "{close:?}");
}

#[tokio::test]
async fn a_bid_moves_its_project_in_filters_and_orders() {
    let fixture = fixture().await;
    let project = fixture.api.get("/v1/projects?q=audit").await.expect(200).items()[0].clone();
    assert_eq!(project["viewer"]["can_bid"], true);
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    fixture.api.post(&path, offer(&project, 400_000)).await.expect(201);
    assert_eq!(fixture.found("not_bid=true").await, "Boutique Conseil Data English");
    assert_eq!(fixture.found("not_bid=false").await, "Audit Boutique Conseil Data English");
    assert_eq!(fixture.found("bids_max=0").await, "Boutique Conseil Data English");
    assert_eq!(fixture.found("bids_max=1").await, "Audit Boutique Conseil Data English");
    assert_eq!(fixture.found("sort=fewest_bids").await, "Boutique Conseil Data English Audit");
    let project = fixture.api.get("/v1/projects?q=audit").await.expect(200).items()[0].clone();
    assert_eq!(project["bid_stats"], json!({"count": 1, "average": {"amount_minor": 400_000, "currency": "EUR"}}));
    assert_eq!(project["viewer"]["reason"], "duplicate-bid");
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat_in_every_order() {
    let fixture = fixture().await;
    for sort in ["newest", "budget", "fewest_bids", "deadline", "match"] {
        let whole = fixture.found(&format!("sort={sort}")).await;
        let (mut cursor, mut pieces) = (String::new(), Vec::new());
        loop {
            let page = fixture.api.get(&format!("/v1/projects?sort={sort}&limit=2&cursor={cursor}")).await.expect(200);
            assert_eq!(page.body["total"], 5);
            pieces.extend(page.items().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
            match page.body["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        let first: Vec<&str> = pieces.iter().map(|title| title.split(' ').next().unwrap()).collect();
        assert_eq!(first.join(" "), whole, "{sort}");
    }
}

#[tokio::test]
async fn client_verified_and_mine_split_the_demo_market() {
    let demo = crate::server::Demo::start();
    let nadia = sign_in(demo.url(), "nadia").await;
    let all = nadia.get("/v1/projects?limit=500").await.expect(200);
    let yes = nadia.get("/v1/projects?limit=500&client_verified=true").await.expect(200);
    let no = nadia.get("/v1/projects?limit=500&client_verified=false").await.expect(200);
    assert!(yes.items().iter().all(|item| item["client"]["verified"] == true) && !yes.items().is_empty());
    assert!(no.items().iter().all(|item| item["client"]["verified"] == false) && !no.items().is_empty());
    assert_eq!(yes.items().len() + no.items().len(), all.items().len());
    let me = nadia.get("/v1/me").await.expect(200).body;
    let mine = nadia.get("/v1/projects?mine=true").await.expect(200);
    assert!(mine.items().len() >= 5 && mine.items().iter().all(|item| item["client"]["id"] == me["id"]));
    assert!(mine.items().iter().all(|item| item["viewer"]["reason"] == "not-a-freelancer"));
}
