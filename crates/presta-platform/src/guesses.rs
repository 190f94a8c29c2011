//! Signing in, slowed for those who guess: requests per address, and wrong passwords per login and address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    limiter::{Limiter, Standing},
    problem::Problem,
};

/// Wrong passwords for one login from one address before it has to wait.
pub const PER_LOGIN: usize = 10;
/// Wrong passwords from one address, whatever the login.
pub const PER_ADDRESS: usize = 100;
/// Passwords looked at at the same time.
const CHECKS: usize = 4;
/// How long a wrong password counts: 5 minutes, in ms.
const WINDOW_MS: i64 = 300_000;
/// Logins remembered before those whose time is over are forgotten.
const TIDY_ABOVE: usize = 4_096;

type Failed = HashMap<(IpAddr, String), Vec<i64>>;

/// What was tried.
#[derive(Debug)]
pub struct Guesses {
    requests: Limiter<IpAddr>,
    checking: Semaphore,
    failed: Mutex<Failed>,
}

fn forget(times: &mut Vec<i64>, now: i64) {
    times.retain(|&at| (0..WINDOW_MS).contains(&(now - at)));
}

impl Guesses {
    /// Grants `per_minute` requests of signing in to each address.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { requests: Limiter::new("ip", per_minute), checking: Semaphore::new(CHECKS), failed: Mutex::default() }
    }

    /// Counts one request of `ip` at `now` (ms).
    pub fn count(&self, ip: IpAddr, now: i64) -> Standing {
        self.requests.count(ip, now)
    }

    /// Waits for the turn of a password to be looked at: that is slow by design, and must not take the whole machine.
    ///
    /// # Errors
    /// `unavailable` when the server ends.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.checking.acquire().await.map_err(|_| Problem::Unavailable)
    }

    /// Seconds to wait before a password of `login` is looked at again; none when it may be tried.
    #[must_use]
    pub fn wait(&self, ip: IpAddr, login: &str, now: i64) -> Option<u64> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut until = |login: &str, allowed: usize| {
            let times = failed.get_mut(&(ip, login.to_owned()))?;
            forget(times, now);
            let from = times.len().checked_sub(allowed)?;
            let ends = times.get(from)?.saturating_add(WINDOW_MS);
            Some((ends - now).max(1).cast_unsigned().div_ceil(1000))
        };
        until(login, PER_LOGIN).max(until("", PER_ADDRESS))
    }

    /// A wrong password of `login` from `ip`.
    pub fn wrong(&self, ip: IpAddr, login: &str, now: i64) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() > TIDY_ABOVE {
            failed.retain(|_, times| {
                forget(times, now);
                !times.is_empty()
            });
        }
        for (name, kept) in [(login, PER_LOGIN), ("", PER_ADDRESS)] {
            let times = failed.entry((ip, name.to_owned())).or_default();
            forget(times, now);
            if times.len() >= kept {
                times.remove(0);
            }
            times.push(now);
        }
    }

    /// A right password: what went before was the owner's bad memory.
    pub fn right(&self, ip: IpAddr, login: &str) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(&(ip, login.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn ten_wrong_passwords_of_a_login_from_an_address_make_it_wait() {
        let guesses = Guesses::new(1);
        for i in 0..10 {
            assert_eq!(guesses.wait(HERE, "camille", i), None);
            guesses.wrong(HERE, "camille", i);
        }
        assert_eq!(guesses.wait(HERE, "camille", 10), Some(300));
        assert_eq!(guesses.wait(HERE, "nadia", 10), None);
        assert_eq!(guesses.wait(THERE, "camille", 10), None);
        assert_eq!(guesses.wait(HERE, "camille", 300_000), None, "the first is too long ago");
    }

    #[test]
    fn a_right_password_starts_anew() {
        let guesses = Guesses::new(1);
        (0..9).for_each(|at| guesses.wrong(HERE, "camille", at));
        guesses.right(HERE, "camille");
        guesses.wrong(HERE, "camille", 10);
        assert_eq!(guesses.wait(HERE, "camille", 11), None);
    }

    #[test]
    fn many_logins_from_one_address_make_it_wait_too() {
        let guesses = Guesses::new(1);
        (0..100).for_each(|i| guesses.wrong(HERE, &format!("login-{i}"), i));
        assert!(guesses.wait(HERE, "camille", 100).is_some());
        assert_eq!(guesses.wait(THERE, "camille", 100), None);
    }
}
