//! How bids compare with each other: a formula that everyone can do again from the contract.

use std::collections::HashMap;

use rusqlite::{Connection, Row};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
};
use crate::problem::Problem;

/// Past so many bids in the running, a change of rank alone is not told.
const TOLD_MAX: usize = 50;
/// The whole of a value, in thousandths.
const WHOLE: i64 = 1_000;
/// What someone without reviews is taken for, in thousandths of a star, and as how many reviews that counts.
const PRIOR: (i64, i64) = (3_500, 5);

/// Names and weights (percent) of the factors, heaviest first.
pub const FACTORS: [(&str, i64); 5] = [("skills", 30), ("rating", 25), ("price", 20), ("speed", 15), ("profile", 10)];

/// Where a bid stands among those in the running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// 1 is first.
    pub position: usize,
    /// Bids in the running.
    pub of: usize,
    /// In the order of [`FACTORS`], in thousandths.
    pub values: [i64; 5],
    /// When a bid of the project last changed, in ms.
    pub computed_at: i64,
}

impl Rank {
    /// The contract's `Rank`.
    #[must_use]
    pub fn json(&self) -> Value {
        let factor = |((name, weight), value): ((&str, i64), i64)| json!({"name": name, "weight": share(weight * 10), "value": share(value)});
        let factors: Vec<Value> = FACTORS.into_iter().zip(self.values).map(factor).collect();
        let at = instant(self.computed_at);
        json!({"position": self.position, "of": self.of, "factors": factors, "computed_at": at})
    }
}

fn share(thousandths: i64) -> f64 {
    f64::from(i32::try_from(thousandths).unwrap_or(0)) / 1_000.0
}

/// What the formula reads of a bid.
#[derive(Debug, Clone)]
struct Entry {
    n: i64,
    project_n: i64,
    amount: i64,
    period_days: i64,
    submitted_at: i64,
    rating: Option<f64>,
    reviews: i64,
    verified: bool,
    has_skills: bool,
    budget: (Option<i64>, Option<i64>),
    wanted: i64,
    shared: i64,
    changed_at: i64,
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        n: row.get(0)?,
        project_n: row.get(1)?,
        amount: row.get(2)?,
        period_days: row.get(3)?,
        submitted_at: row.get(4)?,
        rating: row.get(5)?,
        reviews: row.get(6)?,
        verified: row.get(7)?,
        has_skills: row.get(8)?,
        budget: (row.get(9)?, row.get(10)?),
        wanted: row.get(11)?,
        shared: row.get(12)?,
        changed_at: row.get(13)?,
    })
}

impl Entry {
    fn values(&self, fastest: i64) -> [i64; 5] {
        [self.skills(), self.rating(), self.price(), part(fastest, self.period_days), self.profile()]
    }

    fn skills(&self) -> i64 {
        if self.wanted == 0 { WHOLE } else { part(self.shared, self.wanted) }
    }

    /// The mean of the reviews and of five that say 3.5; 1 star is 0, 5 stars are the whole.
    fn rating(&self) -> i64 {
        let (prior, weight) = PRIOR;
        #[expect(clippy::cast_possible_truncation, reason = "a rating is 1.0 to 5.0")]
        let own = self.rating.map_or(0, |rating| (rating.clamp(1.0, 5.0) * 1_000.0).round() as i64);
        let reviews = if self.rating.is_some() { self.reviews.max(0) } else { 0 };
        let mean = (own * reviews + prior * weight) / (reviews + weight);
        ((mean - 1_000) / 4).clamp(0, WHOLE)
    }

    /// The whole up to the lower bound of the budget, half of it at the upper one, nothing from twice that on.
    fn price(&self) -> i64 {
        let (low, high) = match self.budget {
            (Some(low), Some(high)) => (low, high.max(low)),
            (Some(one), None) | (None, Some(one)) => (one, one),
            (None, None) => return WHOLE / 2,
        };
        let half = WHOLE / 2;
        if self.amount <= low {
            WHOLE
        } else if self.amount <= high {
            WHOLE - scaled(self.amount - low, high - low, half)
        } else {
            half - scaled(self.amount - high, high, half)
        }
    }

    fn profile(&self) -> i64 {
        i64::from(self.verified) * 500 + i64::from(self.has_skills) * 250 + i64::from(self.reviews > 0) * 250
    }
}

/// `of` thousandths of `whole`, at most all of them.
fn part(of: i64, whole: i64) -> i64 {
    scaled(of, whole, WHOLE)
}

/// `value` of `whole` on a scale that ends at `end`.
fn scaled(value: i64, whole: i64, end: i64) -> i64 {
    let scaled = i128::from(value) * i128::from(end) / i128::from(whole.max(1));
    i64::try_from(scaled).unwrap_or(end).clamp(0, end)
}

