//! What projects pay, and how bids and statuses come with age.

use jiff::Timestamp;

use super::clients::Identity;
use super::domains::Domain;
use super::rng::Rng;
use super::{Kind, SeedProject, Status};

/// The pay of a project, in whole units of `currency`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) currency: &'static str,
    /// Working days the work is expected to take.
    pub(super) days: i64,
}

const PRICES: &[i64] = &[
    400, 500, 600, 800, 1_000, 1_200, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000, 7_500, 9_000, 11_000,
    13_000, 16_000, 19_000, 23_000, 28_000, 34_000, 40_000, 48_000,
];

/// Rounds down to a figure people write: 50 below 2 000, 100 below 10 000, 500 above.
const fn rounded(value: i64) -> i64 {
    let step = if value < 2_000 {
        50
    } else if value < 10_000 {
        100
    } else {
        500
    };
    value / step * step
}

pub(super) fn draw(domain: &Domain, identity: &Identity, rng: &mut Rng) -> Offer {
    let currency = identity.place.currency;
    let percent = match currency {
        "CHF" => 135,
        "CAD" => 145,
        _ => 100,
    };
    if rng.percent(45) {
        let (low, high) = domain.hourly;
        let min = rng.between(low, (low + high) / 2);
        let max = (min + rng.between(4, 18)).min(high);
        let days = rng.pick(&[15, 20, 30, 40, 60, 60, 90, 120, 120, 180]);
        let paid = |value: i64| value * percent / 100;
        return Offer { kind: Kind::Hourly, min: paid(min), max: paid(max), currency, days };
    }
    let (low, high) = domain.fixed;
    let first = PRICES.partition_point(|price| *price < low);
    let last = PRICES.partition_point(|price| *price <= high);
    let min = rng.pick(PRICES.get(first..last).unwrap_or(PRICES));
    let max = rounded((min * rng.between(118, 165) / 100).min(60_000));
    let days = (max / 460).max(1);
    let paid = |value: i64| rounded(value * percent / 100);
    Offer { kind: Kind::Fixed, min: paid(min), max: paid(max), currency, days }
}

/// Gives a project the bids and the status its age calls for.
pub(super) fn age(project: &mut SeedProject, now: Timestamp, rng: &mut Rng) {
    let hours = now.duration_since(project.posted_at).as_hours().max(0);
    let appeal = rng.between(1, 9) * if project.remote { 3 } else { 2 };
    // Fast on the first two days, then a trickle.
    let early = hours.min(48) * appeal / 96;
    let late = (hours - 48).clamp(0, 1_000) * appeal / 900;
    let luck = rng.between(-1, 1).min(hours);
    let count = (early + late + luck).max(0);
    project.bid_count = u32::try_from(count).unwrap_or(0);
    if count > 0 {
        let spread = project.budget_max_minor - project.budget_min_minor;
        let base = project.budget_min_minor + spread * rng.between(-10, 100) / 100;
        project.bid_average_minor = Some(base / 100 * 100);
    }
    project.status = if project.bids_close_at <= now {
        if count > 0 && rng.percent(55) { Status::Awarded } else { Status::Closed }
    } else if hours > 96 && count > 1 && rng.percent(3) {
        Status::Awarded
    } else if hours > 24 && rng.percent(1) {
        Status::Cancelled
    } else {
        Status::Open
    };
}
