//! What people type into the search field, read without ever failing.
//!
//! `"a phrase"`, `-word`, `-"a phrase"`, `skill:rust`, `-skill:php`, `budget:>500`, `budget:500..2000`, `client:verified`,
//! `client:dupont`, `type:hourly`, `posted:<7d`, `posted:<12h`, `from:marie`, `in:messages`, each with its French name;
//! anything else is a word whose beginning must occur (a single letter: the whole word). What is quoted is whole words.
//! Accents and case do not matter.

use presta_model::fold;
use serde::Serialize;
use ts_rs::TS;

use crate::vocabulary::Terms;

/// A read search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words whose beginning must occur, folded.
    pub words: Vec<String>,
    /// Phrases that must occur, folded, words apart by one blank.
    pub phrases: Vec<String>,
    /// Words whose beginning must not occur, folded.
    pub without: Vec<String>,
    /// Phrases that must not occur, folded, words apart by one blank.
    pub without_phrases: Vec<String>,
    /// Skills, each of which the project asks for.
    pub skills: Vec<String>,
    /// Least upper budget, in whole units.
    pub budget_over: Option<i64>,
    /// Largest lower budget, in whole units.
    pub budget_under: Option<i64>,
    /// Only checked clients.
    pub client_verified: bool,
    /// `fixed` or `hourly`.
    pub kind: Option<&'static str>,
    /// Posted within so many days.
    pub max_age_days: Option<u32>,
    /// Posted within so many hours.
    pub max_age_hours: Option<u32>,
    /// Posted at least so many days ago.
    pub min_age_days: Option<u32>,
    /// Skills, none of which the project asks for.
    pub without_skills: Vec<String>,
    /// Words of the client's name whose beginning must occur there, folded.
    pub clients: Vec<String>,
    /// Words of the author's name, folded: of messages and bids.
    pub from: Vec<String>,
    /// Where to look; everywhere when empty.
    pub places: Vec<Place>,
}

/// Where a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The projects of the feed.
    Projects,
    /// The messages of every conversation.
    Messages,
    /// Bids, made or received.
    Bids,
    /// The person's private notes.
    Notes,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 4] = [Self::Projects, Self::Messages, Self::Bids, Self::Notes];
}

/// What must occur.
pub(crate) struct Wanted<'s> {
    /// A word or the words of a phrase, folded, apart by one blank.
    pub(crate) text: &'s str,
    /// Whether it is whole words, not the beginning of one.
    pub(crate) whole: bool,
    /// The same as an FTS5 expression.
    pub(crate) term: String,
}

/// A piece of text, and whether the search hit it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Span {
    /// The text, to be shown as text.
    pub text: String,
    /// Whether to mark it.
    pub hit: bool,
}

impl Search {
    /// Reads what was typed; what is no operator is a word.
    pub fn parse(text: &str) -> Self {
        let mut search = Self::default();
        for piece in pieces(text) {
            search.take(&piece);
        }
        search
    }

    /// Whether there are words or phrases to find.
    pub fn has_text(&self) -> bool {
        !self.words.is_empty() || !self.phrases.is_empty()
    }

    /// Whether there is anything to find in `place`: it was not ruled out, and what was typed has a meaning there.
    pub fn looks_in(&self, place: Place) -> bool {
        let of_projects = !self.skills.is_empty()
            || !self.without_skills.is_empty()
            || !self.clients.is_empty()
            || self.budget_over.is_some()
            || self.budget_under.is_some()
            || self.client_verified
            || self.kind.is_some();
        let can = match place {
            Place::Projects => self.from.is_empty() && (of_projects || self.has_text()),
            Place::Notes => self.from.is_empty() && !of_projects && self.has_text(),
            Place::Messages | Place::Bids => !of_projects && (self.has_text() || !self.from.is_empty()),
        };
        can && (self.places.is_empty() || self.places.contains(&place))
    }

    /// The FTS5 expression for projects: what [`Search::fts`] says, and the client's name.
    pub(crate) fn project_fts(&self, terms: &Terms) -> Option<String> {
        let clients: Vec<String> = self.clients.iter().map(|word| format!("client : {}", terms.term(word))).collect();
        match (self.fts(terms), clients.is_empty()) {
            (fts, true) => fts,
            (Some(fts), false) => Some(format!("({}) AND ({fts})", clients.join(" AND "))),
            (None, false) => {
                let wanted = clients.join(" AND ");
                Some(match self.fts_without(terms) {
                    None => wanted,
                    Some(without) => format!("({wanted}) NOT ({without})"),
                })
            }
        }
    }

