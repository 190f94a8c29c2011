//! Milestones of accepted bids, and what freelancers want to be one.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    bids::Money,
    listing::{self, Selection},
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        changes::Kind,
        kinds::Render,
        milestone_requests::{self, New, Reply},
        milestones::{self, Act},
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::BidsRead), Needs::Scope(Scope::BidsWrite));
    vec![
        Route::new("GET", "/v1/milestones", read, get(list)),
        Route::new("GET", "/v1/milestones/{id}", read, resources::show(Kind::Milestone)),
        Route::new("POST", "/v1/milestones/{id}:fund", write, act(Act::Fund)),
        Route::new("POST", "/v1/milestones/{id}:release", write, act(Act::Release)),
        Route::new("POST", "/v1/milestones/{id}:dispute", write, act(Act::Dispute)),
        Route::new("GET", "/v1/milestone-requests", read, get(list_requests)),
        Route::new("POST", "/v1/milestone-requests", write, post(request)),
        Route::new("GET", "/v1/milestone-requests/{id}", read, resources::show(Kind::MilestoneRequest)),
        Route::new("POST", "/v1/milestone-requests/{id}:approve", write, reply(Reply::Approve)),
        Route::new("POST", "/v1/milestone-requests/{id}:decline", write, reply(Reply::Decline)),
    ]
}

const REASON: std::ops::RangeInclusive<usize> = 3..=2_000;

/// One of the caller's lists, of the bid of the query when one is named; one that is not seen has nothing.
async fn list_of(app: App, caller: Caller, query: Query, rows: &'static str, render: Render) -> Answer {
    let invalid = || Problem::field("?bid_id", "invalid");
    let bid_n = query.text("bid_id").map(|id| Prefix::Bid.parse(id).ok_or_else(invalid)).transpose()?;
    let narrow = bid_n.map(|n| n.to_string()).unwrap_or_default();
    let viewer = caller.looking(app.now());
    listing::page(&app, &query, Selection { viewer, rows, user_n: caller.n, narrow, render }).await
}

/// `GET /v1/milestones`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    list_of(app, caller, query, milestones::LIST, milestones::render).await
}

fn act(act: Act) -> MethodRouter<App> {
    resources::act(Prefix::Milestone, move |tx, caller, n| {
        milestones::act(tx, caller.n, n, act)?;
        resources::stored(tx, caller, Kind::Milestone, n)
    })
}

/// `GET /v1/milestone-requests`
pub async fn list_requests(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    list_of(app, caller, query, milestone_requests::LIST, milestone_requests::render).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRequest {
    bid_id: String,
    title: String,
    amount: Money,
    reason: String,
}

impl NewRequest {
    fn checked(self) -> Result<New, Problem> {
        let mut errors: Vec<FieldError> = [
            rules::text_error("/title", &self.title, &rules::MILESTONE_TITLE),
            rules::text_error("/reason", &self.reason, &REASON),
        ]
        .into_iter()
        .flatten()
        .collect();
        let bid_n = Prefix::Bid.parse(&self.bid_id);
        if bid_n.is_none() {
            errors.push(FieldError::new("/bid_id", "unknown"));
        }
        if self.amount.amount_minor <= 0 {
            errors.push(FieldError::new("/amount/amount_minor", "out-of-range"));
        }
        match bid_n {
            Some(bid_n) if errors.is_empty() => Ok(New {
                bid_n,
                title: self.title,
                amount: self.amount.amount_minor,
                currency: self.amount.currency,
                reason: self.reason,
            }),
            _ => Err(Problem::Validation(errors)),
        }
    }
}

/// `POST /v1/milestone-requests`
pub async fn request(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new = extract::json::<NewRequest>(bytes)?.checked()?;
        let n = milestone_requests::file(tx, caller.n, &new)?;
        resources::created(tx, &caller, Kind::MilestoneRequest, n, "/v1/milestone-requests")
    })
    .await
}

fn reply(reply: Reply) -> MethodRouter<App> {
    resources::act(Prefix::MilestoneRequest, move |tx, caller, n| {
        milestone_requests::answer(tx, caller.n, n, reply)?;
        resources::stored(tx, caller, Kind::MilestoneRequest, n)
    })
}
