//! What a bid offers: the amount, what the platform keeps of it, and the steps it is paid in.

use serde::{Deserialize, Serialize};

/// What the platform keeps of an amount, in thousandths.
pub const FEE_PERMILLE: i64 = 80;
/// The least it keeps, in minor units.
pub const FEE_MINIMUM: i64 = 500;

/// The fee on `amount`, both in minor units, rounded up.
#[must_use]
pub fn fee(amount: i64) -> i64 {
    let share = (i128::from(amount) * i128::from(FEE_PERMILLE) + 999) / 1000;
    i64::try_from(share).unwrap_or(i64::MAX).max(FEE_MINIMUM)
}

/// A step paid on its own; its currency is the bid's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// One line.
    pub title: String,
    /// Minor units.
    pub amount: i64,
}

/// What a freelancer writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, that of the project.
    pub currency: String,
    /// Days of work.
    pub period_days: i64,
    /// Plain text.
    pub text: String,
    /// Empty, or adding up to `amount`.
    pub milestones: Vec<Milestone>,
    /// Files, by id.
    pub attachment_ids: Vec<String>,
}

/// What can be paid at most for `amount` (of the whole, or of an hour), both in minor units: all of it, or eight hours a day.
#[must_use]
pub const fn ceiling(hourly: bool, amount: i64, period_days: i64) -> i64 {
    if hourly { amount.saturating_mul(8).saturating_mul(period_days) } else { amount }
}
