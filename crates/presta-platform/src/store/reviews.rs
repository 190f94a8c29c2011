//! Reviews: each side of a contract writes one, and neither reads the other's before both are there or two weeks have
//! passed.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    mails::{self, Topic},
    projects::Viewer,
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// How long a review waits for the other side's: 14 days, in milliseconds.
pub const BLIND_MS: i64 = 14 * 86_400_000;

/// Own ones, hidden or not, and the published ones about oneself.
pub const OWN: Own = Own {
    rows: "SELECT n FROM reviews WHERE author_n = ?1
        UNION SELECT n FROM reviews WHERE subject_n = ?1 AND published_at IS NOT NULL",
    among: "SELECT n FROM reviews WHERE n IN (SELECT value FROM json_each(?2))
        AND (author_n = ?1 OR subject_n = ?1 AND published_at IS NOT NULL)",
    lost: "access-lost",
    render,
};

/// Parameters as those of a list: 1 user, 2 before, 3 limit, 4 nothing.
pub const RECEIVED: &str = "SELECT n FROM reviews WHERE subject_n = ?1 AND published_at IS NOT NULL AND n < ?2
    AND ?4 = '' ORDER BY n DESC LIMIT ?3";
/// As [`RECEIVED`], those one wrote.
pub const GIVEN: &str = "SELECT n FROM reviews WHERE author_n = ?1 AND n < ?2 AND ?4 = '' ORDER BY n DESC LIMIT ?3";
/// As [`RECEIVED`], the bids one may still review.
pub const DUE: &str = "SELECT n FROM (
        SELECT n FROM bids WHERE freelancer_n = ?1 AND status IN ('accepted', 'completed')
        UNION SELECT b.n FROM projects p JOIN bids b ON b.project_n = p.n
            WHERE p.client_n = ?1 AND b.status IN ('accepted', 'completed')) AS mine
    WHERE n < ?2 AND ?4 = '' AND NOT EXISTS (SELECT 1 FROM reviews r
        WHERE r.bid_n = mine.n AND (r.author_n = ?1 OR r.published_at IS NOT NULL))
    ORDER BY n DESC LIMIT ?3";

/// The parts of a rating, 1 to 5 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// Answers, clarity.
    pub communication: i64,
    /// Of the work, or of the brief.
    pub quality: i64,
    /// Dates were kept.
    pub deadline: i64,
    /// Money was as agreed.
    pub budget: i64,
}

/// What someone writes.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// 1 to 5.
    pub rating: i64,
    /// 1 to 5 each.
    pub scores: Scores,
    /// Plain text, may be empty.
    pub text: &'a str,
}

/// A contract, from one of its sides.
struct Contract {
    status: String,
    title: String,
    /// The other side.
    subject_n: i64,
    /// What the other side is in it.
    role: &'static str,
}

fn contract(sql: &Connection, user_n: i64, bid_n: i64) -> Result<Option<Contract>, Problem> {
    let found = sql
        .prepare_cached(
            "SELECT b.status, t.title, b.freelancer_n, p.client_n FROM bids b
             JOIN projects p ON p.n = b.project_n JOIN project_texts t ON t.n = p.n WHERE b.n = ?1",
        )?
        .query_row([bid_n], |row| {
            let (freelancer_n, client_n): (i64, i64) = (row.get(2)?, row.get(3)?);
            let (subject_n, role) =
                if user_n == client_n { (freelancer_n, "freelancer") } else { (client_n, "client") };
            let contract = Contract { status: row.get(0)?, title: row.get(1)?, subject_n, role };
            Ok((user_n == client_n || user_n == freelancer_n).then_some(contract))
        })
        .optional()?;
    Ok(found.flatten())
}

