//! How long to wait before the platform is tried again.

use std::time::Duration;

/// The first wait, before chance takes its part.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait while someone looks.
const LONGEST: Duration = Duration::from_secs(20);
/// The longest wait while nobody does.
const LONGEST_HIDDEN: Duration = Duration::from_secs(300);

/// 1 s, 2 s, 4 s … 20 s, or 5 min while the window is hidden. Each wait is drawn from its upper half, so that a platform
/// that comes back is not stormed by all at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next wait.
    pub(super) fn next(&mut self, visible: bool) -> Duration {
        let longest = if visible { LONGEST } else { LONGEST_HIDDEN };
        let whole = FIRST.saturating_mul(1 << self.tries.min(16)).min(longest);
        self.tries += 1;
        whole / 2 + part_of(whole / 2)
    }

    /// Begins again with the shortest.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }
}

/// A part of `whole`, at random; none of it without randomness.
pub(super) fn part_of(whole: Duration) -> Duration {
    let mut bytes = [0; 4];
    if getrandom::fill(&mut bytes).is_err() {
        return Duration::ZERO;
    }
    whole.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_that_is_higher_while_nobody_looks() {
        for (visible, longest) in [(true, 20), (false, 300)] {
            let mut backoff = Backoff::default();
            for whole in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(|s: u64| s.min(longest)) {
                let wait = backoff.next(visible);
                let whole = Duration::from_secs(whole);
                assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
            }
            backoff.reset();
            assert!(backoff.next(visible) <= FIRST);
        }
    }

    #[test]
    fn a_thousand_clients_do_not_come_back_together() {
        let waits: std::collections::BTreeSet<u128> =
            (0..1000).map(|_| Backoff::default().next(true).as_millis() / 50).collect();
        assert!(waits.len() >= 8, "spread over half a second: {waits:?}");
    }
}
