//! Changes of accepted bids.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get, post},
};
use rusqlite::Connection;
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    bids::{self as bid_routes, Money, Step},
    listing::{self, List},
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        amendments::{self, Reply, Terms},
        bids,
        changes::Kind,
        projects::Viewer,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::BidsRead), Needs::Scope(Scope::BidsWrite));
    vec![
        Route::new("GET", "/v1/bids/{id}/amendments", read, get(list)),
        Route::new("POST", "/v1/bids/{id}/amendments", write, post(propose)),
        Route::new("GET", "/v1/amendments/{id}", read, resources::show(Kind::Amendment)),
        Route::new("POST", "/v1/amendments/{id}:accept", write, answer(Reply::Accept)),
        Route::new("POST", "/v1/amendments/{id}:decline", write, answer(Reply::Decline)),
    ]
}

const REASON: std::ops::RangeInclusive<usize> = 3..=2_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAmendment {
    amount: Option<Money>,
    period_days: Option<i64>,
    milestones: Option<Vec<Step>>,
    reason: String,
}

impl NewAmendment {
    fn terms(self) -> Result<Terms, Problem> {
        let currency = match (&self.amount, self.milestones.as_ref().and_then(|steps| steps.first())) {
            (Some(amount), _) => Some(("/amount/currency", amount.currency.clone())),
            (None, Some(step)) => Some(("/milestones/0/amount/currency", step.amount.currency.clone())),
            (None, None) => None,
        };
        let said = currency.as_ref().map_or("", |(_, currency)| currency.as_str());
        let milestones = self.milestones.map(|steps| bid_routes::milestones(steps, said)).transpose()?;
        let mut errors = Vec::new();
        errors.extend(rules::text_error("/reason", &self.reason, &REASON));
        errors.extend(self.period_days.and_then(|days| rules::range_error("/period_days", days, &rules::PERIOD_DAYS)));
        errors.extend(rules::milestone_errors(milestones.as_deref().unwrap_or_default()));
        if self.amount.is_none() && self.period_days.is_none() && milestones.is_none() {
            errors.push(FieldError::new("", "nothing-to-change"));
        }
        Problem::refuse(errors)?;
        let amount = self.amount.map(|amount| amount.amount_minor);
        amount.map_or(Ok(()), |minor| rules::check_amount("/amount/amount_minor", minor))?;
        Ok(Terms { amount, period_days: self.period_days, milestones, reason: self.reason, currency })
    }
}

struct Of {
    viewer: Viewer,
    bid_n: i64,
}

impl List for Of {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        bids::visible(sql, self.viewer.n, self.bid_n)?;
        amendments::list(sql, self.bid_n, (before, limit))
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        amendments::render(sql, &self.viewer, rows)
    }
}

/// `GET /v1/bids/{id}/amendments`
pub async fn list(State(app): State<App>, caller: Caller, id: Id, query: Query) -> Answer {
    let viewer = caller.looking(app.now());
    listing::page(&app, &query, Of { viewer, bid_n: id.row(Prefix::Bid)? }).await
}

/// `POST /v1/bids/{id}/amendments`
pub async fn propose(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let bid_n = id.row(Prefix::Bid)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let terms = extract::json::<NewAmendment>(bytes)?.terms()?;
        let n = amendments::propose(tx, caller.n, bid_n, &terms)?;
        resources::created(tx, &caller, Kind::Amendment, n, "/v1/amendments")
    })
    .await
}

fn answer(reply: Reply) -> MethodRouter<App> {
    resources::act(Prefix::Amendment, move |tx, caller, n| {
        amendments::answer(tx, caller.n, n, reply)?;
        resources::stored(tx, caller, Kind::Amendment, n)
    })
}
