//! Reads a listing file: one JSON object a line.

use std::borrow::Cow;
use std::io::{BufRead, Result};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::seed::{Kind, SeedProject, Status, catalog};

/// What a line of the file gave.
#[derive(Debug)]
pub enum Line {
    /// A project, ready to store.
    Project(Box<SeedProject>),
    /// A line that was skipped.
    Bad {
        /// Counted from 1.
        number: u64,
        /// One sentence, in English, for the console.
        reason: String,
    },
}

/// Longest accepted line, in bytes, line end excluded.
pub const LINE_MAX: usize = 1 << 20;
/// Largest accepted budget, in currency units.
const BUDGET_MAX: f64 = 1e11;

/// The fields of a line; those the contract does not require are optional.
#[derive(Debug, Deserialize)]
struct Listing {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    skills: Option<Vec<String>>,
    #[serde(default)]
    category: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    budget_min: Option<f64>,
    #[serde(default)]
    budget_max: Option<f64>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    city: Option<String>,
    #[serde(default)]
    remote: Option<bool>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    posted_at: Option<String>,
}

/// Reads every line of `reader`; blank lines are ignored, bad ones are told to `on` and skipped.
///
/// A byte order mark and CRLF line ends are tolerated. A date after `now` becomes `now`.
///
/// # Errors
/// Only when `reader` itself fails.
pub fn read(mut reader: impl BufRead, now: Timestamp, mut on: impl FnMut(Line)) -> Result<()> {
    let mut line = Vec::new();
    let mut number = 0_u64;
    while let Some(length) = next_line(&mut reader, &mut line)? {
        number += 1;
        let parsed = if length > LINE_MAX {
            Err(format!("the line is longer than {LINE_MAX} bytes"))
        } else {
            parse(&line, number == 1, now)
        };
        match parsed {
            Ok(Some(project)) => on(Line::Project(Box::new(project))),
            Ok(None) => {}
            Err(reason) => on(Line::Bad { number, reason }),
        }
    }
    Ok(())
}

/// Fills `line`, without its end, up to [`LINE_MAX`] bytes; gives the true length, or `None` at
/// the end of the file.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Option<usize>> {
    line.clear();
    let mut length = 0_usize;
    let mut any = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(any.then_some(length));
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        // One more than the limit, for the carriage return of a line of exactly that length.
        let room = (LINE_MAX + 1).saturating_sub(line.len()).min(part.len());
        line.extend_from_slice(part.get(..room).unwrap_or_default());
        length = length.saturating_add(part.len());
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            if line.len() == length && line.last() == Some(&b'\r') {
                line.pop();
                length -= 1;
            }
            return Ok(Some(length));
        }
    }
}

fn parse(line: &[u8], first: bool, now: Timestamp) -> std::result::Result<Option<SeedProject>, String> {
    let text = std::str::from_utf8(line).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))?;
    let text = if first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let listing: Listing = serde_json::from_str(text).map_err(|error| format!("not a listing: {error}"))?;
    project(listing, now).map(Some)
}

fn project(listing: Listing, now: Timestamp) -> std::result::Result<SeedProject, String> {
    let title = listing.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err("the title is empty".to_owned());
    }
    let kind = match listing.kind.trim() {
        "fixed" => Kind::Fixed,
        "hourly" => Kind::Hourly,
        other => return Err(format!("unknown type {other:?}, expected \"fixed\" or \"hourly\"")),
    };
    let (min, max) = match (listing.budget_min, listing.budget_max) {
        (Some(min), Some(max)) => (min, max),
        (Some(only), None) | (None, Some(only)) => (only, only),
        (None, None) => return Err("budget_min and budget_max are both missing".to_owned()),
    };
    let (budget_min_minor, budget_max_minor) = (minor("budget_min", min)?, minor("budget_max", max)?);
    if budget_min_minor > budget_max_minor {
        return Err(format!("budget_min {min} is above budget_max {max}"));
    }
    let posted_at = date(listing.posted_at.as_deref(), now)?;
    let later = |from: Timestamp, days: i64| from.checked_add(SignedDuration::from_hours(days * 24)).unwrap_or(from);
    let client = title
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    Ok(SeedProject {
        title,
        description: listing.description.unwrap_or_default(),
        category: category(listing.category),
        skills: skills(listing.skills.unwrap_or_default()),
        kind,
        budget_min_minor,
        budget_max_minor,
        currency: code("currency", listing.currency, 3, "EUR")?,
        country: code("country", listing.country, 2, "FR")?,
        city: listing.city.filter(|city| !city.trim().is_empty()).map(Cow::Owned),
        remote: listing.remote.unwrap_or(true),
        language: Cow::Borrowed(if listing.language.as_deref() == Some("en") { "en" } else { "fr" }),
        posted_at,
        bids_close_at: later(posted_at, 60).max(later(now, 14)),
        bid_count: 0,
        bid_average_minor: None,
        client,
        status: Status::Open,
    })
}

fn minor(field: &str, amount: f64) -> std::result::Result<i64, String> {
    if amount < 0.0 {
        return Err(format!("{field} is negative ({amount})"));
    }
    if !amount.is_finite() || amount > BUDGET_MAX {
        return Err(format!("{field} is out of range ({amount})"));
    }
    Ok((amount * 100.0).round() as i64)
}

