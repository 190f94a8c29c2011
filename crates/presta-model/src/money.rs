//! Amounts of money in minor units (cents), and the reading of amounts as people type them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An ISO 4217 code, for example `EUR`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Currency(String);

impl Currency {
    /// Wraps an ISO 4217 code as the platform gave it.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An amount in minor units of its currency (1 250,00 € is 125000 `EUR`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Money {
    /// Minor units; cents for the euro.
    #[ts(type = "number")]
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// Why a typed amount could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Nothing was typed.
    #[error("the amount is empty")]
    Empty,
    /// Below zero.
    #[error("the amount is negative")]
    Negative,
    /// Not a plain number with at most two decimals.
    #[error("the amount is not a number with at most two decimals")]
    NotANumber,
    /// Above [`Money::LARGEST_MINOR`].
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// The largest amount that can be typed: 10 million units.
    pub const LARGEST_MINOR: i64 = 1_000_000_000;

    /// An amount of `amount_minor` minor units.
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Reads an amount as French and English people type it: `1250`, `1 250,50`, `1,250.50`, `1.250,50 €`.
    ///
    /// A lone comma or point is a decimal mark when one or two digits follow it and a group mark when three do.
    ///
    /// # Errors
    /// [`AmountError`] says which rule the text breaks.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '\u{202f}' | '\u{a0}' | '\'' | '’'))
            .collect();
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        if text.starts_with(['-', '−']) {
            return Err(AmountError::Negative);
        }
        let (whole, decimals) = split_decimals(&text)?;
        if whole.len() > 12 {
            return if whole.bytes().all(|b| b.is_ascii_digit()) {
                Err(AmountError::TooLarge)
            } else {
                Err(AmountError::NotANumber)
            };
        }
        let units: i64 = digits(&whole)?;
        let cents = match decimals.len() {
            0 => 0,
            1 => digits(&decimals)? * 10,
            _ => digits(&decimals)?,
        };
        let amount_minor = units * 100 + cents;
        if amount_minor > Self::LARGEST_MINOR {
            return Err(AmountError::TooLarge);
        }
        Ok(Self { amount_minor, currency })
    }
}

/// Splits `1.250,50` into `1250` and `50`.
fn split_decimals(text: &str) -> Result<(String, String), AmountError> {
    let Some(mark) = text.rfind([',', '.']) else {
        return Ok((text.to_owned(), String::new()));
    };
    let (head, tail) = text.split_at(mark);
    let tail = tail.get(1..).unwrap_or_default();
    let plain = |part: &str| part.replace([',', '.'], "");
    match tail.len() {
        1 | 2 => {
            let marks: Vec<char> = head.chars().filter(|c| matches!(c, ',' | '.')).collect();
            let last = text.get(mark..).and_then(|t| t.chars().next());
            if marks.iter().any(|m| Some(*m) == last) || !grouped(head) {
                return Err(AmountError::NotANumber);
            }
            Ok((plain(head), tail.to_owned()))
        }
        3 if grouped(text) => Ok((plain(text), String::new())),
        _ => Err(AmountError::NotANumber),
    }
}

/// Whether the group marks of `text` stand before every third digit.
fn grouped(text: &str) -> bool {
    let mut parts = text.split([',', '.']);
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    !first.is_empty() && (rest.is_empty() || first.len() <= 3) && rest.iter().all(|part| part.len() == 3)
}

fn digits(text: &str) -> Result<i64, AmountError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::NotANumber);
    }
    text.parse().map_err(|_| AmountError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i64, AmountError> {
        Money::parse(text, Currency::new("EUR")).map(|money| money.amount_minor)
    }

    #[test]
    fn reads_amounts_as_people_type_them() {
        for (text, minor) in [
            ("1250", 125_000),
            ("1250,5", 125_050),
            ("1250.50", 125_050),
            ("1 250,50", 125_050),
            ("1\u{202f}250,50 €", 125_050),
            ("1,250.50", 125_050),
            ("1.250,50", 125_050),
            ("1.250", 125_000),
            ("12,345,678", 1_234_567_800),
        ] {
            if minor > Money::LARGEST_MINOR {
                assert_eq!(read(text), Err(AmountError::TooLarge), "{text}");
            } else {
                assert_eq!(read(text), Ok(minor), "{text}");
            }
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        assert_eq!(read("  "), Err(AmountError::Empty));
        assert_eq!(read("-5"), Err(AmountError::Negative));
        assert_eq!(read("1e12"), Err(AmountError::NotANumber));
        assert_eq!(read("1000000000000"), Err(AmountError::TooLarge));
        assert_eq!(read("99999999999999999999999"), Err(AmountError::TooLarge));
        assert_eq!(read("1,2,3"), Err(AmountError::NotANumber));
        assert_eq!(read("1,25,50"), Err(AmountError::NotANumber));
        assert_eq!(read("12,3456"), Err(AmountError::NotANumber));
        assert_eq!(read(","), Err(AmountError::NotANumber));
        assert_eq!(read("abc"), Err(AmountError::NotANumber));
    }

    proptest::proptest! {
        #[test]
        fn a_written_amount_reads_back(minor in 0i64..=Money::LARGEST_MINOR) {
            let french = format!("{},{:02}", minor / 100, minor % 100);
            proptest::prop_assert_eq!(read(&french), Ok(minor));
            let english = format!("{}.{:02}", minor / 100, minor % 100);
            proptest::prop_assert_eq!(read(&english), Ok(minor));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = read(&text);
        }
    }
}
