//! A fixed window of requests per user or address, with the headers of the IETF RateLimit draft
//! (draft-ietf-httpapi-ratelimit-headers).

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const WINDOW_MS: i64 = 60_000;
/// Windows kept before those that are over are forgotten.
const TIDY_ABOVE: usize = 4_096;

/// Counts requests by `K`: a user's row, or an address.
#[derive(Debug)]
pub struct Limiter<K = i64> {
    policy: &'static str,
    per_window: u32,
    windows: Mutex<HashMap<K, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    started_ms: i64,
    used: u32,
}

impl Window {
    /// The clock of tests also goes back: a window of the future is over as well.
    const fn over(&self, now: i64) -> bool {
        now - self.started_ms >= WINDOW_MS || now < self.started_ms
    }
}

/// What one request found.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    policy: &'static str,
    /// Requests of a window.
    pub per_window: u32,
    /// Requests left after this one; none when it was one too many.
    pub left: Option<u32>,
    /// Seconds until the window starts again.
    pub resets_s: u64,
}

impl<K: Eq + Hash> Limiter<K> {
    /// Grants `per_window` requests a minute to each, under the name `policy`.
    #[must_use]
    pub fn new(policy: &'static str, per_window: u32) -> Self {
        Self { policy, per_window, windows: Mutex::default() }
    }

    /// Counts one request of `who` at `now` (ms).
    pub fn count(&self, who: K, now: i64) -> Standing {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > TIDY_ABOVE {
            windows.retain(|_, window| !window.over(now));
        }
        let window = windows.entry(who).or_insert(Window { started_ms: now, used: 0 });
        if window.over(now) {
            *window = Window { started_ms: now, used: 0 };
        }
        window.used = window.used.saturating_add(1);
        let rest_ms = (window.started_ms + WINDOW_MS - now).clamp(0, WINDOW_MS);
        Standing {
            policy: self.policy,
            per_window: self.per_window,
            left: self.per_window.checked_sub(window.used),
            resets_s: rest_ms.cast_unsigned().div_ceil(1000),
        }
    }
}

impl Standing {
    /// Writes `RateLimit-Policy` and `RateLimit`.
    pub fn headers(&self, into: &mut HeaderMap) {
        let name = self.policy;
        let policy = format!("\"{name}\";q={};w=60", self.per_window);
        let state = format!("\"{name}\";r={};t={}", self.left.unwrap_or(0), self.resets_s);
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                into.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limiter;

    #[test]
    fn a_window_grants_so_many_and_starts_again() {
        let limiter = Limiter::new("user", 2);
        assert_eq!(limiter.count(1, 1_000).left, Some(1));
        assert_eq!(limiter.count(1, 2_000).left, Some(0));
        let refused = limiter.count(1, 2_500);
        assert_eq!((refused.left, refused.resets_s), (None, 59));
        assert_eq!(limiter.count(2, 2_500).left, Some(1), "another one has a window of their own");
        assert_eq!(limiter.count(1, 61_000).left, Some(1));
    }

    #[test]
    fn a_clock_set_back_does_not_lock_anyone_out() {
        let limiter = Limiter::new("user", 1);
        assert_eq!(limiter.count(1, 100_000_000).left, Some(0));
        assert_eq!(limiter.count(1, 5).left, Some(0));
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let limiter = Limiter::new("ip", 1);
        for who in 0..5_000 {
            limiter.count(who, 0);
        }
        limiter.count(9_999, 60_000);
        assert!(limiter.windows.lock().unwrap().len() < 10);
    }
}
