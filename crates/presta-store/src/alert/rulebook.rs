//! Many rules, of which a project is held against the few that it can match.
//!
//! Each rule is filed under one thing it cannot match without: a skill, a word, a category. A project's words and the
//! words of the rules are both sorted, so one pass over the two tells which rules to look at.

use std::collections::{BTreeMap, HashMap};

use crate::alert::{Matcher, Subject};

/// Rules, by what they cannot match without.
#[derive(Debug)]
pub struct Rulebook<T> {
    rules: Vec<(T, Matcher)>,
    by_skill: HashMap<String, Vec<usize>>,
    by_category: HashMap<String, Vec<usize>>,
    /// By a word's beginning.
    by_word: BTreeMap<String, Vec<usize>>,
    /// Those that ask for none of these.
    any: Vec<usize>,
}

/// What a rule cannot match without.
pub(super) enum Anchor {
    /// One of these skills.
    Skills(Vec<String>),
    /// A word that begins so.
    Word(String),
    /// One of these categories.
    Categories(Vec<String>),
    /// Nothing of that kind.
    Nothing,
}

impl<T> Rulebook<T> {
    /// Files the rules.
    pub fn new(rules: Vec<(T, Matcher)>) -> Self {
        let mut book = Self {
            rules: Vec::new(),
            by_skill: HashMap::new(),
            by_category: HashMap::new(),
            by_word: BTreeMap::new(),
            any: Vec::new(),
        };
        for (index, (_, matcher)) in rules.iter().enumerate() {
            match matcher.anchor() {
                Anchor::Skills(skills) => file(&mut book.by_skill, skills, index),
                Anchor::Categories(categories) => file(&mut book.by_category, categories, index),
                Anchor::Word(word) => book.by_word.entry(word).or_default().push(index),
                Anchor::Nothing => book.any.push(index),
            }
        }
        book.rules = rules;
        book
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules that a project can match, in their order; whether it does is for [`Matcher::matches`] to say.
    pub fn candidates(&self, subject: &Subject<'_>) -> impl Iterator<Item = &(T, Matcher)> {
        let mut found = self.any.clone();
        let filed = |map: &HashMap<String, Vec<usize>>, name: &String| map.get(name).cloned().unwrap_or_default();
        for skill in &subject.project.skills {
            found.extend(filed(&self.by_skill, skill));
        }
        found.extend(filed(&self.by_category, &subject.project.category));
        for column in subject.columns() {
            let mut words = column.iter().peekable();
            for (beginning, rules) in &self.by_word {
                while words.next_if(|word| *word < beginning.as_str()).is_some() {}
                let Some(word) = words.peek() else { break };
                if word.starts_with(beginning.as_str()) {
                    found.extend(rules);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|index| self.rules.get(index))
    }
}

fn file(map: &mut HashMap<String, Vec<usize>>, names: Vec<String>, index: usize) {
    for name in names {
        map.entry(name).or_default().push(index);
    }
}