    /// The FTS5 expression; `None` when only operators (or only exclusions) were typed.
    pub(crate) fn fts(&self, terms: &Terms) -> Option<String> {
        if !self.has_text() {
            return None;
        }
        let wanted = self.wanted(terms).map(|wanted| wanted.term).collect::<Vec<_>>().join(" AND ");
        Some(match self.fts_without(terms) {
            None => wanted,
            Some(without) => format!("({wanted}) NOT ({without})"),
        })
    }

    /// The FTS5 expression of what must not occur.
    pub(crate) fn fts_without(&self, terms: &Terms) -> Option<String> {
        let phrases = self.without_phrases.iter().map(|phrase| format!("\"{phrase}\""));
        let without: Vec<String> = self.without.iter().map(|word| terms.term(word)).chain(phrases).collect();
        (!without.is_empty()).then(|| without.join(" OR "))
    }

    /// Each phrase and word that must occur.
    pub(crate) fn wanted(&self, terms: &Terms) -> impl Iterator<Item = Wanted<'_>> {
        let phrases =
            self.phrases.iter().map(|phrase| Wanted { text: phrase, whole: true, term: format!("\"{phrase}\"") });
        let words = self.words.iter().map(|word| Wanted { text: word, whole: is_letter(word), term: terms.term(word) });
        phrases.chain(words)
    }

    /// The words whose beginning is looked for or ruled out.
    pub(crate) fn beginnings(&self) -> impl Iterator<Item = &str> {
        let words = self.words.iter().chain(&self.clients).chain(&self.without);
        words.map(String::as_str)
    }

    /// Marks the hits in `text`.
    pub fn mark(&self, text: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut add = |text: &str, hit: bool| match spans.last_mut() {
            Some(last) if last.hit == hit => last.text.push_str(text),
            _ => spans.push(Span { text: text.to_owned(), hit }),
        };
        for (word, is_word) in runs(text) {
            add(word, is_word && self.hits(&fold(word)));
        }
        spans
    }

    /// About `length` characters of `text` around its first hit, or from its beginning, with hits marked.
    pub fn excerpt(&self, text: &str, length: usize) -> Vec<Span> {
        let flat = flatten(text, if self.has_text() { usize::MAX } else { length * 2 });
        let mut start = 0;
        if self.has_text() {
            let mut at = 0;
            for (word, is_word) in runs(&flat) {
                if is_word && self.hits(&fold(word)) {
                    start = at;
                    break;
                }
                at += word.len();
            }
        }
        let lead = flat.get(..start).unwrap_or_default();
        let from = lead.char_indices().rev().nth(40).map_or(0, |(index, _)| index);
        let from = if from == 0 { 0 } else { from + flat.get(from..).and_then(|t| t.find(' ')).map_or(0, |n| n + 1) };
        let tail = flat.get(from..).unwrap_or_default();
        let cut = tail.char_indices().nth(length).map_or(tail.len(), |(index, _)| index);
        let shown = tail.get(..cut).unwrap_or_default();
        let mut out = String::with_capacity(shown.len() + 6);
        if from > 0 {
            out.push('…');
        }
        out.push_str(shown);
        if cut < tail.len() {
            out.push('…');
        }
        self.mark(&out)
    }

    fn hits(&self, folded: &str) -> bool {
        self.words.iter().any(|word| if is_letter(word) { folded == word } else { folded.starts_with(word.as_str()) })
            || self.phrases.iter().any(|phrase| phrase.split(' ').any(|word| word == folded))
    }

    fn take(&mut self, piece: &Piece) {
        let text = piece.text.as_str();
        if piece.quoted {
            let phrase = words(text).join(" ");
            if !phrase.is_empty() {
                if piece.negative { self.without_phrases.push(phrase) } else { self.phrases.push(phrase) }
            }
            return;
        }
        if let Some((name, value)) = text.split_once(':') {
            let name = fold(name);
            let taken = if piece.negative { self.negated(&name, value) } else { self.operator(&name, value) };
            if taken {
                return;
            }
        }
        let found = words(text);
        if piece.negative { self.without.extend(found) } else { self.words.extend(found) }
    }

    /// Takes `name:value`; false when it is no operator, or its value cannot be read.
    fn operator(&mut self, name: &str, value: &str) -> bool {
        match name {
            "skill" | "competence" if !value.is_empty() => self.skills.push(value.to_lowercase()),
            "budget" => {
                let number = |text: &str| text.replace(['€', ' '], "").parse::<i64>().ok().filter(|n| *n >= 0);
                if let Some((least, most)) = value.split_once("..") {
                    self.budget_over = number(least).or(self.budget_over);
                    self.budget_under = number(most).or(self.budget_under);
                } else if let Some(rest) = value.strip_prefix('<') {
                    self.budget_under = number(rest.trim_start_matches('='));
                } else {
                    self.budget_over = number(value.trim_start_matches(['>', '=']));
                }
            }
            "client" if matches!(fold(value).as_str(), "verified" | "verifie") => self.client_verified = true,
            "client" => return extend(&mut self.clients, value),
            "from" | "de" => return extend(&mut self.from, value),
            "in" | "dans" => match place(&fold(value)) {
                Some(place) => self.places.push(place),
                None => return false,
            },
            "type" => match fold(value).as_str() {
                "fixed" | "forfait" => self.kind = Some("fixed"),
                "hourly" | "regie" | "horaire" => self.kind = Some("hourly"),
                _ => return false,
            },
            "posted" | "publie" => {
                let older = value.starts_with('>');
                let age = fold(value.trim_start_matches(['<', '>', '=']));
                if let Some(hours) = age.strip_suffix('h') {
                    let hours = hours.parse().ok();
                    if older {
                        self.min_age_days = hours.map(|hours: u32| hours.div_ceil(24))
                    } else {
                        self.max_age_hours = hours
                    }
                } else {
                    let days = age.trim_end_matches(['d', 'j']).parse().ok();
                    if older { self.min_age_days = days } else { self.max_age_days = days }
                }
            }
            _ => return false,
        }
        true
    }

    /// Takes `-name:value`; false when that has no meaning, and it is words then.
    fn negated(&mut self, name: &str, value: &str) -> bool {
        match (name, fold(value).as_str()) {
            ("skill" | "competence", "") => false,
            ("skill" | "competence", _) => {
                self.without_skills.push(value.to_lowercase());
                true
            }
            ("type", "fixed" | "forfait") => self.operator("type", "hourly"),
            ("type", "hourly" | "regie" | "horaire") => self.operator("type", "fixed"),
            ("in" | "dans", value) => match place(value) {
                Some(out) => {
                    if self.places.is_empty() {
                        self.places = Place::ALL.to_vec();
                    }
                    self.places.retain(|place| *place != out);
                    true
                }
                None => false,
            },
            _ => false,
        }
    }
}

