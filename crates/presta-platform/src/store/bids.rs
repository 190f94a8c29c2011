//! Bids and what may be done with them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    instant,
    offers::{Offer, ceiling},
    projects::{self, Viewer},
    ranks::{self, Rank},
    snapshot::Datum,
};
use crate::{ids::Prefix, problem::Problem};

/// How long an award can be accepted: 7 days, in milliseconds.
pub const AWARD_MS: i64 = 7 * 86_400_000;

/// A bid as stored.
#[derive(Debug, Clone)]
pub struct Bid {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Its project.
    pub project_n: i64,
    /// Who placed it.
    pub freelancer_n: i64,
    /// The project's client.
    pub client_n: i64,
    /// See the contract.
    pub status: String,
    /// What was written.
    pub offer: Offer,
    /// What the platform keeps, in minor units; written when the offer is, and never after the award.
    pub fee: i64,
    /// Until when an award can be accepted, in ms.
    pub award_expires_at: Option<i64>,
    /// The status to go back to when the award of another bid comes to nothing.
    pub before_loss: Option<String>,
    /// The project's title.
    pub project_title: String,
    /// `open`, `closed`, `awarded` or `cancelled`.
    pub project_status: String,
    /// Paid by the hour: `amount` is the price of one.
    pub hourly: bool,
    sealed: bool,
    takes_bids_until: Option<i64>,
    freelancer: (String, Option<f64>, i64),
    submitted_at: i64,
    updated_at: i64,
    events: String,
    marks: Marks,
    amending: bool,
    unpaid: bool,
    rank: Option<Rank>,
    attachments: Vec<Value>,
}

/// What the client of the project noted for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Out of the way.
    pub hidden: bool,
    /// 1 to 5.
    pub stars: Option<i64>,
    /// Plain text.
    pub note: Option<String>,
}

const SELECT: &str = "SELECT b.n, b.rev, b.project_n, b.freelancer_n, p.client_n, b.status,
        b.amount, b.currency, b.period_days, b.text, b.milestones, t.title, p.bids_close_at,
        p.status, u.display_name, u.rating, u.reviews, b.submitted_at, b.updated_at, b.events,
        b.fee, b.award_expires_at, b.before_loss, p.kind = 'hourly', p.sealed, b.hidden, b.stars, b.note,
        EXISTS (SELECT 1 FROM amendments a WHERE a.bid_n = b.n AND a.status = 'open'),
        EXISTS (SELECT 1 FROM milestones m WHERE m.bid_n = b.n AND m.status <> 'released')
    FROM bids b JOIN projects p ON p.n = b.project_n JOIN project_texts t ON t.n = p.n
    JOIN users u ON u.n = b.freelancer_n";

fn bid(row: &Row<'_>) -> rusqlite::Result<Bid> {
    Ok(Bid {
        n: row.get(0)?,
        rev: row.get(1)?,
        project_n: row.get(2)?,
        freelancer_n: row.get(3)?,
        client_n: row.get(4)?,
        status: row.get(5)?,
        offer: Offer {
            amount: row.get(6)?,
            currency: row.get(7)?,
            period_days: row.get(8)?,
            text: row.get(9)?,
            milestones: serde_json::from_str(&row.get::<_, String>(10)?).unwrap_or_default(),
            attachment_ids: Vec::new(),
        },
        project_title: row.get(11)?,
        takes_bids_until: row.get(12)?,
        project_status: row.get(13)?,
        freelancer: (row.get(14)?, row.get(15)?, row.get(16)?),
        submitted_at: row.get(17)?,
        updated_at: row.get(18)?,
        events: row.get(19)?,
        fee: row.get(20)?,
        award_expires_at: row.get(21)?,
        before_loss: row.get(22)?,
        hourly: row.get(23)?,
        sealed: row.get(24)?,
        marks: Marks { hidden: row.get(25)?, stars: row.get(26)?, note: row.get(27)? },
        amending: row.get(28)?,
        unpaid: row.get(29)?,
        rank: None,
        attachments: Vec::new(),
    })
}

impl Bid {
    /// Still in the running.
    #[must_use]
    pub fn pending(&self) -> bool {
        matches!(self.status.as_str(), "submitted" | "shortlisted")
    }

