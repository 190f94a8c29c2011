//! When the person wants to be told.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use presta_store::{Connection, setting};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Active, Error};

/// The setting's name.
const NAME: &str = "alert-preferences";
const DAY_MINUTES: u16 = 24 * 60;

/// When the person wants to be told of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "AlertPreferences")]
pub struct Preferences {
    /// Whether at all; the list has them in any case.
    pub notify: bool,
    /// When not: what comes then is told together afterwards.
    pub quiet: Option<Quiet>,
    /// When the daily digest comes, in minutes after midnight.
    pub daily_at: u16,
    /// The IANA name of the time zone; `None` for the computer's.
    pub time_zone: Option<String>,
}

/// Hours of each day, by the clock on the wall; past midnight when `from` is after `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "QuietHours")]
pub struct Quiet {
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight; that minute is no longer quiet.
    pub to: u16,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { notify: true, quiet: None, daily_at: 9 * 60, time_zone: None }
    }
}

/// The preferences; the defaults before they were set.
pub(super) fn read(connection: &Connection) -> Result<Preferences, Error> {
    Ok(setting::get(connection, NAME)?.unwrap_or_default())
}

impl Active {
    /// When the person wants to be told of alerts.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn alert_preferences(&self) -> Result<Preferences, Error> {
        self.read(read).await
    }

    /// Keeps when the person wants to be told of alerts.
    ///
    /// # Errors
    /// `bad-time` with `field`, `bad-time-zone` with `zone`; when the cache cannot be written. Nothing changes then.
    pub async fn set_alert_preferences(&self, preferences: Preferences) -> Result<Preferences, Error> {
        preferences.check()?;
        let kept = preferences.clone();
        self.write_durably(move |tx| {
            if setting::set(tx, NAME, &kept)? {
                tx.touch("alert-preferences");
            }
            Ok(())
        })
        .await?;
        self.alerts.changed.notify_one();
        Ok(preferences)
    }
}

impl Preferences {
    fn check(&self) -> Result<(), Error> {
        let bad_time =
            |field: &str| Error::Refused(presta_store::outbox::Failure::new("bad-time").with("field", field));
        if self.daily_at >= DAY_MINUTES {
            return Err(bad_time("daily_at"));
        }
        if self
            .quiet
            .is_some_and(|quiet| quiet.from >= DAY_MINUTES || quiet.to >= DAY_MINUTES || quiet.from == quiet.to)
        {
            return Err(bad_time("quiet"));
        }
        if let Some(zone) = &self.time_zone
            && TimeZone::get(zone).is_err()
        {
            return Err(Error::Refused(
                presta_store::outbox::Failure::new("bad-time-zone").with("zone", zone.as_str()),
            ));
        }
        Ok(())
    }

    /// The time zone; one that is no longer known is the computer's.
    fn zone(&self) -> TimeZone {
        self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(TimeZone::system)
    }

    /// The end of the quiet hours that hold at `at`; `None` when none do. All in ms.
    pub(super) fn quiet_until(&self, at: i64) -> Option<i64> {
        let quiet = self.quiet?;
        let zone = self.zone();
        let today = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).date();
        [today.yesterday().ok()?, today].into_iter().find_map(|day| {
            let last = if quiet.from < quiet.to { day } else { day.tomorrow().ok()? };
            let (start, end) = (instant(day, quiet.from, &zone)?, instant(last, quiet.to, &zone)?);
            (start <= at && at < end).then_some(end)
        })
    }

    /// When the daily digest after `at` comes, in ms.
    pub(super) fn daily_after(&self, at: i64) -> Option<i64> {
        let zone = self.zone();
        let today = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).date();
        let tomorrow = today.checked_add(1.day()).ok()?;
        [today, tomorrow].into_iter().find_map(|day| instant(day, self.daily_at, &zone).filter(|due| *due > at))
    }
}

