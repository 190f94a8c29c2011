//! What one may see: whole, by pages, or row by row as of now.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{
    array,
    changes::{self, Kind},
    kinds, pages,
    projects::{self, Viewer},
    users::{self, Feed},
};
use crate::problem::Problem;

const DAY_MS: i64 = 86_400_000;

/// Where the next page of a snapshot begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    kind: String,
    state: String,
    total: i64,
    key: i64,
    n: i64,
}

/// A page of a snapshot.
#[derive(Debug)]
pub struct Page {
    /// The state of the first page.
    pub state: String,
    /// How many there were at the first page.
    pub total: i64,
    /// The items.
    pub page: pages::Page,
}

/// Skills and categories of the feed. Parameters: 3 skills, 4 categories.
const IN_FEED: &str = "(?3 = '[]' OR EXISTS (SELECT 1 FROM project_skills s
        WHERE s.project_n = p.n AND s.skill IN (SELECT value FROM json_each(?3))))
    AND (?4 = '[]' OR p.category IN (SELECT value FROM json_each(?4)))";

/// One was asked to bid. Parameter: 1 user.
const INVITED: &str = "EXISTS (SELECT 1 FROM invitations i WHERE i.project_n = p.n AND i.freelancer_n = ?1
    AND i.status <> 'withdrawn')";

/// Open projects of the feed and those one was invited to, and those one posted, has bid on or keeps in view.
/// Parameters as [`IN_FEED`], and 1 user, 2 oldest posting.
fn in_window() -> String {
    format!(
        "((p.status = 'open' AND (p.private = 0 AND p.posted_at >= ?2 AND {IN_FEED} OR {INVITED})) OR p.client_n = ?1
          OR EXISTS (SELECT 1 FROM bids b WHERE b.project_n = p.n AND b.freelancer_n = ?1)
          OR EXISTS (SELECT 1 FROM bookmarks m WHERE m.user_n = ?1 AND m.project_n = p.n))"
    )
}

fn feed_values(feed: &Feed, now: i64) -> (i64, String, String) {
    let json = |list: &[String]| serde_json::Value::from(list).to_string();
    (now - feed.max_age_days * DAY_MS, json(&feed.skills), json(&feed.categories))
}

/// One page; the first when `after` is none.
///
/// # Errors
/// `validation` for a cursor of another type, or a database error.
pub fn page(
    sql: &Connection,
    viewer: &Viewer,
    kind: Kind,
    after: Option<Place>,
    limit: usize,
) -> Result<Page, Problem> {
    if after.as_ref().is_some_and(|place| place.kind != kind.name()) {
        return Err(Problem::field("?cursor", "invalid"));
    }
    let (key, n) = after.as_ref().map_or((i64::MAX, i64::MAX), |place| (place.key, place.n));
    let (mut places, counted) = match kind {
        Kind::Project => project_places(sql, viewer, after.is_none(), (key, n), limit)?,
        Kind::Me => (vec![(0, viewer.n)], 1),
        _ => own_places(sql, viewer.n, kind, after.is_none(), n, limit)?,
    };
    let (state, total) = match after {
        Some(place) => (place.state, place.total),
        None => (changes::state(&changes::epoch(sql)?, changes::latest(sql)?), counted),
    };
    let more = places.len() > limit;
    places.truncate(limit);
    let next_cursor = places.last().filter(|_| more).map(|&(key, n)| {
        let (kind, state) = (kind.name().to_owned(), state.clone());
        pages::cursor(&Place { kind, state, total, key, n })
    });
    let rows: Vec<i64> = places.iter().map(|&(_, n)| n).collect();
    let items: Vec<String> = data(sql, viewer, kind, &rows)?.into_iter().map(|d| d.json).collect();
    Ok(Page { state, total, page: pages::Page::of(&items, next_cursor) })
}

type Places = (Vec<(i64, i64)>, i64);

