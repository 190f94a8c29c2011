//! What a rule would have found lately, to judge it before it is kept.

use presta_model::{Millis, Project, ProjectId, ProjectStatus};
use rusqlite::Connection;

use crate::Error;
use crate::alert::{Criteria, Matcher, Subject};
use crate::project::join;

/// Projects that are looked at, newest first.
const MOST: u32 = 20_000;

/// A project that a rule would have found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Which.
    pub project_id: ProjectId,
    /// Its title; may hold hostile text.
    pub title: String,
    /// When it was posted, in ms since 1970.
    pub posted_at: i64,
}

/// The projects posted since `from` (ms) that are here and that the rule would have found when they arrived, newest
/// first: each is taken as it was then, open and without bids.
///
/// # Errors
/// When the database cannot be read.
pub fn caught(connection: &Connection, criteria: &Criteria, from: i64) -> Result<Vec<Caught>, Error> {
    let matcher = Matcher::new(criteria.clone());
    let mut statement = connection.prepare_cached(
        "SELECT t.data, t.description FROM project p CROSS JOIN project_text t ON t.row_key = p.row_key
         WHERE p.row_key >= ?1 ORDER BY p.row_key DESC LIMIT ?2",
    )?;
    let first_key = from.div_euclid(1000) << 20;
    let rows = statement.query_map((first_key, MOST), |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut caught = Vec::new();
    for row in rows {
        let (data, description) = row?;
        let project = as_it_arrived(join(&data, description)?);
        let posted_at = Millis::from(project.posted_at).0;
        if matcher.matches(&Subject::of(&project), posted_at) {
            caught.push(Caught { project_id: project.id, title: project.title, posted_at });
        }
    }
    Ok(caught)
}

fn as_it_arrived(mut project: Project) -> Project {
    project.status = ProjectStatus::Open;
    project.bid_stats.count = 0;
    project.bids_close_at = project.bids_close_at.filter(|at| *at > project.posted_at);
    project
}
