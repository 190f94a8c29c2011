//! A fixed window of requests per user, with the headers of the IETF RateLimit draft.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const WINDOW_MS: i64 = 60_000;

/// Counts requests.
#[derive(Debug)]
pub struct Limiter {
    per_window: u32,
    users: Mutex<HashMap<i64, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    started_ms: i64,
    used: u32,
}

/// What one request found.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Requests of a window.
    pub per_window: u32,
    /// Requests left after this one; none when it was one too many.
    pub left: Option<u32>,
    /// Seconds until the window starts again.
    pub resets_s: u64,
}

impl Limiter {
    /// Grants `per_window` requests a minute to each user.
    #[must_use]
    pub fn new(per_window: u32) -> Self {
        Self { per_window, users: Mutex::default() }
    }

    /// Counts one request of `user_n` at `now` (ms).
    pub fn count(&self, user_n: i64, now: i64) -> Standing {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let window = users.entry(user_n).or_insert(Window { started_ms: now, used: 0 });
        if now - window.started_ms >= WINDOW_MS {
            *window = Window { started_ms: now, used: 0 };
        }
        window.used = window.used.saturating_add(1);
        let rest_ms = (window.started_ms + WINDOW_MS - now).clamp(0, WINDOW_MS);
        Standing {
            per_window: self.per_window,
            left: self.per_window.checked_sub(window.used),
            resets_s: rest_ms.cast_unsigned().div_ceil(1000),
        }
    }
}

impl Standing {
    /// Writes `RateLimit-Policy` and `RateLimit`.
    pub fn headers(&self, into: &mut HeaderMap) {
        let policy = format!("\"user\";q={};w=60", self.per_window);
        let state = format!("\"user\";r={};t={}", self.left.unwrap_or(0), self.resets_s);
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                into.insert(HeaderName::from_static(name), value);
            }
        }
    }
}