    /// What `user_n` may do with it at `now` (ms).
    #[must_use]
    pub fn allowed_actions(&self, user_n: i64, now: i64) -> Vec<&'static str> {
        if user_n == self.freelancer_n {
            self.actions_of_freelancer(now)
        } else if user_n == self.client_n {
            self.actions_of_client()
        } else {
            Vec::new()
        }
    }

    fn actions_of_freelancer(&self, now: i64) -> Vec<&'static str> {
        let mut actions = Vec::new();
        match self.status.as_str() {
            "submitted" | "shortlisted" => {
                if self.project_status == "open" && self.takes_bids_until.is_none_or(|until| until > now) {
                    actions.push("edit");
                }
                actions.push("retract");
            }
            "awarded" if self.award_expires_at.is_none_or(|until| until > now) => actions.extend(["accept", "decline"]),
            "accepted" => {
                if !self.amending {
                    actions.push("amend");
                }
                actions.push("request-milestone");
            }
            _ => {}
        }
        actions
    }

    fn actions_of_client(&self) -> Vec<&'static str> {
        let mut actions = Vec::new();
        match self.status.as_str() {
            "submitted" => actions.extend(["shortlist", "award", "reject"]),
            "shortlisted" => actions.extend(["award", "reject"]),
            "awarded" => actions.push("revoke"),
            "accepted" if !self.amending => {
                if !self.unpaid {
                    actions.push("complete");
                }
                actions.push("amend");
            }
            _ => {}
        }
        actions
    }

    /// The side that `user_n` is not.
    #[must_use]
    pub const fn other(&self, user_n: i64) -> i64 {
        if user_n == self.client_n { self.freelancer_n } else { self.client_n }
    }

    /// What all its milestones may add up to, in minor units: its amount, or what a full day of eight hours on every day
    /// of its period costs.
    #[must_use]
    pub const fn ceiling(&self) -> i64 {
        ceiling(self.hourly, self.offer.amount, self.offer.period_days)
    }

    /// The contract's `Bid`, for `viewer`.
    #[must_use]
    pub fn json(&self, viewer: &Viewer) -> Value {
        let offer = &self.offer;
        let money = |minor: i64| json!({"amount_minor": minor, "currency": offer.currency});
        let milestones: Vec<Value> =
            offer.milestones.iter().map(|step| json!({"title": step.title, "amount": money(step.amount)})).collect();
        let (name, rating, reviews) = &self.freelancer;
        let for_client = viewer.n == self.client_n;
        let rank = self.rank.as_ref().filter(|_| for_client || !self.sealed);
        let mut value = json!({
            "id": Prefix::Bid.id(self.n).to_string(), "rev": self.rev,
            "project_id": Prefix::Project.id(self.project_n).to_string(),
            "project_title": self.project_title,
            "freelancer": {"id": Prefix::User.id(self.freelancer_n).to_string(),
                "display_name": name, "rating": rating, "reviews": reviews},
            "amount": money(offer.amount), "period_days": offer.period_days, "text": offer.text,
            "milestones": milestones, "attachments": self.attachments, "status": self.status, "fee": money(self.fee),
            "net": money(offer.amount - self.fee), "submitted_at": instant(self.submitted_at),
            "updated_at": instant(self.updated_at),
            "allowed_actions": self.allowed_actions(viewer.n, viewer.now),
            "events": serde_json::from_str::<Value>(&self.events).unwrap_or_default(),
            "award_expires_at": self.award_expires_at.map(instant), "rank": rank.map(Rank::json),
        });
        if let (true, Some(object)) = (for_client, value.as_object_mut()) {
            let Marks { hidden, stars, note } = &self.marks;
            object.insert("client_marks".to_owned(), json!({"hidden": hidden, "stars": stars, "note": note}));
        }
        value
    }
}

