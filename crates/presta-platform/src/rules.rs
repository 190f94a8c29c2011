//! Rules of the market that need no database.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::json;

use crate::{
    problem::{FieldError, Problem},
    store::bids::Offer,
};

/// Bounds of a bid's amount, in minor units.
pub const AMOUNT: std::ops::RangeInclusive<i64> = 1_000..=100_000_000;
/// Bounds of a bid's text, in characters.
pub const BID_TEXT: std::ops::RangeInclusive<usize> = 50..=5_000;
/// Bounds of a bid's period, in days.
pub const PERIOD_DAYS: std::ops::RangeInclusive<i64> = 1..=365;
/// Bounds of a message, in characters.
pub const MESSAGE_TEXT: std::ops::RangeInclusive<usize> = 1..=5_000;
const MILESTONES_MAX: usize = 20;
const MILESTONE_TITLE: std::ops::RangeInclusive<usize> = 1..=200;

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

/// Checks the length of a text at `pointer`, in characters; blanks at its ends do not make it long enough.
#[must_use]
pub fn text_error(pointer: &str, text: &str, bounds: &std::ops::RangeInclusive<usize>) -> Option<FieldError> {
    let (length, filled) = (text.chars().count(), text.trim().chars().count());
    if filled < *bounds.start() {
        Some(FieldError::with(pointer, "too-short", json!({"min": bounds.start(), "length": filled})))
    } else if length > *bounds.end() {
        Some(FieldError::with(pointer, "too-long", json!({"max": bounds.end(), "length": length})))
    } else {
        None
    }
}

/// Checks everything about an offer that does not depend on the project.
///
/// # Errors
/// `validation`, `amount-out-of-range` or `contact-details-in-text`, in that order.
pub fn check_offer(offer: &Offer) -> Result<(), Problem> {
    let mut errors = Vec::new();
    errors.extend(text_error("/text", &offer.text, &BID_TEXT));
    if !PERIOD_DAYS.contains(&offer.period_days) {
        let params = json!({"min": PERIOD_DAYS.start(), "max": PERIOD_DAYS.end()});
        errors.push(FieldError::with("/period_days", "out-of-range", params));
    }
    if offer.milestones.len() > MILESTONES_MAX {
        errors.push(FieldError::with("/milestones", "too-many", json!({"max": MILESTONES_MAX})));
    }
    for (i, step) in offer.milestones.iter().enumerate() {
        errors.extend(text_error(&format!("/milestones/{i}/title"), &step.title, &MILESTONE_TITLE));
        if step.amount <= 0 {
            errors.push(FieldError::new(format!("/milestones/{i}/amount"), "out-of-range"));
        }
    }
    let sum = offer.milestones.iter().try_fold(0_i64, |sum, step| sum.checked_add(step.amount));
    if !offer.milestones.is_empty() && sum != Some(offer.amount) {
        let params = json!({"sum_minor": sum, "amount_minor": offer.amount});
        errors.push(FieldError::with("/milestones", "milestones-sum", params));
    }
    if !errors.is_empty() {
        return Err(Problem::Validation(errors));
    }
    if !AMOUNT.contains(&offer.amount) {
        let params = json!({"min": AMOUNT.start(), "max": AMOUNT.end()});
        let error = FieldError::with("/amount/amount_minor", "amount-out-of-range", params);
        return Err(Problem::AmountOutOfRange(vec![error]));
    }
    match crate::contact::find(&offer.text) {
        Some(code) => Err(Problem::ContactDetails(vec![FieldError::new("/text", code)])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{month_start, next_month_start};

    #[test]
    fn a_month_begins_at_its_first_instant_in_utc() {
        let at = |text: &str| text.parse().map_or(0, jiff::Timestamp::as_millisecond);
        let now = at("2026-12-31T23:59:59.999Z");
        assert_eq!(month_start(now), at("2026-12-01T00:00:00Z"));
        assert_eq!(next_month_start(now), at("2027-01-01T00:00:00Z"));
    }
}
