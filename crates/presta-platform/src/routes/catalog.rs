//! What changes rarely: skills, categories, countries, languages, topics of mail, bounds and fees.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{Answer, Needs, Route};
use crate::scopes::Scope;
use crate::{
    answer, rules, secret,
    seed::catalog::{CATEGORIES, SKILLS},
    store::{
        mails::Topic,
        messages,
        offers::{FEE_MINIMUM, FEE_PERMILLE},
        reviews,
    },
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::new("GET", "/v1/catalog", Needs::Scope(Scope::ProjectsRead), get(show))]
}

/// `(id, French, English)`, as all below.
pub type Labels = &'static [(&'static str, &'static str, &'static str)];

/// Countries of clients (ISO 3166-1 alpha-2).
pub const COUNTRIES: Labels = &[
    ("FR", "France", "France"),
    ("BE", "Belgique", "Belgium"),
    ("CH", "Suisse", "Switzerland"),
    ("LU", "Luxembourg", "Luxembourg"),
    ("CA", "Canada", "Canada"),
    ("MC", "Monaco", "Monaco"),
    ("DE", "Allemagne", "Germany"),
    ("ES", "Espagne", "Spain"),
    ("GB", "Royaume-Uni", "United Kingdom"),
    ("IE", "Irlande", "Ireland"),
    ("IT", "Italie", "Italy"),
    ("NL", "Pays-Bas", "Netherlands"),
    ("PT", "Portugal", "Portugal"),
    ("US", "États-Unis", "United States"),
    ("MA", "Maroc", "Morocco"),
    ("TN", "Tunisie", "Tunisia"),
    ("SN", "Sénégal", "Senegal"),
];
const LANGUAGES: Labels = &[("fr", "Français", "French"), ("en", "Anglais", "English")];
const CHANNELS: Labels =
    &[("email", "E-mail", "E-mail"), ("push", "Notification", "Notification"), ("sms", "SMS", "SMS")];
const REPORT_REASONS: Labels = &[
    ("spam", "Publicité ou doublon", "Advertising or duplicate"),
    ("scam", "Tentative d’escroquerie", "Attempted fraud"),
    ("off_platform", "Contact ou paiement hors de la plateforme", "Contact or payment outside of the platform"),
    ("illegal", "Contenu illicite", "Illegal content"),
    ("other", "Autre raison", "Another reason"),
];
const CONTEST_TYPES: Labels = &[
    ("code", "Code ou prototype", "Code or prototype"),
    ("design", "Maquette ou identité", "Mock-up or identity"),
    ("architecture", "Dossier d’architecture", "Architecture brief"),
    ("idea", "Idée ou nom", "Idea or name"),
];

const fn topic_labels(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::Security => ("Sécurité du compte", "Account security"),
        Topic::Messages => ("Messages reçus", "Messages received"),
        Topic::Bids => ("Suivi des offres", "What becomes of bids"),
        Topic::Contracts => ("Contrats, jalons et avis", "Contracts, milestones and reviews"),
        Topic::Privacy => ("Demandes et données personnelles", "Requests and personal data"),
        Topic::Recommendations => ("Projets recommandés", "Recommended projects"),
        Topic::Newsletter => ("Lettre d’information", "Newsletter"),
        Topic::Tips => ("Conseils d’utilisation", "Advice on using the platform"),
        Topic::Partners => ("Offres de partenaires", "Offers of partners"),
        Topic::Surveys => ("Enquêtes", "Surveys"),
    }
}

fn labelled(list: Labels) -> Vec<Value> {
    list.iter().map(|(id, fr, en)| json!({"id": id, "label_fr": fr, "label_en": en})).collect()
}

static CATALOG: LazyLock<(String, String)> = LazyLock::new(|| {
    let body = catalog().to_string();
    let etag = format!("\"{}\"", secret::digest(&body));
    (body, etag)
});

fn catalog() -> Value {
    let money = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    let skills: Vec<Value> = SKILLS.iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    let countries: Vec<&str> = COUNTRIES.iter().map(|(id, ..)| *id).collect();
    let topics: Vec<Value> = Topic::ALL
        .iter()
        .map(|&topic| {
            let (fr, en) = topic_labels(topic);
            json!({"id": topic.name(), "label_fr": fr, "label_en": en, "service": topic.service()})
        })
        .collect();
    json!({
        "skills": skills, "categories": labelled(CATEGORIES), "currencies": rules::CURRENCIES,
        "countries": countries, "country_names": labelled(COUNTRIES), "languages": labelled(LANGUAGES),
        "communications": {"topics": topics, "channels": labelled(CHANNELS)},
        "report_reasons": labelled(REPORT_REASONS), "contest_types": labelled(CONTEST_TYPES),
        "fees": {
            "permille": FEE_PERMILLE, "minimum": money(FEE_MINIMUM),
            "text_fr": "Prélevés sur le montant accordé, arrondis au centime supérieur, calculés une seule fois.",
            "text_en": "Kept from the agreed amount, rounded up to a minor unit, computed once.",
        },
        "quota": {
            "text_fr": "Le nombre d’offres est compté par mois civil (UTC) ; une offre retirée reste comptée.",
            "text_en": "Bids are counted by calendar month (UTC); a retracted one stays counted.",
        },
        "rules": {
            "bid_text_min": rules::BID_TEXT.start(), "bid_text_max": rules::BID_TEXT.end(),
            "bid_amount_min": money(*rules::AMOUNT.start()),
            "bid_amount_max": money(*rules::AMOUNT.end()),
            "period_days_max": rules::PERIOD_DAYS.end(),
            "message_text_max": rules::MESSAGE_TEXT.end(),
            "message_edit_minutes": messages::EDIT_MS / 60_000, "review_blind_days": reviews::BLIND_MS / 86_400_000,
        },
    })
}

/// `GET /v1/catalog`
pub async fn show(headers: HeaderMap) -> Answer {
    let (body, etag) = &*CATALOG;
    Ok(answer::resource(&headers, etag, body.clone()))
}
