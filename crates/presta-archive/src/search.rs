//! Finds rows by the words in their texts, accents and case ignored.

use std::ops::ControlFlow;

use presta_model::fold;
use serde_json::Value;

use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error, Faults, name};

/// Characters of a hit's text before and after the word found.
const AROUND: usize = 60;

/// A row that has every word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its kind.
    pub kind: String,
    /// Its number in the kind, from 0: where [`Archive::rows`] begins with it.
    pub row: u64,
    /// Its id, if it has one; a long one is cut.
    pub id: Option<String>,
    /// Its text around the first word.
    pub excerpt: String,
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// In the order of kinds, then as they were written.
    pub hits: Vec<Hit>,
    /// Whether there are more than were asked for.
    pub more: bool,
    /// What could not be searched.
    pub faults: Faults,
}

impl Archive {
    /// The first `limit` rows that have every word of `query` in their texts, of one kind or of all. Words are found
    /// within words. A query without words finds nothing.
    ///
    /// # Errors
    /// [`Error::NoKind`], [`Error::Cancelled`]; what could not be searched is told in the answer.
    pub fn search(&self, query: &str, kind: Option<&str>, limit: usize, tell: &mut Tell<'_>) -> Result<Found, Error> {
        let words: Vec<String> = query.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        let mut found = Found { hits: Vec::new(), more: false, faults: Faults::default() };
        let kinds: Vec<String> = match kind {
            Some(kind) => vec![kind.to_owned()],
            None => self.kinds().into_iter().map(|kind| kind.name).collect(),
        };
        let entries: Vec<(String, Vec<&Entry>)> =
            kinds.into_iter().map(|kind| Ok((kind.clone(), self.entries_of(&kind)?))).collect::<Result<_, Error>>()?;
        if words.is_empty() {
            return Ok(found);
        }
        let all = entries.iter().flat_map(|(_, entries)| entries);
        let total = all.fold(0_u64, |total, entry| total.saturating_add(entry.size));
        let mut watch = Watch::new(total, tell);
        for (kind, entries) in &entries {
            let mut bad = None;
            let walked = self.walk(entries, 0, &mut watch, &mut |at, row| {
                let value = match self.parse(row) {
                    Ok(value) => value,
                    Err(error) => {
                        bad.get_or_insert(error);
                        return Ok(ControlFlow::Continue(()));
                    }
                };
                let Some(excerpt) = matches(&value, &words) else { return Ok(ControlFlow::Continue(())) };
                if found.hits.len() >= limit {
                    found.more = true;
                    return Ok(ControlFlow::Break(()));
                }
                let id = value.get("id").and_then(Value::as_str).map(name::shown);
                found.hits.push(Hit { kind: kind.clone(), row: at, id, excerpt });
                Ok(ControlFlow::Continue(()))
            });
            match walked {
                Ok(()) => {}
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => found.faults.add(error),
            }
            bad.into_iter().for_each(|error| found.faults.add(error));
            if found.more {
                break;
            }
        }
        Ok(found)
    }
}

/// The text around the first word, if every word is there.
fn matches(row: &Value, words: &[String]) -> Option<String> {
    let mut texts = Vec::new();
    collect(row, &mut texts);
    let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    if !words.iter().all(|word| folded.iter().any(|text| text.contains(word))) {
        return None;
    }
    let first = words.first()?;
    let at = folded.iter().position(|text| text.contains(first))?;
    texts.get(at).map(|text| around(text, first))
}

fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        _ => {}
    }
}

/// What surrounds `word`, which is folded, in `text`, which is not.
fn around(text: &str, word: &str) -> String {
    // Folding changes lengths: where the word is in the text is counted character by character. Letters are folded one by
    // one, as the text was, so that no list of places is needed.
    let one = |c: char| fold(c.encode_utf8(&mut [0; 4]));
    let folded: String = text.chars().map(one).collect();
    let begins = folded.find(word).unwrap_or(0);
    let mut length = 0;
    let ends_before = |c: &char| {
        length += one(*c).len();
        length <= begins
    };
    let at = text.chars().take_while(ends_before).count();
    let from = at.saturating_sub(AROUND);
    let mut rest = text.chars().skip(from);
    let piece = rest.by_ref().take(at - from + AROUND).map(|c| if c.is_control() { ' ' } else { c });
    let piece: String = piece.collect();
    let (before, after) = (if from > 0 { "…" } else { "" }, if rest.next().is_some() { "…" } else { "" });
    format!("{before}{}{after}", piece.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::matches;

    #[test]
    fn words_are_found_in_any_text_of_a_row_without_accents_and_case() {
        let row = json!({"id": "msg_1", "n": 7, "author": {"name": "Zoé"}, "tags": [["Réseau"]], "text": "À bientôt"});
        let found = |query: &[&str]| matches(&row, &query.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(found(&["bientot", "zoe"]).as_deref(), Some("À bientôt"));
        assert_eq!(found(&["reseau"]).as_deref(), Some("Réseau"));
        assert_eq!(found(&["bientot", "absent"]), None);
    }

    #[test]
    fn an_excerpt_shows_the_word_within_a_long_text() {
        let text = format!("{} Écoulé\n{}", "ﬁé ".repeat(200), "x".repeat(200));
        let row = json!({"text": text});
        let found = matches(&row, &["ecoule".to_owned()]).unwrap_or_default();
        assert!(found.contains("Écoulé") && found.starts_with('…') && found.ends_with('…'), "{found}");
        assert!(found.chars().count() < 130);
    }
}
