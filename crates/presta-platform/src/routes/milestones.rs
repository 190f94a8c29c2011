//! Milestones of accepted bids, and what freelancers want to be one.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use rusqlite::Connection;
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    bids::{self as bid_routes, Money},
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        changes::Tx,
        keys::Stored,
        milestone_requests::{self, New, Reply},
        milestones::{self, Act},
        projects::Viewer,
        snapshot::Datum,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::BidsRead), Needs::Scope(Scope::BidsWrite));
    vec![
        Route::new("GET", "/v1/milestones", read, get(list)),
        Route::new("GET", "/v1/milestones/{id}", read, get(show)),
        Route::new("POST", "/v1/milestones/{id}:fund", write, post(fund)),
        Route::new("POST", "/v1/milestones/{id}:release", write, post(release)),
        Route::new("POST", "/v1/milestones/{id}:dispute", write, post(dispute)),
        Route::new("GET", "/v1/milestone-requests", read, get(list_requests)),
        Route::new("POST", "/v1/milestone-requests", write, post(request)),
        Route::new("GET", "/v1/milestone-requests/{id}", read, get(show_request)),
        Route::new("POST", "/v1/milestone-requests/{id}:approve", write, post(approve)),
        Route::new("POST", "/v1/milestone-requests/{id}:decline", write, post(decline)),
    ]
}

const REASON: std::ops::RangeInclusive<usize> = 3..=2_000;

/// The bid of the query, when one is named; one that is not seen has nothing.
fn bid(query: &Query) -> Result<Option<i64>, Problem> {
    let invalid = || Problem::field("?bid_id", "invalid");
    query.text("bid_id").map(|id| Prefix::Bid.parse(id).ok_or_else(invalid)).transpose()
}

struct Steps {
    viewer: Viewer,
    bid_n: Option<i64>,
}

impl List for Steps {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        milestones::list(sql, self.viewer.n, self.bid_n, (before, limit))
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        milestones::render(sql, &self.viewer, rows)
    }
}

struct Requests {
    viewer: Viewer,
    bid_n: Option<i64>,
}

impl List for Requests {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        milestone_requests::list(sql, self.viewer.n, self.bid_n, (before, limit))
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        milestone_requests::render(sql, &self.viewer, rows)
    }
}

/// `GET /v1/milestones`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let viewer = bid_routes::viewer(&caller, app.now());
    listing::page(&app, &query, Steps { viewer, bid_n: bid(&query)? }).await
}

/// `GET /v1/milestones/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Milestone)?;
    let step = app.read(move |sql| milestones::visible(sql, caller.n, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(step.rev), step.json(caller.n).to_string()))
}

async fn act(app: App, caller: Caller, id: Id, (asked, body): (Asked, Body), act: Act) -> Answer {
    let n = id.row(Prefix::Milestone)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        milestones::act(tx, caller.n, n, act)?;
        let step = milestones::visible(&tx.sql, caller.n, n)?;
        let (etag, body) = (Some(answer::etag(step.rev)), step.json(caller.n).to_string());
        Ok(Stored { status: 200, location: None, etag, body })
    })
    .await
}

/// `POST /v1/milestones/{id}:fund`
pub async fn fund(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Fund).await
}

/// `POST /v1/milestones/{id}:release`
pub async fn release(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Release).await
}

/// `POST /v1/milestones/{id}:dispute`
pub async fn dispute(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    act(app, caller, id, (asked, body), Act::Dispute).await
}

/// `GET /v1/milestone-requests`
pub async fn list_requests(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let viewer = bid_routes::viewer(&caller, app.now());
    listing::page(&app, &query, Requests { viewer, bid_n: bid(&query)? }).await
}

/// `GET /v1/milestone-requests/{id}`
pub async fn show_request(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::MilestoneRequest)?;
    let found = app.read(move |sql| milestone_requests::visible(sql, caller.n, n)).await?;
    Ok(answer::resource(&headers, &answer::etag(found.rev), found.json(caller.n).to_string()))
}

fn stored(tx: &Tx<'_>, caller: &Caller, n: i64, (status, location): (u16, Option<String>)) -> Result<Stored, Problem> {
    let found = milestone_requests::visible(&tx.sql, caller.n, n)?;
    Ok(Stored { status, location, etag: Some(answer::etag(found.rev)), body: found.json(caller.n).to_string() })
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
        let location = format!("/v1/milestone-requests/{}", Prefix::MilestoneRequest.id(n));
        stored(tx, &caller, n, (201, Some(location)))
    })
    .await
}

async fn reply(app: App, caller: Caller, id: Id, (asked, body): (Asked, Body), reply: Reply) -> Answer {
    let n = id.row(Prefix::MilestoneRequest)?;
    writing::act(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        extract::nothing(bytes)?;
        milestone_requests::answer(tx, caller.n, n, reply)?;
        stored(tx, &caller, n, (200, None))
    })
    .await
}

/// `POST /v1/milestone-requests/{id}:approve`
pub async fn approve(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    reply(app, caller, id, (asked, body), Reply::Approve).await
}

/// `POST /v1/milestone-requests/{id}:decline`
pub async fn decline(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    reply(app, caller, id, (asked, body), Reply::Decline).await
}
