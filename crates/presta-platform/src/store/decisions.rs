//! Decisions the platform took about someone by itself, and their review by a human.

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
    sides,
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// How long the platform takes to review a decision: 10 days, in milliseconds.
pub const REVIEW_MS: i64 = 10 * 86_400_000;
/// A decision stands when its factors weigh at least this, of 1.
const STANDS_FROM: f64 = 0.5;

/// One's own.
pub const OWN: Own = sides::own!("decisions", "access-lost", render);

/// Parameters as those of a list: 1 user, 2 before, 3 limit, 4 kind or nothing.
pub const LIST: &str = "SELECT n FROM decisions WHERE user_n = ?1 AND n < ?2 AND (?4 = '' OR kind = ?4)
    ORDER BY n DESC LIMIT ?3";

/// A human review, as stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Review {
    /// Empty is `none`.
    status: String,
    statement: Option<String>,
    /// Instants in ms, as all below.
    requested_at: Option<i64>,
    due_at: Option<i64>,
    answered_at: Option<i64>,
    answer: Option<String>,
}

impl Review {
    fn parse(text: &str) -> Self {
        let mut review: Self = serde_json::from_str(text).unwrap_or_default();
        if review.status.is_empty() {
            "none".clone_into(&mut review.status);
        }
        review
    }

    fn json(&self) -> Value {
        json!({
            "status": self.status, "statement": self.statement, "requested_at": self.requested_at.map(instant),
            "due_at": self.due_at.map(instant), "answered_at": self.answered_at.map(instant), "answer": self.answer,
        })
    }
}

/// Writes a decision down and tells `user_n`. `factors` is a JSON array of `{name, weight, value}`, `target` the public
/// id of what it was about. Answers its row.
///
/// # Errors
/// On a database error.
pub fn record(
    tx: &mut Tx<'_>,
    user_n: i64,
    kind: &str,
    outcome: &str,
    factors: &str,
    target: Option<&str>,
) -> Result<i64, Problem> {
    let n = store(&tx.sql, user_n, (kind, outcome, factors), target, tx.now)?;
    tx.changed(Kind::Decision, n, user_n)?;
    Ok(n)
}

/// Writes the row alone; for recording and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(
    sql: &Connection,
    user_n: i64,
    (kind, outcome, factors): (&str, &str, &str),
    target: Option<&str>,
    at: i64,
) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached(
            "INSERT INTO decisions (user_n, kind, outcome, factors, target, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![user_n, kind, outcome, factors, target, at])?)
}

/// Factors in the contract's shape, whatever else was stored with them.
fn factors(text: &str) -> Vec<Value> {
    let stored: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let shape = |factor: &Value| {
        let name = factor.get("name")?.as_str()?;
        let number = |member: &str| factor.get(member).and_then(Value::as_f64);
        Some(json!({"name": name, "weight": number("weight"), "value": number("value")}))
    };
    stored.iter().filter_map(shape).collect()
}

/// How much of its weight a decision's factors reach, 0 to 1.
fn gravity(text: &str) -> f64 {
    let number = |factor: &Value, member: &str| factor.get(member).and_then(Value::as_f64).unwrap_or(0.0);
    let factors = factors(text);
    let weight: f64 = factors.iter().map(|factor| number(factor, "weight")).sum();
    let reached: f64 = factors.iter().map(|factor| number(factor, "weight") * number(factor, "value")).sum();
    if weight > 0.0 { reached / weight } else { 0.0 }
}

fn decision(row: &Row<'_>) -> rusqlite::Result<Datum> {
    let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
    let kind: String = row.get(2)?;
    let review = Review::parse(&row.get::<_, String>(7)?);
    let reviewable = kind == "safety" && review.status == "none";
    let value = json!({
        "id": Prefix::Decision.id(n).to_string(), "rev": rev, "kind": kind, "outcome": row.get::<_, String>(3)?,
        "factors": factors(&row.get::<_, String>(4)?), "target": row.get::<_, Option<String>>(5)?,
        "decided_at": instant(row.get(6)?), "review": review.json(),
        "allowed_actions": if reviewable { vec!["request-human-review"] } else { Vec::new() },
    });
    Ok(Datum { n, rev, json: value.to_string() })
}

