//! Projects the platform proposes to a freelancer, each with its reasons. Worked out when asked for: what is stored is
//! what someone made of one.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    projects::{self, Viewer},
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// What a project must be for user 1: open to all, of someone else, without an own bid or answer, and of a skill or of a
/// category won before; the last only for those who want their profile looked at.
macro_rules! fits {
    () => {
        "me.n = ?1 AND me.freelancer = 1 AND p.status = 'open' AND p.private = 0 AND p.client_n <> ?1
         AND NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = p.n AND b.freelancer_n = ?1
             AND b.status <> 'retracted')
         AND NOT EXISTS (SELECT 1 FROM recommendation_answers a WHERE a.user_n = ?1 AND a.project_n = p.n)
         AND (me.personalised = 0
             OR EXISTS (SELECT 1 FROM project_skills s WHERE s.project_n = p.n
                 AND s.skill IN (SELECT value FROM json_each(me.skills)))
             OR p.category IN (SELECT w.category FROM bids b JOIN projects w ON w.n = b.project_n
                 WHERE b.freelancer_n = ?1 AND b.status IN ('awarded', 'accepted', 'completed')))"
    };
}

/// The newest 300 that fit, among the newest 5,000 that are open: the cost does not grow with the market.
const POOL: &str = concat!(
    "SELECT p.n FROM (SELECT n FROM projects WHERE status = 'open' ORDER BY posted_at DESC, n DESC LIMIT 5000) AS newest
     JOIN projects p ON p.n = newest.n JOIN users me WHERE ",
    fits!(),
    " ORDER BY p.posted_at DESC, p.n DESC LIMIT 300"
);

/// Those of the user.
pub const OWN: Own = Own {
    rows: POOL,
    among: concat!(
        "SELECT p.n FROM projects p JOIN users me WHERE p.n IN (SELECT value FROM json_each(?2)) AND ",
        fits!()
    ),
    lost: "deleted",
    render: |sql, viewer, rows| Ok(Taste::of(sql, viewer)?.judge(sql, rows)?.iter().map(Judged::datum).collect()),
};

/// Whether recommendations may look at skills and history.
///
/// # Errors
/// On a database error.
pub fn wanted(sql: &Connection, user_n: i64) -> Result<bool, Problem> {
    Ok(sql.prepare_cached("SELECT personalised FROM users WHERE n = ?1")?.query_row([user_n], |row| row.get(0))?)
}

/// What recommendations go by.
#[derive(Debug)]
struct Taste {
    personal: bool,
    now: i64,
    skills: Vec<String>,
    won: HashSet<String>,
    clients: HashSet<i64>,
    /// Lowest and highest offer by `(kind, currency)`, in minor units.
    offers: HashMap<(String, String), (i64, i64)>,
    /// How often less was asked for, by category and by skill.
    less: HashMap<String, i64>,
    /// Grows with every such wish.
    rev: i64,
}

/// A project as it is weighed.
struct Candidate {
    n: i64,
    category: String,
    kind: String,
    currency: String,
    budget: (i64, i64),
    client_n: i64,
    client_verified: bool,
    bids: i64,
    posted_at: i64,
    skills: Vec<String>,
}

/// A recommendation.
#[derive(Debug)]
pub struct Judged {
    n: i64,
    score: i64,
    posted_at: i64,
    personal: bool,
    rev: i64,
    reasons: Vec<Value>,
}

impl Judged {
    /// The order of the list: best first, or newest first without a profile to go by.
    const fn key(&self) -> (i64, i64) {
        (if self.personal { self.score } else { self.posted_at }, self.n)
    }

    fn datum(&self) -> Datum {
        let value = json!({
            "id": Prefix::Recommendation.id(self.n).to_string(), "rev": self.rev,
            "project_id": Prefix::Project.id(self.n).to_string(), "score": self.score, "reasons": self.reasons,
            "created_at": instant(self.posted_at),
        });
        Datum { n: self.n, rev: self.rev, json: value.to_string() }
    }
}

const HOUR_MS: i64 = 3_600_000;
/// A project is fresh for so long.
const FRESH_MS: i64 = 48 * HOUR_MS;
const FEW_BIDS: i64 = 3;

