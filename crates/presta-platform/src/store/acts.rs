//! What becomes of bids in one word, by either side, and what it does to the others and to the project.

use rusqlite::params;

use super::{
    bids::{self, AWARD_MS, Bid, advance, visible},
    changes::Tx,
    letters::{self, Letter},
    milestones, projects, ranks,
};
use crate::problem::Problem;

/// What can be done with a bid in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The freelancer takes it back.
    Retract,
    /// The client keeps it in view.
    Shortlist,
    /// The client chooses it.
    Award,
    /// The freelancer takes the award.
    Accept,
    /// The freelancer refuses the award.
    Decline,
    /// The client does not want it.
    Reject,
    /// The client takes the award back.
    Revoke,
    /// The client has everything.
    Complete,
}

impl Act {
    /// As in `allowed_actions`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retract => "retract",
            Self::Shortlist => "shortlist",
            Self::Award => "award",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Reject => "reject",
            Self::Revoke => "revoke",
            Self::Complete => "complete",
        }
    }

    /// The status it leads to, and the name of the event.
    #[must_use]
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Retract => "retracted",
            Self::Shortlist => "shortlisted",
            Self::Award => "awarded",
            Self::Accept => "accepted",
            Self::Decline => "declined",
            Self::Reject => "rejected",
            Self::Revoke => "revoked",
            Self::Complete => "completed",
        }
    }

    const fn of_freelancer(self) -> bool {
        matches!(self, Self::Retract | Self::Accept | Self::Decline)
    }

    /// Only while nobody is chosen.
    const fn chooses(self) -> bool {
        matches!(self, Self::Shortlist | Self::Award | Self::Reject)
    }
}

/// Does `act` in the name of `user_n`.
///
/// # Errors
/// `not-found`, `gone`, `forbidden` for the other side or another state of the bid, `project-closed`, or a database error.
pub fn act(tx: &mut Tx<'_>, user_n: i64, n: i64, act: Act) -> Result<(), Problem> {
    let bid = visible(&tx.sql, user_n, n)?;
    if bid.status == "retracted" {
        return Err(Problem::Gone);
    }
    if act.of_freelancer() != (user_n == bid.freelancer_n) {
        return Err(Problem::Forbidden);
    }
    if act.chooses() && matches!(bid.project_status.as_str(), "awarded" | "cancelled") {
        return Err(Problem::ProjectClosed);
    }
    if !bid.allowed_actions(user_n, tx.now).contains(&act.name()) {
        return Err(Problem::Forbidden);
    }
    advance(tx, &bid, act.outcome(), act.outcome())?;
    match act {
        Act::Retract => projects::count_bids(tx, bid.project_n, -1, -bid.offer.amount)?,
        Act::Award => award(tx, &bid)?,
        Act::Accept => accept(tx, &bid)?,
        Act::Decline => {
            reopen(tx, &bid)?;
            letters::send(tx, bid.client_n, Letter::Declined, &bid.project_title)?;
        }
        Act::Revoke => {
            reopen(tx, &bid)?;
            letters::send(tx, bid.freelancer_n, Letter::Revoked, &bid.project_title)?;
        }
        Act::Reject => letters::send(tx, bid.freelancer_n, Letter::Rejected, &bid.project_title)?,
        Act::Complete => letters::send(tx, bid.freelancer_n, Letter::Completed, &bid.project_title)?,
        Act::Shortlist => return Ok(()),
    }
    ranks::tell(tx, bid.project_n)
}

fn award(tx: &mut Tx<'_>, bid: &Bid) -> Result<(), Problem> {
    tx.sql.execute("UPDATE bids SET award_expires_at = ?2 WHERE n = ?1", [bid.n, tx.now + AWARD_MS])?;
    for other in pending(tx, bid.project_n)? {
        tx.sql.execute("UPDATE bids SET before_loss = status WHERE n = ?1", [other.n])?;
        advance(tx, &other, "lost", "lost")?;
    }
    letters::send(tx, bid.freelancer_n, Letter::Awarded, &bid.project_title)?;
    projects::set_status(tx, bid.project_n, "awarded")
}

fn accept(tx: &mut Tx<'_>, bid: &Bid) -> Result<(), Problem> {
    tx.sql.execute("UPDATE bids SET award_expires_at = NULL WHERE n = ?1", [bid.n])?;
    milestones::plan(tx, bid)?;
    letters::send(tx, bid.client_n, Letter::Accepted, &bid.project_title)
}

