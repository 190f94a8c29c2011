//! French working days: Monday to Friday without the public holidays of metropolitan France, counted in Europe/Paris.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// Working days until a privacy request must be acknowledged.
pub const ACKNOWLEDGE_DAYS: u32 = 10;
/// Calendar months until it must be answered (GDPR art. 12(3)).
pub const ANSWER_MONTHS: i64 = 1;
/// Calendar months that an extension adds (same article).
pub const EXTENSION_MONTHS: i64 = 2;
/// Public holidays that never move: month and day.
const FIXED: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
/// Easter Monday, Ascension and Whit Monday, in days after Easter Sunday.
const AFTER_EASTER: [i64; 3] = [1, 39, 50];

/// Europe/Paris by the rule in force since 1996, so that no time zone database is needed.
fn paris() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC)
}

/// Easter Sunday of a Gregorian year (Meeus, Astronomical Algorithms, chapter 8).
#[must_use]
pub fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    let (month, day) = (i8::try_from(n / 31).unwrap_or(4), i8::try_from(n % 31 + 1).unwrap_or(1));
    Date::new(year, month, day).unwrap_or(Date::MIN)
}

/// Whether `date` is a public holiday of metropolitan France.
#[must_use]
pub fn is_holiday(date: Date) -> bool {
    let easter = easter(date.year());
    FIXED.contains(&(date.month(), date.day()))
        || AFTER_EASTER.iter().any(|&days| easter.checked_add(days.days()).is_ok_and(|holiday| holiday == date))
}

/// Whether offices are open on `date`.
#[must_use]
pub fn is_working(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(date)
}

/// The `count`-th working day after `date`; the day after `date` is the first that can count.
#[must_use]
pub fn after(date: Date, count: u32) -> Date {
    let (mut day, mut left) = (date, count);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        left -= u32::from(is_working(day));
    }
    day
}

/// `months` calendar months after `date` (Regulation 1182/71, art. 3): the same day of the month, its last day where
/// there is none such, and the next working day where that one is none.
#[must_use]
pub fn months_after(date: Date, months: i64) -> Date {
    let mut day = date.checked_add(months.months()).unwrap_or(date);
    while !is_working(day) {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
    }
    day
}

fn date_of(ms: i64) -> Date {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(paris()).date()
}

/// The last second of `date` in Europe/Paris, in ms.
fn end_of(date: Date) -> i64 {
    let midnight = date.tomorrow().and_then(|next| next.to_zoned(paris()));
    midnight.map_or(i64::MAX, |midnight| midnight.timestamp().as_millisecond() - 1_000)
}

/// The end of the `days`-th working day after `received_at`, both in ms.
#[must_use]
pub fn due_in_days(received_at: i64, days: u32) -> i64 {
    end_of(after(date_of(received_at), days))
}

