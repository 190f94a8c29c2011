//! Fills a new file from the generator, and adds to it later.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    bidding,
    demo::{self, FirstDay},
    messages,
    offers::Offer,
    projects, threads,
    users::{self, NewUser, Standing},
};
use crate::{
    problem::Problem,
    secret,
    seed::{
        Author, Market, SeedClient, SeedProject,
        offers::{SeedOffers, SeedTalk},
    },
};
use crew::{Part, Posting};

mod bulk;
mod crew;

#[cfg(test)]
mod tests;

/// Rows of seeded people begin here: accounts are below.
const FIRST_CLIENT: i64 = 1_000;
const FIRST_FREELANCER: i64 = 500_000_000;
/// Projects between two lines of progress.
const PROGRESS: u64 = 50_000;

/// What a file is made from.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of projects; none makes no market and no accounts.
    pub projects: Option<u64>,
    /// The generator's seed.
    pub seed: u64,
    /// The instant the market is made for.
    pub now: Timestamp,
}

/// Fills a new file.
///
/// # Errors
/// On a database error.
pub fn fill(sql: &mut Connection, plan: &Plan) -> Result<(), Problem> {
    fill_on(sql, plan, crew::threads())
}

/// As [`fill`], generating on so many threads; their number changes nothing in the file.
fn fill_on(sql: &mut Connection, plan: &Plan, threads: usize) -> Result<(), Problem> {
    let meta = [
        ("epoch", secret::random_hex(4)?),
        ("secret", secret::random_hex(32)?),
        ("seed", plan.seed.to_string()),
        ("projects", plan.projects.unwrap_or(0).to_string()),
        ("demo", u8::from(plan.projects.is_some()).to_string()),
    ];
    let tx = sql.transaction()?;
    for (name, value) in meta {
        tx.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (name, value))?;
    }
    // A state of a fresh file is not 0, so that "before everything" stays distinguishable.
    tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('changes', 1)", [])?;
    if let Some(projects) = plan.projects {
        demo::add_accounts(&tx)?;
        add_market(&tx, plan, projects, threads)?;
    }
    tx.commit()?;
    Ok(())
}

/// Writes the generated market, then what the accounts find in it.
fn add_market(sql: &Connection, plan: &Plan, projects: u64, threads: usize) -> Result<(), Problem> {
    let market = Market::new(plan.seed, plan.now).sized(projects);
    bulk::run(sql, || {
        let mut writer = Writer { sql, market, projects, done: 0, verified: Vec::new(), bidders: HashSet::new() };
        crew::run(crew::Plan::new(market, projects), threads, |part| writer.write(part))
    })?;
    let now = plan.now.as_millisecond();
    FirstDay { market, seed: plan.seed, projects, now }.fill(sql)
}

/// Writes the parts of a market in order. What it remembers is a byte for a client and a number for a bidder.
struct Writer<'a> {
    sql: &'a Connection,
    market: Market,
    projects: u64,
    done: u64,
    /// By the number of the client.
    verified: Vec<bool>,
    bidders: HashSet<u64>,
}

