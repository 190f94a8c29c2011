//! A project made ready to be held against many rules: its texts are cut into words once.

use presta_model::{BudgetKind, Millis, Project, ProjectStatus, fold};
use unicode_normalization::char::is_combining_mark;

/// A project, with its words as the full-text index has them.
#[derive(Debug)]
pub struct Subject<'a> {
    pub(super) project: &'a Project,
    pub(super) title: Words,
    description: Words,
    skills: Words,
    pub(super) client: Words,
    pub(super) city: String,
    pub(super) posted_second: i64,
    pub(super) closes_at: Option<i64>,
    pub(super) least: Option<i64>,
    pub(super) most: Option<i64>,
}

impl<'a> Subject<'a> {
    /// Cuts the project's texts into words.
    pub fn of(project: &'a Project) -> Self {
        let money = project.budget_max.as_ref().or(project.budget_min.as_ref());
        Self {
            project,
            title: Words::of(&project.title),
            description: Words::of(&project.description),
            skills: Words::of(&project.skills.join(" ")),
            client: Words::of(&project.client.display_name),
            city: project.city.as_deref().map(fold).unwrap_or_default(),
            posted_second: project.posted_at.as_second(),
            closes_at: project.bids_close_at.map(|at| Millis::from(at).0),
            least: project.budget_min.as_ref().or(project.budget_max.as_ref()).map(|money| money.amount_minor),
            most: money.map(|money| money.amount_minor),
        }
    }

    /// Whether bids are taken at `now`, in ms.
    pub(super) fn is_open(&self, now: i64) -> bool {
        self.project.status == ProjectStatus::Open && self.closes_at.is_none_or(|at| at > now)
    }

    pub(super) fn currency(&self) -> Option<&str> {
        let money = self.project.budget_max.as_ref().or(self.project.budget_min.as_ref());
        money.map(|money| money.currency.as_str())
    }

    pub(super) fn kind(&self) -> BudgetKind {
        self.project.kind
    }

    /// Whether a word begins so in any of the texts; a single letter must be the word.
    pub(super) fn has_beginning(&self, word: &str) -> bool {
        self.columns().any(|column| column.has_beginning(word))
    }

    /// Whether the words stand side by side in one of the texts.
    pub(super) fn has_phrase(&self, phrase: &str) -> bool {
        self.columns().any(|column| column.has_phrase(phrase))
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Words> {
        [&self.title, &self.description, &self.skills, &self.client].into_iter()
    }
}

/// The folded words of a text.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// In order, a blank before and after each.
    text: String,
    /// Where each begins and ends, sorted by the word, without repetition.
    sorted: Vec<(u32, u32)>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut it = Self { text: String::with_capacity(text.len() + 2), sorted: Vec::new() };
        it.text.push(' ');
        if text.is_ascii() {
            it.take_ascii(text);
        } else {
            let is_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
            for word in text.split(|c: char| !is_word(c)) {
                if word.is_ascii() {
                    it.take(word.chars().map(|c| c.to_ascii_lowercase()));
                } else {
                    it.take(fold(word).chars());
                }
            }
        }
        let whole = std::mem::take(&mut it.text);
        let word = |(from, to): (u32, u32)| whole.get(from as usize..to as usize).unwrap_or_default();
        it.sorted.sort_unstable_by(|a, b| word(*a).cmp(word(*b)));
        it.sorted.dedup_by(|a, b| word(*a) == word(*b));
        it.text = whole;
        it
    }

    fn take_ascii(&mut self, text: &str) {
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            self.take(word.chars().map(|c| c.to_ascii_lowercase()));
        }
    }

    fn take(&mut self, word: impl Iterator<Item = char>) {
        let from = self.text.len();
        self.text.extend(word);
        let to = self.text.len();
        if to > from
            && let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(to))
        {
            self.sorted.push((from, to));
            self.text.push(' ');
        }
    }

    fn word(&self, (from, to): (u32, u32)) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The words in order, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(|range| self.word(*range))
    }

    pub(super) fn has_beginning(&self, word: &str) -> bool {
        let at = self.sorted.partition_point(|range| self.word(*range) < word);
        let Some(found) = self.sorted.get(at).map(|range| self.word(*range)) else { return false };
        if word.chars().nth(1).is_none() { found == word } else { found.starts_with(word) }
    }

    pub(super) fn has_phrase(&self, phrase: &str) -> bool {
        self.may_hold(phrase) && self.text.contains(&format!(" {phrase} "))
    }

    /// Looks the first word up before the text is read through.
    fn may_hold(&self, phrase: &str) -> bool {
        let first = phrase.split(' ').next().unwrap_or_default();
        self.sorted.binary_search_by(|range| self.word(*range).cmp(first)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_are_found_by_their_beginning_and_phrases_whole() {
        let words = Words::of("Un DÉVELOPPEUR Rust, en temps re\u{301}el : C++ (œuvre)");
        for (word, there) in [
            ("developp", true),
            ("rust", true),
            ("us", false),
            ("c", true),
            ("e", false),
            ("en", true),
            ("oeuvre", false),
        ] {
            assert_eq!(words.has_beginning(word), there, "{word}");
        }
        for (phrase, there) in
            [("temps reel", true), ("temps re", false), ("rust en temps", true), ("reel rust", false)]
        {
            assert_eq!(words.has_phrase(phrase), there, "{phrase}");
        }
        assert!(words.has_phrase("rust") && !words.has_phrase("rus"));
        assert!(!Words::of("").has_beginning("a"));
    }
}
