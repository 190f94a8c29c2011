//! Archives of the person's data, read off the threads that must not block, with progress and an end on demand.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use presta_archive::Progress;
pub use presta_archive::{Archive, Error as Fault, Form, Limits, Tell};
use presta_store::durable;
use presta_store::outbox::Failure;
use serde::Serialize;
use ts_rs::TS;

use crate::bus::CoreEvent;
use crate::pace::Pace;
use crate::{Engine, Error};

/// How far the reading of an archive has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct ArchiveProgress {
    /// Bytes read, before compression.
    pub done: u64,
    /// Bytes there are.
    pub total: u64,
}

/// The readings under way: each is set to stop it.
#[derive(Debug, Default)]
pub(crate) struct Readings(Mutex<Vec<Weak<AtomicBool>>>);

/// Stops the reading when whoever waits for it goes away.
struct Reading(Arc<AtomicBool>);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Readings {
    fn begin(&self) -> Reading {
        let stop = Arc::new(AtomicBool::new(false));
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|reading| reading.strong_count() > 0);
        list.push(Arc::downgrade(&stop));
        Reading(stop)
    }

    fn stop(&self) {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().filter_map(Weak::upgrade).for_each(|stop| stop.store(true, Ordering::Release));
    }
}

impl Engine {
    /// Opens the archive of these files and does `work` with it; nothing of it is kept. Nobody needs to be signed in.
    ///
    /// # Errors
    /// Why the archive cannot be read, or that the work was stopped.
    pub async fn archive<T: Send + 'static>(
        &self,
        paths: Vec<PathBuf>,
        work: impl FnOnce(&Archive, &mut Tell<'_>) -> Result<T, presta_archive::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let reading = self.inner.archives.begin();
        let (stop, bus) = (Arc::clone(&reading.0), self.inner.bus.clone());
        let work = move || {
            let mut pace = Pace::default();
            let mut tell = |Progress { done, total }| {
                if stop.load(Ordering::Acquire) {
                    return ControlFlow::Break(());
                }
                if pace.is_due(Instant::now()) {
                    bus.send(CoreEvent::Archive { progress: ArchiveProgress { done, total } });
                }
                ControlFlow::Continue(())
            };
            work(&Archive::open_telling(&paths, Limits::default(), &mut tell)?, &mut tell)
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted)??)
    }

    /// Stops every reading of an archive; it is no error when there is none.
    pub fn stop_archives(&self) {
        self.inner.archives.stop();
    }
}

/// What is wrong with an archive, in the user interface's terms.
pub fn archive_failure(error: &presta_archive::Error) -> Failure {
    use presta_archive::Error as Archive;
    if let Archive::Writing { source, .. } = error
        && durable::is_full(source)
    {
        return Failure::new("disk-full");
    }
    let mut failure = Failure::new(error.code()).with("reason", error.to_string());
    let (file, entry) = error.place();
    if let Some(file) = file {
        failure = failure.with("path", file);
    }
    // Where a sentence names one thing: the entry, or the file when it is about all of it.
    if let Some(entry) = entry.or(file) {
        failure = failure.with("entry", entry);
    }
    match error {
        Archive::MissingPart { part } => failure.with("part", i64::from(*part)),
        Archive::Limit { limit, .. } => failure.with("limit", i64::try_from(*limit).unwrap_or(i64::MAX)),
        _ => failure,
    }
}
