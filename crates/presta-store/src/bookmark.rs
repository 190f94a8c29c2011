//! Which projects the person has bookmarked, with what is queued about bookmarks laid over: so that one made offline shows
//! at once, and until the platform's own word on the project comes.

use std::collections::HashSet;

use presta_model::{EntityType, Project, ProjectId};
use rusqlite::Connection;
use serde_json::Value;

use crate::overlay::Overlay;
use crate::{Error, resource, sync_state};

/// The projects the person has bookmarked.
#[derive(Debug)]
pub(crate) struct Bookmarks {
    projects: HashSet<String>,
    /// Whether every bookmark was fetched: before that, what projects say of themselves holds too.
    complete: bool,
}

impl Bookmarks {
    /// All of them.
    pub(crate) fn read(connection: &Connection, overlay: &Overlay) -> Result<Self, Error> {
        Self::of(connection, overlay, resource::list(connection, EntityType::Bookmark, None)?)
    }

    /// Those on one project, which is all that project needs.
    pub(crate) fn on(connection: &Connection, overlay: &Overlay, project: &ProjectId) -> Result<Self, Error> {
        let rows = resource::list(connection, EntityType::Bookmark, Some(project.as_str()))?;
        Self::of(connection, overlay, rows)
    }

    fn of(connection: &Connection, overlay: &Overlay, rows: Vec<Value>) -> Result<Self, Error> {
        let kept = rows.into_iter().filter_map(|row| {
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            overlay.effective(EntityType::Bookmark, &id, row)
        });
        let projects = kept
            .chain(overlay.created(EntityType::Bookmark))
            .filter_map(|row| row.get("project_id").and_then(Value::as_str).map(str::to_owned))
            .collect();
        Ok(Self { projects, complete: sync_state::changes(connection)?.is_some() })
    }

    /// Makes the project say what holds.
    pub(crate) fn lay(&self, project: &mut Project) {
        let made = self.has(&project.id);
        project.viewer.bookmarked = if self.complete { made } else { made || project.viewer.bookmarked };
    }

    fn has(&self, project: &ProjectId) -> bool {
        self.projects.contains(project.as_str())
    }
}
