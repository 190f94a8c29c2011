//! Changes of accepted bids: proposed by one side, answered by the other.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    bids::{self, Bid, advance},
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    letters::{self, Letter},
    milestones,
    offers::{Milestone, ceiling, fee},
    projects::Viewer,
    sides,
    snapshot::Datum,
};
use crate::{
    ids::Prefix,
    problem::{FieldError, Problem},
};

/// How amendments are synchronised: both sides of the bid see them.
pub const OWN: Own = sides::of_bids!("amendments", "access-lost", render);

/// What is to change; what is none stays.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Minor units.
    pub amount: Option<i64>,
    /// Days of work.
    pub period_days: Option<i64>,
    /// What replaces the milestones that are not funded.
    pub milestones: Option<Vec<Milestone>>,
    /// Plain text.
    pub reason: String,
    /// ISO 4217 of the amounts, and the pointer to where it is said.
    pub currency: Option<(&'static str, String)>,
}

/// An amendment as stored.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    bid_n: i64,
    author_n: i64,
    status: String,
    terms: Terms,
    created_at: i64,
    updated_at: i64,
    currency: String,
    freelancer_n: i64,
    client_n: i64,
}

fn amendment(row: &Row<'_>) -> rusqlite::Result<Amendment> {
    let milestones: Option<String> = row.get(7)?;
    Ok(Amendment {
        n: row.get(0)?,
        rev: row.get(1)?,
        bid_n: row.get(2)?,
        author_n: row.get(3)?,
        status: row.get(4)?,
        terms: Terms {
            amount: row.get(5)?,
            period_days: row.get(6)?,
            milestones: milestones.map(|text| serde_json::from_str(&text).unwrap_or_default()),
            reason: row.get(8)?,
            currency: None,
        },
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        currency: row.get(11)?,
        freelancer_n: row.get(12)?,
        client_n: row.get(13)?,
    })
}

impl Amendment {
    /// The contract's `Amendment`, for `user_n`.
    #[must_use]
    pub fn json(&self, user_n: i64) -> Value {
        let money = |minor: i64| json!({"amount_minor": minor, "currency": self.currency});
        let step = |step: &Milestone| json!({"title": step.title, "amount": money(step.amount)});
        let milestones = self.terms.milestones.as_ref().map(|steps| steps.iter().map(step).collect::<Vec<_>>());
        let answerable = self.status == "open" && user_n != self.author_n;
        let actions: &[&str] = if answerable { &["accept", "decline"] } else { &[] };
        json!({
            "id": Prefix::Amendment.id(self.n).to_string(), "rev": self.rev,
            "bid_id": Prefix::Bid.id(self.bid_n).to_string(),
            "author_id": Prefix::User.id(self.author_n).to_string(), "status": self.status,
            "amount": self.terms.amount.map(money), "period_days": self.terms.period_days, "milestones": milestones,
            "reason": self.terms.reason, "created_at": instant(self.created_at),
            "updated_at": instant(self.updated_at), "allowed_actions": actions,
        })
    }
}

fn load(sql: &Connection, rows: &[i64]) -> Result<Vec<Amendment>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT a.n, a.rev, a.bid_n, a.author_n, a.status, a.amount, a.period_days, a.milestones, a.reason,
             a.created_at, a.updated_at, b.currency, b.freelancer_n, p.client_n
         FROM amendments a JOIN bids b ON b.n = a.bid_n JOIN projects p ON p.n = b.project_n
         JOIN json_each(?1) AS wanted ON wanted.value = a.n ORDER BY wanted.id",
    )?;
    Ok(query.query_map([array(rows)], amendment)?.collect::<Result<_, _>>()?)
}

/// Amendments as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let datum = |a: Amendment| Datum { n: a.n, rev: a.rev, json: a.json(viewer.n).to_string() };
    Ok(load(sql, rows)?.into_iter().map(datum).collect())
}

/// An amendment of a bid that `user_n` placed or has on a project of theirs.
///
/// # Errors
/// `not-found`, or a database error.
fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<Amendment, Problem> {
    let seen = |a: &Amendment| a.freelancer_n == user_n || a.client_n == user_n;
    load(sql, &[n])?.pop().filter(seen).ok_or(Problem::NotFound)
}

