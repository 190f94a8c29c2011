//! When projects were posted: dense on working days and hours, sparse at night.

use jiff::Timestamp;

use super::rng::Rng;

/// Projects of the demo market. A larger one has a quicker pace and the same span, so that most of it is open to bids.
pub(super) const RECENT: u64 = 2_400;

const HOUR_MS: i64 = 3_600_000;
const WEEK_HOURS: i64 = 168;
const WEEK_MS: i64 = WEEK_HOURS * HOUR_MS;
const SPAN_MS: i64 = 75 * 24 * HOUR_MS;
/// 1970-01-05, a Monday.
const MONDAY_MS: i64 = 4 * 24 * HOUR_MS;

/// Weight of an hour of a working day (UTC; Paris is one or two hours ahead).
const DAY: [i64; 24] = [1, 1, 1, 1, 2, 4, 12, 30, 42, 44, 36, 22, 30, 42, 44, 40, 30, 18, 10, 7, 6, 4, 3, 2];

fn weight(hour: i64) -> i64 {
    let usual = usize::try_from(hour % 24).ok().and_then(|h| DAY.get(h)).copied().unwrap_or(1);
    match hour / 24 {
        5 | 6 => (usual / 6).max(1),
        4 => (usual * 4 / 5).max(1),
        _ => usual,
    }
}

fn week_weight() -> i64 {
    (0..WEEK_HOURS).map(weight).sum::<i64>() * HOUR_MS
}

/// Work done since the Monday of reference until `ms`.
fn work_until(ms: i64) -> i64 {
    let since = ms - MONDAY_MS;
    let (week, inside) = (since.div_euclid(WEEK_MS), since.rem_euclid(WEEK_MS));
    let hour = inside / HOUR_MS;
    let full: i64 = (0..hour).map(weight).sum::<i64>() * HOUR_MS;
    week * week_weight() + full + (inside % HOUR_MS) * weight(hour)
}

/// The inverse of [`work_until`].
fn when(work: i64) -> i64 {
    let whole = week_weight();
    let (week, mut left) = (work.div_euclid(whole), work.rem_euclid(whole));
    let mut hour = 0;
    while hour < WEEK_HOURS - 1 && left >= weight(hour) * HOUR_MS {
        left -= weight(hour) * HOUR_MS;
        hour += 1;
    }
    MONDAY_MS + week * WEEK_MS + hour * HOUR_MS + left / weight(hour)
}

/// Work of `span_ms` at the mean pace of a week, shared among `count` projects.
fn share(span_ms: i64, count: u64) -> i64 {
    let mean = week_weight() / WEEK_HOURS / 1000;
    let work = i128::from(span_ms) * i128::from(mean) / i128::from(HOUR_MS / 1000);
    i64::try_from(work / i128::from(count.max(1))).unwrap_or(i64::MAX)
}

/// The instant of the `i`-th newest project of `total`; strictly decreasing in `i`, `now` or
/// shortly before for the first.
pub(super) fn posted_at(now: Timestamp, i: u64, total: u64, rng: &mut Rng) -> Timestamp {
    let step = share(SPAN_MS, total.max(RECENT));
    let jitter = if i == 0 { 0 } else { rng.between(0, step * 7 / 10) };
    let back = i64::try_from(i).unwrap_or(i64::MAX).saturating_mul(step).saturating_add(jitter);
    let ms = when(work_until(now.as_millisecond()).saturating_sub(back));
    Timestamp::from_millisecond(ms).unwrap_or(now)
}
