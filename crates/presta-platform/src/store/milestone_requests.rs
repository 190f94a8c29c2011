//! What freelancers want to be a milestone.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    bids::{self, Bid},
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    letters::{self, Letter},
    milestones,
    projects::Viewer,
    sides,
    snapshot::Datum,
};
use crate::{
    ids::Prefix,
    problem::{FieldError, Problem},
};

/// How requests are synchronised: both sides of the bid see them.
pub const OWN: Own = sides::of_bids!("milestone_requests", "access-lost", render);

/// Requests of all bids one sees, or of one.
pub const LIST: &str = sides::list!("milestone_requests");

/// A request as stored.
#[derive(Debug, Clone)]
pub struct Request {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    bid_n: i64,
    title: String,
    amount: i64,
    reason: String,
    status: String,
    milestone_n: Option<i64>,
    created_at: i64,
    updated_at: i64,
    currency: String,
    project_n: i64,
    freelancer_n: i64,
    client_n: i64,
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        n: row.get(0)?,
        rev: row.get(1)?,
        bid_n: row.get(2)?,
        title: row.get(3)?,
        amount: row.get(4)?,
        reason: row.get(5)?,
        status: row.get(6)?,
        milestone_n: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        currency: row.get(10)?,
        project_n: row.get(11)?,
        freelancer_n: row.get(12)?,
        client_n: row.get(13)?,
    })
}

impl Request {
    /// The contract's `MilestoneRequest`, for `user_n`.
    #[must_use]
    pub fn json(&self, user_n: i64) -> Value {
        let answerable = user_n == self.client_n && self.status == "pending";
        let actions: &[&str] = if answerable { &["approve", "decline"] } else { &[] };
        json!({
            "id": Prefix::MilestoneRequest.id(self.n).to_string(), "rev": self.rev,
            "bid_id": Prefix::Bid.id(self.bid_n).to_string(),
            "project_id": Prefix::Project.id(self.project_n).to_string(), "title": self.title,
            "amount": {"amount_minor": self.amount, "currency": self.currency}, "reason": self.reason,
            "status": self.status,
            "milestone_id": self.milestone_n.map(|n| Prefix::Milestone.id(n).to_string()),
            "created_at": instant(self.created_at), "updated_at": instant(self.updated_at),
            "allowed_actions": actions,
        })
    }
}

fn load(sql: &Connection, rows: &[i64]) -> Result<Vec<Request>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT r.n, r.rev, r.bid_n, r.title, r.amount, r.reason, r.status, r.milestone_n, r.created_at,
             r.updated_at, b.currency, b.project_n, b.freelancer_n, p.client_n
         FROM milestone_requests r JOIN bids b ON b.n = r.bid_n JOIN projects p ON p.n = b.project_n
         JOIN json_each(?1) AS wanted ON wanted.value = r.n ORDER BY wanted.id",
    )?;
    Ok(query.query_map([array(rows)], request)?.collect::<Result<_, _>>()?)
}

/// Requests as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let datum = |request: Request| Datum { n: request.n, rev: request.rev, json: request.json(viewer.n).to_string() };
    Ok(load(sql, rows)?.into_iter().map(datum).collect())
}

/// A request about a bid that `user_n` placed or has on a project of theirs.
///
/// # Errors
/// `not-found`, or a database error.
fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<Request, Problem> {
    let seen = |request: &Request| request.freelancer_n == user_n || request.client_n == user_n;
    load(sql, &[n])?.pop().filter(seen).ok_or(Problem::NotFound)
}

/// What a freelancer asks for.
#[derive(Debug, Clone)]
pub struct New {
    /// The bid's row.
    pub bid_n: i64,
    /// One line.
    pub title: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, that of the bid.
    pub currency: String,
    /// Plain text.
    pub reason: String,
}

/// Files a request in the name of the freelancer `user_n`; answers its row.
///
/// # Errors
/// `validation` for a bid that is not seen, another currency or more than can be paid, `forbidden` for the client,
/// `state-conflict` for a bid that is not accepted, or a database error.
pub fn file(tx: &mut Tx<'_>, user_n: i64, new: &New) -> Result<i64, Problem> {
    let bid = bids::visible(&tx.sql, user_n, new.bid_n).map_err(|problem| match problem {
        Problem::NotFound => Problem::field("/bid_id", "unknown"),
        other => other,
    })?;
    if bid.freelancer_n != user_n {
        return Err(Problem::Forbidden);
    }
    if bid.status != "accepted" {
        return Err(Problem::StateConflict);
    }
    if new.currency != bid.offer.currency {
        return Err(Problem::field("/amount/currency", "currency-mismatch"));
    }
    let room = bid.ceiling() - milestones::settled(&tx.sql, bid.n)?;
    if new.amount > room {
        let error = FieldError::with("/amount/amount_minor", "amount-out-of-range", json!({"min": 1, "max": room}));
        return Err(Problem::AmountOutOfRange(vec![error]));
    }
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO milestone_requests (bid_n, title, amount, reason, status, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5)",
        )?
        .insert(params![bid.n, new.title, new.amount, new.reason, tx.now])?;
    tell(tx, &bid, n)?;
    letters::send(tx, bid.client_n, Letter::MilestoneRequested, &bid.project_title)?;
    Ok(n)
}

fn tell(tx: &mut Tx<'_>, bid: &Bid, n: i64) -> Result<(), Problem> {
    tx.changed(Kind::MilestoneRequest, n, bid.freelancer_n)?;
    tx.changed(Kind::MilestoneRequest, n, bid.client_n)
}

/// What the client says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It becomes a milestone, carved out of what is not funded.
    Approve,
    /// It does not.
    Decline,
}

/// Answers a pending request in the name of `user_n`.
///
/// # Errors
/// `not-found`, `forbidden` for the freelancer, `state-conflict` when it is answered already, the bid is not accepted any
/// more or too much of it is funded, or a database error.
pub fn answer(tx: &mut Tx<'_>, user_n: i64, n: i64, reply: Reply) -> Result<(), Problem> {
    let request = visible(&tx.sql, user_n, n)?;
    if request.client_n != user_n {
        return Err(Problem::Forbidden);
    }
    if request.status != "pending" {
        return Err(Problem::StateConflict);
    }
    let bid = bids::visible(&tx.sql, user_n, request.bid_n)?;
    let (status, milestone_n, letter) = match reply {
        Reply::Approve => {
            if bid.status != "accepted" {
                return Err(Problem::StateConflict);
            }
            milestones::make_room(tx, &bid, bid.ceiling(), request.amount)?;
            let milestone = milestones::add(tx, &bid, (&request.title, request.amount), "requested")?;
            bids::tell(tx, bid.n, bid.freelancer_n, bid.client_n)?;
            ("approved", Some(milestone), Letter::RequestApproved)
        }
        Reply::Decline => ("declined", None, Letter::RequestDeclined),
    };
    tx.sql.execute(
        "UPDATE milestone_requests SET rev = rev + 1, status = ?2, milestone_n = ?3, updated_at = ?4 WHERE n = ?1",
        params![n, status, milestone_n, tx.now],
    )?;
    tell(tx, &bid, n)?;
    letters::send(tx, bid.freelancer_n, letter, &bid.project_title)
}
