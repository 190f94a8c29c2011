//! How often progress is told: a fast disk gives a MiB in a millisecond, and nobody reads that.

use std::time::{Duration, Instant};

/// Time between two reports.
const TELL: Duration = Duration::from_millis(250);

/// When something under way was told last.
#[derive(Debug, Default)]
pub(crate) struct Pace(Option<Instant>);

impl Pace {
    /// Whether it is time to tell again; then it counts as told.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.0.is_none_or(|told| now.saturating_duration_since(told) >= TELL);
        if due {
            self.0 = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Pace;

    #[test]
    fn a_gigabyte_in_a_second_is_told_four_times() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        let told = (0..1_000).filter(|ms| pace.is_due(begun + Duration::from_millis(*ms))).collect::<Vec<_>>();
        assert_eq!(told, [0, 250, 500, 750]);
    }
}
