//! What ends long work on the files early: closing, and who waits to replace a file.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Steps of SQLite's machine between two looks at the signals: about a millisecond.
pub(crate) const PROGRESS_STEPS: i32 = 10_000;

/// Looked at by the progress handlers of the connections.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    closed: AtomicBool,
    stopped: AtomicBool,
    waiting: AtomicUsize,
}

impl Signals {
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Ends indexing for good.
    pub(crate) fn stop_indexing(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether a batch of the indexer is given up.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.is_closed()
    }

    /// Whether work gives way that can be done again at any time: checks, and what the indexer does.
    pub(crate) fn give_way(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0 || self.is_stopped()
    }

    /// While what is returned lives, somebody waits to replace a file.
    pub(crate) fn waiting(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }
}

/// Somebody who waits to replace a file.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a Signals);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
