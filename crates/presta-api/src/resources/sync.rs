//! The change feed and the snapshots.

use presta_model::{ChangePage, EntityType, SnapshotPage};

use crate::{Client, Error};

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