/// Decisions about the viewer as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT d.n, d.rev, d.kind, d.outcome, d.factors, d.target, d.decided_at, d.review
         FROM json_each(?1) AS wanted JOIN decisions d ON d.n = wanted.value AND d.user_n = ?2 ORDER BY wanted.id",
    )?;
    let found = query.query_map(params![array(rows), viewer.n], decision)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Asks for a human to look at a safety decision again.
///
/// # Errors
/// `not-found`, `not-reviewable` for other kinds, `state-conflict` when it was asked for already, or a database error.
pub fn request_review(tx: &mut Tx<'_>, user_n: i64, n: i64, statement: &str) -> Result<(), Problem> {
    let (kind, stored): (String, String) = tx
        .sql
        .prepare_cached("SELECT kind, review FROM decisions WHERE n = ?1 AND user_n = ?2")?
        .query_row([n, user_n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Problem::NotFound)?;
    if kind != "safety" {
        return Err(Problem::NotReviewable);
    }
    if Review::parse(&stored).status != "none" {
        return Err(Problem::StateConflict);
    }
    let due_at = tx.now + REVIEW_MS;
    let review = Review {
        status: "requested".to_owned(),
        statement: Some(statement.to_owned()),
        requested_at: Some(tx.now),
        due_at: Some(due_at),
        ..Review::default()
    };
    save(tx, (n, user_n), &review)?;
    let words = if users::find(&tx.sql, user_n)?.locale == "en" {
        ("Your request for a human review", format!("A person will look at the decision again by {}.", instant(due_at)))
    } else {
        (
            "Votre demande d’examen humain",
            format!("Une personne reverra la décision au plus tard le {}.", instant(due_at)),
        )
    };
    mails::send(tx, user_n, Topic::Privacy, (words.0, &words.1))
}

fn save(tx: &mut Tx<'_>, (n, user_n): (i64, i64), review: &Review) -> Result<(), Problem> {
    let text = serde_json::to_string(review).map_err(|error| Problem::Internal(format!("review: {error}")))?;
    tx.sql.execute("UPDATE decisions SET rev = rev + 1, review = ?2 WHERE n = ?1", params![n, text])?;
    tx.changed(Kind::Decision, n, user_n)
}

/// Answers the reviews that are due, at most `limit`; answers how many. The reference platform stands for the person who
/// reviews: a decision whose factors reach half of their weight is upheld, any other is overturned.
///
/// # Errors
/// On a database error.
pub fn answer_due(tx: &mut Tx<'_>, limit: i64) -> Result<usize, Problem> {
    let due: Vec<(i64, i64, String, String)> = tx
        .sql
        .prepare_cached(
            "SELECT n, user_n, factors, review FROM decisions
             WHERE json_extract(review, '$.status') = 'requested' AND json_extract(review, '$.due_at') <= ?1 LIMIT ?2",
        )?
        .query_map([tx.now, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (n, user_n, factors, review) in &due {
        let english = users::find(&tx.sql, *user_n)?.locale == "en";
        let upheld = gravity(factors) >= STANDS_FROM;
        let (subject, answer) = match (upheld, english) {
            (true, false) => (
                "Décision confirmée après examen humain",
                "Une personne a relu la décision et ce que vous en dites : les faits retenus la justifient, elle est maintenue.",
            ),
            (true, true) => (
                "Decision upheld after human review",
                "A person read the decision and what you say of it: the facts support it, and it stands.",
            ),
            (false, false) => (
                "Décision annulée après examen humain",
                "Une personne a relu la décision et ce que vous en dites : les faits retenus ne suffisent pas, elle est annulée.",
            ),
            (false, true) => (
                "Decision overturned after human review",
                "A person read the decision and what you say of it: the facts do not support it, and it is overturned.",
            ),
        };
        let mut review = Review::parse(review);
        if upheld { "upheld" } else { "overturned" }.clone_into(&mut review.status);
        review.answered_at = Some(tx.now);
        review.answer = Some(answer.to_owned());
        save(tx, (*n, *user_n), &review)?;
        mails::send(tx, *user_n, Topic::Privacy, (subject, answer))?;
    }
    Ok(due.len())
}
