//! `import`: loads the projects of a listing file.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::Context as _;
use jiff::Timestamp;

use crate::{
    hub::Hub,
    import::{self, Line},
    problem::Problem,
    seed::{Market, SeedProject},
    serve,
    store::{
        changes::{Kind, Tx},
        projects,
        seeding::{self, Plan},
    },
};

/// Projects written in one transaction.
const BATCH: usize = 500;

/// What came of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines loaded.
    pub loaded: u64,
    /// Lines skipped.
    pub skipped: u64,
}

fn store(tx: &mut Tx<'_>, market: &Market, batch: &[SeedProject]) -> Result<(), Problem> {
    for project in batch {
        let (client_n, verified) = seeding::ensure_client(&tx.sql, market, project.client)?;
        let n = projects::insert(&tx.sql, None, client_n, verified, project)?;
        tx.changed_for_all(Kind::Project, n)?;
    }
    Ok(())
}

/// Loads `file` into the data directory; bad lines are reported on `report` with their number.
///
/// # Errors
/// When the file cannot be read, or the database not be written.
pub fn run(file: &Path, data: &Path, seed: u64, report: &mut impl std::io::Write) -> anyhow::Result<Report> {
    let source = File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let now = Timestamp::now();
    let db = serve::open(data, &Plan { projects: Some(0), seed, now })?;
    let mut counted = Report::default();
    let mut projects = Vec::new();
    let mut failed = None;
    import::read(BufReader::new(source), now, |line| match line {
        Line::Project(project) => projects.push(*project),
        Line::Bad { number, reason } => {
            counted.skipped += 1;
            if let Err(error) = writeln!(report, "line {number}: {reason}") {
                failed.get_or_insert(error);
            }
        }
    })
    .context("reading the listing")?;
    if let Some(error) = failed {
        return Err(error).context("reporting a line");
    }
    // The newest gets the highest row, as in a seeded market.
    projects.sort_by_key(|project| project.posted_at);
    let market = Market::new(seed, now);
    let hub = Hub::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    while !projects.is_empty() {
        let batch: Vec<SeedProject> = projects.drain(..BATCH.min(projects.len())).collect();
        counted.loaded += u64::try_from(batch.len()).unwrap_or(0);
        let written = db.write(&hub, now.as_millisecond(), move |tx| store(tx, &market, &batch));
        runtime.block_on(written)?;
    }
    writeln!(report, "{} loaded, {} skipped", counted.loaded, counted.skipped)?;
    report.flush()?;
    Ok(counted)
}