/// Adds the words of a name; false when there are none.
fn extend(names: &mut Vec<String>, value: &str) -> bool {
    let found = words(value);
    let any = !found.is_empty();
    names.extend(found);
    any
}

fn place(folded: &str) -> Option<Place> {
    Some(match folded {
        "projects" | "missions" | "mission" | "projets" => Place::Projects,
        "messages" | "message" => Place::Messages,
        "bids" | "offers" | "offres" | "offre" => Place::Bids,
        "notes" | "note" => Place::Notes,
        _ => return None,
    })
}

pub(crate) fn is_letter(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

/// One piece of what was typed.
struct Piece {
    text: String,
    negative: bool,
    quoted: bool,
}

/// Splits at blanks, keeps quoted text together; a missing end quote is taken as there.
fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let negative = rest.starts_with('-');
        let body = if negative { rest.get(1..).unwrap_or_default() } else { rest };
        let quote = body.chars().next().filter(|c| matches!(c, '"' | '«' | '“'));
        if let Some(open) = quote {
            let inside = body.get(open.len_utf8()..).unwrap_or_default();
            let end = inside.find(['"', '»', '”']).unwrap_or(inside.len());
            let (inner, after) = inside.split_at(end);
            out.push(Piece { text: inner.to_owned(), negative, quoted: true });
            let mut after = after.chars();
            after.next();
            rest = after.as_str().trim_start();
        } else {
            let end = body.find(char::is_whitespace).unwrap_or(body.len());
            let (inner, after) = body.split_at(end);
            out.push(Piece { text: inner.to_owned(), negative, quoted: false });
            rest = after.trim_start();
        }
    }
    out
}

/// The folded words of a text, as the index tokenises it.
pub(crate) fn words(text: &str) -> Vec<String> {
    words_of(text).map(fold).collect()
}

