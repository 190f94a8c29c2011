//! Long work tells how far it is, and hears whether to go on.

use std::io;
use std::ops::ControlFlow;

/// Bytes between two reports.
const STEP: u64 = 1 << 20;

/// How far a work has come, in bytes before compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub done: u64,
    /// Bytes there are, as declared.
    pub total: u64,
}

/// Is told the progress about every MiB; breaks to stop the work.
pub type Tell<'t> = dyn FnMut(Progress) -> ControlFlow<()> + 't;

/// Why a reading was cut.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum Cut {
    #[error("it is longer than declared")]
    Longer,
    #[error("stopped")]
    Cancelled,
}

impl From<Cut> for io::Error {
    fn from(cut: Cut) -> Self {
        Self::other(cut)
    }
}

pub(crate) struct Watch<'w> {
    progress: Progress,
    next: u64,
    tell: &'w mut Tell<'w>,
}

impl<'w> Watch<'w> {
    pub(crate) fn new(total: u64, tell: &'w mut Tell<'w>) -> Self {
        Self { progress: Progress { done: 0, total }, next: 0, tell }
    }

    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Cut> {
        self.progress.done = self.progress.done.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.progress.done < self.next {
            return Ok(());
        }
        self.next = self.progress.done.saturating_add(STEP);
        match (self.tell)(self.progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Cut::Cancelled),
        }
    }
}
