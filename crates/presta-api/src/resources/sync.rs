//! The change feed and the snapshots.

use std::time::Duration;

use presta_model::{ChangePage, EntityType, SnapshotPage};

use crate::{Client, Error};

/// Most seconds for which the platform holds a question about changes back.
const LONGEST_HOLD: u64 = 30;

impl Client {
    /// At most `limit` (500) changes after the state `since`.
    ///
    /// # Errors
    /// Any of a request's; [`ProblemKind::SyncStateExpired`](crate::ProblemKind::SyncStateExpired) when the state
    /// is too old.
    pub async fn changes(&self, since: &str, limit: u32) -> Result<ChangePage, Error> {
        let limit = limit.to_string();
        self.get(&["v1", "changes"], &[("since", since), ("limit", &limit)]).await?.decode("a page of changes")
    }

    /// As [`Client::changes`]; while there are none, the platform holds the question back for `hold` (whole seconds,
    /// 30 at most).
    ///
    /// # Errors
    /// As [`Client::changes`].
    pub async fn changes_held(&self, since: &str, limit: u32, hold: Duration) -> Result<ChangePage, Error> {
        let limit = limit.to_string();
        let wait = hold.as_secs().min(LONGEST_HOLD).to_string();
        let query = [("since", since), ("limit", limit.as_str()), ("wait", wait.as_str())];
        self.get_held(&["v1", "changes"], &query, hold).await?.decode("a page of changes")
    }

    /// At most `limit` (500) resources of a type, from `cursor` on; newest first.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn snapshot(&self, kind: EntityType, cursor: Option<&str>, limit: u32) -> Result<SnapshotPage, Error> {
        let limit = limit.to_string();
        let mut query = vec![("type", kind.as_str()), ("limit", &limit)];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.get(&["v1", "snapshot"], &query).await?.decode("a page of a snapshot")
    }
}
