//! What is written: data to the standard output, all else to the standard error.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use presta_commands::Failure;
use serde_json::Value;

use crate::args::{Global, Json};
use crate::exit::Stop;
use crate::words::Words;

/// Where output goes, and in which form.
#[derive(Debug, Clone)]
pub struct Output {
    pub words: Words,
    pub json: Option<Json>,
    /// Columns of the terminal; `None` when there is none, and nothing is cut or wrapped.
    width: Option<u16>,
    bold: bool,
    quiet: bool,
    /// Whether progress may be drawn.
    pub progress: bool,
}

impl Output {
    pub fn new(words: Words, global: &Global) -> Self {
        let terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size().map_or(80, |(width, _)| width.0);
        Self {
            words,
            json: global.json,
            width: terminal.then_some(size),
            bold: terminal && colours(),
            quiet: global.quiet,
            progress: io::stderr().is_terminal() && !global.quiet,
        }
    }

    /// A response: as JSON when asked for, else as `text` writes it.
    pub fn response(&self, value: &Value, text: impl FnOnce(&Self) -> String) -> Result<(), Stop> {
        let text = match self.json {
            Some(Json::Whole) => format!("{value}\n"),
            Some(Json::Lines) => match list_of(value) {
                Some(items) => items.iter().map(|item| format!("{item}\n")).collect(),
                None => format!("{value}\n"),
            },
            None => text(self),
        };
        self.data(&text)
    }

    /// Text to the standard output.
    pub fn data(&self, text: &str) -> Result<(), Stop> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// A table, its head bold on a terminal; wrapped to the terminal's width.
    pub fn table(&self, head: &[&str], rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        match self.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        table.set_header(head.iter().map(|key| self.words.get(key)));
        for row in rows {
            table.add_row(row.iter().map(|cell| clean_line(cell)));
        }
        // Columns are a blank apart on both sides; the first one's is of no use.
        let mut lines = table.lines().map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
        let head = lines.next().unwrap_or_default();
        let head = if self.bold { format!("\x1b[1m{head}\x1b[0m") } else { head };
        std::iter::once(head).chain(lines).map(|line| line + "\n").collect()
    }

