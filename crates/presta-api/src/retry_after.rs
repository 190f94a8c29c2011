//! `Retry-After` (RFC 9110 §10.2.3).

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

/// The longest wait that is taken at its word; a longer one is cut to it.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How long to wait, from seconds or from an HTTP date, counted from `now`; a date in the past is no wait.
pub(crate) fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if value.bytes().all(|b| b.is_ascii_digit()) && !value.is_empty() {
        // Too many digits for a number are still a long wait.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let at = DateTimeParser::new().parse_timestamp(value).ok()?;
        Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_seconds_and_dates() {
        let now: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let wait = |value| parse(value, now).map(|wait| wait.as_secs());
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait(" 120 "), Some(120));
        assert_eq!(wait("Sun, 22 Nov 2026 09:01:30 GMT"), Some(90));
        assert_eq!(wait("Sun, 22 Nov 2026 08:00:00 GMT"), Some(0));
        assert_eq!(wait("99999999999999999999999"), Some(24 * 3600));
        assert_eq!(wait("-1"), None);
        assert_eq!(wait(""), None);
        assert_eq!(wait("soon"), None);
    }
}
