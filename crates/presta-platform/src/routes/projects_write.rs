//! Projects of one's own: posting, changing, closing, inviting; and reporting those of others.

use axum::{
    body::Body,
    extract::State,
    routing::{patch, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Needs, Route,
    catalog::COUNTRIES,
    writing::{self, Asked},
};
use crate::{
    answer,
    app::{App, Settings},
    contact,
    extract::{self, Id},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    seed::Kind,
    store::{
        changes::Tx,
        invitations,
        keys::Stored,
        posting::{self, Posting, Terms},
        projects, reports,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let scope = Needs::Scope(Scope::ProjectsWrite);
    vec![
        Route::new("POST", "/v1/projects", scope, post(create)),
        Route::new("PATCH", "/v1/projects/{id}", scope, patch(edit)),
        Route::new("POST", "/v1/projects/{id}:close", scope, post(close)),
        Route::new("POST", "/v1/projects/{id}:invite", scope, post(invite)),
        Route::new("POST", "/v1/projects/{id}:report", scope, post(report)),
    ]
}

const TITLE: std::ops::RangeInclusive<usize> = 10..=120;
const DESCRIPTION: std::ops::RangeInclusive<usize> = 50..=20_000;
const CITY: std::ops::RangeInclusive<usize> = 1..=100;
const REASON: std::ops::RangeInclusive<usize> = 3..=1_000;
const MESSAGE: std::ops::RangeInclusive<usize> = 1..=1_000;
const REPORT: std::ops::RangeInclusive<usize> = 1..=2_000;
const REPORT_REASONS: [&str; 5] = ["spam", "scam", "off_platform", "illegal", "other"];
/// How far ahead the end of bidding may be: 90 days, in ms.
const OPEN_MS: i64 = 90 * 86_400_000;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Money {
    amount_minor: i64,
    currency: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Paid {
    Fixed,
    Hourly,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Visibility {
    #[default]
    Public,
    Invited,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProject {
    title: String,
    description: String,
    category: String,
    skills: Vec<String>,
    #[serde(rename = "type")]
    kind: Paid,
    budget_min: Money,
    budget_max: Money,
    country: String,
    #[serde(default)]
    city: Option<String>,
    remote: bool,
    language: String,
    bids_close_at: Timestamp,
    #[serde(default)]
    sealed: bool,
    #[serde(default)]
    visibility: Visibility,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

/// A member that is there, be it null.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectEdit {
    #[serde(default, deserialize_with = "given")]
    title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    category: Option<String>,
    #[serde(default, deserialize_with = "given")]
    skills: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    budget_min: Option<Money>,
    #[serde(default, deserialize_with = "given")]
    budget_max: Option<Money>,
    #[serde(default, deserialize_with = "given")]
    country: Option<String>,
    #[serde(default, deserialize_with = "given")]
    city: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    remote: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    language: Option<String>,
    #[serde(default, deserialize_with = "given")]
    bids_close_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "given")]
    attachment_ids: Option<Vec<String>>,
}

/// Checks what is written, of an edit only the members that are others than in `old`: what was imported keeps no rules.
fn check(posting: &Posting, old: Option<&Posting>, now: i64) -> Result<(), Problem> {
    let changed = |pointer: &str| old.is_none_or(|old| differs(old, posting, pointer));
    let mut errors: Vec<FieldError> = [
        rules::text_error("/title", &posting.title, &TITLE),
        rules::text_error("/description", &posting.description, &DESCRIPTION),
        posting.city.as_deref().and_then(|city| rules::text_error("/city", city, &CITY)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if posting.title.chars().any(char::is_control) {
        errors.push(FieldError::new("/title", "control-characters"));
    }
    errors.extend(rules::subject_errors(&posting.category, &posting.skills));
    let known = [
        ("/country", COUNTRIES.iter().any(|(id, ..)| *id == posting.country)),
        ("/budget_min/currency", rules::CURRENCIES.contains(&posting.currency.as_str())),
        ("/language", matches!(posting.language.as_str(), "fr" | "en")),
    ];
    errors.extend(known.into_iter().filter(|(_, known)| !known).map(|(at, _)| FieldError::new(at, "unknown")));
    if posting.bids_close_at <= now || posting.bids_close_at > now + OPEN_MS {
        errors.push(FieldError::with("/bids_close_at", "out-of-range", json!({"max_days": OPEN_MS / 86_400_000})));
    }
    errors.retain(|error| changed(&error.pointer));
    Problem::refuse(errors)?;
    for (pointer, amount) in [("/budget_min", posting.budget_min), ("/budget_max", posting.budget_max)] {
        if changed(pointer) {
            rules::check_amount(&format!("{pointer}/amount_minor"), amount)?;
        }
    }
    if posting.budget_min > posting.budget_max {
        return Err(Problem::field("/budget_max/amount_minor", "below-minimum"));
    }
    for (pointer, text) in [("/description", &posting.description), ("/title", &posting.title)] {
        if changed(pointer) {
            no_contact(pointer, text)?;
        }
    }
    Ok(())
}

/// Whether the member that `pointer` leads to is another one.
fn differs(old: &Posting, new: &Posting, pointer: &str) -> bool {
    match pointer.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "title" => old.title != new.title,
        "description" => old.description != new.description,
        "category" => old.category != new.category,
        "skills" => old.skills != new.skills,
        "budget_min" => old.budget_min != new.budget_min,
        "budget_max" => old.budget_max != new.budget_max,
        "country" => old.country != new.country,
        "city" => old.city != new.city,
        "language" => old.language != new.language,
        "bids_close_at" => old.bids_close_at != new.bids_close_at,
        _ => true,
    }
}

fn no_contact(pointer: &str, text: &str) -> Result<(), Problem> {
    match contact::find(text) {
        Some(code) => Err(Problem::ContactDetails(vec![FieldError::new(pointer, code)])),
        None => Ok(()),
    }
}

fn same_currency(min: &Money, max: &Money) -> Result<(), Problem> {
    if min.currency == max.currency { Ok(()) } else { Err(Problem::field("/budget_max/currency", "currency-mismatch")) }
}

impl NewProject {
    fn posting(self, now: i64) -> Result<(Posting, Terms, Vec<String>), Problem> {
        same_currency(&self.budget_min, &self.budget_max)?;
        let posting = Posting {
            title: self.title,
            description: self.description,
            category: self.category,
            skills: self.skills,
            budget_min: self.budget_min.amount_minor,
            budget_max: self.budget_max.amount_minor,
            currency: self.budget_min.currency,
            country: self.country,
            city: self.city,
            remote: self.remote,
            language: self.language,
            bids_close_at: self.bids_close_at.as_millisecond(),
        };
        check(&posting, None, now)?;
        let kind = match self.kind {
            Paid::Fixed => Kind::Fixed,
            Paid::Hourly => Kind::Hourly,
        };
        let private = matches!(self.visibility, Visibility::Invited);
        Ok((posting, Terms { kind, sealed: self.sealed, private }, self.attachment_ids))
    }
}

impl ProjectEdit {
    /// Bids are in the currency of the project, which therefore stays.
    fn apply(self, old: &Posting, now: i64) -> Result<Posting, Problem> {
        let minor = |pointer: &str, money: Option<Money>, old_minor: i64| match money {
            Some(money) if money.currency != old.currency => Err(Problem::field(pointer, "currency-mismatch")),
            Some(money) => Ok(money.amount_minor),
            None => Ok(old_minor),
        };
        let new = Posting {
            budget_min: minor("/budget_min/currency", self.budget_min, old.budget_min)?,
            budget_max: minor("/budget_max/currency", self.budget_max, old.budget_max)?,
            title: self.title.unwrap_or_else(|| old.title.clone()),
            description: self.description.unwrap_or_else(|| old.description.clone()),
            category: self.category.unwrap_or_else(|| old.category.clone()),
            skills: self.skills.unwrap_or_else(|| old.skills.clone()),
            currency: old.currency.clone(),
            country: self.country.unwrap_or_else(|| old.country.clone()),
            city: self.city.unwrap_or_else(|| old.city.clone()),
            remote: self.remote.unwrap_or(old.remote),
            language: self.language.unwrap_or_else(|| old.language.clone()),
            bids_close_at: self.bids_close_at.map_or(old.bids_close_at, |at| at.as_millisecond()),
        };
        check(&new, Some(old), now)?;
        Ok(new)
    }
}

fn stored(
    tx: &Tx<'_>,
    (caller, settings): (&Caller, &Settings),
    n: i64,
    (status, location): (u16, Option<String>),
) -> Result<Stored, Problem> {
    let viewer = caller.viewer(&tx.sql, settings, tx.now)?;
    let project = projects::render_one(&tx.sql, &viewer, n)?;
    Ok(Stored { status, location, etag: Some(answer::etag(project.rev)), body: project.json })
}

/// `POST /v1/projects`
pub async fn create(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    let settings = app.settings;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let (posting, terms, files) = extract::json::<NewProject>(bytes)?.posting(tx.now)?;
        let n = posting::post(tx, caller.n, &posting, (terms, &files))?;
        let location = format!("/v1/projects/{}", Prefix::Project.id(n));
        stored(tx, (&caller, &settings), n, (201, Some(location)))
    })
    .await
}

/// `PATCH /v1/projects/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Project)?;
    let rev = extract::if_match(&asked.headers)?;
    let settings = app.settings;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let mut edit: ProjectEdit = extract::json(bytes)?;
        let files = edit.attachment_ids.take();
        let now = tx.now;
        posting::edit(tx, caller.n, (n, rev), |old| edit.apply(old, now), files.as_deref())?;
        stored(tx, (&caller, &settings), n, (200, None))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    reason: String,
}

/// `POST /v1/projects/{id}:close`
pub async fn close(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Project)?;
    let settings = app.settings;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let Closing { reason } = extract::json(bytes)?;
        Problem::refuse(rules::text_error("/reason", &reason, &REASON))?;
        posting::close(tx, caller.n, n, &reason)?;
        stored(tx, (&caller, &settings), n, (200, None))
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inviting {
    freelancer_id: String,
    message: Option<String>,
}

/// `POST /v1/projects/{id}:invite`
pub async fn invite(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let project_n = id.row(Prefix::Project)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let Inviting { freelancer_id, message } = extract::json(bytes)?;
        let project = projects::owned(&tx.sql, caller.n, project_n)?;
        if let Some(message) = &message {
            Problem::refuse(rules::text_error("/message", message, &MESSAGE))?;
            no_contact("/message", message)?;
        }
        let unknown = || Problem::field("/freelancer_id", "unknown");
        let freelancer_n = Prefix::User.parse(&freelancer_id).ok_or_else(unknown)?;
        let n = invitations::invite(tx, &project, freelancer_n, message.as_deref())?;
        let id = Prefix::Invitation.id(n).to_string();
        let body = json!({
            "id": id, "project_id": Prefix::Project.id(project_n).to_string(), "freelancer_id": freelancer_id,
            "status": "pending",
        });
        let location = Some(format!("/v1/invitations/{id}"));
        Ok(Stored { status: 201, location, etag: None, body: body.to_string() })
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reporting {
    reason: String,
    text: Option<String>,
}

/// `POST /v1/projects/{id}:report`
pub async fn report(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let project_n = id.row(Prefix::Project)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let Reporting { reason, text } = extract::json(bytes)?;
        let project = projects::seen(&tx.sql, caller.n, project_n)?;
        if !REPORT_REASONS.contains(&reason.as_str()) {
            return Err(Problem::field("/reason", "unknown"));
        }
        Problem::refuse(text.as_deref().and_then(|text| rules::text_error("/text", text, &REPORT)))?;
        let n = reports::file(tx, caller.n, &project, (&reason, text.as_deref()))?;
        let body = json!({"id": Prefix::Report.id(n).to_string()}).to_string();
        Ok(Stored { status: 202, location: None, etag: None, body })
    })
    .await
}
