//! The list of projects: every filter, every sort, pages by key.

use rusqlite::{Connection, params_from_iter, types::Value};
use serde::{Deserialize, Serialize};

use super::{pages::cursor, projects::NOT_HIDDEN};
use crate::problem::Problem;

/// Lower case without the accents of the Latin languages, for comparing names of places.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        '’' => '\'',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// The order of a list. Every tie is broken by the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Highest upper bound first.
    Budget,
    /// Fewest bids first.
    FewestBids,
    /// First to close first.
    Deadline,
    /// Most of the caller's skills first.
    Match,
}

/// Everything a list can be narrowed by; `None` or empty is no narrowing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words, all of which must occur; the last letters may be missing.
    pub q: Option<String>,
    /// One of these.
    pub skills: Vec<String>,
    /// One of these.
    pub categories: Vec<String>,
    /// `fixed` or `hourly`.
    pub kind: Option<String>,
    /// Upper bound of the budget at least this (minor units).
    pub budget_min: Option<i64>,
    /// Lower bound of the budget at most this (minor units).
    pub budget_max: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// `fr` or `en`.
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Without regard to accents and case.
    pub city: Option<String>,
    /// Can be done from elsewhere.
    pub remote: Option<bool>,
    /// The client's identity is checked.
    pub client_verified: Option<bool>,
    /// At most so many bids.
    pub bids_max: Option<i64>,
    /// Posted at or after this (ms).
    pub posted_from: Option<i64>,
    /// Without a bid of the caller.
    pub not_bid: bool,
    /// One of these; empty is any.
    pub status: Vec<String>,
    /// Posted by the caller.
    pub mine: bool,
}

/// Where a page begins: after this key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    key: i64,
    posted_at: i64,
    n: i64,
    total: i64,
}

/// The rows of a page.
#[derive(Debug)]
pub struct Found {
    /// In order.
    pub rows: Vec<i64>,
    /// All that match.
    pub total: i64,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Conditions of a `WHERE`, with their values.
#[derive(Debug, Default)]
struct Where {
    text: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.text.push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    fn add_opt(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(condition, value);
        }
    }

    fn add_list(&mut self, condition: &str, list: &[String]) {
        if !list.is_empty() {
            self.add(condition, serde_json::Value::from(list).to_string());
        }
    }

    fn sql(&self) -> String {
        if self.text.is_empty() { "1".to_owned() } else { self.text.join(" AND ") }
    }
}

/// The words of `q` as an FTS5 query: each a prefix (but for single letters, that would match nearly
/// everything), all needed. None when it has no word.
fn words(q: &str) -> Option<String> {
    let words: Vec<String> = q
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let prefix = if word.chars().nth(1).is_some() { "*" } else { "" };
            format!("\"{word}\"{prefix}")
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn conditions(user_n: i64, filter: &Filter) -> Where {
    let mut to = Where::default();
    // Parameter 1, to which `NOT_HIDDEN` refers.
    to.values.push(user_n.into());
    to.text.push(NOT_HIDDEN.to_owned());
    to.add_list("p.status IN (SELECT value FROM json_each(?))", &filter.status);
    to.add_list("p.category IN (SELECT value FROM json_each(?))", &filter.categories);
    to.add_list(
        "EXISTS (SELECT 1 FROM project_skills s WHERE s.project_n = p.n
             AND s.skill IN (SELECT value FROM json_each(?)))",
        &filter.skills,
    );
    to.add_opt("p.kind = ?", filter.kind.clone());
    to.add_opt("coalesce(p.budget_max, p.budget_min, 0) >= ?", filter.budget_min);
    to.add_opt("coalesce(p.budget_min, p.budget_max, 0) <= ?", filter.budget_max);
    to.add_opt("p.currency = ?", filter.currency.clone());
    to.add_opt("p.language = ?", filter.language.clone());
    to.add_opt("p.country = ?", filter.country.clone());
    to.add_opt("p.city_folded = ?", filter.city.as_deref().map(fold));
    to.add_opt("p.remote = ?", filter.remote.map(i64::from));
    to.add_opt("p.client_verified = ?", filter.client_verified.map(i64::from));
    to.add_opt("p.bid_count <= ?", filter.bids_max);
    to.add_opt("p.posted_at >= ?", filter.posted_from);
    if filter.not_bid {
        to.add(
            "NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = p.n AND b.freelancer_n = ?
                 AND b.status <> 'retracted')",
            user_n,
        );
    }
    if filter.mine {
        to.add("p.client_n = ?", user_n);
    }
    if let Some(words) = filter.q.as_deref().and_then(words) {
        to.add("p.n IN (SELECT rowid FROM project_search WHERE project_search MATCH ?)", words);
    }
    to
}

