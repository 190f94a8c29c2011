//! Placing bids, and editing them.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{
    attachments::{self, Parent},
    bids::{AWARD_MS, advance, tell, visible},
    changes::Tx,
    instant,
    offers::{Offer, fee},
    projects, ranks, threads, users,
};
use crate::problem::Problem;

/// Places a bid; the rules are checked here, in the transaction.
///
/// # Errors
/// `own-project`, `project-closed`, `duplicate-bid`, `validation` for another currency, or a
/// database error.
pub fn place(tx: &mut Tx<'_>, user_n: i64, project_n: i64, offer: &Offer) -> Result<i64, Problem> {
    let project = projects::seen(&tx.sql, user_n, project_n)?;
    if project.client_n == user_n {
        return Err(Problem::OwnProject);
    }
    if !users::find(&tx.sql, user_n)?.freelancer {
        return Err(Problem::Forbidden);
    }
    let mut live = tx
        .sql
        .prepare_cached("SELECT n FROM bids WHERE project_n = ?1 AND freelancer_n = ?2 AND status <> 'retracted'")?;
    if live.exists([project_n, user_n])? {
        return Err(Problem::DuplicateBid);
    }
    drop(live);
    if !project.takes_bids(tx.now) {
        return Err(Problem::ProjectClosed);
    }
    check_currency(offer, &project.currency)?;
    let n = store(&tx.sql, (user_n, project_n), offer, "submitted", tx.now, &[(tx.now, "submitted")])?;
    attachments::adopt(tx, user_n, (Parent::Bid, n), &offer.attachment_ids)?;
    projects::count_bids(tx, project_n, 1, offer.amount)?;
    tell(tx, n, user_n, project.client_n)?;
    ranks::tell(tx, project_n)?;
    threads::attach_bid(tx, project_n, user_n, n)?;
    Ok(n)
}

fn check_currency(offer: &Offer, currency: &str) -> Result<(), Problem> {
    if offer.currency == currency {
        return Ok(());
    }
    Err(Problem::field("/amount/currency", "currency-mismatch"))
}

/// Writes the row alone, with its history; for placing and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(
    sql: &Connection,
    (freelancer_n, project_n): (i64, i64),
    offer: &Offer,
    status: &str,
    submitted_at: i64,
    events: &[(i64, &str)],
) -> Result<i64, Problem> {
    let history: Vec<Value> = events.iter().map(|&(at, kind)| json!({"at": instant(at), "kind": kind})).collect();
    let updated_at = events.last().map_or(submitted_at, |&(at, _)| at);
    let awarded_at = events.last().filter(|&&(_, kind)| kind == "awarded").map(|&(at, _)| at);
    Ok(sql
        .prepare_cached(
            "INSERT INTO bids (project_n, freelancer_n, status, amount, currency, period_days,
                 text, milestones, submitted_at, updated_at, events, fee, award_expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .insert(params![
            project_n,
            freelancer_n,
            status,
            offer.amount,
            offer.currency,
            offer.period_days,
            offer.text,
            json!(offer.milestones).to_string(),
            submitted_at,
            updated_at,
            Value::Array(history).to_string(),
            fee(offer.amount),
            awarded_at.map(|at| at + AWARD_MS),
        ])?)
}

/// Replaces what was written in revision `rev`.
///
/// # Errors
/// `not-found`, `edited-elsewhere`, `gone`, `forbidden`, `project-closed`, `validation` for another
/// currency, or a database error.
pub fn edit(
    tx: &mut Tx<'_>,
    user_n: i64,
    (n, rev): (i64, i64),
    change: impl FnOnce(&Offer) -> Result<Offer, Problem>,
) -> Result<(), Problem> {
    let bid = visible(&tx.sql, user_n, n)?;
    if bid.freelancer_n != user_n {
        return Err(Problem::Forbidden);
    }
    if bid.status == "retracted" {
        return Err(Problem::Gone);
    }
    if bid.rev != rev {
        return Err(Problem::EditedElsewhere);
    }
    if !bid.pending() {
        return Err(Problem::Forbidden);
    }
    let project = projects::brief(&tx.sql, bid.project_n)?;
    if !project.takes_bids(tx.now) {
        return Err(Problem::ProjectClosed);
    }
    let offer = change(&bid.offer)?;
    check_currency(&offer, &project.currency)?;
    if offer == bid.offer {
        return Ok(());
    }
    tx.sql.execute(
        "UPDATE bids SET amount = ?2, period_days = ?3, text = ?4, milestones = ?5, fee = ?6 WHERE n = ?1",
        params![n, offer.amount, offer.period_days, offer.text, json!(offer.milestones).to_string(), fee(offer.amount)],
    )?;
    attachments::replace(tx, user_n, (Parent::Bid, n), &offer.attachment_ids)?;
    advance(tx, &bid, &bid.status, "edited")?;
    let difference = offer.amount - bid.offer.amount;
    if difference != 0 {
        projects::count_bids(tx, bid.project_n, 0, difference)?;
    }
    ranks::tell(tx, bid.project_n)
}
