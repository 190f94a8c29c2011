//! Every word, in French and English: the command line's own, and for failures those of the window.

use clap::ValueEnum;
use presta_commands::Failure;
use serde_json::{Map, Value};

const OURS: [&str; 2] = [include_str!("../messages/fr.json"), include_str!("../messages/en.json")];
const WINDOW: [&str; 2] = [include_str!("../../../ui/messages/fr.json"), include_str!("../../../ui/messages/en.json")];

/// The languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Fr,
    En,
}

impl Language {
    /// English on an English system, French on every other.
    pub fn of_system() -> Self {
        match sys_locale::get_locale() {
            Some(tag) if tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("en")) => Self::En,
            _ => Self::Fr,
        }
    }

    /// The one asked for on the command line, before it is parsed: its faults are told in that language as well.
    pub fn asked(arguments: &[std::ffi::OsString]) -> Option<Self> {
        let mut arguments = arguments.iter().filter_map(|argument| argument.to_str()).take_while(|it| *it != "--");
        let value = arguments.find_map(|argument| match argument.strip_prefix("--lang") {
            Some("") => Some(None),
            Some(rest) => rest.strip_prefix('=').map(Some),
            None => None,
        })?;
        Self::from_str(value.or_else(|| arguments.next())?, true).ok()
    }
}

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Words {
    pub language: Language,
    ours: Map<String, Value>,
    window: Map<String, Value>,
}

impl Words {
    pub fn of(language: Language) -> Self {
        let read = |texts: [&str; 2]| {
            let [french, english] = texts;
            let text = if language == Language::Fr { french } else { english };
            serde_json::from_str(text).unwrap_or_default()
        };
        Self { language, ours: read(OURS), window: read(WINDOW) }
    }

    /// The words called `key`; the key itself when there are none, which a test rules out.
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The words called `key` with values put in.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.find(key).unwrap_or(key), values)
    }

    /// Whether there are words of that name.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The words of a name that only data can give; the name itself when there are none.
    pub fn named(&self, prefix: &str, name: &str) -> String {
        let key = format!("{prefix}_{}", name.replace('-', "_"));
        self.find(&key).unwrap_or(name).to_owned()
    }

    /// A failure in two sentences: what happened; what was kept and what to do.
    pub fn failure(&self, failure: &Failure) -> (String, String) {
        let key = format!("error_{}", failure.code.replace('-', "_"));
        let then = format!("{key}_then");
        let mut values: Vec<(String, String)> = failure
            .params
            .iter()
            .map(|(name, value)| {
                let value = serde_json::to_value(value).unwrap_or_default();
                (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            })
            .collect();
        let title = values.iter().find(|(name, _)| name == "title").map(|(_, title)| title.clone());
        values.push(("code".to_owned(), failure.code.clone()));
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match (self.find(&key), title) {
            (Some(what), _) => (fill(what, &values), self.find(&then).map(|it| fill(it, &values)).unwrap_or_default()),
            (None, Some(title)) => (title, self.get("error_refused_then")),
            (None, None) => (self.with("error_unknown", &values), self.get("error_unknown_then")),
        }
    }

    /// A problem of a bid.
    pub fn problem(&self, rule: &str) -> Option<String> {
        let key = format!("problem_{}", rule.replace('-', "_"));
        self.find(&key).filter(|text| !text.contains('{')).map(str::to_owned)
    }

    /// An amount in minor units as a reader of the language writes it.
    pub fn money(&self, minor: i64, currency: &str) -> String {
        let (units, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
        let sign = if minor < 0 { "-" } else { "" };
        let sep = if self.language == Language::Fr { '\u{a0}' } else { ',' };
        let point = if self.language == Language::Fr { ',' } else { '.' };
        let cents = if cents == 0 { String::new() } else { format!("{point}{cents:02}") };
        let symbol = if currency == "EUR" { "€" } else { currency };
        format!("{sign}{}{cents}\u{a0}{symbol}", grouped(units, sep))
    }

    fn find(&self, key: &str) -> Option<&str> {
        self.ours.get(key).or_else(|| self.window.get(key))?.as_str()
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Digits in groups of three.
fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Language, Words};
    use std::ffi::OsString;

    #[test]
    fn both_languages_say_the_same_things() {
        let keys = |language| Words::of(language).ours.keys().cloned().collect::<Vec<_>>();
        let (french, english) = (keys(Language::Fr), keys(Language::En));
        assert!(french.len() > 80, "{}", french.len());
        assert_eq!(french, english);
        let holes = |words: &Words, key: &str| {
            let mut holes: Vec<String> = words.ours[key]
                .as_str()
                .unwrap()
                .split('{')
                .skip(1)
                .map(|it| it.split('}').next().unwrap().into())
                .collect();
            holes.sort();
            holes
        };
        for key in &french {
            assert_eq!(holes(&Words::of(Language::Fr), key), holes(&Words::of(Language::En), key), "{key}");
        }
    }

    #[test]
    fn failures_have_the_words_of_the_window() {
        let words = Words::of(Language::En);
        let told = |failure| words.failure(&failure).0;
        assert_eq!(told(presta_commands::Failure::new("offline")), "No Internet connection.");
        assert_eq!(told(presta_commands::Failure::new("nonsense")), "Something went wrong (nonsense).");
        assert_eq!(told(presta_commands::Failure::new("nonsense").with("title", "Non.")), "Non.");
    }

    #[test]
    fn amounts_are_grouped() {
        assert_eq!(Words::of(Language::Fr).money(123_456_700, "EUR"), "1\u{a0}234\u{a0}567\u{a0}€");
        assert_eq!(Words::of(Language::En).money(-125_050, "USD"), "-1,250.50\u{a0}USD");
    }

    #[test]
    fn the_language_is_known_before_the_rest() {
        let asked = |line: &str| Language::asked(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked("presta --lang en bids"), Some(Language::En));
        assert_eq!(asked("presta bids --lang=fr"), Some(Language::Fr));
        assert_eq!(asked("presta message t -- --lang en"), None);
        assert_eq!(asked("presta --language en"), None);
        assert_eq!(asked("presta --lang"), None);
    }
}