/// The rank of every bid in the running on one of `projects`, by its row.
///
/// # Errors
/// On a database error.
pub fn of(sql: &Connection, projects: &[i64]) -> Result<HashMap<i64, Rank>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT b.n, b.project_n, b.amount, b.period_days, b.submitted_at, u.rating, u.reviews, u.verified,
             u.skills <> '[]', p.budget_min, p.budget_max,
             (SELECT count(*) FROM project_skills s WHERE s.project_n = p.n),
             (SELECT count(*) FROM project_skills s WHERE s.project_n = p.n
                  AND s.skill IN (SELECT value FROM json_each(u.skills))),
             (SELECT max(x.updated_at) FROM bids x WHERE x.project_n = p.n)
         FROM json_each(?1) AS wanted CROSS JOIN projects p ON p.n = wanted.value
         JOIN bids b ON b.project_n = p.n AND b.status IN ('submitted', 'shortlisted', 'awarded', 'accepted')
         JOIN users u ON u.n = b.freelancer_n",
    )?;
    let mut groups: HashMap<i64, Vec<Entry>> = HashMap::new();
    for found in query.query_map([array(projects)], entry)? {
        let found = found?;
        groups.entry(found.project_n).or_default().push(found);
    }
    Ok(groups.into_values().flat_map(ranked).collect())
}

/// The best score first; the older bid where two are the same.
fn ranked(entries: Vec<Entry>) -> Vec<(i64, Rank)> {
    let fastest = entries.iter().map(|entry| entry.period_days).min().unwrap_or(1);
    let of = entries.len();
    let score =
        |values: &[i64; 5]| -> i64 { FACTORS.iter().zip(values).map(|((_, weight), value)| weight * value).sum() };
    let mut scored: Vec<_> = entries.into_iter().map(|entry| (entry.values(fastest), entry)).collect();
    scored.sort_by_key(|(values, entry)| (-score(values), entry.submitted_at, entry.n));
    let rank = |(i, (values, entry)): (usize, ([i64; 5], Entry))| {
        (entry.n, Rank { position: i + 1, of, values, computed_at: entry.changed_at })
    };
    scored.into_iter().enumerate().map(rank).collect()
}

/// Tells those in the running on a project that they may stand elsewhere now. Revisions stay: nobody edited their bid.
///
/// # Errors
/// On a database error.
pub fn tell(tx: &mut Tx<'_>, project_n: i64) -> Result<(), Problem> {
    let rows: Vec<(i64, i64, i64, bool)> = tx
        .sql
        .prepare_cached(
            "SELECT b.n, b.freelancer_n, p.client_n, p.sealed FROM bids b JOIN projects p ON p.n = b.project_n
             WHERE b.project_n = ?1 AND b.status IN ('submitted', 'shortlisted', 'awarded', 'accepted')",
        )?
        .query_map([project_n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    if rows.len() > TOLD_MAX {
        return Ok(());
    }
    for (n, freelancer_n, client_n, sealed) in rows {
        tx.changed(Kind::Bid, n, client_n)?;
        if !sealed {
            tx.changed(Kind::Bid, n, freelancer_n)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Entry, ranked};

    fn entry(n: i64, amount: i64, period_days: i64) -> Entry {
        Entry {
            n,
            project_n: 1,
            amount,
            period_days,
            submitted_at: n,
            rating: Some(4.6),
            reviews: 5,
            verified: true,
            has_skills: true,
            budget: (Some(100_000), Some(200_000)),
            wanted: 4,
            shared: 3,
            changed_at: 9,
        }
    }

    #[test]
    fn values_follow_the_published_formula() {
        let values = |amount| entry(1, amount, 20).values(10);
        assert_eq!(values(150_000), [750, 762, 750, 500, 1_000]);
        let prices = [50_000, 100_000, 200_000, 300_000, 400_000, i64::MAX].map(|amount| entry(1, amount, 1).price());
        assert_eq!(prices, [1_000, 1_000, 500, 250, 0, 0]);
    }

    #[test]
    fn the_best_is_first_and_the_older_one_wins_a_tie() {
        let order: Vec<(i64, usize, usize)> =
            ranked(vec![entry(3, 150_000, 10), entry(2, 150_000, 10), entry(4, 100_000, 10), entry(5, 390_000, 90)])
                .into_iter()
                .map(|(n, rank)| (n, rank.position, rank.of))
                .collect();
        assert_eq!(order, [(4, 1, 4), (2, 2, 4), (3, 3, 4), (5, 4, 4)]);
    }
}