impl Taste {
    fn of(sql: &Connection, viewer: &Viewer) -> Result<Self, Problem> {
        let mut taste = Self {
            personal: wanted(sql, viewer.n)?,
            now: viewer.now,
            skills: users::find(sql, viewer.n)?.skills,
            won: HashSet::new(),
            clients: HashSet::new(),
            offers: HashMap::new(),
            less: HashMap::new(),
            rev: 1,
        };
        let mut history = sql.prepare_cached(
            "SELECT b.status IN ('awarded', 'accepted', 'completed'), b.amount, b.currency, p.category, p.kind, p.client_n
             FROM bids b JOIN projects p ON p.n = b.project_n
             WHERE b.freelancer_n = ?1 AND b.status <> 'retracted' ORDER BY b.n DESC LIMIT 200",
        )?;
        let mut rows = history.query([viewer.n])?;
        while let Some(row) = rows.next()? {
            let amount: i64 = row.get(1)?;
            if row.get(0)? {
                taste.won.insert(row.get(3)?);
                taste.clients.insert(row.get(5)?);
            }
            let range = taste.offers.entry((row.get(4)?, row.get(2)?)).or_insert((amount, amount));
            *range = (range.0.min(amount), range.1.max(amount));
        }
        let mut wishes = sql.prepare_cached(
            "SELECT p.category, (SELECT json_group_array(skill) FROM project_skills s WHERE s.project_n = p.n)
             FROM recommendation_answers a JOIN projects p ON p.n = a.project_n
             WHERE a.user_n = ?1 AND a.answer = 'less' ORDER BY a.at DESC LIMIT 100",
        )?;
        let mut rows = wishes.query([viewer.n])?;
        while let Some(row) = rows.next()? {
            taste.rev += 1;
            *taste.less.entry(row.get(0)?).or_default() += 1;
            let skills: Vec<String> = serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
            for skill in skills {
                *taste.less.entry(format!("#{skill}")).or_default() += 1;
            }
        }
        Ok(taste)
    }

