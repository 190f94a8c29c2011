//! Rules of the market that need no database.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::json;

use crate::{
    problem::{FieldError, Problem},
    seed::catalog,
    store::offers::{Milestone, Offer},
};

/// The currencies of the market, ISO 4217.
pub const CURRENCIES: [&str; 4] = ["EUR", "CHF", "GBP", "USD"];
/// Bounds of a bid's amount, in minor units.
pub const AMOUNT: std::ops::RangeInclusive<i64> = 1_000..=100_000_000;
/// Bounds of a bid's text, in characters.
pub const BID_TEXT: std::ops::RangeInclusive<usize> = 50..=5_000;
/// Bounds of a bid's period, in days.
pub const PERIOD_DAYS: std::ops::RangeInclusive<i64> = 1..=365;
/// Bounds of a message, in characters.
pub const MESSAGE_TEXT: std::ops::RangeInclusive<usize> = 1..=5_000;
const MILESTONES_MAX: usize = 20;
const SKILLS_MAX: usize = 10;
/// Bounds of a milestone's title, in characters.
pub const MILESTONE_TITLE: std::ops::RangeInclusive<usize> = 1..=200;

/// The first instant of the calendar month (UTC) of `now`, both in ms.
#[must_use]
pub fn month_start(now: i64) -> i64 {
    month(now, 0)
}

/// The first instant of the month after `now`, both in ms.
#[must_use]
pub fn next_month_start(now: i64) -> i64 {
    month(now, 1)
}

fn month(now: i64, later: i64) -> i64 {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = at.to_zoned(TimeZone::UTC).date().first_of_month();
    date.checked_add(later.months())
        .and_then(|date| date.to_zoned(TimeZone::UTC))
        .map_or(now, |start| start.timestamp().as_millisecond())
}

/// The text without the blanks around it. Blanks are those of `\s` in the contract's patterns (ECMA-262), so that `\S` says
/// there what is judged here: a byte order mark is one, and U+0085 is none.
#[must_use]
pub fn said(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\u{feff}' || (c != '\u{85}' && c.is_whitespace()))
}

/// Checks the length of a text at `pointer`, in characters; blanks around it do not help a short one.
#[must_use]
pub fn text_error(pointer: &str, text: &str, bounds: &std::ops::RangeInclusive<usize>) -> Option<FieldError> {
    let (said, length) = (said(text).chars().count(), text.chars().count());
    if said < *bounds.start() {
        Some(FieldError::with(pointer, "too-short", json!({"min": bounds.start(), "length": said})))
    } else if length > *bounds.end() {
        Some(FieldError::with(pointer, "too-long", json!({"max": bounds.end(), "length": length})))
    } else {
        None
    }
}

/// Checks the number at `pointer`.
#[must_use]
pub fn range_error(pointer: &str, value: i64, bounds: &std::ops::RangeInclusive<i64>) -> Option<FieldError> {
    let params = || json!({"min": bounds.start(), "max": bounds.end()});
    (!bounds.contains(&value)).then(|| FieldError::with(pointer, "out-of-range", params()))
}

/// Checks the amount at `pointer`, in minor units: within [`AMOUNT`].
///
/// # Errors
/// `amount-out-of-range`.
pub fn check_amount(pointer: &str, minor: i64) -> Result<(), Problem> {
    if AMOUNT.contains(&minor) {
        return Ok(());
    }
    let params = json!({"min": AMOUNT.start(), "max": AMOUNT.end()});
    Err(Problem::AmountOutOfRange(vec![FieldError::with(pointer, "amount-out-of-range", params)]))
}

/// Checks what a project or a contest is about: its category, and one to [`SKILLS_MAX`] skills, each once.
#[must_use]
pub fn subject_errors(category: &str, skills: &[String]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !catalog::is_category(category) {
        errors.push(FieldError::new("/category", "unknown"));
    }
    if !(1..=SKILLS_MAX).contains(&skills.len()) {
        errors.push(FieldError::with("/skills", "out-of-range", json!({"min": 1, "max": SKILLS_MAX})));
    }
    for (i, skill) in skills.iter().enumerate() {
        let twice = skills.iter().take(i).any(|other| other == skill);
        if twice || !catalog::is_skill(skill) {
            errors.push(FieldError::new(format!("/skills/{i}"), if twice { "duplicate" } else { "unknown" }));
        }
    }
    errors
}

/// Checks each of the steps at `/milestones`, and how many there are.
#[must_use]
pub fn milestone_errors(steps: &[Milestone]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if steps.len() > MILESTONES_MAX {
        errors.push(FieldError::with("/milestones", "too-many", json!({"max": MILESTONES_MAX})));
    }
    for (i, step) in steps.iter().enumerate() {
        errors.extend(text_error(&format!("/milestones/{i}/title"), &step.title, &MILESTONE_TITLE));
        if !(1..=*AMOUNT.end()).contains(&step.amount) {
            errors.push(FieldError::new(format!("/milestones/{i}/amount"), "out-of-range"));
        }
    }
    errors
}

/// Checks everything about an offer that does not depend on the project.
///
/// # Errors
/// `validation`, `amount-out-of-range` or `contact-details-in-text`, in that order.
pub fn check_offer(offer: &Offer) -> Result<(), Problem> {
    let mut errors = Vec::new();
    errors.extend(text_error("/text", &offer.text, &BID_TEXT));
    errors.extend(range_error("/period_days", offer.period_days, &PERIOD_DAYS));
    errors.extend(milestone_errors(&offer.milestones));
    let sum = offer.milestones.iter().try_fold(0_i64, |sum, step| sum.checked_add(step.amount));
    if !offer.milestones.is_empty() && sum != Some(offer.amount) {
        let params = json!({"sum_minor": sum, "amount_minor": offer.amount});
        errors.push(FieldError::with("/milestones", "milestones-sum", params));
    }
    Problem::refuse(errors)?;
    check_amount("/amount/amount_minor", offer.amount)?;
    match crate::contact::find(&offer.text) {
        Some(code) => Err(Problem::ContactDetails(vec![FieldError::new("/text", code)])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{month_start, next_month_start, said};

    #[test]
    fn blanks_are_those_of_the_contracts_patterns() {
        assert_eq!(said("\u{feff}\u{a0}\t a b\r\n\u{2029}"), "a b");
        assert_eq!(said("\u{85}\u{200b}\u{1f}"), "\u{85}\u{200b}\u{1f}");
        assert_eq!(said("\u{3000}\u{b}"), "");
    }

    #[test]
    fn a_month_begins_at_its_first_instant_in_utc() {
        let at = |text: &str| text.parse().map_or(0, jiff::Timestamp::as_millisecond);
        let now = at("2026-12-31T23:59:59.999Z");
        assert_eq!(month_start(now), at("2026-12-01T00:00:00Z"));
        assert_eq!(next_month_start(now), at("2027-01-01T00:00:00Z"));
    }
}
