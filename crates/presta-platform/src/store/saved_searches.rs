//! Searches someone keeps, and how they want to hear of what they find.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    projects::Viewer,
    sides,
    snapshot::Datum,
};
use crate::{given::given, ids::Prefix, problem::Problem};

/// The most someone may keep.
pub const MAX: i64 = 50;

/// One's own.
pub const OWN: Own = sides::own!("saved_searches", "deleted", render);

/// The filters of `GET /v1/projects` by the same names; lists are lists here, not texts with commas.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchQuery {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub skills: Option<Vec<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub category: Option<Vec<String>>,
    #[serde(rename = "type", deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub budget_min: Option<i64>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub budget_max: Option<i64>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub client_verified: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub bids_max: Option<i64>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<i64>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub not_bid: Option<bool>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

/// What is kept.
#[derive(Debug, Clone)]
pub struct Search {
    /// Their word for it.
    pub name: String,
    /// What is looked for.
    pub query: SearchQuery,
    /// `off`, `instant` or `daily`.
    pub alert: String,
}

/// Keeps a search; answers its row.
///
/// # Errors
/// `state-conflict` when there are too many, or a database error.
pub fn add(tx: &mut Tx<'_>, user_n: i64, search: &Search) -> Result<i64, Problem> {
    let count: i64 =
        tx.sql.query_row("SELECT count(*) FROM saved_searches WHERE user_n = ?1", [user_n], |row| row.get(0))?;
    if count >= MAX {
        return Err(Problem::StateConflict);
    }
    let n = store(&tx.sql, user_n, search, tx.now)?;
    tx.changed(Kind::SavedSearch, n, user_n)?;
    Ok(n)
}

/// Writes the row alone; for keeping and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(sql: &Connection, user_n: i64, search: &Search, at: i64) -> Result<i64, Problem> {
    let query = json!(search.query).to_string();
    Ok(sql
        .prepare_cached(
            "INSERT INTO saved_searches (user_n, name, query, alert, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .insert(params![user_n, search.name, query, search.alert, at])?)
}

/// Changes revision `rev`.
///
/// # Errors
/// `not-found`, `edited-elsewhere`, or a database error.
pub fn edit(
    tx: &mut Tx<'_>,
    user_n: i64,
    (n, rev): (i64, i64),
    change: impl FnOnce(&mut Search),
) -> Result<(), Problem> {
    let (current, name, query, alert): (i64, String, String, String) = tx
        .sql
        .prepare_cached("SELECT rev, name, query, alert FROM saved_searches WHERE n = ?1 AND user_n = ?2")?
        .query_row([n, user_n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?
        .ok_or(Problem::NotFound)?;
    if current != rev {
        return Err(Problem::EditedElsewhere);
    }
    let query = serde_json::from_str(&query).map_err(|error| Problem::Internal(format!("stored search: {error}")))?;
    let mut search = Search { name, query, alert };
    change(&mut search);
    tx.sql
        .prepare_cached(
            "UPDATE saved_searches SET rev = rev + 1, name = ?2, query = ?3, alert = ?4, updated_at = ?5 WHERE n = ?1",
        )?
        .execute(params![n, search.name, json!(search.query).to_string(), search.alert, tx.now])?;
    tx.changed(Kind::SavedSearch, n, user_n)
}

/// Forgets it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn remove(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let gone = tx.sql.execute("DELETE FROM saved_searches WHERE n = ?1 AND user_n = ?2", [n, user_n])?;
    if gone == 0 {
        return Err(Problem::NotFound);
    }
    tx.changed(Kind::SavedSearch, n, user_n)
}

/// Searches of the viewer as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut statement = sql.prepare_cached(
        "SELECT s.n, s.rev, s.name, s.query, s.alert, s.created_at, s.updated_at FROM json_each(?1) AS wanted
         JOIN saved_searches s ON s.n = wanted.value AND s.user_n = ?2 ORDER BY wanted.id",
    )?;
    let found = statement.query_map(params![array(rows), viewer.n], |row| {
        let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
        let query: Value = serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default();
        let value = json!({
            "id": Prefix::SavedSearch.id(n).to_string(), "rev": rev, "name": row.get::<_, String>(2)?,
            "query": query, "alert": row.get::<_, String>(4)?, "created_at": instant(row.get(5)?),
            "updated_at": instant(row.get(6)?),
        });
        Ok(Datum { n, rev, json: value.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