/// Rows of a bid below `before`, newest first.
///
/// # Errors
/// On a database error.
pub fn list(sql: &Connection, bid_n: i64, (before, limit): (i64, i64)) -> Result<Vec<i64>, Problem> {
    let mut query =
        sql.prepare_cached("SELECT n FROM amendments WHERE bid_n = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3")?;
    Ok(query.query_map([bid_n, before, limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What must hold for `terms` to become those of `bid`: enough is left for what is funded, and milestones add up to the
/// rest.
fn check(sql: &Connection, bid: &Bid, terms: &Terms) -> Result<(), Problem> {
    let settled = milestones::settled(sql, bid.n)?;
    let (amount, days) = (terms.amount.unwrap_or(bid.offer.amount), terms.period_days.unwrap_or(bid.offer.period_days));
    if ceiling(bid.hourly, amount, days) < settled {
        let error = FieldError::with("/amount/amount_minor", "amount-out-of-range", json!({"min": settled}));
        return Err(Problem::AmountOutOfRange(vec![error]));
    }
    let Some(steps) = &terms.milestones else { return Ok(()) };
    if bid.hourly {
        return Err(Problem::field("/milestones", "hourly"));
    }
    let sum: i64 = steps.iter().map(|step| step.amount).sum();
    if sum != amount - settled {
        let params = json!({"sum_minor": sum, "amount_minor": amount - settled});
        return Err(Problem::Validation(vec![FieldError::with("/milestones", "milestones-sum", params)]));
    }
    Ok(())
}

/// Proposes `terms` (each amount already within the market's bounds) in the name of `user_n`; answers the row.
///
/// # Errors
/// `not-found`, `state-conflict` when the bid is not accepted or something is proposed already, `validation`,
/// `amount-out-of-range`, or a database error.
pub fn propose(tx: &mut Tx<'_>, user_n: i64, bid_n: i64, terms: &Terms) -> Result<i64, Problem> {
    let bid = bids::visible(&tx.sql, user_n, bid_n)?;
    if !bid.allowed_actions(user_n, tx.now).contains(&"amend") {
        return Err(Problem::StateConflict);
    }
    if let Some((pointer, _)) = terms.currency.as_ref().filter(|(_, currency)| *currency != bid.offer.currency) {
        return Err(Problem::field(*pointer, "currency-mismatch"));
    }
    check(&tx.sql, &bid, terms)?;
    let milestones = terms.milestones.as_ref().map(|steps| json!(steps).to_string());
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO amendments (bid_n, author_n, status, amount, period_days, milestones, reason, created_at,
                 updated_at)
             VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?6, ?7, ?7)",
        )?
        .insert(params![bid_n, user_n, terms.amount, terms.period_days, milestones, terms.reason, tx.now])?;
    tell(tx, &bid, n)?;
    advance(tx, &bid, &bid.status, "amendment-proposed")?;
    letters::send(tx, bid.other(user_n), Letter::AmendmentProposed, &bid.project_title)?;
    Ok(n)
}

fn tell(tx: &mut Tx<'_>, bid: &Bid, n: i64) -> Result<(), Problem> {
    tx.changed(Kind::Amendment, n, bid.freelancer_n)?;
    tx.changed(Kind::Amendment, n, bid.client_n)
}

/// What the other side says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The bid changes.
    Accept,
    /// The bid stays.
    Decline,
}

/// Answers an open amendment in the name of `user_n`.
///
/// # Errors
/// `not-found`, `forbidden` for its author, `state-conflict` when it is answered already, or does not fit what was funded
/// since, or a database error.
pub fn answer(tx: &mut Tx<'_>, user_n: i64, n: i64, reply: Reply) -> Result<(), Problem> {
    let amendment = visible(&tx.sql, user_n, n)?;
    if amendment.author_n == user_n {
        return Err(Problem::Forbidden);
    }
    if amendment.status != "open" {
        return Err(Problem::StateConflict);
    }
    let bid = bids::visible(&tx.sql, user_n, amendment.bid_n)?;
    let (status, event, letter) = match reply {
        Reply::Accept => {
            apply(tx, &bid, &amendment.terms)?;
            ("accepted", "amended", Letter::AmendmentAccepted)
        }
        Reply::Decline => ("declined", "amendment-declined", Letter::AmendmentDeclined),
    };
    tx.sql.execute(
        "UPDATE amendments SET rev = rev + 1, status = ?2, updated_at = ?3 WHERE n = ?1",
        params![n, status, tx.now],
    )?;
    tell(tx, &bid, n)?;
    advance(tx, &bid, &bid.status, event)?;
    letters::send(tx, amendment.author_n, letter, &bid.project_title)
}

fn apply(tx: &mut Tx<'_>, bid: &Bid, terms: &Terms) -> Result<(), Problem> {
    check(&tx.sql, bid, terms).map_err(|problem| match problem {
        Problem::Validation(_) | Problem::AmountOutOfRange(_) => Problem::StateConflict,
        other => other,
    })?;
    let amount = terms.amount.unwrap_or(bid.offer.amount);
    let days = terms.period_days.unwrap_or(bid.offer.period_days);
    match &terms.milestones {
        Some(steps) => milestones::replace_open(tx, bid, steps)?,
        None => milestones::make_room(tx, bid, ceiling(bid.hourly, amount, days), 0)?,
    }
    let mut steps = milestones::of_bid(&tx.sql, bid.n)?;
    let missing = amount - steps.iter().map(|step| step.amount).sum::<i64>();
    if !bid.hourly && missing > 0 {
        milestones::add(tx, bid, (&bid.project_title, missing), "planned")?;
        steps = milestones::of_bid(&tx.sql, bid.n)?;
    }
    let as_offered = bid.offer.milestones.is_empty() && terms.milestones.is_none();
    let split: Vec<Milestone> = if bid.hourly && amount == bid.offer.amount {
        bid.offer.milestones.clone()
    } else if bid.hourly || as_offered {
        Vec::new()
    } else {
        steps.into_iter().map(|step| Milestone { title: step.title, amount: step.amount }).collect()
    };
    let fee = if amount == bid.offer.amount { bid.fee } else { fee(amount) };
    tx.sql.execute(
        "UPDATE bids SET amount = ?2, period_days = ?3, milestones = ?4, fee = ?5 WHERE n = ?1",
        params![bid.n, amount, days, json!(split).to_string(), fee],
    )?;
    if amount == bid.offer.amount {
        return Ok(());
    }
    super::projects::count_bids(tx, bid.project_n, 0, amount - bid.offer.amount)
}