fn key(sort: Sort, to: &mut Where, skills: &[String]) -> String {
    match sort {
        Sort::Newest => "p.posted_at".to_owned(),
        Sort::Budget => "coalesce(p.budget_max, p.budget_min, 0)".to_owned(),
        Sort::FewestBids => "-p.bid_count".to_owned(),
        Sort::Deadline => "-coalesce(p.bids_close_at, 9000000000000)".to_owned(),
        Sort::Match => {
            to.values.push(serde_json::Value::from(skills).to_string().into());
            format!(
                "(SELECT count(*) FROM project_skills s WHERE s.project_n = p.n
                     AND s.skill IN (SELECT value FROM json_each(?{})))",
                to.values.len()
            )
        }
    }
}

/// A page of at most `limit` rows; `skills` are the caller's, for [`Sort::Match`].
///
/// # Errors
/// `validation` when the words cannot be searched for, or a database error.
pub fn find(
    sql: &Connection,
    user: (i64, &[String]),
    filter: &Filter,
    sort: Sort,
    (after, limit): (Option<Place>, usize),
) -> Result<Found, Problem> {
    let mut to = conditions(user.0, filter);
    let total = match &after {
        Some(place) => place.total,
        None => {
            let text = format!("SELECT count(*) FROM projects p WHERE {}", to.sql());
            sql.prepare_cached(&text)?
                .query_row(params_from_iter(&to.values), |row| row.get(0))
                .map_err(unsearchable)?
        }
    };
    let key = key(sort, &mut to, user.1);
    if let Some(place) = &after {
        let first = to.values.len() + 1;
        to.values.extend([place.key.into(), place.posted_at.into(), place.n.into()]);
        to.text.push(match sort {
            Sort::Newest => format!("(p.posted_at, p.n) < (?{}, ?{})", first + 1, first + 2),
            _ => format!("({key}, p.posted_at, p.n) < (?{first}, ?{}, ?{})", first + 1, first + 2),
        });
    }
    let order = match sort {
        Sort::Newest => "p.posted_at DESC, p.n DESC".to_owned(),
        _ => "place DESC, p.posted_at DESC, p.n DESC".to_owned(),
    };
    let text = format!(
        "SELECT p.n, {key} AS place, p.posted_at FROM projects p WHERE {} ORDER BY {order} LIMIT {}",
        to.sql(),
        limit + 1
    );
    let mut query = sql.prepare_cached(&text)?;
    let places: Vec<Place> = query
        .query_map(params_from_iter(&to.values), |row| {
            Ok(Place { n: row.get(0)?, key: row.get(1)?, posted_at: row.get(2)?, total })
        })?
        .collect::<Result<_, _>>()
        .map_err(unsearchable)?;
    let next_cursor =
        (places.len() > limit).then(|| limit.checked_sub(1).and_then(|last| places.get(last)).map(cursor)).flatten();
    let rows = places.iter().take(limit).map(|place| place.n).collect();
    Ok(Found { rows, total, next_cursor })
}

/// Some words survive our splitting but not FTS5's.
fn unsearchable(error: rusqlite::Error) -> Problem {
    if error.to_string().contains("fts5") { Problem::field("?q", "unsearchable") } else { error.into() }
}