    /// Weighs `rows`, in the order given; rows that are no project are left out.
    fn judge(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Judged>, Problem> {
        let mut query = sql.prepare_cached(
            "SELECT p.n, p.category, p.kind, p.currency, coalesce(p.budget_min, 0), coalesce(p.budget_max, 0),
                 p.client_n, p.client_verified, p.bid_count, p.posted_at,
                 (SELECT json_group_array(skill) FROM project_skills s WHERE s.project_n = p.n)
             FROM json_each(?1) AS wanted JOIN projects p ON p.n = wanted.value ORDER BY wanted.id",
        )?;
        let found = query.query_map([array(rows)], |row| {
            Ok(Candidate {
                n: row.get(0)?,
                category: row.get(1)?,
                kind: row.get(2)?,
                currency: row.get(3)?,
                budget: (row.get(4)?, row.get(5)?),
                client_n: row.get(6)?,
                client_verified: row.get(7)?,
                bids: row.get(8)?,
                posted_at: row.get(9)?,
                skills: serde_json::from_str(&row.get::<_, String>(10)?).unwrap_or_default(),
            })
        })?;
        found.map(|candidate| Ok(self.weigh(&candidate?))).collect()
    }

    fn weigh(&self, one: &Candidate) -> Judged {
        let judged = |score, reasons| Judged {
            n: one.n,
            score,
            posted_at: one.posted_at,
            personal: self.personal,
            rev: self.rev,
            reasons,
        };
        if !self.personal {
            return judged(0, vec![json!({"code": "newest", "params": {}})]);
        }
        let (mut score, mut reasons) = (0, Vec::new());
        let mut because = |points: i64, code: &str, params: Value| {
            score += points;
            reasons.push(json!({"code": code, "params": params}));
        };
        let shared: Vec<&String> = one.skills.iter().filter(|skill| self.skills.contains(skill)).collect();
        if !shared.is_empty() {
            let points = 20 * i64::try_from(shared.len().min(3)).unwrap_or(3);
            because(points, "shared-skill", json!({"skills": shared}));
        }
        if self.won.contains(&one.category) {
            because(15, "same-category-as-your-wins", json!({"category": one.category}));
        }
        if self.clients.contains(&one.client_n) {
            because(10, "client-you-worked-with", json!({"client_id": Prefix::User.id(one.client_n).to_string()}));
        }
        let range = self.offers.get(&(one.kind.clone(), one.currency.clone()));
        if let Some(&(low, high)) = range.filter(|&&(low, high)| one.budget.0 <= high && low <= one.budget.1) {
            let params = json!({"min_minor": low, "max_minor": high, "currency": one.currency});
            because(10, "budget-in-your-range", params);
        }
        if one.client_verified {
            because(5, "client-verified", json!({}));
        }
        if one.bids <= FEW_BIDS {
            because(5, "few-bids", json!({"count": one.bids}));
        }
        if self.now - one.posted_at <= FRESH_MS {
            because(5, "fresh", json!({"hours": (self.now - one.posted_at).max(0) / HOUR_MS}));
        }
        let times = |key: &str| self.less.get(key).copied().unwrap_or(0);
        let less = 25 * times(&one.category) + one.skills.iter().map(|s| 10 * times(&format!("#{s}"))).sum::<i64>();
        if less > 0 {
            because(-less, "less-like-this", json!({"category": one.category}));
        }
        judged(score.clamp(0, 100), reasons)
    }
}

fn pool(sql: &Connection, viewer: &Viewer) -> Result<Vec<Judged>, Problem> {
    let rows: Vec<i64> =
        sql.prepare_cached(POOL)?.query_map([viewer.n], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Taste::of(sql, viewer)?.judge(sql, &rows)
}

/// Where a page ends: what it is ordered by, and the row.
pub type Place = (i64, i64);

/// A page after the place `after`: what is sent, and the place of its last one when more follow.
///
/// # Errors
/// On a database error.
pub fn page(
    sql: &Connection,
    viewer: &Viewer,
    after: Option<Place>,
    limit: usize,
) -> Result<(Vec<Datum>, Option<Place>), Problem> {
    let mut all = pool(sql, viewer)?;
    all.sort_by_key(|one| std::cmp::Reverse(one.key()));
    all.retain(|one| after.is_none_or(|place| one.key() < place));
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(Judged::key);
    Ok((all.iter().map(Judged::datum).collect(), next))
}

/// What someone makes of a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not this one.
    Dismiss,
    /// Nor those like it.
    Less,
}

/// Takes a recommendation away; with [`Verdict::Less`] others of its category and skills count for less from now on.
///
/// # Errors
/// `not-found`, or a database error.
pub fn answer(tx: &mut Tx<'_>, viewer: &Viewer, project_n: i64, verdict: Verdict) -> Result<(), Problem> {
    projects::seen(&tx.sql, viewer.n, project_n)?;
    let scores = |sql: &Connection| -> Result<HashMap<i64, i64>, Problem> {
        Ok(pool(sql, viewer)?.into_iter().map(|one| (one.n, one.score)).collect())
    };
    let before = if verdict == Verdict::Less { scores(&tx.sql)? } else { HashMap::new() };
    let word = if verdict == Verdict::Less { "less" } else { "dismissed" };
    tx.sql
        .prepare_cached(
            "INSERT INTO recommendation_answers (user_n, project_n, answer, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET answer = excluded.answer WHERE excluded.answer = 'less'",
        )?
        .execute(params![viewer.n, project_n, word, tx.now])?;
    tx.changed(Kind::Recommendation, project_n, viewer.n)?;
    if verdict == Verdict::Less {
        let mut now: Vec<(i64, i64)> = scores(&tx.sql)?.into_iter().collect();
        now.sort_unstable();
        for (n, score) in now {
            if before.get(&n) != Some(&score) {
                tx.changed(Kind::Recommendation, n, viewer.n)?;
            }
        }
    }
    Ok(())
}

/// Tells those with an account for whom the new project `project_n` is a recommendation.
///
/// # Errors
/// On a database error.
pub fn announce(tx: &mut Tx<'_>, project_n: i64) -> Result<(), Problem> {
    let freelancers: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM users WHERE login IS NOT NULL AND freelancer = 1")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let one = array(&[project_n]);
    for user_n in freelancers {
        if tx.sql.prepare_cached(OWN.among)?.exists(params![user_n, one])? {
            tx.changed(Kind::Recommendation, project_n, user_n)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rusqlite::Connection;

    use super::announce;
    use crate::{
        db,
        seed::Market,
        store::{
            changes::Tx,
            demo::{CAMILLE, SAM},
            projects,
            seeding::{self, Plan},
        },
    };

    /// Who is told of a new project that asks for `skill`.
    fn told(skill: &'static str) -> Vec<i64> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let plan = Plan { projects: Some(40), seed: 1, now };
        db::create(&path, |sql| seeding::fill(sql, &plan)).unwrap();
        let mut sql = Connection::open(&path).unwrap();
        sql.execute("UPDATE bids SET status = 'lost' WHERE status = 'awarded'", []).unwrap();
        let mut tx = Tx::new(sql.transaction().unwrap(), now.as_millisecond());
        let mut project = Market::new(1, now).sized(40).arrival(1, now);
        project.skills = vec![skill.into()];
        let (client_n, verified) = seeding::ensure_client(&tx.sql, &Market::new(1, now).sized(40), 0).unwrap();
        let n = projects::insert(&tx.sql, None, client_n, verified, &project).unwrap();
        announce(&mut tx, n).unwrap();
        tx.commit().unwrap();
        let mut query = sql
            .prepare("SELECT audience FROM changes WHERE kind = 'recommendation' AND target = ?1 ORDER BY audience")
            .unwrap();
        query.query_map([n], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_new_project_is_announced_to_those_it_suits() {
        assert_eq!(told("rust"), [CAMILLE]);
        assert_eq!(told("react"), [SAM]);
        assert_eq!(told("oracle"), [0_i64; 0]);
    }
}
