//! What the server did since it started, for tests that count.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use serde_json::{Value, json};

/// Width of a bin of the histogram of opened streams, in ms.
pub const BIN_MS: u64 = 100;
/// Bins kept: one hour.
const BINS: usize = 36_000;

type Operation = (&'static str, &'static str, u16);

/// Counts. Everything is of this process, nothing of the file.
#[derive(Debug)]
pub struct Counters {
    started: Instant,
    requests: Mutex<BTreeMap<Operation, u64>>,
    connections: AtomicU64,
    connections_open: AtomicU64,
    slow_readers: AtomicU64,
    streams_open: AtomicU64,
    streams_opened: AtomicU64,
    bins: Mutex<BTreeMap<u64, u64>>,
    faults: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            requests: Mutex::default(),
            connections: AtomicU64::new(0),
            connections_open: AtomicU64::new(0),
            slow_readers: AtomicU64::new(0),
            streams_open: AtomicU64::new(0),
            streams_opened: AtomicU64::new(0),
            bins: Mutex::default(),
            faults: AtomicU64::new(0),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Counters {
    /// An answer of the operation `method path` of the contract.
    pub fn answered(&self, method: &'static str, path: &'static str, status: u16) {
        let mut all = lock(&self.requests);
        let count = all.entry((method, path, status)).or_insert(0);
        *count = count.saturating_add(1);
    }

    /// A connection was accepted.
    pub fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.connections_open.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection is gone.
    pub fn disconnected(&self) {
        let less = |open: u64| Some(open.saturating_sub(1));
        let _ = self.connections_open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// A connection was given up because its peer took nothing.
    pub fn dropped(&self) {
        self.slow_readers.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were given up because their peer took nothing.
    #[must_use]
    pub fn slow_readers_dropped(&self) -> u64 {
        self.slow_readers.load(Ordering::Relaxed)
    }

    /// A fault was done.
    pub fn faulted(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// An event stream begins; it is open until what this answers is dropped.
    #[must_use]
    pub fn stream(self: &Arc<Self>) -> OpenStream {
        self.streams_open.fetch_add(1, Ordering::Relaxed);
        self.streams_opened.fetch_add(1, Ordering::Relaxed);
        let bin = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX) / BIN_MS;
        let mut bins = lock(&self.bins);
        let count = bins.entry(bin).or_insert(0);
        *count = count.saturating_add(1);
        if bins.len() > BINS {
            bins.pop_first();
        }
        drop(bins);
        OpenStream(Arc::clone(self))
    }

    /// As `/admin/counters` shows them.
    #[must_use]
    pub fn json(&self) -> Value {
        let requests: Vec<Value> = lock(&self.requests)
            .iter()
            .map(|((method, path, status), count)| {
                json!({"method": method, "path": path, "status": status, "count": count})
            })
            .collect();
        let bins: Vec<[u64; 2]> = lock(&self.bins).iter().map(|(&bin, &count)| [bin, count]).collect();
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "requests": requests,
            "connections": {"accepted": number(&self.connections), "open": number(&self.connections_open),
                "slow_readers_dropped": number(&self.slow_readers)},
            "streams": {"open": number(&self.streams_open), "opened": number(&self.streams_opened),
                "bin_ms": BIN_MS, "opened_by_bin": bins},
            "faults": number(&self.faults),
        })
    }
}

/// An event stream that is open.
#[derive(Debug)]
pub struct OpenStream(Arc<Counters>);

impl Drop for OpenStream {
    fn drop(&mut self) {
        let less = |open: u64| Some(open.saturating_sub(1));
        let _ = self.0.streams_open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_open_until_it_is_dropped() {
        let counters = Arc::new(Counters::default());
        let (one, two) = (counters.stream(), counters.stream());
        drop(one);
        let shown = counters.json();
        assert_eq!((&shown["streams"]["open"], &shown["streams"]["opened"]), (&json!(1), &json!(2)));
        drop(two);
        assert_eq!(counters.json()["streams"]["open"], 0);
    }

    #[test]
    fn requests_are_counted_by_operation_and_status() {
        let counters = Counters::default();
        counters.answered("GET", "/v1/me", 200);
        counters.answered("GET", "/v1/me", 200);
        counters.answered("GET", "/v1/me", 401);
        let shown = counters.json();
        assert_eq!(shown["requests"][0], json!({"method": "GET", "path": "/v1/me", "status": 200, "count": 2}));
        assert_eq!(shown["requests"][1]["status"], 401);
    }
}