    /// A sentence for the person, to the standard error.
    pub fn say(&self, text: &str) {
        // Nobody may be listening; that is no reason to stop.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// A sentence that only a person wants: not with `--quiet`, nor where JSON is expected.
    pub fn note(&self, text: &str) {
        if !self.quiet && self.json.is_none() {
            self.say(text);
        }
    }

    /// A failure: as JSON when asked for, else in words.
    pub fn failure(&self, failure: &Failure) {
        if self.json.is_some() {
            return self.say(&serde_json::to_string(failure).unwrap_or_default());
        }
        let (what, then) = self.words.failure(failure);
        let label = self.words.get("error_label");
        let strong = io::stderr().is_terminal() && colours();
        let label = if strong { format!("\x1b[1;31m{label}\x1b[0m") } else { label };
        self.say(&format!("{label} {}", clean_line(&what)));
        if let Some(rule) = failure.params.get("rule").and_then(|rule| serde_json::to_value(rule).ok()) {
            let rule = rule.as_str().unwrap_or_default();
            self.say(&clean_line(&self.words.problem(rule).unwrap_or_else(|| rule.to_owned())));
        }
        if !then.is_empty() {
            self.say(&clean_line(&then));
        }
    }

    /// Money in a response.
    pub fn money(&self, value: &Value) -> String {
        match (value["amount_minor"].as_i64(), value["currency"].as_str()) {
            (Some(minor), Some(currency)) => self.words.money(minor, currency),
            _ => "–".to_owned(),
        }
    }

    /// Bytes, in the largest unit that leaves something before the comma.
    pub fn size(&self, bytes: &Value) -> String {
        let bytes = bytes.as_u64().unwrap_or_default();
        let (unit, value) = match bytes {
            1_000_000_000.. => ("bytes_gb", bytes / 1_000_000_000),
            1_000_000.. => ("bytes_mb", bytes / 1_000_000),
            1_000.. => ("bytes_kb", bytes / 1_000),
            _ => ("bytes_b", bytes),
        };
        self.words.with(unit, &[("value", &value.to_string())])
    }

    /// What a bid asks, by the hour or for the whole.
    pub fn price(&self, bid: &Value) -> String {
        let unit = if bid["hourly"] == true { self.words.get("per_hour_short") } else { String::new() };
        format!("{}{unit}", self.money(&bid["amount"]))
    }

    /// A budget's two ends.
    pub fn budget(&self, min: &Value, max: &Value) -> String {
        match (min.is_null(), max.is_null()) {
            (true, true) => "–".to_owned(),
            (false, false) if min != max => format!("{} – {}", self.money(min), self.money(max)),
            (true, false) => self.money(max),
            _ => self.money(min),
        }
    }
}

/// Names and values in two columns.
pub fn pairs(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{name:<width$}  {}\n", clean_line(value))).collect()
}

/// The one list in a response.
fn list_of(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().or_else(|| {
        let lists: Vec<_> = value.as_object()?.iter().filter_map(|(name, it)| Some((name, it.as_array()?))).collect();
        lists
            .iter()
            .find(|(name, _)| {
                matches!(name.as_str(), "rows" | "acts" | "messages" | "files" | "cells" | "hits" | "kinds")
            })
            .map(|(_, it)| *it)
    })
}

/// A time in ms since 1970 or RFC 3339, as date and time of the system's zone.
pub fn time(value: &Value) -> String {
    let at = match value {
        Value::Number(ms) => ms.as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    at.map_or_else(|| "–".to_owned(), |at| at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
}

/// A text of others, harmless for a terminal: no control characters, which could move the cursor or change the title,
/// and none that turn the direction of writing. Lines and tabs stay.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| *c != '\r')
        .map(|c| match c {
            '\n' | '\t' => c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            _ if c.is_control() => '\u{fffd}',
            _ => c,
        })
        .collect()
}

/// The same on one line.
pub fn clean_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

/// The text of sanitised HTML, for a terminal.
pub fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, tagged)) = rest.split_once('<') {
        out.push_str(before);
        let (tag, after) = tagged.split_once('>').unwrap_or((tagged, ""));
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        match (name.as_str(), tag.starts_with('/')) {
            ("br", _) => out.push('\n'),
            ("li", false) => out.push_str("- "),
            ("p" | "ul" | "ol" | "pre" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", true) => {
                out.push('\n')
            }
            _ => {}
        }
        rest = after;
    }
    out.push_str(rest);
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")]
        .iter()
        .fold(out, |text, (entity, c)| text.replace(entity, c));
    clean(text.trim())
}

/// Whether colours are wanted (no-color.org).
fn colours() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_line, list_of, plain};
    use serde_json::json;

    #[test]
    fn a_hostile_text_cannot_drive_the_terminal() {
        assert_eq!(
            clean("a\x1b]0;owned\x07b\u{202e}c\u{9b}2Jé\r\n\td"),
            "a\u{fffd}]0;owned\u{fffd}b\u{fffd}c\u{fffd}2Jé\n\td"
        );
        assert_eq!(clean_line("a\nb\tc"), "a b c");
    }

    #[test]
    fn html_becomes_text() {
        let html = "<p>Un &amp;lt; deux<br />trois</p>\n<ul>\n<li>quatre</li>\n</ul><p><a href=\"x\">cinq</a>";
        assert_eq!(plain(html), "Un &lt; deux\ntrois\n\n\n- quatre\n\ncinq");
    }

    #[test]
    fn a_list_is_found_in_a_response() {
        assert_eq!(list_of(&json!({ "rows": [1, 2], "total": 2 })), Some(&vec![json!(1), json!(2)]));
        assert_eq!(list_of(&json!({ "row": { "rows": [] } })), None);
    }
}