impl Writer<'_> {
    fn write(&mut self, part: Part) -> Result<(), Problem> {
        match part {
            Part::Clients(first, clients) => {
                for (c, client) in (first..).zip(clients) {
                    self.verified.push(client.verified);
                    insert_client(self.sql, c, &client)?;
                }
                Ok(())
            }
            Part::Projects(postings, offers) => self.post(&postings, &offers),
        }
    }

    fn post(&mut self, postings: &[Posting], offers: &[SeedOffers]) -> Result<(), Problem> {
        let mut rows = Vec::with_capacity(postings.len());
        for posting in postings {
            let client = match posting.account {
                Some(n) => (n, true),
                None => self.client(posting.project.client),
            };
            rows.push((projects::write(self.sql, None, client, &posting.project, &posting.texts)?, client.0));
        }
        for offer in offers {
            if let (Some(posting), Some(&row)) = (postings.get(offer.place), rows.get(offer.place)) {
                self.bid(&posting.project, row, offer)?;
            }
        }
        let before = self.done;
        self.done += u64::try_from(postings.len()).unwrap_or(0);
        if before / PROGRESS != self.done / PROGRESS && self.done < self.projects {
            tracing::info!(done = self.done, of = self.projects, "seeding");
        }
        Ok(())
    }

    fn client(&self, c: u64) -> (i64, bool) {
        let verified = usize::try_from(c).ok().and_then(|at| self.verified.get(at)).copied();
        (client_row(c), verified.unwrap_or(false))
    }

    fn bid(&mut self, project: &SeedProject, (n, client_n): (i64, i64), made: &SeedOffers) -> Result<(), Problem> {
        for bid in &made.bids {
            if self.bidders.insert(bid.freelancer) {
                ensure_freelancer(self.sql, &self.market, bid.freelancer)?;
            }
            let offer = Offer {
                amount: bid.amount,
                currency: project.currency.clone().into_owned(),
                period_days: bid.period_days,
                text: bid.text.clone(),
                attachment_ids: Vec::new(),
                milestones: Vec::new(),
            };
            let &[(submitted_at, first), ..] = bid.events.as_slice() else { continue };
            let status = bid.events.last().map_or(first, |&(_, kind)| kind);
            let people = (freelancer_row(bid.freelancer), n);
            bidding::store(self.sql, people, &offer, status, submitted_at, &bid.events)?;
        }
        for (talk, bid) in made.talks.iter().zip(&made.bids) {
            self.talk(n, (client_n, freelancer_row(bid.freelancer)), talk)?;
        }
        Ok(())
    }

    fn talk(&self, n: i64, (client_n, freelancer_n): (i64, i64), talk: &SeedTalk) -> Result<(), Problem> {
        let thread_n = threads::open(self.sql, n, (client_n, freelancer_n), talk.opened_at)?;
        let author_n = |author: Author| if author == Author::Client { client_n } else { freelancer_n };
        let lines: Vec<_> =
            talk.lines.iter().map(|(author, text, at)| (author_n(*author), text.as_str(), *at)).collect();
        messages::history(self.sql, thread_n, &lines)?;
        if talk.read {
            let mut read =
                self.sql.prepare_cached("UPDATE participants SET read_seq = ?3 WHERE thread_n = ?1 AND user_n = ?2")?;
            let last = i64::try_from(lines.len()).unwrap_or(0);
            read.execute([thread_n, client_n, last])?;
            read.execute([thread_n, freelancer_n, last])?;
        }
        Ok(())
    }
}

fn client_row(c: u64) -> i64 {
    FIRST_CLIENT + i64::try_from(c).unwrap_or(0)
}

fn freelancer_row(f: u64) -> i64 {
    FIRST_FREELANCER + i64::try_from(f).unwrap_or(0)
}

/// The row of the `c`-th client and whether it is verified; added when it is not there.
///
/// # Errors
/// On a database error.
pub fn ensure_client(sql: &Connection, market: &Market, c: u64) -> Result<(i64, bool), Problem> {
    let client = market.client(c);
    insert_client(sql, c, &client)?;
    Ok((client_row(c), client.verified))
}

fn insert_client(sql: &Connection, c: u64, client: &SeedClient) -> Result<(), Problem> {
    users::insert(
        sql,
        &NewUser {
            n: client_row(c),
            account: None,
            display_name: &client.display_name,
            freelancer: false,
            client: true,
            skills: &[],
            rating: client.rating,
            reviews: i64::from(client.reviews),
            member_since: client.member_since.to_string(),
            standing: Standing {
                country: client.country.to_owned(),
                city: Some(client.city.to_owned()),
                verified: client.verified,
                payment_verified: client.payment_verified,
                hire_rate_percent: client.hire_rate_percent,
                projects_posted: client.projects_posted,
            },
        },
    )
}

/// The row of the `f`-th freelancer; added when it is not there.
///
/// # Errors
/// On a database error.
pub fn ensure_freelancer(sql: &Connection, market: &Market, f: u64) -> Result<i64, Problem> {
    let n = freelancer_row(f);
    let freelancer = market.freelancer(f);
    users::insert(
        sql,
        &NewUser {
            n,
            account: None,
            display_name: &freelancer.display_name,
            freelancer: true,
            client: false,
            skills: &freelancer.skills,
            rating: freelancer.rating,
            reviews: i64::from(freelancer.reviews),
            member_since: "2022-01-10".to_owned(),
            standing: Standing {
                country: "FR".to_owned(),
                city: None,
                verified: true,
                payment_verified: false,
                hire_rate_percent: None,
                projects_posted: 0,
            },
        },
    )?;
    Ok(n)
}

/// What the file says of itself under `name`.
///
/// # Errors
/// On a database error.
pub fn meta(sql: &Connection, name: &str) -> Result<String, Problem> {
    Ok(sql.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?)
}