/// The end of the period of `months` that `received_at` opens, both in ms.
#[must_use]
pub fn due_in_months(received_at: i64, months: i64) -> i64 {
    end_of(months_after(date_of(received_at), months))
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::Date};
    use proptest::prelude::*;

    use super::{after, due_in_days, due_in_months, easter, is_holiday, is_working, months_after};

    fn day(text: &str) -> Date {
        text.parse().unwrap_or(Date::MIN)
    }

    fn ms(text: &str) -> i64 {
        text.parse().map_or(0, jiff::Timestamp::as_millisecond)
    }

    #[test]
    fn easter_is_where_the_almanac_has_it() {
        let known = [
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2027, "2027-03-28"),
            (2028, "2028-04-16"),
            (2029, "2029-04-01"),
            (2030, "2030-04-21"),
            (2031, "2031-04-13"),
            (2032, "2032-03-28"),
            (2033, "2033-04-17"),
            (2034, "2034-04-09"),
            (2035, "2035-03-25"),
        ];
        for (year, date) in known {
            assert_eq!(easter(year), day(date), "{year}");
        }
    }

    #[test]
    fn the_holidays_of_2026_are_the_eleven_of_metropolitan_france() {
        let mut holidays = Vec::new();
        let mut date = day("2026-01-01");
        while date.year() == 2026 {
            if is_holiday(date) {
                holidays.push(date.to_string());
            }
            date = date.tomorrow().unwrap_or(Date::MAX);
        }
        let known = [
            "2026-01-01",
            "2026-04-06",
            "2026-05-01",
            "2026-05-08",
            "2026-05-14",
            "2026-05-25",
            "2026-07-14",
            "2026-08-15",
            "2026-11-01",
            "2026-11-11",
            "2026-12-25",
        ];
        assert_eq!(holidays, known);
    }

    #[test]
    fn ten_working_days_step_over_weekends_and_holidays() {
        // Thursday; Friday 1 and 8 May are holidays, and so is Ascension on the 14th.
        assert_eq!(after(day("2026-04-30"), 10), day("2026-05-19"));
        // Received on a Saturday: Monday is the first day.
        assert_eq!(after(day("2026-11-21"), 10), day("2026-12-04"));
        // 23:30 in Paris is still that day, 00:30 is the next one, whatever UTC says.
        assert_eq!(due_in_days(ms("2026-11-23T22:30:00Z"), 10), ms("2026-12-07T22:59:59Z"));
        assert_eq!(due_in_days(ms("2026-11-23T23:30:00Z"), 10), ms("2026-12-08T22:59:59Z"));
        // The end of a day in summer.
        assert_eq!(due_in_days(ms("2026-06-01T10:00:00Z"), 10), ms("2026-06-15T21:59:59Z"));
    }

    #[test]
    fn a_month_ends_on_the_same_date_the_last_day_or_the_next_working_one() {
        assert_eq!(months_after(day("2026-11-23"), 1), day("2026-12-23"));
        assert_eq!(months_after(day("2026-11-25"), 1), day("2026-12-28"));
        assert_eq!(months_after(day("2027-01-31"), 1), day("2027-03-01"));
        assert_eq!(months_after(day("2028-01-31"), 1), day("2028-02-29"));
        assert_eq!(months_after(day("2026-12-01"), 1), day("2027-01-04"));
        assert_eq!(months_after(day("2026-11-23"), 3), day("2027-02-23"));
        assert_eq!(due_in_months(ms("2026-02-28T23:30:00Z"), 1), ms("2026-04-01T21:59:59Z"));
    }

    fn dates() -> impl Strategy<Value = Date> {
        (0_i64..4_383).prop_map(|days| day("2024-01-01").saturating_add(days.days()))
    }

    proptest! {
        #[test]
        fn the_day_reached_is_a_working_one_and_so_many_lie_between(from in dates(), count in 1_u32..60) {
            let to = after(from, count);
            prop_assert!(is_working(to));
            let (mut day, mut counted) = (from, 0);
            while day < to {
                day = day.tomorrow().unwrap_or(Date::MAX);
                counted += u32::from(is_working(day));
            }
            prop_assert_eq!(counted, count);
        }

        #[test]
        fn counting_on_is_the_same_as_counting_at_once(from in dates(), one in 0_u32..20, other in 0_u32..20) {
            prop_assert_eq!(after(after(from, one), other), after(from, one + other));
        }

        #[test]
        fn a_later_receipt_is_never_due_earlier(from in dates(), days in 0_i64..40) {
            let later = from.saturating_add(days.days());
            prop_assert!(after(from, 10) <= after(later, 10));
            prop_assert!(months_after(from, 1) <= months_after(later, 1));
        }

        #[test]
        fn an_acknowledgement_is_due_before_the_answer(from in dates()) {
            let due = months_after(from, 1);
            prop_assert!(is_working(due));
            prop_assert!(after(from, 10) < due);
            prop_assert!(due < months_after(from, 3));
        }
    }
}