/// The same with a space between two of them.
pub(crate) fn joined_words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in words_of(text) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        if word.is_ascii() {
            joined.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            joined.push_str(&fold(word));
        }
    }
    joined
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_in_word(c)).filter(|word| !word.is_empty())
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && unicode_normalization::char::is_combining_mark(c))
}

/// Runs of word characters and of the rest, in order.
fn runs(text: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut kind: Option<bool> = None;
    for (index, c) in text.char_indices() {
        let is_word = is_in_word(c);
        if kind.is_some_and(|kind| kind != is_word) {
            out.push((text.get(start..index).unwrap_or_default(), !is_word));
            start = index;
        }
        kind = Some(is_word);
    }
    if let Some(kind) = kind {
        out.push((text.get(start..).unwrap_or_default(), kind));
    }
    out
}

/// Markdown on one line, without its marks and headings.
fn flatten(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut blank = true;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        for c in line.chars().chain([' ']) {
            let c = if matches!(c, '*' | '`' | '_' | '>' | '|' | '\t') { ' ' } else { c };
            if c != ' ' || !blank {
                out.push(c);
            }
            blank = c == ' ';
        }
        if out.len() > most {
            break;
        }
    }
    out.replace(" - ", " · ").trim_start_matches("- ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_phrases_and_operators() {
        let search = Search::parse("Développeur \"temps réel\" -php skill:Rust budget:>500 client:verified posted:<7d");
        assert_eq!(search.words, ["developpeur"]);
        assert_eq!(search.phrases, ["temps reel"]);
        assert_eq!(search.without, ["php"]);
        assert_eq!(search.skills, ["rust"]);
        assert_eq!(search.budget_over, Some(500));
        assert!(search.client_verified);
        assert_eq!(search.max_age_days, Some(7));
        assert_eq!(search.fts(&Terms::default()).unwrap(), "(\"temps reel\" AND \"developpeur\"*) NOT (\"php\"*)");
    }

    #[test]
    fn what_is_no_operator_is_words() {
        assert_eq!(Search::parse("foo:bar c++ a\"b").words, ["foo", "bar", "c", "a", "b"]);
        assert_eq!(Search::parse("type:rien").words, ["type", "rien"]);
        let search = Search::parse("rust -\"temps réel\" -\"java\"");
        assert_eq!(search.without_phrases, ["temps reel", "java"]);
        assert_eq!(search.fts(&Terms::default()).unwrap(), "(\"rust\"*) NOT (\"temps reel\" OR \"java\")");
        assert_eq!(Search::parse("\"").fts(&Terms::default()), None);
        assert_eq!(Search::parse("- :: \"\" *").fts(&Terms::default()), None);
    }

    #[test]
    fn marks_hits_without_losing_text() {
        let spans = Search::parse("developpeur").mark("Un développeur, deux DÉVELOPPEURS");
        let marked: Vec<&str> = spans.iter().filter(|s| s.hit).map(|s| s.text.as_str()).collect();
        assert_eq!(marked, ["développeur", "DÉVELOPPEURS"]);
    }

    #[test]
    fn an_excerpt_is_about_the_hit_and_leaves_headings_out() {
        let brief = format!("## Le contexte\n\nUne PME du **Gers**.\n\n{}\n- Réécrire en Rust", "mot ".repeat(60));
        let shown = |query: &str| -> String {
            Search::parse(query).excerpt(&brief, 60).into_iter().map(|span| span.text).collect()
        };
        assert!(shown("").starts_with("Une PME du Gers . mot mot"), "{}", shown(""));
        assert!(shown("rust").starts_with('…') && shown("rust").ends_with("Réécrire en Rust"), "{}", shown("rust"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_any_text_is_marked_whole(typed in ".{0,60}", text in ".{0,200}") {
            let search = Search::parse(&typed);
            let whole: String = search.mark(&text).into_iter().map(|span| span.text).collect();
            proptest::prop_assert_eq!(whole, text.clone());
            let _ = search.excerpt(&text, 40);
            if let Some(fts) = search.fts(&Terms::default()) {
                let db = rusqlite::Connection::open_in_memory().unwrap();
                db.execute_batch("CREATE VIRTUAL TABLE t USING fts5(x, tokenize=\"unicode61 remove_diacritics 2\")").unwrap();
                let count: Result<i64, _> = db.query_row("SELECT count(*) FROM t WHERE t MATCH ?1", [&fts], |row| row.get(0));
                proptest::prop_assert!(count.is_ok(), "{} -> {:?}", fts, count);
            }
        }
    }
}
