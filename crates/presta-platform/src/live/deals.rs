//! Clients of the generator keep their side of a deal: they fund, release, approve and agree.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension};

use super::Life;
use crate::{
    problem::Problem,
    store::{
        amendments,
        milestone_requests::{self, Reply},
        milestones::{self, Act},
    },
};

/// Until a client answers what waits for them, in ms.
const REPLY_MS: Range<u64> = 8_000..20_000;
/// From funding a milestone to paying it out, in ms.
const WORK_MS: Range<u64> = 40_000..90_000;

impl Life {
    /// A milestone that is new is funded, and later released.
    pub(super) async fn pay(&self, n: i64) -> Result<(), Problem> {
        let waits = "SELECT p.client_n FROM milestones m JOIN bids b ON b.n = m.bid_n
             JOIN projects p ON p.n = b.project_n JOIN users c ON c.n = p.client_n
             JOIN users f ON f.n = b.freelancer_n
             WHERE m.n = ?1 AND m.rev = 1 AND c.login IS NULL AND f.login IS NOT NULL";
        let Some(client_n) = self.app.read(move |sql| client(sql, waits, n)).await? else { return Ok(()) };
        for (act, time) in [(Act::Fund, &REPLY_MS), (Act::Release, &WORK_MS)] {
            let done = self.pause(self.moods.within(time)).await
                && settled(self.app.write(move |tx| milestones::act(tx, client_n, n, act)).await)?;
            if !done {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A request that waits is approved.
    pub(super) async fn approve(&self, n: i64) -> Result<(), Problem> {
        let waits = "SELECT p.client_n FROM milestone_requests r JOIN bids b ON b.n = r.bid_n
             JOIN projects p ON p.n = b.project_n JOIN users c ON c.n = p.client_n
             WHERE r.n = ?1 AND r.status = 'pending' AND c.login IS NULL";
        let Some(client_n) = self.app.read(move |sql| client(sql, waits, n)).await? else { return Ok(()) };
        if self.pause(self.moods.within(&REPLY_MS)).await {
            settled(self.app.write(move |tx| milestone_requests::answer(tx, client_n, n, Reply::Approve)).await)?;
        }
        Ok(())
    }

    /// An amendment that the freelancer proposed is accepted.
    pub(super) async fn agree(&self, n: i64) -> Result<(), Problem> {
        let waits = "SELECT p.client_n FROM amendments a JOIN bids b ON b.n = a.bid_n
             JOIN projects p ON p.n = b.project_n JOIN users c ON c.n = p.client_n
             WHERE a.n = ?1 AND a.status = 'open' AND a.author_n = b.freelancer_n AND c.login IS NULL";
        let Some(client_n) = self.app.read(move |sql| client(sql, waits, n)).await? else { return Ok(()) };
        if self.pause(self.moods.within(&REPLY_MS)).await {
            let reply = amendments::Reply::Accept;
            settled(self.app.write(move |tx| amendments::answer(tx, client_n, n, reply)).await)?;
        }
        Ok(())
    }
}

fn client(sql: &Connection, waits: &str, n: i64) -> Result<Option<i64>, Problem> {
    Ok(sql.prepare_cached(waits)?.query_row([n], |row| row.get(0)).optional()?)
}

/// False when it is not in a state for it any more, or gone.
fn settled(result: Result<(), Problem>) -> Result<bool, Problem> {
    match result {
        Ok(()) => Ok(true),
        Err(Problem::Forbidden | Problem::StateConflict | Problem::NotFound) => Ok(false),
        Err(problem) => Err(problem),
    }
}