/// When the clock on the wall shows `minutes` on `day`: the first time when it does so twice, and as much later as the
/// clock is moved when it does not at all.
fn instant(day: Date, minutes: u16, zone: &TimeZone) -> Option<i64> {
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let zoned = day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris(from: (u16, u16), to: (u16, u16)) -> Preferences {
        Preferences {
            quiet: Some(Quiet { from: from.0 * 60 + from.1, to: to.0 * 60 + to.1 }),
            time_zone: Some("Europe/Paris".into()),
            ..Preferences::default()
        }
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn quiet_hours_go_past_midnight_and_end_to_the_minute() {
        let night = paris((22, 0), (7, 30));
        // In winter Paris is an hour ahead.
        for (at, until) in [
            ("2026-01-14T20:59:59Z", None),
            ("2026-01-14T21:00:00Z", Some("2026-01-15T06:30:00Z")),
            ("2026-01-15T02:00:00Z", Some("2026-01-15T06:30:00Z")),
            ("2026-01-15T06:29:59Z", Some("2026-01-15T06:30:00Z")),
            ("2026-01-15T06:30:00Z", None),
        ] {
            assert_eq!(night.quiet_until(ms(at)), until.map(ms), "{at}");
        }
        let lunch = paris((12, 0), (14, 0));
        assert_eq!(lunch.quiet_until(ms("2026-07-15T11:00:00Z")), Some(ms("2026-07-15T12:00:00Z")));
        assert_eq!(lunch.quiet_until(ms("2026-07-15T12:00:00Z")), None);
        assert_eq!(Preferences::default().quiet_until(ms("2026-07-15T12:00:00Z")), None);
    }

    #[test]
    fn the_nights_on_which_the_clocks_change_have_their_own_length() {
        let night = paris((22, 0), (7, 0));
        // 29 March 2026: 02:00 becomes 03:00; 25 October: 03:00 becomes 02:00.
        assert_eq!(night.quiet_until(ms("2026-03-28T23:00:00Z")), Some(ms("2026-03-29T05:00:00Z")), "8 h");
        assert_eq!(night.quiet_until(ms("2026-10-24T23:00:00Z")), Some(ms("2026-10-25T06:00:00Z")), "10 h");
        // An end that the clock never shows comes with the hour that was left out; one shown twice, the first time.
        let early = paris((23, 0), (2, 30));
        assert_eq!(early.quiet_until(ms("2026-03-29T00:30:00Z")), Some(ms("2026-03-29T01:30:00Z")));
        let until = early.quiet_until(ms("2026-10-25T00:00:00Z")).unwrap();
        assert_eq!(until, ms("2026-10-25T00:30:00Z"));
        assert_eq!(early.quiet_until(ms("2026-10-25T01:15:00Z")), None, "and does not begin again");
    }

    #[test]
    fn the_daily_digest_comes_once_a_day_whatever_the_clocks_do() {
        let daily = Preferences { daily_at: 150, ..paris((0, 0), (0, 1)) };
        let mut at = ms("2026-03-27T12:00:00Z");
        let mut dues = Vec::new();
        for _ in 0..3 {
            at = daily.daily_after(at).unwrap();
            dues.push(Timestamp::from_millisecond(at).unwrap().to_string());
        }
        assert_eq!(dues, ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        let mut at = ms("2026-10-24T12:00:00Z");
        let mut dues = Vec::new();
        for _ in 0..2 {
            at = daily.daily_after(at).unwrap();
            dues.push(Timestamp::from_millisecond(at).unwrap().to_string());
        }
        assert_eq!(dues, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let refused = |preferences: Preferences| preferences.check().unwrap_err().failure().code;
        assert_eq!(refused(paris((24, 0), (7, 0))), "bad-time");
        assert_eq!(refused(paris((7, 0), (7, 0))), "bad-time");
        assert_eq!(refused(Preferences { daily_at: 1440, ..Preferences::default() }), "bad-time");
        let nowhere = Preferences { time_zone: Some("Europe/Atlantide".into()), ..Preferences::default() };
        assert_eq!(refused(nowhere), "bad-time-zone");
        paris((22, 0), (7, 0)).check().unwrap();
    }
}
