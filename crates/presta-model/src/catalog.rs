//! The platform's lists and rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Currency, Money};

/// Everything the platform lets people choose from, and the rules a bid must keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Catalog {
    /// Skills.
    pub skills: Vec<Skill>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Currencies a budget can be in.
    pub currencies: Vec<Currency>,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Vec<String>,
    /// What the platform keeps of a bid.
    pub fees: Fees,
    /// Bounds of bids and messages.
    pub rules: Rules,
}

/// A skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Skill {
    /// Identifier, for example `rust`.
    pub id: String,
    /// Its name, the same in every language.
    pub label: String,
}

/// A category of projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Category {
    /// Identifier.
    pub id: String,
    /// French name.
    pub label_fr: String,
    /// English name.
    pub label_en: String,
}

/// The platform's fee on a bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fees {
    /// Share of the amount, in thousandths.
    #[ts(type = "number")]
    pub permille: i64,
    /// The least fee.
    pub minimum: Money,
}

impl Fees {
    /// The fee on `amount`, rounded up to the minor unit as the platform does it; never more than the amount.
    pub fn on(&self, amount: &Money) -> Money {
        let share = (amount.amount_minor.saturating_mul(self.permille).saturating_add(999)) / 1000;
        let least = if self.minimum.currency == amount.currency { self.minimum.amount_minor } else { 0 };
        Money::new(share.max(least).min(amount.amount_minor), amount.currency.clone())
    }
}

/// Bounds the platform sets, so that they can be checked before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rules {
    /// Fewest characters of a bid's text.
    pub bid_text_min: u32,
    /// Most characters of a bid's text.
    pub bid_text_max: u32,
    /// Least amount.
    pub bid_amount_min: Money,
    /// Largest amount.
    pub bid_amount_max: Money,
    /// Longest delay, in days.
    pub period_days_max: u32,
    /// Most characters of a message.
    pub message_text_max: u32,
}

#[cfg(test)]
mod tests {
    use super::Fees;
    use crate::{Currency, Money};

    #[test]
    fn a_fee_is_rounded_up_and_never_below_the_least_one() {
        let eur = |minor| Money::new(minor, Currency::new("EUR"));
        let fees = Fees { permille: 80, minimum: eur(500) };
        for (amount, fee) in [(1_000, 500), (6_250, 500), (6_251, 501), (10_000, 800), (10_001, 801), (400, 400)] {
            assert_eq!(fees.on(&eur(amount)), eur(fee), "{amount}");
        }
    }
}
