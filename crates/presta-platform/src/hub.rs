//! Tells open event streams and long polls that something was committed.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::store::changes::Kind;

const BACKLOG: usize = 1024;
/// [`Change::audience`] of what everyone may hear.
pub const EVERYONE: i64 = 0;

/// One row of the change log, after COMMIT.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Its place in the log.
    pub seq: i64,
    /// The type of the resource.
    pub kind: Kind,
    /// The row of the resource.
    pub target: i64,
    /// A user's row, or [`EVERYONE`].
    pub audience: i64,
}

/// What the hub carries.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Tokens of this family may be good no more: open streams look again.
    Revoked(Arc<str>),
    /// The clock was moved: open streams look whether their time is over.
    ClockMoved,
    /// The changes of one transaction.
    Changes(Arc<[Change]>),
    /// Someone writes; said to `audience` only and never stored.
    Typing {
        /// The thread's row.
        thread_n: i64,
        /// Who writes.
        user_n: i64,
        /// Who hears of it.
        audience: Arc<[i64]>,
    },
}

/// A broadcast to every listener. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Notice>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }
}

impl Hub {
    /// Tells every listener; nobody listening is fine.
    pub fn send(&self, notice: Notice) {
        let _ = self.sender.send(notice);
    }

    /// Hears everything sent from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.sender.subscribe()
    }
}
