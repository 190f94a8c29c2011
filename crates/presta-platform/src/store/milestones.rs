//! Steps of accepted bids that are paid on their own.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    bids::{self, Bid},
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    letters::{self, Letter},
    offers::Milestone,
    projects::Viewer,
    sides,
    snapshot::Datum,
};
use crate::{ids::Prefix, problem::Problem};

/// How milestones are synchronised: both sides of the bid see them.
pub const OWN: Own = sides::of_bids!("milestones", "deleted", render);

/// Milestones of all bids one sees, or of one.
pub const LIST: &str = sides::list!("milestones");

/// A milestone as stored.
#[derive(Debug, Clone)]
pub struct Step {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Its bid.
    pub bid_n: i64,
    /// One line.
    pub title: String,
    /// Minor units.
    pub amount: i64,
    /// See the contract.
    pub status: String,
    created_at: i64,
    updated_at: i64,
    funded_at: Option<i64>,
    released_at: Option<i64>,
    currency: String,
    project_n: i64,
    freelancer_n: i64,
    client_n: i64,
}

const SELECT: &str = "SELECT m.n, m.rev, m.bid_n, m.title, m.amount, m.status, m.created_at, m.updated_at, m.funded_at,
        m.released_at, b.currency, b.project_n, b.freelancer_n, p.client_n
    FROM milestones m JOIN bids b ON b.n = m.bid_n JOIN projects p ON p.n = b.project_n";

fn step(row: &Row<'_>) -> rusqlite::Result<Step> {
    Ok(Step {
        n: row.get(0)?,
        rev: row.get(1)?,
        bid_n: row.get(2)?,
        title: row.get(3)?,
        amount: row.get(4)?,
        status: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
        funded_at: row.get(8)?,
        released_at: row.get(9)?,
        currency: row.get(10)?,
        project_n: row.get(11)?,
        freelancer_n: row.get(12)?,
        client_n: row.get(13)?,
    })
}

impl Step {
    /// Its money is not set aside yet: it can still become smaller, or nothing.
    #[must_use]
    pub fn open(&self) -> bool {
        matches!(self.status.as_str(), "planned" | "requested")
    }

    fn allowed_actions(&self, user_n: i64) -> &'static [&'static str] {
        match (user_n == self.client_n, self.status.as_str()) {
            (true, "planned" | "requested") => &["fund"],
            (true, "funded") => &["release", "dispute"],
            (true, "disputed") => &["release"],
            (false, "funded") if user_n == self.freelancer_n => &["dispute"],
            _ => &[],
        }
    }

    /// The contract's `AgreedMilestone`, for `user_n`.
    #[must_use]
    pub fn json(&self, user_n: i64) -> Value {
        json!({
            "id": Prefix::Milestone.id(self.n).to_string(), "rev": self.rev,
            "bid_id": Prefix::Bid.id(self.bid_n).to_string(),
            "project_id": Prefix::Project.id(self.project_n).to_string(), "title": self.title,
            "amount": {"amount_minor": self.amount, "currency": self.currency}, "status": self.status,
            "created_at": instant(self.created_at), "updated_at": instant(self.updated_at),
            "funded_at": self.funded_at.map(instant), "released_at": self.released_at.map(instant),
            "allowed_actions": self.allowed_actions(user_n),
        })
    }
}

fn load(sql: &Connection, rows: &[i64]) -> Result<Vec<Step>, Problem> {
    let text = format!("{SELECT} JOIN json_each(?1) AS wanted ON wanted.value = m.n ORDER BY wanted.id");
    Ok(sql.prepare_cached(&text)?.query_map([array(rows)], step)?.collect::<Result<_, _>>()?)
}

/// Milestones as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let datum = |step: Step| Datum { n: step.n, rev: step.rev, json: step.json(viewer.n).to_string() };
    Ok(load(sql, rows)?.into_iter().map(datum).collect())
}

/// A milestone of a bid that `user_n` placed or has on a project of theirs.
///
/// # Errors
/// `not-found`, or a database error.
fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<Step, Problem> {
    let seen = |step: &Step| step.freelancer_n == user_n || step.client_n == user_n;
    load(sql, &[n])?.pop().filter(seen).ok_or(Problem::NotFound)
}

/// Those of a bid, in the order they were agreed on.
///
/// # Errors
/// On a database error.
pub fn of_bid(sql: &Connection, bid_n: i64) -> Result<Vec<Step>, Problem> {
    let text = format!("{SELECT} WHERE m.bid_n = ?1 ORDER BY m.n");
    Ok(sql.prepare_cached(&text)?.query_map([bid_n], step)?.collect::<Result<_, _>>()?)
}

