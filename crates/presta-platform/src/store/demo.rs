//! The accounts of a demo market, and what they find on their first day.

use rusqlite::Connection;

use super::{
    accounts, bidding, deals, demo_people, messages,
    offers::{Milestone, Offer},
    seeding, threads,
    users::{self, NewUser, Standing},
};
use crate::{
    problem::Problem,
    seed::{self, Author, Market},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A sign-in that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    /// Sign-in name.
    pub login: &'static str,
    /// Password.
    pub password: &'static str,
    /// `freelancer`, `client` or `both`.
    pub role: &'static str,
}

/// Every account of a demo market.
pub const ACCOUNTS: [Account; 3] = [
    Account { login: "camille.demo", password: "demo-camille", role: "freelancer" },
    Account { login: "nadia.demo", password: "demo-nadia", role: "client" },
    Account { login: "sam.demo", password: "demo-sam", role: "both" },
];

/// Camille's row.
pub const CAMILLE: i64 = 1;
/// Nadia's row.
pub const NADIA: i64 = 2;
/// Sam's row.
pub const SAM: i64 = 3;

/// Adds the accounts; argon2 is slow by design, so all are hashed at once.
///
/// # Errors
/// On a database error.
pub fn add_accounts(sql: &Connection) -> Result<(), Problem> {
    let hashes = std::thread::scope(|scope| {
        let running = ACCOUNTS.map(|account| scope.spawn(move || accounts::hash(account.password)));
        running.map(|thread| thread.join().unwrap_or_else(|_| Err(Problem::Internal("hashing".to_owned()))))
    });
    let rows = [CAMILLE, NADIA, SAM];
    let names = ["Camille Laurent", "Nadia Benali", "Sam Moreau"];
    for (((account, hash), n), name) in ACCOUNTS.iter().zip(hashes).zip(rows).zip(names) {
        let freelancer = account.role != "client";
        let hash = hash?;
        let skills = if freelancer { skills(n) } else { Vec::new() };
        users::insert(
            sql,
            &NewUser {
                n,
                account: Some((account.login, &hash)),
                display_name: name,
                freelancer,
                client: account.role != "freelancer",
                skills: &skills,
                rating: Some(if freelancer { 4.8 } else { 4.6 }),
                reviews: if freelancer { 37 } else { 12 },
                member_since: "2021-03-15".to_owned(),
                standing: Standing {
                    country: "FR".to_owned(),
                    city: Some(if n == CAMILLE { "Nantes" } else { "Lyon" }.to_owned()),
                    verified: true,
                    payment_verified: true,
                    hire_rate_percent: (n != CAMILLE).then_some(72),
                    projects_posted: if n == CAMILLE { 0 } else { 18 },
                },
            },
        )?;
    }
    Ok(())
}

/// A few skills of the catalogue, by wish where it has them.
fn skills(n: i64) -> Vec<&'static str> {
    let wish: &[&str] =
        if n == CAMILLE { &["rust", "postgresql", "typescript", "docker"] } else { &["python", "react"] };
    let known = |id: &&str| wish.contains(id);
    seed::catalog::SKILLS.iter().map(|&(id, _)| id).filter(known).collect()
}

/// What the accounts find in a fresh market.
#[derive(Debug, Clone, Copy)]
pub struct FirstDay {
    /// The market.
    pub market: Market,
    /// Its seed value.
    pub seed: u64,
    /// Projects in it.
    pub projects: u64,
    /// Now, in ms.
    pub now: i64,
}

/// How a past conversation is left by the account in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Everything was read.
    Read,
    /// The other side wrote last, and that is not read yet.
    Unread,
}

/// Bids of Camille: status, the conversation that goes with it, hours since it was placed.
const CAMILLES_BIDS: [(&str, Option<Left>, i64); 7] = [
    ("submitted", Some(Left::Read), 5),
    ("submitted", None, 20),
    ("shortlisted", Some(Left::Unread), 44),
    ("awarded", Some(Left::Unread), 150),
    ("rejected", None, 190),
    ("lost", Some(Left::Read), 260),
    ("retracted", None, 300),
];
/// Conversations of Camille about projects she has not bid on.
const CAMILLES_THREADS: [(Left, i64); 3] = [(Left::Unread, 9), (Left::Read, 39), (Left::Read, 70)];
/// Hours since Camille placed the bid that became a deal.
const CAMILLES_DEAL: i64 = 290;
const BIDS_PER_PROJECT: i64 = 4;

impl FirstDay {
    /// Fills the market for the three.
    ///
    /// # Errors
    /// On a database error.
    pub fn fill(&self, sql: &Connection) -> Result<(), Problem> {
        let mut stranger = 0_i64;
        let open = self.open_projects(sql, &[NADIA, SAM, CAMILLE])?;
        let mut projects = open.iter().copied();
        for (status, talk, hours) in CAMILLES_BIDS {
            let Some(project) = projects.next() else { break };
            self.bid(sql, project, CAMILLE, status, self.now - hours * HOUR_MS)?;
            if let Some(left) = talk {
                self.talk(sql, project, CAMILLE, (left, hours * HOUR_MS))?;
            }
        }
        for (left, hours) in CAMILLES_THREADS {
            let Some(project) = projects.next() else { break };
            self.talk(sql, project, CAMILLE, (left, hours * HOUR_MS))?;
        }
        if let Some(project) = projects.next() {
            let bid_n = self.bid(sql, project, CAMILLE, "accepted", self.now - CAMILLES_DEAL * HOUR_MS)?;
            deals::seed(sql, bid_n, self.now)?;
        }
        for owner in [NADIA, SAM] {
            for project in self.owned(sql, owner)? {
                for i in 0..BIDS_PER_PROJECT {
                    stranger += 1;
                    let freelancer = self.freelancer(sql, stranger)?;
                    let status = if i == 1 { "shortlisted" } else { "submitted" };
                    let age = (3 + i * 9) * HOUR_MS;
                    self.bid(sql, project, freelancer, status, self.now - age)?;
                    if i == 0 && stranger % 8 == 1 {
                        self.talk(sql, project, freelancer, (Left::Unread, age))?;
                    }
                }
            }
        }
        demo_people::seed(sql, self)?;
        super::demo_privacy::seed(sql, self.now)
    }