/// Bids by row, in the order given.
///
/// # Errors
/// On a database error.
pub fn load(sql: &Connection, rows: &[i64]) -> Result<Vec<Bid>, Problem> {
    let text = format!("{SELECT} JOIN json_each(?1) AS wanted ON wanted.value = b.n ORDER BY wanted.id");
    let mut query = sql.prepare_cached(&text)?;
    let mut bids: Vec<Bid> = query.query_map([array(rows)], bid)?.collect::<Result<_, _>>()?;
    let mut projects: Vec<i64> = bids.iter().map(|bid| bid.project_n).collect();
    projects.sort_unstable();
    projects.dedup();
    let mut all = ranks::of(sql, &projects)?;
    let mut files = attachments::of(sql, Parent::Bid, rows)?;
    for bid in &mut bids {
        bid.rank = all.remove(&bid.n);
        bid.attachments = files.remove(&bid.n).unwrap_or_default();
        let id = |file: &Value| file["id"].as_str().unwrap_or_default().to_owned();
        bid.offer.attachment_ids = bid.attachments.iter().map(id).collect();
    }
    Ok(bids)
}

/// Bids as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let datum = |bid: Bid| Datum { n: bid.n, rev: bid.rev, json: bid.json(viewer).to_string() };
    Ok(load(sql, rows)?.into_iter().map(datum).collect())
}

/// A bid that `user_n` may see: their own, or one on their project.
///
/// # Errors
/// `not-found`, or a database error.
pub fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<Bid, Problem> {
    load(sql, &[n])?.pop().filter(|bid| bid.freelancer_n == user_n || bid.client_n == user_n).ok_or(Problem::NotFound)
}

/// Those one placed. Parameters as those of a list: 1 user, 2 before, 3 limit, 4 statuses (a JSON array; empty is any).
pub const PLACED: &str = "SELECT n FROM bids WHERE freelancer_n = ?1 AND n < ?2 AND (?4 = '[]'
    OR status IN (SELECT value FROM json_each(?4))) ORDER BY n DESC LIMIT ?3";

/// At most `limit` bids on a project that `user_n` may see, below `before`, newest first.
///
/// # Errors
/// `not-found` for a project that is not seen, or a database error.
pub fn on(sql: &Connection, user_n: i64, project_n: i64, (before, limit): (i64, i64)) -> Result<Vec<i64>, Problem> {
    projects::seen(sql, user_n, project_n)?;
    let mut query = sql.prepare_cached(
        "SELECT b.n FROM bids b JOIN projects p ON p.n = b.project_n
         WHERE b.project_n = ?2 AND b.n < ?3 AND (b.freelancer_n = ?1 OR p.client_n = ?1)
         ORDER BY b.n DESC LIMIT ?4",
    )?;
    Ok(query.query_map([user_n, project_n, before, limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn tell(tx: &mut Tx<'_>, n: i64, freelancer_n: i64, client_n: i64) -> Result<(), Problem> {
    tx.changed(Kind::Bid, n, freelancer_n)?;
    tx.changed(Kind::Bid, n, client_n)
}

/// Bids of `user_n` placed at or after `from` (ms), whatever became of them.
///
/// # Errors
/// On a database error.
pub fn placed_since(sql: &Connection, user_n: i64, from: i64) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached("SELECT count(*) FROM bids WHERE freelancer_n = ?1 AND submitted_at >= ?2")?
        .query_row([user_n, from], |row| row.get(0))?)
}

/// Sets the status, adds `event` to the history and tells both sides.
pub(super) fn advance(tx: &mut Tx<'_>, bid: &Bid, status: &str, event: &str) -> Result<(), Problem> {
    let entry = json!({"at": instant(tx.now), "kind": event}).to_string();
    tx.sql
        .prepare_cached(
            "UPDATE bids SET rev = rev + 1, status = ?2, updated_at = ?3,
                 events = json_insert(events, '$[#]', json(?4)) WHERE n = ?1",
        )?
        .execute(params![bid.n, status, tx.now, entry])?;
    tell(tx, bid.n, bid.freelancer_n, bid.client_n)
}

/// The live bid of a freelancer on a project.
///
/// # Errors
/// On a database error.
pub fn live(sql: &Connection, project_n: i64, freelancer_n: i64) -> Result<Option<i64>, Problem> {
    Ok(sql
        .prepare_cached(
            "SELECT n FROM bids
             WHERE project_n = ?1 AND freelancer_n = ?2 AND status <> 'retracted'",
        )?
        .query_row([project_n, freelancer_n], |row| row.get(0))
        .optional()?)
}
