//! The contests of a fresh market: some in proportion, three of Nadia's with entries and their files.

use std::path::Path;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{
    attachments,
    contests::{self, Call},
    demo::{CAMILLE, NADIA},
    entries, offers,
    seeding::{self, Plan},
};
use crate::{
    problem::Problem,
    seed::{Market, contests as drawn},
};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Projects for one contest.
const PROJECTS_PER_CONTEST: u64 = 200;
/// Those who enter are among so many.
const ENTRANTS: u64 = 40;
/// Nadia's: the index they are drawn by, whether they are sealed, and days until they close.
const NADIAS: [(u64, bool, i64); 3] = [(1_000_001, false, 12), (1_000_002, true, 6), (1_000_003, false, -1)];
const NADIAS_ENTRIES: u64 = 3;

/// Fills a market made by `plan`; the bytes of files go to the folder `files`, before the rows that know of them.
///
/// # Errors
/// When the files cannot be written, or on a database error.
pub fn fill(sql: &mut Connection, plan: &Plan, files: &Path) -> Result<(), Problem> {
    let Some(projects) = plan.projects else { return Ok(()) };
    let tx = sql.transaction()?;
    let market = Market::new(plan.seed, plan.now).sized(projects);
    let now = plan.now.as_millisecond();
    let mut fill = Fill { sql: &tx, market, seed: plan.seed, now, entry: 0 };
    for index in 0..projects / PROJECTS_PER_CONTEST {
        let (client_n, _) = seeding::ensure_client(&tx, &market, market.project(index).client)?;
        fill.strangers(index, client_n)?;
    }
    std::fs::create_dir_all(attachments::folder(files)).map_err(broke)?;
    for (index, sealed, closes_in) in NADIAS {
        fill.nadias(index, sealed, closes_in, files)?;
    }
    tx.commit()?;
    Ok(())
}

fn broke(error: std::io::Error) -> Problem {
    Problem::Internal(format!("writing the files of contests: {error}"))
}

struct Fill<'s> {
    sql: &'s Connection,
    market: Market,
    seed: u64,
    now: i64,
    /// Entries so far.
    entry: u64,
}

impl Fill<'_> {
    fn call(&self, index: u64, close: Option<i64>) -> (drawn::SeedContest, Call, i64) {
        let drawn = drawn::call(self.seed, index);
        let created = self.now - drawn.age_days * DAY_MS;
        let call = Call {
            title: drawn.title.clone(),
            brief: drawn.brief.clone(),
            category: drawn.category.to_owned(),
            skills: drawn.skills.iter().map(|&skill| skill.to_owned()).collect(),
            prize: drawn.prize_minor,
            currency: "EUR".to_owned(),
            sealed: drawn.sealed,
            entries_close_at: close.unwrap_or(created + drawn.open_days * DAY_MS),
            attachment_ids: Vec::new(),
        };
        (drawn, call, created)
    }

    fn enter(&mut self, contest_n: i64, freelancer_n: i64, at: i64) -> Result<i64, Problem> {
        self.entry += 1;
        let at = at.min(self.now - HOUR_MS);
        entries::store(self.sql, contest_n, freelancer_n, drawn::entry(self.seed, self.entry), at)
    }

    fn strangers(&mut self, index: u64, client_n: i64) -> Result<(), Problem> {
        let (drawn, call, created) = self.call(index, None);
        let n = contests::store(self.sql, client_n, &call, created)?;
        let mut winner = None;
        for i in 0..drawn.entries {
            let freelancer_n = seeding::ensure_freelancer(self.sql, &self.market, 1 + (index * 7 + i) % ENTRANTS)?;
            let after = HOUR_MS * (5 + i64::try_from(i).unwrap_or(0) * 9);
            winner = Some(self.enter(n, freelancer_n, created + after)?);
        }
        if call.entries_close_at > self.now {
            return Ok(());
        }
        let Some(winner) = winner else {
            self.sql.execute("UPDATE contests SET status = 'closed' WHERE n = ?1", [n])?;
            return Ok(());
        };
        let fee = offers::fee(call.prize);
        self.sql.execute(
            "UPDATE contests SET status = 'awarded', winner_n = ?2, fee = ?3 WHERE n = ?1",
            [n, winner, fee],
        )?;
        self.sql.execute(
            "UPDATE entries SET status = iif(n = ?2, 'awarded', 'not-chosen') WHERE contest_n = ?1",
            [n, winner],
        )?;
        Ok(())
    }

    fn nadias(&mut self, index: u64, sealed: bool, closes_in: i64, files: &Path) -> Result<(), Problem> {
        let (_, mut call, created) = self.call(index, Some(self.now + closes_in * DAY_MS));
        call.sealed = sealed;
        let n = contests::store(self.sql, NADIA, &call, created - 3 * DAY_MS)?;
        if closes_in < 0 {
            self.sql.execute("UPDATE contests SET status = 'judging' WHERE n = ?1", [n])?;
        }
        for i in 0..NADIAS_ENTRIES {
            let freelancer_n = if sealed && i == 0 {
                CAMILLE
            } else {
                seeding::ensure_freelancer(self.sql, &self.market, 1 + (index + i) % ENTRANTS)?
            };
            let at = created + HOUR_MS * (7 + i64::try_from(i).unwrap_or(0) * 11);
            let entry = self.enter(n, freelancer_n, at)?;
            self.note(entry, freelancer_n, &call.title, files)?;
            if i == 1 {
                self.sql.execute(
                    "UPDATE entries SET stars = 4, comment = 'Bonne piste, à pousser.', rated_at = ?2 WHERE n = ?1",
                    [entry, self.now - HOUR_MS],
                )?;
            }
        }
        Ok(())
    }

    fn note(&self, entry_n: i64, owner_n: i64, title: &str, files: &Path) -> Result<(), Problem> {
        let text = drawn::note(self.seed, self.entry, title);
        let sha256: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let new = attachments::New {
            owner_n,
            name: "note-d’intention.txt",
            media_type: "text/plain",
            size: i64::try_from(text.len()).unwrap_or(0),
            sha256: &sha256,
        };
        let n = attachments::insert(self.sql, &new, self.now - HOUR_MS)?;
        self.sql.execute("UPDATE attachments SET parent = 'entry', parent_n = ?2 WHERE n = ?1", [n, entry_n])?;
        std::fs::write(attachments::path(files, n), text).map_err(broke)
    }
}