/// Adds one and tells both sides; answers its row.
///
/// # Errors
/// On a database error.
pub fn add(tx: &mut Tx<'_>, bid: &Bid, (title, amount): (&str, i64), status: &str) -> Result<i64, Problem> {
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO milestones (bid_n, title, amount, status, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .insert(params![bid.n, title, amount, status, tx.now])?;
    tell(tx, bid, n)?;
    Ok(n)
}

fn tell(tx: &mut Tx<'_>, bid: &Bid, n: i64) -> Result<(), Problem> {
    tx.changed(Kind::Milestone, n, bid.freelancer_n)?;
    tx.changed(Kind::Milestone, n, bid.client_n)
}

/// What was offered becomes milestones: the split, or one for the whole. Hours are paid as they come, so that a bid by
/// the hour begins without any.
///
/// # Errors
/// On a database error.
pub fn plan(tx: &mut Tx<'_>, bid: &Bid) -> Result<(), Problem> {
    if bid.hourly {
        return Ok(());
    }
    if bid.offer.milestones.is_empty() {
        return add(tx, bid, (&bid.project_title, bid.offer.amount), "planned").map(|_| ());
    }
    for Milestone { title, amount } in &bid.offer.milestones {
        add(tx, bid, (title, *amount), "planned")?;
    }
    Ok(())
}

fn set_amount(tx: &mut Tx<'_>, bid: &Bid, step: &Step, amount: i64) -> Result<(), Problem> {
    if amount > 0 {
        tx.sql.execute(
            "UPDATE milestones SET rev = rev + 1, amount = ?2, updated_at = ?3 WHERE n = ?1",
            [step.n, amount, tx.now],
        )?;
    } else {
        tx.sql.execute("DELETE FROM milestones WHERE n = ?1", [step.n])?;
    }
    tell(tx, bid, step.n)
}

/// Makes room below `ceiling` (minor units) for `amount` more: what is not funded shrinks, the last one first.
///
/// # Errors
/// `state-conflict` when too much is funded, or a database error.
pub fn make_room(tx: &mut Tx<'_>, bid: &Bid, ceiling: i64, amount: i64) -> Result<(), Problem> {
    let steps = of_bid(&tx.sql, bid.n)?;
    let sum = steps.iter().fold(amount, |sum, step| sum.saturating_add(step.amount));
    let mut excess = sum - ceiling;
    for step in steps.iter().rev().filter(|step| step.open()) {
        if excess <= 0 {
            break;
        }
        let cut = excess.min(step.amount);
        set_amount(tx, bid, step, step.amount - cut)?;
        excess -= cut;
    }
    if excess > 0 { Err(Problem::StateConflict) } else { Ok(()) }
}

/// What of a bid is funded, released or disputed, in minor units.
///
/// # Errors
/// On a database error.
pub fn settled(sql: &Connection, bid_n: i64) -> Result<i64, Problem> {
    Ok(of_bid(sql, bid_n)?.iter().filter(|step| !step.open()).map(|step| step.amount).sum())
}

/// Replaces what is not funded by `wanted`.
///
/// # Errors
/// On a database error.
pub fn replace_open(tx: &mut Tx<'_>, bid: &Bid, wanted: &[Milestone]) -> Result<(), Problem> {
    for step in of_bid(&tx.sql, bid.n)?.iter().filter(|step| step.open()) {
        set_amount(tx, bid, step, 0)?;
    }
    for Milestone { title, amount } in wanted {
        add(tx, bid, (title, *amount), "planned")?;
    }
    Ok(())
}

/// What the client or, for a dispute, either side does with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Sets the money aside.
    Fund,
    /// Pays it out.
    Release,
    /// Says that it should not be paid as it is.
    Dispute,
}

/// Does `act` in the name of `user_n`.
///
/// # Errors
/// `not-found`, `forbidden` for the freelancer, `state-conflict`, or a database error.
pub fn act(tx: &mut Tx<'_>, user_n: i64, n: i64, act: Act) -> Result<(), Problem> {
    let step = visible(&tx.sql, user_n, n)?;
    if act != Act::Dispute && user_n != step.client_n {
        return Err(Problem::Forbidden);
    }
    let (name, status, letter) = match act {
        Act::Fund => ("fund", "funded", Letter::MilestoneFunded),
        Act::Release => ("release", "released", Letter::MilestoneReleased),
        Act::Dispute => ("dispute", "disputed", Letter::MilestoneDisputed),
    };
    if !step.allowed_actions(user_n).contains(&name) {
        return Err(Problem::StateConflict);
    }
    tx.sql.execute(
        "UPDATE milestones SET rev = rev + 1, status = ?2, updated_at = ?3,
             funded_at = CASE WHEN ?2 = 'funded' THEN ?3 ELSE funded_at END,
             released_at = CASE WHEN ?2 = 'released' THEN ?3 ELSE released_at END WHERE n = ?1",
        params![n, status, tx.now],
    )?;
    let bid = bids::visible(&tx.sql, user_n, step.bid_n)?;
    tell(tx, &bid, n)?;
    // What may be done with the bid hangs on its milestones.
    bids::tell(tx, bid.n, bid.freelancer_n, bid.client_n)?;
    let to = if user_n == bid.client_n { bid.freelancer_n } else { bid.client_n };
    letters::send(tx, to, letter, &bid.project_title)
}
