//! What everyone may see of someone, and their reputation over time.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{
    details::Details,
    users::{self, Standing},
};
use crate::{ids::Prefix, problem::Problem};

/// `months` calendar months before `now` (ms), in UTC.
fn months_before(now: i64, months: i64) -> i64 {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let before = at.to_zoned(TimeZone::UTC).checked_sub(months.months());
    before.map_or(0, |before| before.timestamp().as_millisecond())
}

fn percent(part: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| (part * 100 + of / 2) / of)
}

/// What the reviews published since `from` (ms) say of `user_n`. `before` counts what was rated before the reviews that
/// are kept here: `(rating, reviews)`, for the window of everything.
fn window(sql: &Connection, user_n: i64, from: i64, before: Option<(Option<f64>, i64)>) -> Result<Value, Problem> {
    let (count, mean, on_time, on_budget, apart): (i64, Option<f64>, i64, i64, i64) = sql
        .prepare_cached(
            "SELECT count(*), avg(rating), coalesce(sum(deadline >= 4), 0), coalesce(sum(budget >= 4), 0),
                 coalesce(sum(bid_n IS NULL), 0)
             FROM reviews WHERE subject_n = ?1 AND published_at >= ?2",
        )?
        .query_row([user_n, from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let contracts: i64 = sql
        .prepare_cached(
            "SELECT (SELECT count(*) FROM bids WHERE freelancer_n = ?1 AND status = 'completed' AND updated_at >= ?2)
                 + (SELECT count(*) FROM projects p JOIN bids b ON b.project_n = p.n
                    WHERE p.client_n = ?1 AND b.status = 'completed' AND b.updated_at >= ?2)",
        )?
        .query_row([user_n, from], |row| row.get(0))?;
    let counted = contracts + apart;
    let (rating, reviews) = before.unwrap_or((mean.map(users::rounded), count));
    Ok(json!({
        "rating": rating, "reviews": reviews, "on_time_percent": percent(on_time, count),
        "on_budget_percent": percent(on_budget, count),
        "completed": before.map_or(counted, |(_, reviews)| counted.max(reviews)),
    }))
}

/// The contract's `User`: no address, number or sign-in name is ever in it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn public(sql: &Connection, n: i64, now: i64) -> Result<Value, Problem> {
    let (standing, details): (String, String) = sql
        .prepare_cached("SELECT standing, details FROM users WHERE n = ?1")?
        .query_row(params![n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Problem::NotFound)?;
    let user = users::find(sql, n)?;
    let standing: Standing =
        serde_json::from_str(&standing).map_err(|error| Problem::Internal(format!("stored standing: {error}")))?;
    let details: Details = serde_json::from_str(&details).unwrap_or_default();
    Ok(json!({
        "id": Prefix::User.id(n).to_string(), "display_name": user.display_name, "roles": user.roles(),
        "country": standing.country, "city": standing.city, "skills": user.skills,
        "member_since": user.member_since, "verified": standing.verified,
        "payment_verified": standing.payment_verified, "about": details.about,
        "hourly_rate": if user.freelancer { details.hourly_rate } else { None },
        "rating": user.rating, "reviews": user.reviews,
        "reputation": {
            "months_3": window(sql, n, months_before(now, 3), None)?,
            "months_12": window(sql, n, months_before(now, 12), None)?,
            "all": window(sql, n, 0, Some((user.rating, user.reviews)))?,
        },
    }))
}
