//! Bids: placing, reading, editing, and the acts of both sides.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    routing::{get, patch, post},
};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Answer, Needs, Route,
    listing::{self, List, Selection},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    given::given,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    secret,
    store::{
        bidding, bids,
        changes::Tx,
        keys::Stored,
        offers::{Milestone, Offer},
        projects::{self, Viewer},
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/projects/{id}/bids", Needs::Scope(Scope::BidsRead), get(of_project)),
        Route::new("POST", "/v1/projects/{id}/bids", Needs::Scope(Scope::BidsWrite), post(place)),
        Route::new("GET", "/v1/bids", Needs::Scope(Scope::BidsRead), get(mine)),
        Route::new("GET", "/v1/bids/{id}", Needs::Scope(Scope::BidsRead), get(show)),
        Route::new("PATCH", "/v1/bids/{id}", Needs::Scope(Scope::BidsWrite), patch(edit)),
    ]
}

const STATUSES: [&str; 10] = [
    "submitted",
    "shortlisted",
    "awarded",
    "accepted",
    "completed",
    "declined",
    "rejected",
    "revoked",
    "retracted",
    "lost",
];

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Money {
    /// Minor units.
    pub(super) amount_minor: i64,
    /// ISO 4217.
    pub(super) currency: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// One line.
    pub(super) title: String,
    /// In the currency of the whole.
    pub(super) amount: Money,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBid {
    amount: Money,
    period_days: i64,
    text: String,
    #[serde(default)]
    milestones: Vec<Step>,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BidEdit {
    #[serde(default, deserialize_with = "given")]
    amount: Option<Money>,
    #[serde(default, deserialize_with = "given")]
    period_days: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    text: Option<String>,
    #[serde(default, deserialize_with = "given")]
    milestones: Option<Vec<Step>>,
    #[serde(default, deserialize_with = "given")]
    attachment_ids: Option<Vec<String>>,
}

/// Steps in `currency`.
///
/// # Errors
/// `validation` for another currency.
pub(super) fn milestones(steps: Vec<Step>, currency: &str) -> Result<Vec<Milestone>, Problem> {
    let step = |(i, step): (usize, Step)| {
        if step.amount.currency != currency {
            let pointer = format!("/milestones/{i}/amount/currency");
            return Err(Problem::field(pointer, "currency-mismatch"));
        }
        Ok(Milestone { title: step.title, amount: step.amount.amount_minor })
    };
    steps.into_iter().enumerate().map(step).collect()
}

impl NewBid {
    fn offer(self) -> Result<Offer, Problem> {
        let offer = Offer {
            milestones: milestones(self.milestones, &self.amount.currency)?,
            amount: self.amount.amount_minor,
            currency: self.amount.currency,
            period_days: self.period_days,
            text: self.text,
            attachment_ids: self.attachment_ids,
        };
        rules::check_offer(&offer)?;
        Ok(offer)
    }
}

impl BidEdit {
    fn apply(self, old: &Offer) -> Result<Offer, Problem> {
        let mut offer = old.clone();
        if let Some(amount) = self.amount {
            offer.amount = amount.amount_minor;
            offer.currency = amount.currency;
        }
        offer.period_days = self.period_days.unwrap_or(offer.period_days);
        offer.text = self.text.unwrap_or(offer.text);
        offer.attachment_ids = self.attachment_ids.unwrap_or(offer.attachment_ids);
        if let Some(steps) = self.milestones {
            offer.milestones = milestones(steps, &offer.currency)?;
        }
        rules::check_offer(&offer)?;
        Ok(offer)
    }
}

/// Whole as the caller sees it: `rank`, marks and what may be done change without a revision of the bid.
pub(super) fn stored(
    tx: &Tx<'_>,
    caller: &Caller,
    n: i64,
    (status, location): (u16, Option<String>),
) -> Result<Stored, Problem> {
    let bid = bids::visible(&tx.sql, caller.n, n)?;
    let viewer = caller.looking(tx.now);
    let body = bid.json(&viewer).to_string();
    Ok(Stored { status, location, etag: Some(etag(bid.rev, &body)), body })
}

/// The revision, and what `body` is known by.
fn etag(rev: i64, body: &str) -> String {
    format!("\"{rev}-{}\"", secret::digest(body).get(..12).unwrap_or_default())
}

/// The revision of `If-Match`: of an `ETag` or alone. Only edits make a new one.
fn if_match(headers: &HeaderMap) -> Result<i64, Problem> {
    let value = headers.get(header::IF_MATCH).ok_or(Problem::PreconditionRequired)?;
    let tag = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let rev = tag.and_then(|tag| tag.split('-').next()?.parse().ok());
    rev.ok_or(Problem::EditedElsewhere)
}

/// `POST /v1/projects/{id}/bids`
pub async fn place(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let project_n = id.row(Prefix::Project)?;
    let limit = app.settings.bids_per_month;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let offer = extract::json::<NewBid>(bytes)?.offer()?;
        let project = projects::seen(&tx.sql, caller.n, project_n)?;
        let used = bids::placed_since(&tx.sql, caller.n, rules::month_start(tx.now))?;
        if project.client_n != caller.n && caller.freelancer && used >= limit {
            let wait_ms = rules::next_month_start(tx.now) - tx.now;
            return Err(Problem::QuotaExhausted { retry_after_s: wait_ms / 1000 + 1 });
        }
        let n = bidding::place(tx, caller.n, project_n, &offer)?;
        let location = format!("/v1/bids/{}", Prefix::Bid.id(n));
        stored(tx, &caller, n, (201, Some(location)))
    })
    .await
}

struct On {
    viewer: Viewer,
    project_n: i64,
}

impl List for On {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        bids::on(sql, self.viewer.n, self.project_n, (before, limit))
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        bids::render(sql, &self.viewer, rows)
    }
}

/// `GET /v1/projects/{id}/bids`
pub async fn of_project(State(app): State<App>, caller: Caller, id: Id, query: Query) -> Answer {
    let (viewer, project_n) = (caller.looking(app.now()), id.row(Prefix::Project)?);
    listing::page(&app, &query, On { viewer, project_n }).await
}

/// `GET /v1/bids`
pub async fn mine(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let statuses = query.list("status");
    if !statuses.iter().all(|status| STATUSES.contains(&status.as_str())) {
        return Err(Problem::field("?status", "unknown"));
    }
    let (viewer, narrow) = (caller.looking(app.now()), Value::from(statuses).to_string());
    let list = Selection { viewer, rows: bids::PLACED, user_n: caller.n, narrow, render: bids::render };
    listing::page(&app, &query, list).await
}

/// `GET /v1/bids/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Bid)?;
    let viewer = caller.looking(app.now());
    let bid = app.read(move |sql| bids::visible(sql, caller.n, n)).await?;
    let body = bid.json(&viewer).to_string();
    Ok(answer::resource(&headers, &etag(bid.rev, &body), body))
}

/// `PATCH /v1/bids/{id}`
pub async fn edit(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let n = id.row(Prefix::Bid)?;
    let rev = if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let edit: BidEdit = extract::json(bytes)?;
        bidding::edit(tx, caller.n, (n, rev), |old| edit.apply(old))?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}
