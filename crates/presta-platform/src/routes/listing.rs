//! Lists by pages.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Answer;
use crate::{
    answer,
    app::App,
    extract::Query,
    problem::Problem,
    store::{
        kinds::Render,
        pages::{self, Page},
        projects::Viewer,
        snapshot::Datum,
    },
};

/// A list in an order of its own.
pub trait Ordered: Send + 'static {
    /// Where a row stands in the list: what a cursor keeps of the last one of a page.
    type Place: Serialize + DeserializeOwned + Send + 'static;

    /// At most `limit` places behind `after`, in the order of the list.
    ///
    /// # Errors
    /// What the list refuses, or a database error.
    fn places(&self, sql: &Connection, after: Option<Self::Place>, limit: i64) -> Result<Vec<Self::Place>, Problem>;

    /// The rows at these places as sent, in the order given.
    ///
    /// # Errors
    /// On a database error.
    fn render(&self, sql: &Connection, places: &[Self::Place]) -> Result<Vec<Datum>, Problem>;
}

/// What a list, newest row first, needs of the database: at most `limit` rows below `before`, newest first, and how they are written.
pub trait List: Send + 'static {
    /// Rows below `before`, newest first.
    ///
    /// # Errors
    /// What the list refuses, or a database error.
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem>;

    /// Rows as sent, in the order given.
    ///
    /// # Errors
    /// On a database error.
    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem>;
}

/// Rows chosen by one query of what the viewer may see.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Who looks.
    pub viewer: Viewer,
    /// Parameters: 1 `user_n`, 2 rows below this one only, 3 how many at most, 4 `narrow`.
    pub rows: &'static str,
    /// Whose rows; the viewer's, or those of someone they look at.
    pub user_n: i64,
    /// What narrows the list; empty for nothing.
    pub narrow: String,
    /// How rows are written.
    pub render: Render,
}

impl List for Selection {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        let mut query = sql.prepare_cached(self.rows)?;
        let rows = query.query_map(params![self.user_n, before, limit, self.narrow], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        (self.render)(sql, &self.viewer, rows)
    }
}

/// A list in the order of its rows.
struct Newest<L>(L);

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    n: i64,
}

impl<L: List> Ordered for Newest<L> {
    type Place = Row;

    fn places(&self, sql: &Connection, after: Option<Row>, limit: i64) -> Result<Vec<Row>, Problem> {
        let rows = self.0.rows(sql, after.map_or(i64::MAX, |row| row.n), limit)?;
        Ok(rows.into_iter().map(|n| Row { n }).collect())
    }

    fn render(&self, sql: &Connection, places: &[Row]) -> Result<Vec<Datum>, Problem> {
        let rows: Vec<i64> = places.iter().map(|row| row.n).collect();
        self.0.render(sql, &rows)
    }
}

/// The page `query` asks for by `cursor` and `limit`, newest row first.
///
/// # Errors
/// `validation` for the query, what the list refuses, or a database error.
pub async fn page(app: &App, query: &Query, list: impl List) -> Answer {
    ordered(app, query, Newest(list)).await
}

/// As [`page`], in the order of the list.
///
/// # Errors
/// As [`page`].
pub async fn ordered(app: &App, query: &Query, list: impl Ordered) -> Answer {
    let limit = query.limit(50)?;
    let after = query.cursor()?;
    let body = app
        .read(move |sql| {
            let mut places = list.places(sql, after, i64::try_from(limit).unwrap_or(0) + 1)?;
            let more = places.len() > limit;
            places.truncate(limit);
            let next = places.last().filter(|_| more).map(pages::cursor);
            let items: Vec<String> = list.render(sql, &places)?.into_iter().map(|datum| datum.json).collect();
            Ok(Page::of(&items, next).json())
        })
        .await?;
    Ok(answer::json(body))
}