    /// Open projects of others that Camille could know for about two weeks.
    fn open_projects(&self, sql: &Connection, not_of: &[i64]) -> Result<Vec<i64>, Problem> {
        let rows = sql
            .prepare(
                "SELECT n FROM projects WHERE status = 'open' AND bids_close_at > ?2
                     AND client_n NOT IN (SELECT value FROM json_each(?1))
                 ORDER BY posted_at > ?3, abs(posted_at - ?3) LIMIT 12",
            )?
            .query_map((super::array(not_of), self.now + DAY_MS, self.now - 14 * DAY_MS), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    fn owned(&self, sql: &Connection, client_n: i64) -> Result<Vec<i64>, Problem> {
        let rows = sql
            .prepare("SELECT n FROM projects WHERE client_n = ?1 ORDER BY n")?
            .query_map([client_n], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    fn freelancer(&self, sql: &Connection, f: i64) -> Result<i64, Problem> {
        seeding::ensure_freelancer(sql, &self.market, f.cast_unsigned())
    }

    fn bid(&self, sql: &Connection, project_n: i64, freelancer_n: i64, status: &str, at: i64) -> Result<i64, Problem> {
        let (low, high, currency, title): (i64, i64, String, String) = sql
            .prepare_cached(
                "SELECT p.budget_min, p.budget_max, p.currency, t.title
                 FROM projects p JOIN project_texts t ON t.n = p.n WHERE p.n = ?1",
            )?
            .query_row([project_n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let draw = self.seed.wrapping_add(project_n.cast_unsigned() * 31 + freelancer_n.cast_unsigned());
        let share = i64::try_from(draw % 101).unwrap_or(50);
        let amount = (low + (high - low) * share / 100).clamp(1_000, 100_000_000) / 100 * 100;
        let half = amount / 2;
        let milestones = if draw.is_multiple_of(3) {
            vec![
                Milestone { title: "Cadrage et première version".to_owned(), amount: half },
                Milestone { title: "Recette et mise en production".to_owned(), amount: amount - half },
            ]
        } else {
            Vec::new()
        };
        let offer = Offer {
            amount,
            currency,
            period_days: 5 + i64::try_from(draw % 60).unwrap_or(0),
            text: seed::bids::text(draw, &title, &skills(freelancer_n)),
            milestones,
            attachment_ids: Vec::new(),
        };
        let later = (at + 26 * HOUR_MS).min(self.now - MINUTE_MS);
        let mut events = vec![(at, "submitted")];
        match status {
            "submitted" => {}
            "awarded" => events.extend([(at + 3 * HOUR_MS, "shortlisted"), (later, "awarded")]),
            "accepted" => events.extend([(later, "awarded"), (later + 9 * HOUR_MS, "accepted")]),
            other => events.push((later, other)),
        }
        let n = bidding::store(sql, (freelancer_n, project_n), &offer, status, at, &events)?;
        let counted = i64::from(status != "retracted");
        sql.execute(
            "UPDATE projects SET bid_count = bid_count + ?2, bid_sum = bid_sum + ?2 * ?3,
                 status = CASE WHEN ?4 IN ('awarded', 'accepted', 'lost') THEN 'awarded' ELSE status END
             WHERE n = ?1",
            (project_n, counted, amount, status),
        )?;
        Ok(n)
    }

    /// A past conversation that began some ms ago, and how the account in it left it.
    fn talk(
        &self,
        sql: &Connection,
        project_n: i64,
        freelancer_n: i64,
        (left, ago): (Left, i64),
    ) -> Result<(), Problem> {
        let (client_n, title): (i64, String) = sql.query_row(
            "SELECT p.client_n, t.title FROM projects p JOIN project_texts t ON t.n = p.n
             WHERE p.n = ?1",
            [project_n],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let start = self.now - ago;
        let thread_n = threads::open(sql, project_n, (client_n, freelancer_n), start)?;
        let seed = self.seed.wrapping_add(project_n.cast_unsigned());
        let mut lines = seed::conversations::opening(seed, &title);
        let (reader_n, reader) =
            if freelancer_n == CAMILLE { (freelancer_n, Author::Freelancer) } else { (client_n, Author::Client) };
        while left == Left::Unread && lines.len() > 1 && lines.last().is_some_and(|l| l.0 == reader) {
            lines.pop();
        }
        let step = ago / (i64::try_from(lines.len()).unwrap_or(1) + 1);
        let mut sent_at = start;
        for (author, text) in &lines {
            sent_at += step;
            let author_n = if *author == Author::Client { client_n } else { freelancer_n };
            let new = messages::New { thread_n, author_n, text, client_message_id: None, sent_at };
            messages::store(sql, &new)?;
        }
        let unread = i64::from(left == Left::Unread);
        sql.execute(
            "UPDATE participants SET read_seq =
                 (SELECT last_seq FROM threads WHERE n = ?1) - CASE user_n WHEN ?2 THEN ?3 ELSE 0 END
             WHERE thread_n = ?1",
            [thread_n, reader_n, unread],
        )?;
        Ok(())
    }
}
