//! Lists, newest row first, by pages.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

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

/// Where a page ends.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    n: i64,
}

/// What a list needs of the database: at most `limit` rows below `before`, newest first, and how they are written.
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

/// The page `query` asks for by `cursor` and `limit`.
///
/// # Errors
/// `validation` for the query, what the list refuses, or a database error.
pub async fn page(app: &App, query: &Query, list: impl List) -> Answer {
    let limit = query.limit(50)?;
    let before = query.cursor::<Place>()?.map_or(i64::MAX, |place| place.n);
    let body = app
        .read(move |sql| {
            let mut rows = list.rows(sql, before, i64::try_from(limit).unwrap_or(0) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|&n| pages::cursor(&Place { n }));
            let items: Vec<String> = list.render(sql, &rows)?.into_iter().map(|datum| datum.json).collect();
            Ok(Page::of(&items, next).json())
        })
        .await?;
    Ok(answer::json(body))
}
