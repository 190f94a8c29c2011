//! What a search fits best: BM25F with a binary term frequency over the newest hits.
//!
//! Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond* (2009), with k₁ → 0: a word counts once
//! in each field, by the field's weight and the word's rarity. FTS5's own `bm25()` reads every hit of each word for its
//! frequency before the first row; here it is drawn from the newest documents. See docs/adr/0012.

use rusqlite::{Connection, OptionalExtension};

use crate::Error;
use crate::search::{Search, Wanted};
use crate::vocabulary::Terms;

/// The newest hits that are ranked, and the newest documents a word's rarity is drawn from.
const NEWEST: u32 = 2_000;
/// What a word weighs in the title, among the skills and in the client's name; 1 in the text.
const WEIGHTS: [f64; 3] = [8.0, 4.0, 2.0];

/// Hits in the order of their rank.
#[derive(Debug)]
pub(crate) struct Ranked {
    /// The keys of the newest: those that fit best first, then newest first.
    pub(crate) keys: Vec<i64>,
    /// The key of the oldest of them, when there may be older ones.
    pub(crate) oldest: Option<i64>,
}

/// Ranks the newest hits of `fts`, which says what `search` does.
pub(crate) fn best(connection: &Connection, search: &Search, terms: &Terms, fts: &str) -> Result<Ranked, Error> {
    let sample = sample(connection)?;
    let mut wanted = Vec::new();
    for it in search.wanted(terms) {
        let rarity = sample.rarity(connection, &it.term)?;
        wanted.push((it, rarity));
    }
    let mut statement = connection.prepare_cached(
        "WITH hit AS MATERIALIZED (SELECT rowid AS row_key FROM project_fts WHERE project_fts MATCH ?1
           ORDER BY rowid DESC LIMIT ?2)
         SELECT hit.row_key, h.title, h.skills, h.client FROM hit LEFT JOIN heading h ON h.row_key = hit.row_key",
    )?;
    let mut ranked = Vec::new();
    let mut rows = statement.query((fts, NEWEST))?;
    while let Some(row) = rows.next()? {
        let mut score = 0.0;
        for (column, weight) in (1..).zip(WEIGHTS) {
            let field = row.get_ref(column)?.as_str().unwrap_or_default();
            score += wanted.iter().filter(|(it, _)| occurs(it, field)).map(|(_, rarity)| weight * rarity).sum::<f64>();
        }
        ranked.push((score, row.get::<_, i64>(0)?));
    }
    let all = u32::try_from(ranked.len()).is_ok_and(|ranked| ranked < NEWEST);
    let oldest = ranked.iter().map(|(_, key)| *key).min().filter(|_| !all);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    Ok(Ranked { keys: ranked.into_iter().map(|(_, key)| key).collect(), oldest })
}

/// Whether whole words, or a word that begins so, are in a folded field.
fn occurs(wanted: &Wanted<'_>, field: &str) -> bool {
    field.match_indices(wanted.text).any(|(at, _)| {
        let after = || field.get(at + wanted.text.len()..);
        let ends = || after().is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        (at == 0 || field.get(..at).is_some_and(|before| before.ends_with(' '))) && (!wanted.whole || ends())
    })
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

#[cfg(test)]
mod tests {
    use super::occurs;
    use crate::search::Wanted;

    #[test]
    fn what_is_quoted_is_whole_words() {
        let occurs = |text, whole, field| occurs(&Wanted { text, whole, term: String::new() }, field);
        for (text, field, begins, is_whole) in [
            ("java", "un javascript", true, false),
            ("java", "un javascript en java", true, true),
            ("foo bar", "foo barista", true, false),
            ("foo bar", "le foo bar ici", true, true),
            ("java", "unjava", false, false),
        ] {
            assert_eq!(
                (occurs(text, false, field), occurs(text, true, field)),
                (begins, is_whole),
                "{text} in {field}"
            );
        }
    }
}