/// The award of `bid` came to nothing: the others are in the running again, and the project takes bids as long as its
/// time is not over.
fn reopen(tx: &mut Tx<'_>, bid: &Bid) -> Result<(), Problem> {
    tx.sql.execute("UPDATE bids SET award_expires_at = NULL WHERE n = ?1", [bid.n])?;
    for other in with_status(tx, bid.project_n, "before_loss IS NOT NULL AND status = 'lost'")? {
        tx.sql.execute("UPDATE bids SET before_loss = NULL WHERE n = ?1", [other.n])?;
        let status = other.before_loss.as_deref().unwrap_or("submitted");
        advance(tx, &other, status, "restored")?;
        letters::send(tx, other.freelancer_n, Letter::Restored, &other.project_title)?;
    }
    let close = projects::brief(&tx.sql, bid.project_n)?.bids_close_at;
    let status = if close.is_none_or(|close| close > tx.now) { "open" } else { "closed" };
    projects::set_status(tx, bid.project_n, status)
}

fn pending(tx: &Tx<'_>, project_n: i64) -> Result<Vec<Bid>, Problem> {
    with_status(tx, project_n, "status IN ('submitted', 'shortlisted')")
}

fn with_status(tx: &Tx<'_>, project_n: i64, condition: &str) -> Result<Vec<Bid>, Problem> {
    let rows: Vec<i64> = tx
        .sql
        .prepare_cached(&format!("SELECT n FROM bids WHERE project_n = ?1 AND {condition} ORDER BY n"))?
        .query_map([project_n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    bids::load(&tx.sql, &rows)
}

/// Nobody is chosen any more: every bid in the running is lost for good, and its author is told by `letter`.
///
/// # Errors
/// On a database error.
pub fn lose_all(tx: &mut Tx<'_>, project_n: i64, letter: Letter) -> Result<(), Problem> {
    for bid in pending(tx, project_n)? {
        advance(tx, &bid, "lost", "lost")?;
        letters::send(tx, bid.freelancer_n, letter, &bid.project_title)?;
    }
    Ok(())
}

/// Tells everyone in the running on a project by `letter`.
///
/// # Errors
/// On a database error.
pub fn write_to_bidders(tx: &mut Tx<'_>, project_n: i64, letter: Letter) -> Result<(), Problem> {
    for bid in pending(tx, project_n)? {
        letters::send(tx, bid.freelancer_n, letter, &bid.project_title)?;
    }
    Ok(())
}

/// Declines at most `limit` awards that nobody accepted in time; answers how many.
///
/// # Errors
/// On a database error.
pub fn expire_due(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let due: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM bids WHERE award_expires_at <= ?1 AND status = 'awarded' LIMIT ?2")?
        .query_map(params![tx.now, limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for bid in bids::load(&tx.sql, &due)? {
        advance(tx, &bid, "declined", "expired")?;
        reopen(tx, &bid)?;
        for user_n in [bid.freelancer_n, bid.client_n] {
            letters::send(tx, user_n, Letter::Expired, &bid.project_title)?;
        }
        ranks::tell(tx, bid.project_n)?;
    }
    Ok(due.len())
}

/// Sets whether the client of a project keeps a bid out of the way.
///
/// # Errors
/// `not-found`, `forbidden` for the freelancer, or a database error.
pub fn hide(tx: &mut Tx<'_>, user_n: i64, n: i64, hidden: bool) -> Result<(), Problem> {
    let bid = client_s(tx, user_n, n)?;
    tx.sql.execute("UPDATE bids SET hidden = ?2 WHERE n = ?1", params![n, hidden])?;
    tx.changed(super::changes::Kind::Bid, n, bid.client_n)
}

/// Sets what the client of a project thinks of a bid: `stars` 1 to 5, and a note.
///
/// # Errors
/// `not-found`, `forbidden` for the freelancer, or a database error.
pub fn rate(tx: &mut Tx<'_>, user_n: i64, n: i64, (stars, note): (i64, Option<&str>)) -> Result<(), Problem> {
    let bid = client_s(tx, user_n, n)?;
    tx.sql.execute("UPDATE bids SET stars = ?2, note = ?3 WHERE n = ?1", params![n, stars, note])?;
    tx.changed(super::changes::Kind::Bid, n, bid.client_n)
}

/// The marks are the client's alone: revisions stay, so that the freelancer cannot tell.
fn client_s(tx: &Tx<'_>, user_n: i64, n: i64) -> Result<Bid, Problem> {
    let bid = visible(&tx.sql, user_n, n)?;
    if bid.client_n == user_n { Ok(bid) } else { Err(Problem::Forbidden) }
}