fn project_places(
    sql: &Connection,
    viewer: &Viewer,
    first: bool,
    (key, n): (i64, i64),
    limit: usize,
) -> Result<Places, Problem> {
    let (feed, _) = users::feed(sql, viewer.n)?;
    let (oldest, skills, categories) = feed_values(&feed, viewer.now);
    let window = in_window();
    let total = if first {
        sql.prepare_cached(&format!("SELECT count(*) FROM projects p WHERE {window}"))?
            .query_row(params![viewer.n, oldest, skills, categories], |row| row.get(0))?
    } else {
        0
    };
    let text = format!(
        "SELECT p.posted_at, p.n FROM projects p
         WHERE (p.posted_at, p.n) < (?5, ?6) AND {window}
         ORDER BY p.posted_at DESC, p.n DESC LIMIT ?7"
    );
    let limit = i64::try_from(limit).unwrap_or(0) + 1;
    let places = sql
        .prepare_cached(&text)?
        .query_map(params![viewer.n, oldest, skills, categories, key, n, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok((places, total))
}

fn own_places(
    sql: &Connection,
    user_n: i64,
    kind: Kind,
    first: bool,
    before: i64,
    limit: usize,
) -> Result<Places, Problem> {
    let rows = kinds::of(kind).rows;
    let total = if first {
        sql.prepare_cached(&format!("SELECT count(*) FROM ({rows})"))?.query_row([user_n], |row| row.get(0))?
    } else {
        0
    };
    let limit = i64::try_from(limit).unwrap_or(0) + 1;
    let places = kinds::own_rows(sql, user_n, kind, (before, limit))?;
    Ok((places.into_iter().map(|n| (0, n)).collect(), total))
}

/// A row as sent.
#[derive(Debug, Clone)]
pub struct Datum {
    /// The row.
    pub n: i64,
    /// Its revision; 1 for what never changes.
    pub rev: i64,
    /// The contract's shape.
    pub json: String,
}

/// Renders rows the caller is known to see, in order.
fn data(sql: &Connection, viewer: &Viewer, kind: Kind, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    Ok(match kind {
        Kind::Project => projects::render(sql, viewer, rows)?
            .into_iter()
            .map(|p| Datum { n: p.n, rev: p.rev, json: p.json })
            .collect(),
        Kind::Me => {
            let me = users::find(sql, viewer.n)?;
            vec![Datum { n: me.n, rev: me.rev, json: me.me().to_string() }]
        }
        _ => (kinds::of(kind).render)(sql, viewer, rows)?,
    })
}

/// How the rows of one type look to the caller now: `Err` is the reason they do not.
pub type Seen = HashMap<i64, Result<Datum, &'static str>>;

/// Looks at `rows` as of now; visibility is worked out here and nowhere else. A row that was
/// never for the caller is left out.
///
/// # Errors
/// On a database error.
pub fn look(sql: &Connection, viewer: &Viewer, kind: Kind, rows: &[i64]) -> Result<Seen, Problem> {
    let mut seen = Seen::new();
    let visible = match kind {
        Kind::Me => rows.iter().copied().filter(|&n| n == viewer.n).collect(),
        Kind::Project => {
            let (feed, _) = users::feed(sql, viewer.n)?;
            let among = |condition: &str| -> Result<Vec<i64>, Problem> {
                let (oldest, skills, categories) = feed_values(&feed, viewer.now);
                let text = format!(
                    "SELECT p.n FROM projects p WHERE p.n IN (SELECT value FROM json_each(?5))
                         AND ?1 IS NOT NULL AND ?2 IS NOT NULL AND {condition}"
                );
                Ok(sql
                    .prepare_cached(&text)?
                    .query_map(params![viewer.n, oldest, skills, categories, array(rows)], |row| row.get(0))?
                    .collect::<Result<_, _>>()?)
            };
            let left = among(&format!("p.status <> 'open' AND (p.private = 0 AND {IN_FEED} OR {INVITED})"))?;
            seen.extend(left.into_iter().map(|n| (n, Err("left-window"))));
            among(&in_window())?
        }
        _ => {
            seen.extend(rows.iter().map(|&n| (n, Err(kinds::of(kind).lost))));
            sql.prepare_cached(kinds::of(kind).among)?
                .query_map(params![viewer.n, array(rows)], |row| row.get(0))?
                .collect::<Result<_, _>>()?
        }
    };
    for datum in data(sql, viewer, kind, &visible)? {
        seen.insert(datum.n, Ok(datum));
    }
    Ok(seen)
}

/// The public id of a row.
#[must_use]
pub fn public_id(kind: Kind, n: i64) -> String {
    kinds::prefix(kind).id(n).to_string()
}
