//! What a search fits best: BM25F with a binary term frequency over the newest hits.
//!
//! Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond* (2009), with k₁ → 0: a word counts once
//! in each field, by the field's weight and the word's rarity. FTS5's own `bm25()` reads every hit of each word for its
//! frequency before the first row; here it is drawn from the newest documents. See docs/adr/0012.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use crate::Error;
use crate::search::Search;
use crate::vocabulary::Terms;

/// The newest hits that are ranked, and the newest documents a word's rarity is drawn from.
const NEWEST: u32 = 2_000;
/// The fields of a project, and what a word in them weighs.
const FIELDS: [(&str, f64); 4] = [("title", 8.0), ("skills", 4.0), ("client", 2.0), ("description", 1.0)];

/// The keys of the newest hits of `fts`, which says what `search` does: those that fit best first, then newest first.
pub(crate) fn best(connection: &Connection, search: &Search, terms: &Terms, fts: &str) -> Result<Vec<i64>, Error> {
    let newest = keys(connection, fts, i64::MIN)?;
    let Some(&oldest) = newest.last() else { return Ok(newest) };
    let mut scores: HashMap<i64, f64> = newest.iter().map(|key| (*key, 0.0)).collect();
    let sample = sample(connection)?;
    for term in search.wanted(terms) {
        let rarity = sample.rarity(connection, &term)?;
        for (field, weight) in FIELDS {
            for key in keys(connection, &format!("({field} : {term}) AND ({fts})"), oldest)? {
                *scores.entry(key).or_default() += weight * rarity;
            }
        }
    }
    let mut ranked: Vec<(f64, i64)> = scores.into_iter().map(|(key, score)| (score, key)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    Ok(ranked.into_iter().map(|(_, key)| key).collect())
}

fn keys(connection: &Connection, fts: &str, oldest: i64) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT rowid FROM project_fts WHERE project_fts MATCH ?1 AND rowid >= ?2 ORDER BY rowid DESC LIMIT ?3",
    )?;
    let rows = statement.query_map((fts, oldest, NEWEST), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest documents, from which the frequency of words is drawn.
struct Sample {
    oldest: i64,
    documents: f64,
}

fn sample(connection: &Connection) -> Result<Sample, Error> {
    let oldest: Option<i64> = connection
        .prepare_cached("SELECT row_key FROM project ORDER BY row_key DESC LIMIT 1 OFFSET ?1")?
        .query_row([NEWEST - 1], |row| row.get(0))
        .optional()?;
    let documents = match oldest {
        Some(_) => f64::from(NEWEST),
        None => connection.prepare_cached("SELECT count(*) FROM project")?.query_row([], |row| row.get(0))?,
    };
    Ok(Sample { oldest: oldest.unwrap_or(i64::MIN), documents })
}

impl Sample {
    /// The inverse document frequency of `term`, never negative.
    fn rarity(&self, connection: &Connection, term: &str) -> Result<f64, Error> {
        let found: f64 = connection
            .prepare_cached("SELECT count(*) FROM project_fts WHERE project_fts MATCH ?1 AND rowid >= ?2")?
            .query_row((term, self.oldest), |row| row.get(0))?;
        Ok((1.0 + (self.documents - found).max(0.0) / (found + 0.5)).ln() + 0.1)
    }
}
