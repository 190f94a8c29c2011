//! Parts of a file: `Range` and `If-Range` of RFC 9110 §14.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;

/// What of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// From the first byte to the last, both in it.
    Bytes {
        /// Counted from 0.
        first: u64,
        /// At most the last of the file.
        last: u64,
    },
    /// It begins behind the end.
    Nothing,
}

/// An instant as HTTP writes it, of milliseconds since the epoch.
#[must_use]
pub fn date(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

/// The part of a file of `size` bytes, with its validators `etag` and `modified` (an HTTP date). A range that cannot be
/// read, is of other units, or is several, asks for the whole: a server may do so, and parts of parts help nobody here.
#[must_use]
pub fn part(headers: &HeaderMap, size: u64, etag: &str, modified: &str) -> Part {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let Some(range) = text(header::RANGE) else { return Part::Whole };
    if headers.contains_key(header::IF_RANGE) && !text(header::IF_RANGE).is_some_and(|v| v == etag || v == modified) {
        return Part::Whole;
    }
    parse(range, size)
}

fn parse(range: &str, size: u64) -> Part {
    let spec = range.split_once('=').filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = spec.and_then(|(_, spec)| spec.trim().split_once('-')) else { return Part::Whole };
    let (Ok(first), Ok(last)) = (digits(first), digits(last)) else { return Part::Whole };
    let end = size.saturating_sub(1);
    match (first, last) {
        (None, None) => Part::Whole,
        (Some(first), Some(last)) if last < first => Part::Whole,
        (Some(first), _) if first >= size => Part::Nothing,
        (Some(first), last) => Part::Bytes { first, last: last.map_or(end, |last| last.min(end)) },
        (None, Some(0)) => Part::Nothing,
        (None, Some(_)) if size == 0 => Part::Nothing,
        (None, Some(suffix)) => Part::Bytes { first: size.saturating_sub(suffix), last: end },
    }
}

/// None for nothing; numbers too large to write down are as large as can be.
fn digits(text: &str) -> Result<Option<u64>, ()> {
    if text.is_empty() {
        Ok(None)
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(Some(text.parse().unwrap_or(u64::MAX)))
    } else {
        Err(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, date, parse};

    #[test]
    fn a_range_is_read_as_rfc_9110_has_it() {
        let bytes = |first, last| Part::Bytes { first, last };
        for (range, size, expected) in [
            ("bytes=0-0", 10, bytes(0, 0)),
            ("bytes=2-5", 10, bytes(2, 5)),
            ("Bytes=2-", 10, bytes(2, 9)),
            ("bytes=5-99", 10, bytes(5, 9)),
            ("bytes=-3", 10, bytes(7, 9)),
            ("bytes=-99", 10, bytes(0, 9)),
            ("bytes=10-", 10, Part::Nothing),
            ("bytes=-0", 10, Part::Nothing),
            ("bytes=0-", 0, Part::Nothing),
            ("bytes=-5", 0, Part::Nothing),
            ("bytes=5-2", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("bytes=0-1,4-5", 10, Part::Whole),
            ("lines=0-1", 10, Part::Whole),
            ("bytes=a-b", 10, Part::Whole),
            ("bytes=+1-2", 10, Part::Whole),
            ("0-1", 10, Part::Whole),
            ("bytes=2147483648-2147483649", 5_000_000_000, bytes(2_147_483_648, 2_147_483_649)),
            ("bytes=4294967296-", 5_000_000_000, bytes(4_294_967_296, 4_999_999_999)),
            ("bytes=1-99999999999999999999999", 10, bytes(1, 9)),
            ("bytes=99999999999999999999999-", 10, Part::Nothing),
        ] {
            assert_eq!(parse(range, size), expected, "{range} of {size}");
        }
    }

    #[test]
    fn a_date_is_that_of_http() {
        assert_eq!(date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
