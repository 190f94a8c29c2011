//! Projects.

use presta_model::{Project, ProjectId};

use super::Page;
use crate::{Client, Error};

impl Client {
    /// A project.
    ///
    /// # Errors
    /// Any of a request's; [`ProblemKind::NotFound`](crate::ProblemKind::NotFound).
    pub async fn project(&self, id: &ProjectId) -> Result<Project, Error> {
        self.get(&["v1", "projects", id.as_str()], &[]).await?.decode("a project")
    }

    /// The first `limit` (at most 500) open projects that match the words of `q`.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn search_projects(&self, q: &str, limit: u32) -> Result<Vec<Project>, Error> {
        let limit = limit.to_string();
        let page: Page<Project> =
            self.get(&["v1", "projects"], &[("q", q), ("limit", &limit)]).await?.decode("a page of projects")?;
        Ok(page.items)
    }
}
