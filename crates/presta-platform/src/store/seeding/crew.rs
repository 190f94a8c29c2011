//! Generating on other threads while this one writes.
//!
//! The work is cut into jobs by number alone; every thread makes each so-many-th job, and the jobs are handed over in order.
//! So what is written never depends on how many threads there are, and no more than a few jobs are ever waiting.

use std::{
    ops::Range,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use crate::{
    problem::Problem,
    seed::{Market, SeedClient, SeedProject, Status, offers},
    store::{demo, projects::Texts},
};

/// Clients in a job.
const CLIENTS: u64 = 1_000;
/// Projects in a job.
const PROJECTS: u64 = 500;
/// Jobs a thread may be ahead.
const AHEAD: usize = 2;
/// More threads than this would only wait for the writing.
const MOST: usize = 3;
/// Counted from the newest, these projects belong to Nadia; the newest of all do not.
const NADIAS: [u64; 6] = [12, 19, 42, 57, 88, 103];
/// As [`NADIAS`], for Sam.
const SAMS: [u64; 2] = [27, 66];

/// A part of the market, ready to be written.
#[derive(Debug)]
pub(super) enum Part {
    /// The clients from a number on.
    Clients(u64, Vec<SeedClient>),
    /// Projects, oldest first.
    Projects(Vec<Posting>, Vec<offers::SeedOffers>),
}

/// A project, and what was worked out of it.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) project: SeedProject,
    pub(super) texts: Texts,
    /// The account that posted it, where it is not the generated client.
    pub(super) account: Option<i64>,
}

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    market: Market,
    projects: u64,
}

impl Plan {
    pub(super) const fn new(market: Market, projects: u64) -> Self {
        Self { market, projects }
    }

    pub(super) const fn clients(&self) -> u64 {
        self.market.client_count(self.projects)
    }

    const fn jobs(&self) -> u64 {
        self.clients().div_ceil(CLIENTS) + self.projects.div_ceil(PROJECTS)
    }

    fn part(&self, job: u64) -> Part {
        let first = self.clients().div_ceil(CLIENTS);
        if job < first {
            let numbers = (job * CLIENTS)..((job + 1) * CLIENTS).min(self.clients());
            return Part::Clients(numbers.start, numbers.map(|c| self.market.client(c)).collect());
        }
        let done = (job - first) * PROJECTS;
        self.postings(done..(done + PROJECTS).min(self.projects))
    }

    /// Projects by their number from the oldest.
    fn postings(&self, numbers: Range<u64>) -> Part {
        let projects: Vec<_> = numbers.clone().map(|done| self.posted(self.projects - 1 - done)).collect();
        let bids = offers::due(numbers.start, numbers.end, offers::PROJECTS_PER_BID);
        let talks = offers::due(numbers.start, numbers.end, offers::PROJECTS_PER_TALK);
        let (accounts, plain): (Vec<_>, Vec<_>) = projects.into_iter().unzip();
        let offers = self.market.offers(numbers.start, &plain, bids, talks);
        let posting = |(account, project)| Posting { texts: Texts::of(&project), project, account };
        Part::Projects(accounts.into_iter().zip(plain).map(posting).collect(), offers)
    }

    fn posted(&self, i: u64) -> (Option<i64>, SeedProject) {
        let mut project = self.market.project(i);
        let account = match i {
            i if NADIAS.contains(&i) => Some(demo::NADIA),
            i if SAMS.contains(&i) => Some(demo::SAM),
            _ => None,
        };
        if account.is_some() {
            // What an account posted takes bids for weeks, and counts only those that are there.
            project.status = Status::Open;
            project.bid_count = 0;
            project.bid_average_minor = None;
            let month = jiff::SignedDuration::from_hours(30 * 24);
            project.bids_close_at = project.bids_close_at.checked_add(month).unwrap_or(project.bids_close_at);
        }
        (account, project)
    }
}

/// One thread fewer than there are processors: one is for the writing.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1)).clamp(1, MOST)
}

/// Makes every part on `threads` threads and gives them to `write` in order.
///
/// # Errors
/// What `write` answers; the threads end then.
pub(super) fn run(
    plan: Plan,
    threads: usize,
    mut write: impl FnMut(Part) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let threads = threads.max(1);
    thread::scope(|scope| {
        let mut lanes: Vec<Receiver<Part>> = Vec::with_capacity(threads);
        for lane in 0..threads {
            let (to, from): (SyncSender<Part>, _) = sync_channel(AHEAD);
            lanes.push(from);
            let mine = (lane as u64..plan.jobs()).step_by(threads);
            scope.spawn(move || {
                for job in mine {
                    // The writer went away: nothing is wanted any more.
                    if to.send(plan.part(job)).is_err() {
                        return;
                    }
                }
            });
        }
        for lane in (0..plan.jobs()).zip(lanes.iter().cycle()).map(|(_, lane)| lane) {
            let part = lane.recv().map_err(|_| Problem::Internal("a generating thread ended early".to_owned()))?;
            write(part)?;
        }
        // Before the scope waits for the threads, so that none waits for this one.
        drop(lanes);
        Ok(())
    })
}