/// Stores the review of `user_n` on the contract of `bid_n`; with the other side's there, both appear. Answers its row.
///
/// # Errors
/// `validation` at `/bid_id` for a bid one has no part in, `state-conflict` for what is no contract, was reviewed
/// already, or of which the other review has appeared; or a database error.
pub fn write(tx: &mut Tx<'_>, user_n: i64, bid_n: i64, draft: &Draft<'_>) -> Result<i64, Problem> {
    let contract = contract(&tx.sql, user_n, bid_n)?.ok_or_else(|| Problem::field("/bid_id", "unknown"))?;
    if !matches!(contract.status.as_str(), "accepted" | "completed") {
        return Err(Problem::StateConflict);
    }
    let there: Vec<(i64, i64, bool)> = tx
        .sql
        .prepare_cached("SELECT n, author_n, published_at IS NOT NULL FROM reviews WHERE bid_n = ?1")?
        .query_map([bid_n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    if there.iter().any(|&(_, author_n, published)| author_n == user_n || published) {
        return Err(Problem::StateConflict);
    }
    let people = (user_n, contract.subject_n, contract.role);
    let n = store(&tx.sql, (Some(bid_n), &contract.title), people, draft, (tx.now, None))?;
    match there.first() {
        Some(&(other, ..)) => {
            publish(tx, other)?;
            publish(tx, n)?;
        }
        None => {
            tx.changed(Kind::Review, n, user_n)?;
            let author = users::find(&tx.sql, user_n)?.display_name;
            mail(tx, contract.subject_n, &Words::Invited { author: &author, title: &contract.title })?;
        }
    }
    Ok(n)
}

/// Writes the row alone; for writing and for seeding. `people` is author, subject and the subject's role; `at` when it
/// was written and when it appeared (ms).
///
/// # Errors
/// On a database error.
pub fn store(
    sql: &Connection,
    (bid_n, title): (Option<i64>, &str),
    (author_n, subject_n, role): (i64, i64, &str),
    draft: &Draft<'_>,
    (created_at, published_at): (i64, Option<i64>),
) -> Result<i64, Problem> {
    let Scores { communication, quality, deadline, budget } = draft.scores;
    Ok(sql
        .prepare_cached(
            "INSERT INTO reviews (bid_n, title, author_n, subject_n, role, rating, communication, quality,
                 deadline, budget, text, created_at, published_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .insert(params![
            bid_n,
            title,
            author_n,
            subject_n,
            role,
            draft.rating,
            communication,
            quality,
            deadline,
            budget,
            draft.text,
            created_at,
            published_at
        ])?)
}

/// Lets a hidden review appear and counts it.
fn publish(tx: &mut Tx<'_>, n: i64) -> Result<(), Problem> {
    let (author_n, subject_n, rating, title): (i64, i64, i64, String) = tx
        .sql
        .prepare_cached(
            "UPDATE reviews SET published_at = ?2, rev = rev + 1 WHERE n = ?1
             RETURNING author_n, subject_n, rating, title",
        )?
        .query_row([n, tx.now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    tx.changed(Kind::Review, n, author_n)?;
    tx.changed(Kind::Review, n, subject_n)?;
    users::reviewed(tx, subject_n, rating)?;
    let author = users::find(&tx.sql, author_n)?.display_name;
    mail(tx, subject_n, &Words::Published { author: &author, title: &title })
}

/// Lets at most `limit` reviews appear whose two weeks are over; answers how many.
///
/// # Errors
/// On a database error.
pub fn publish_due(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let due: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM reviews WHERE published_at IS NULL AND created_at <= ?1 LIMIT ?2")?
        .query_map([tx.now - BLIND_MS, limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for &n in &due {
        publish(tx, n)?;
    }
    Ok(due.len())
}

/// What someone is told by mail.
enum Words<'a> {
    /// The other side wrote.
    Invited { author: &'a str, title: &'a str },
    /// A review about them appeared.
    Published { author: &'a str, title: &'a str },
}

fn mail(tx: &Tx<'_>, user_n: i64, words: &Words<'_>) -> Result<(), Problem> {
    let english = users::find(&tx.sql, user_n)?.locale == "en";
    let (subject, text) = match (words, english) {
        (Words::Invited { author, title }, false) => (
            "Un avis vous attend".to_owned(),
            format!("{author} a écrit un avis sur « {title} ». Écrivez le vôtre : les deux paraîtront ensemble."),
        ),
        (Words::Invited { author, title }, true) => (
            "A review is waiting".to_owned(),
            format!("{author} wrote a review on “{title}”. Write yours: both will appear together."),
        ),
        (Words::Published { author, title }, false) => {
            ("Un avis a paru".to_owned(), format!("L’avis de {author} sur « {title} » est maintenant visible."))
        }
        (Words::Published { author, title }, true) => {
            ("A review appeared".to_owned(), format!("The review of {author} on “{title}” can now be read."))
        }
    };
    mails::send(tx, user_n, Topic::Contracts, (&subject, &text))
}

fn person(n: i64, name: String) -> Value {
    json!({"id": Prefix::User.id(n).to_string(), "display_name": name})
}

fn review(row: &Row<'_>, viewer: &Viewer) -> rusqlite::Result<Datum> {
    let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
    let (author_n, subject_n): (i64, i64) = (row.get(4)?, row.get(6)?);
    let (created_at, published_at): (i64, Option<i64>) = (row.get(15)?, row.get(16)?);
    let side = viewer.n == author_n || viewer.n == subject_n;
    let bid_n = row.get::<_, Option<i64>>(2)?.filter(|_| side);
    let scores =
        Scores { communication: row.get(10)?, quality: row.get(11)?, deadline: row.get(12)?, budget: row.get(13)? };
    let value = json!({
        "id": Prefix::Review.id(n).to_string(), "rev": rev,
        "bid_id": bid_n.map(|n| Prefix::Bid.id(n).to_string()),
        "project_title": row.get::<_, String>(3)?, "author": person(author_n, row.get(5)?),
        "subject": person(subject_n, row.get(7)?), "role": row.get::<_, String>(8)?,
        "rating": row.get::<_, i64>(9)?, "scores": scores, "text": row.get::<_, String>(14)?,
        "status": if published_at.is_some() { "published" } else { "hidden" }, "created_at": instant(created_at),
        "published_at": published_at.map(instant),
        "publishes_at": published_at.is_none().then(|| instant(created_at + BLIND_MS)),
    });
    Ok(Datum { n, rev, json: value.to_string() })
}

/// Reviews as sent, in the order given; who may see them is decided before.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT r.n, r.rev, r.bid_n, r.title, r.author_n, a.display_name, r.subject_n, s.display_name, r.role,
             r.rating, r.communication, r.quality, r.deadline, r.budget, r.text, r.created_at, r.published_at
         FROM json_each(?1) AS wanted JOIN reviews r ON r.n = wanted.value
         JOIN users a ON a.n = r.author_n JOIN users s ON s.n = r.subject_n
         ORDER BY wanted.id",
    )?;
    let found = query.query_map([array(rows)], |row| review(row, viewer))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One review: published, or one's own.
///
/// # Errors
/// `not-found`, or a database error.
pub fn visible(sql: &Connection, viewer: &Viewer, n: i64) -> Result<Datum, Problem> {
    let seen = sql
        .prepare_cached("SELECT 1 FROM reviews WHERE n = ?1 AND (author_n = ?2 OR published_at IS NOT NULL)")?
        .exists([n, viewer.n])?;
    if !seen {
        return Err(Problem::NotFound);
    }
    render(sql, viewer, &[n])?.pop().ok_or(Problem::NotFound)
}

/// The contract's `DueReview`s: bids of the caller's contracts, in the order given.
///
/// # Errors
/// On a database error.
pub fn render_due(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT b.n, b.project_n, t.title, o.n, o.display_name, o.n = b.freelancer_n,
             (SELECT r.created_at FROM reviews r WHERE r.bid_n = b.n AND r.author_n <> ?2)
         FROM json_each(?1) AS wanted JOIN bids b ON b.n = wanted.value
         JOIN projects p ON p.n = b.project_n JOIN project_texts t ON t.n = p.n
         JOIN users o ON o.n = CASE ?2 WHEN p.client_n THEN b.freelancer_n ELSE p.client_n END
         ORDER BY wanted.id",
    )?;
    let found = query.query_map(params![array(rows), viewer.n], |row| {
        let n: i64 = row.get(0)?;
        let value = json!({
            "bid_id": Prefix::Bid.id(n).to_string(), "project_id": Prefix::Project.id(row.get(1)?).to_string(),
            "project_title": row.get::<_, String>(2)?, "subject": person(row.get(3)?, row.get(4)?),
            "role": if row.get(5)? { "freelancer" } else { "client" },
            "closes_at": row.get::<_, Option<i64>>(6)?.map(|at| instant(at + BLIND_MS)),
        });
        Ok(Datum { n, rev: 1, json: value.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