/// RFC 3339, or a day alone (midnight UTC); `now` when missing or later.
fn date(text: Option<&str>, now: Timestamp) -> std::result::Result<Timestamp, String> {
    let Some(text) = text else { return Ok(now) };
    let text = text.trim();
    let day = || text.parse::<Date>().ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    let read = text.parse::<Timestamp>().ok();
    let read = read.or_else(|| day().map(|zoned| zoned.timestamp()));
    read.map(|at| at.min(now)).ok_or_else(|| format!("posted_at {text:?} is not a date"))
}

fn category(given: Option<String>) -> Cow<'static, str> {
    let Some(given) = given.filter(|text| !text.trim().is_empty()) else {
        return Cow::Borrowed("backend");
    };
    catalog::category_id(&given).map_or_else(|| Cow::Owned(given.trim().to_owned()), Cow::Borrowed)
}

/// Known skills by id, others as written; each once.
fn skills(given: Vec<String>) -> Vec<Cow<'static, str>> {
    let mut skills: Vec<Cow<'static, str>> = Vec::with_capacity(given.len());
    for text in given.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let skill = catalog::skill_id(text).map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed);
        if !skills.contains(&skill) {
            skills.push(skill);
        }
    }
    skills
}

fn code(
    field: &str,
    given: Option<String>,
    length: usize,
    usual: &'static str,
) -> std::result::Result<Cow<'static, str>, String> {
    let Some(given) = given else { return Ok(Cow::Borrowed(usual)) };
    let code = given.trim().to_ascii_uppercase();
    if code.len() == length && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(Cow::Owned(code))
    } else {
        Err(format!("{field} {given:?} is not a code of {length} letters"))
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_MAX, Line, read};
    use crate::seed::{Kind, SeedProject};

    const NOW: &str = "2026-11-23T09:00:00Z";

    fn run(bytes: &[u8]) -> (Vec<SeedProject>, Vec<(u64, String)>) {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        let now = NOW.parse().unwrap_or_default();
        let done = read(bytes, now, |line| match line {
            Line::Project(project) => good.push(*project),
            Line::Bad { number, reason } => bad.push((number, reason)),
        });
        assert!(done.is_ok());
        (good, bad)
    }

    fn line(change: &str) -> String {
        let mut value: serde_json::Value = serde_json::json!({
            "title": "Développeur Rust", "description": "Texte", "skills": ["Rust", "brainfuck"],
            "category": "backend", "type": "fixed", "budget_min": 1200.5, "budget_max": 3000,
            "currency": "eur", "country": "FR", "posted_at": "2026-11-20T08:00:00Z"
        });
        let patch: serde_json::Value = serde_json::from_str(change).unwrap_or_default();
        for (key, new) in patch.as_object().into_iter().flatten() {
            value[key] = new.clone();
        }
        value.to_string()
    }

    #[test]
    fn a_listing_becomes_a_project() {
        let (good, bad) = run(line("{}").as_bytes());
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(good.len(), 1);
        assert_eq!(good[0].budget_min_minor, 120_050);
        assert_eq!(good[0].kind, Kind::Fixed);
        assert_eq!(good[0].currency, "EUR");
        assert_eq!(good[0].skills, ["rust", "brainfuck"]);
        assert_eq!(good[0].posted_at.to_string(), "2026-11-20T08:00:00Z");
    }

    #[test]
    fn mark_crlf_and_blank_lines_are_tolerated() {
        let text = format!("\u{feff}{}\r\n\r\n   \n{}", line("{}"), line("{\"posted_at\":\"2026-10-01\"}"));
        let (good, bad) = run(text.as_bytes());
        assert_eq!((good.len(), bad.len()), (2, 0), "{bad:?}");
    }

    #[test]
    fn every_bad_line_is_told_with_its_number_and_the_rest_is_kept() {
        let changes = [
            ("{\"budget_min\":-1}", "negative"),
            ("{\"budget_min\":5000}", "above"),
            ("{\"type\":\"monthly\"}", "unknown type"),
            ("{\"posted_at\":\"hier\"}", "not a date"),
            ("{\"title\":\"  \"}", "title is empty"),
            ("{\"currency\":\"€\"}", "currency"),
            ("{\"budget_max\":1e300}", "out of range"),
        ];
        for (change, expected) in changes {
            let text = format!("{}\n{}\n{}\n", line("{}"), line(change), line("{}"));
            let (good, bad) = run(text.as_bytes());
            assert_eq!(good.len(), 2, "{change}");
            assert_eq!(bad.len(), 1, "{change}");
            assert_eq!(bad[0].0, 2);
            assert!(bad[0].1.contains(expected), "{change}: {}", bad[0].1);
        }
    }

    #[test]
    fn broken_bytes_and_overlong_lines_do_not_stop_the_reading() {
        let mut bytes = b"\xff\xfe not text\n{\"title\":\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', LINE_MAX * 3));
        bytes.push(b'\n');
        bytes.extend(line("{}").as_bytes());
        let (good, bad) = run(&bytes);
        assert_eq!(good.len(), 1);
        let numbers: Vec<u64> = bad.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(bad[0].1.contains("UTF-8"));
        assert!(bad[2].1.contains("longer"));
    }
}
