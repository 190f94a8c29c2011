//! Public profiles, and the account behind one's own.

use serde_json::{Value, json};

use crate::{browser::sign_in, server::Demo};

#[tokio::test]
async fn a_profile_is_public_and_gives_nothing_private() {
    let demo = Demo::start();
    let (camille, nadia) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"));
    let me = camille.get("/v1/me").await.expect(200).body;
    assert_eq!(me["phone"], "+33639980112");
    let path = format!("/v1/users/{}", me["id"].as_str().unwrap());
    let reply = nadia.get(&path).await.expect(200);
    for name in ["display_name", "roles", "skills", "rating", "reviews", "member_since", "about", "hourly_rate"] {
        assert_eq!(reply.body[name], me[name], "{name}");
    }
    let text = reply.body.to_string();
    for private in ["email", "login", "phone", "vat_number", "billing_address", "camille.demo", "+336", "Fosse"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    let etag = reply.header("etag").to_owned();
    assert!(etag.starts_with('"'));
    let again = nadia.call("GET", &path).header("if-none-match", &etag).send().await;
    again.expect(304);
    nadia.get("/v1/users/usr_000000000000").await.expect(404);
    nadia.get("/v1/users/nonsense").await.expect(404);
    nadia.get("/v1/users/usr_000000000000/reviews").await.expect(404);
}

#[tokio::test]
async fn reputation_counts_by_window() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let camille = sign_in(demo.url(), "camille").await.get("/v1/me").await.expect(200).body;
    let path = format!("/v1/users/{}", camille["id"].as_str().unwrap());
    let reputation = api.get(&path).await.expect(200).body["reputation"].clone();
    let reviews = api.get(&format!("{path}/reviews?limit=500")).await.expect(200);
    assert!(reviews.items().len() >= 5);
    assert!(reviews.items().iter().all(|one| one["status"] == "published" && one["subject"]["id"] == camille["id"]));
    assert!(reviews.items().iter().all(|one| one["bid_id"].is_null()), "bids are for their sides");
    let counts: Vec<i64> =
        ["months_3", "months_12", "all"].iter().map(|window| reputation[window]["reviews"].as_i64().unwrap()).collect();
    assert!(0 < counts[0] && counts[0] < counts[1] && counts[1] < counts[2], "{counts:?}");
    let cutoff = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).checked_sub(jiff::ToSpan::months(12));
    let cutoff = cutoff.unwrap().timestamp();
    let recent: Vec<&Value> = reviews
        .items()
        .iter()
        .filter(|one| one["published_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() >= cutoff)
        .collect();
    assert_eq!(counts[1], i64::try_from(recent.len()).unwrap());
    let on_time = recent.iter().filter(|one| one["scores"]["deadline"].as_i64().unwrap() >= 4).count();
    let percent = (on_time * 100 + recent.len() / 2) / recent.len();
    assert_eq!(reputation["months_12"]["on_time_percent"], percent);
    assert_eq!(reputation["all"]["rating"], camille["rating"]);
    let first = api.get(&format!("{path}/reviews?limit=1")).await.expect(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("{path}/reviews?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(second.items()[0], reviews.items()[1]);
}

#[tokio::test]
async fn account_details_are_set_kept_and_cleared() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let before = api.get("/v1/me").await.expect(200);
    let address = json!({"line1": "1 quai de la Fosse", "line2": "Bât. C", "postal_code": "44000", "city": "Nantes", "country": "FR"});
    let edit = json!({
        "about": "Je publie <b>peu</b>, mais bien.", "phone": "+33199001234", "postal_address": address,
        "hourly_rate": {"amount_minor": 9_000, "currency": "CHF"}, "vat_number": "FR83404833048",
    });
    let edited = api.patch("/v1/me", before.header("etag"), edit.clone()).await.expect(200);
    for (name, value) in edit.as_object().unwrap() {
        assert_eq!(&edited.body[name], value, "{name}");
    }
    for name in ["company_name", "billing_address", "display_name", "skills", "email"] {
        assert_eq!(edited.body[name], before.body[name], "{name}");
    }
    let cleared = json!({"phone": null, "postal_address": null, "vat_number": null});
    let cleared = api.patch("/v1/me", edited.header("etag"), cleared).await.expect(200);
    assert!(cleared.body["phone"].is_null() && cleared.body["postal_address"].is_null());
    assert_eq!(cleared.body["about"], edit["about"]);
    api.patch("/v1/me", edited.header("etag"), json!({"about": null})).await.expect(412);
    let public = api.get(&format!("/v1/users/{}", edited.body["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!((&public["about"], &public["hourly_rate"]), (&edit["about"], &Value::Null), "she is no freelancer");
}

#[tokio::test]
async fn account_details_are_held_to_their_form() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let etag = api.get("/v1/me").await.expect(200).header("etag").to_owned();
    let address = |name: &str, value: Value| {
        let mut address = json!({"line1": "1 rue", "postal_code": "44000", "city": "Nantes", "country": "FR"});
        address[name] = value;
        json!({"billing_address": address})
    };
    for (body, error) in [
        (json!({"phone": "06 12 34 56 78"}), ("/phone", "invalid")),
        (json!({"phone": "+0123456789"}), ("/phone", "invalid")),
        (json!({"phone": 6}), ("/phone", "invalid-type")),
        (json!({"about": "  "}), ("/about", "too-short")),
        (json!({"about": "é".repeat(3_001)}), ("/about", "too-long")),
        (json!({"company_name": "é".repeat(121)}), ("/company_name", "too-long")),
        (json!({"vat_number": "FR00404833048"}), ("/vat_number", "wrong-key")),
        (json!({"vat_number": "FR 83 404 833 048"}), ("/vat_number", "invalid")),
        (json!({"vat_number": "ZZ123456789"}), ("/vat_number", "unknown-country")),
        (
            json!({"hourly_rate": {"amount_minor": 99, "currency": "EUR"}}),
            ("/hourly_rate/amount_minor", "out-of-range"),
        ),
        (json!({"hourly_rate": {"amount_minor": 900, "currency": "JPY"}}), ("/hourly_rate/currency", "unknown")),
        (json!({"hourly_rate": {"amount_minor": 900}}), ("/hourly_rate/currency", "required")),
        (address("country", json!("France")), ("/billing_address/country", "invalid")),
        (address("city", json!("")), ("/billing_address/city", "too-short")),
        (address("floor", json!("2")), ("/billing_address/floor", "unknown-field")),
        (json!({"display_name": null}), ("/display_name", "invalid-type")),
        (json!({"email": "x@exemple.fr"}), ("/email", "unknown-field")),
    ] {
        assert_eq!(api.patch("/v1/me", &etag, body.clone()).await.expect(422).error(), error, "{body}");
    }
    assert_eq!(api.get("/v1/me").await.expect(200).header("etag"), etag, "nothing was written");
}

#[tokio::test]
async fn the_catalogue_names_what_forms_offer() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let reply = api.get("/v1/catalog").await.expect(200);
    let names: Vec<&Value> = reply.body["country_names"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(names, reply.body["countries"].as_array().unwrap().iter().collect::<Vec<_>>());
    let topics = reply.body["communications"]["topics"].as_array().unwrap();
    assert_eq!(topics.len(), 10);
    assert_eq!(topics.iter().filter(|topic| topic["service"] == true).count(), 5);
    let reasons: Vec<&Value> = reply.body["report_reasons"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(reasons, ["spam", "scam", "off_platform", "illegal", "other"]);
    let again = api.call("GET", "/v1/catalog").header("if-none-match", reply.header("etag")).send().await;
    again.expect(304);
}
