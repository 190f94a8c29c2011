//! The words of the full-text index, to turn a word's beginning into the words that begin so.
//!
//! FTS5 reads every posting of every word with a prefix before it gives the first hit, unless the prefix has an index of
//! its own (`prefix='2 3'`). Asked for the words themselves, joined by OR, it walks their lists side by side from the
//! newest row on and stops at the limit. See docs/adr/0012.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;
use crate::search::{Search, is_letter};

/// Beginnings up to this length have an index in FTS5.
const INDEXED: usize = 3;
/// A beginning of more words than these is left to FTS5: walking the lists would cost more.
const WORDS: usize = 400;

/// How the beginnings in a search are asked for.
#[derive(Debug, Default)]
pub(crate) struct Terms(HashMap<String, String>);

impl Terms {
    /// Looks up the beginnings in `search`.
    pub(crate) fn of(connection: &Connection, search: &Search) -> Result<Self, Error> {
        let mut terms = HashMap::new();
        for word in search.beginnings().filter(|word| word.chars().nth(INDEXED).is_some()) {
            if let Some(words) = words(connection, word)? {
                terms.insert(word.to_owned(), words);
            }
        }
        Ok(Self(terms))
    }

    /// The FTS5 expression for a word's beginning. A single letter stands for itself (`C`, `R`): as a beginning it would
    /// be in nearly every text.
    pub(crate) fn term(&self, word: &str) -> String {
        match self.0.get(word) {
            Some(words) => words.clone(),
            None if is_letter(word) => format!("\"{word}\""),
            None => format!("\"{word}\"*"),
        }
    }
}

/// The words that begin with `beginning`, as an FTS5 expression; `None` when there are none or too many.
fn words(connection: &Connection, beginning: &str) -> Result<Option<String>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT word FROM word WHERE word >= ?1 AND word < ?2 ORDER BY word LIMIT ?3")?;
    let after = format!("{beginning}{}", char::MAX);
    let most = i64::try_from(WORDS).unwrap_or(i64::MAX);
    let rows = statement.query_map((beginning, after, most + 1), |row| row.get::<_, String>(0))?;
    let words: Vec<String> = rows.map(|word| Ok(format!("\"{}\"", word?))).collect::<Result<_, Error>>()?;
    Ok((1..=WORDS).contains(&words.len()).then(|| format!("({})", words.join(" OR "))))
}

/// Keeps the words of what is being indexed. Words of rows that are gone stay, and find nothing, until [`prune`].
pub(crate) fn keep(tx: &Connection, words: HashSet<String>) -> Result<(), Error> {
    // In their order each page of the table is decrypted once.
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_unstable();
    let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO word (word) VALUES (?1)")?;
    for word in words {
        insert.execute([word])?;
    }
    Ok(())
}

/// Drops those of the next `most` words after `after` that no row has any more; the last word looked at, if there may be
/// more after it.
///
/// Each word is looked for as a search does. `fts5vocab` would list the words of an index, but counts all that each is in,
/// and has words in pieces that FTS5 knows fewer letters of than the search does.
pub(crate) fn prune(index: &mut Connection, tables: &[&str], after: &str, most: u32) -> Result<Option<String>, Error> {
    let tx = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let words: Vec<String> = tx
        .prepare_cached("SELECT word FROM word WHERE word > ?1 ORDER BY word LIMIT ?2")?
        .query_map((after, most), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for word in &words {
        let mut found = false;
        for table in tables {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {table} MATCH ?1)");
            found = found || tx.prepare_cached(&sql)?.query_row([format!("\"{word}\"")], |row| row.get(0))?;
        }
        if !found {
            tx.prepare_cached("DELETE FROM word WHERE word = ?1")?.execute([word])?;
        }
    }
    tx.commit()?;
    let full = u32::try_from(words.len()).is_ok_and(|read| read >= most);
    Ok(words.into_iter().next_back().filter(|_| full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_the_words_that_begin_so() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID").unwrap();
        keep(&db, ["migration", "migrations", "migre", "migrat\u{10fffe}"].map(str::to_owned).into()).unwrap();
        let terms = |typed: &str| {
            let search = Search::parse(typed);
            search.fts(&Terms::of(&db, &search).unwrap()).unwrap()
        };
        assert_eq!(terms("migration"), "(\"migration\" OR \"migrations\")");
        assert_eq!(
            terms("migrat -migre"),
            "((\"migration\" OR \"migrations\" OR \"migrat\u{10fffe}\")) NOT ((\"migre\"))"
        );
        assert_eq!(terms("mig c inconnu"), "\"mig\"* AND \"c\" AND \"inconnu\"*");
        let many: HashSet<String> = (0..=WORDS).map(|n| format!("beaucoup{n:03}")).collect();
        keep(&db, many).unwrap();
        assert_eq!(terms("beaucoup"), "\"beaucoup\"*");
        assert!(terms("beaucoup1").starts_with("(\"beaucoup100\" OR "));
    }
}
