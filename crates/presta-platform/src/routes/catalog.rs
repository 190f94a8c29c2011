//! What changes rarely: skills, categories, bounds and fees.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{Answer, Needs, Route};
use crate::scopes::Scope;
use crate::{
    answer, rules, secret,
    seed::catalog::{CATEGORIES, SKILLS},
    store::bids::{FEE_MINIMUM, FEE_PERMILLE},
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::new("GET", "/v1/catalog", Needs::Scope(Scope::ProjectsRead), get(show))]
}

/// Currencies of amounts (ISO 4217).
pub const CURRENCIES: [&str; 4] = ["EUR", "CHF", "GBP", "USD"];
/// Countries of clients (ISO 3166-1 alpha-2).
pub const COUNTRIES: [&str; 17] =
    ["FR", "BE", "CH", "LU", "CA", "MC", "DE", "ES", "GB", "IE", "IT", "NL", "PT", "US", "MA", "TN", "SN"];

static CATALOG: LazyLock<(String, String)> = LazyLock::new(|| {
    let body = catalog().to_string();
    let etag = format!("\"{}\"", secret::digest(&body));
    (body, etag)
});

fn catalog() -> Value {
    let money = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    let skills: Vec<Value> = SKILLS.iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    let categories: Vec<Value> =
        CATEGORIES.iter().map(|(id, fr, en)| json!({"id": id, "label_fr": fr, "label_en": en})).collect();
    json!({
        "skills": skills, "categories": categories, "currencies": CURRENCIES,
        "countries": COUNTRIES,
        "fees": {"permille": FEE_PERMILLE, "minimum": money(FEE_MINIMUM)},
        "rules": {
            "bid_text_min": rules::BID_TEXT.start(), "bid_text_max": rules::BID_TEXT.end(),
            "bid_amount_min": money(*rules::AMOUNT.start()),
            "bid_amount_max": money(*rules::AMOUNT.end()),
            "period_days_max": rules::PERIOD_DAYS.end(),
            "message_text_max": rules::MESSAGE_TEXT.end(),
        },
    })
}

/// `GET /v1/catalog`
pub async fn show(headers: HeaderMap) -> Answer {
    let (body, etag) = &*CATALOG;
    Ok(answer::resource(&headers, etag, body.clone()))
}
