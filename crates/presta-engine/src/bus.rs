//! Tells hosts what changed, merged so that a burst of changes costs the user interface one reading.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presta_store::outbox::Delivered;
use serde::Serialize;
use tokio::sync::{Notify, broadcast};
use ts_rs::TS;

use crate::alerts::Notice;

/// Changes are gathered for so long before they are told.
const MERGE: Duration = Duration::from_millis(50);
const CAPACITY: usize = 256;

/// What a host is told.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CoreEvent {
    /// What carries these tags changed: read again what is shown of it.
    Changed {
        /// Cache tags.
        tags: Vec<String>,
    },
    /// An act reached the platform.
    Delivered {
        /// Which.
        act: Delivered,
    },
    /// An export of what this computer holds goes on.
    Export {
        /// How far it has come.
        progress: crate::ExportProgress,
    },
    /// The reading of an archive goes on.
    Archive {
        /// How far it has come.
        progress: crate::archive::ArchiveProgress,
    },
    /// A file is on its way to the platform.
    Upload {
        /// How far it has come.
        progress: crate::UploadProgress,
    },
    /// A file is on its way from the platform.
    Download {
        /// How far it has come.
        progress: crate::DownloadProgress,
    },
    /// Someone is writing.
    Typing {
        /// Where, and until when to show it.
        typing: Typing,
    },
    /// Rules found something: show it as a notification.
    Alert {
        /// What to tell.
        notice: Notice,
    },
}

/// Someone is writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Typing {
    /// The conversation.
    pub thread_id: String,
    /// Show it until then, in ms since 1970.
    pub until: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Bus {
    sender: broadcast::Sender<CoreEvent>,
    pending: Arc<Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    tags: Mutex<BTreeSet<String>>,
    filled: Notify,
}

impl Bus {
    /// Starts the task that merges; it ends with the last clone's pending work.
    pub(crate) fn start() -> Self {
        let (sender, _) = broadcast::channel(CAPACITY);
        let pending = Arc::new(Pending::default());
        let weak = Arc::downgrade(&pending);
        let out = sender.clone();
        tokio::spawn(async move {
            while let Some(pending) = weak.upgrade() {
                if tokio::time::timeout(Duration::from_secs(5), pending.filled.notified()).await.is_err() {
                    continue;
                }
                tokio::time::sleep(MERGE).await;
                let tags = std::mem::take(&mut *pending.tags.lock().unwrap_or_else(PoisonError::into_inner));
                if !tags.is_empty() {
                    let _ = out.send(CoreEvent::Changed { tags: tags.into_iter().collect() });
                }
            }
        });
        Self { sender, pending }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<CoreEvent> {
        self.sender.subscribe()
    }

    /// Announces changes, soon.
    pub(crate) fn touch<T: Into<String>>(&self, tags: impl IntoIterator<Item = T>) {
        self.pending.tags.lock().unwrap_or_else(PoisonError::into_inner).extend(tags.into_iter().map(Into::into));
        self.pending.filled.notify_one();
    }

    /// Announces something at once. Nobody listening is fine.
    pub(crate) fn send(&self, event: CoreEvent) {
        let _ = self.sender.send(event);
    }
}
