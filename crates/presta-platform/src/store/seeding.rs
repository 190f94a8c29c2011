//! Fills a new file from the generator, and adds to it later.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{
    demo::{self, FirstDay},
    projects,
    users::{self, NewUser, Standing},
};
use crate::{
    problem::Problem,
    secret,
    seed::{Market, SeedProject},
};

/// Rows of seeded people begin here: accounts are below.
const FIRST_CLIENT: i64 = 1_000;
const FIRST_FREELANCER: i64 = 500_000_000;
/// Counted from the newest, these projects belong to Nadia; the newest of all do not.
const NADIAS: [u64; 6] = [12, 19, 42, 57, 88, 103];
/// As [`NADIAS`], for Sam.
const SAMS: [u64; 2] = [27, 66];

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
        add_projects(&tx, plan, projects)?;
    }
    tx.commit()?;
    Ok(())
}

fn add_projects(sql: &Connection, plan: &Plan, projects: u64) -> Result<(), Problem> {
    let market = Market::new(plan.seed, plan.now).sized(projects);
    let mut known = HashSet::new();
    for i in (0..projects).rev() {
        let project = market.project(i);
        let (client_n, verified) = if NADIAS.contains(&i) {
            (demo::NADIA, true)
        } else if SAMS.contains(&i) {
            (demo::SAM, true)
        } else if known.insert(project.client) {
            ensure_client(sql, &market, project.client)?
        } else {
            (client_row(project.client), is_verified(sql, client_row(project.client))?)
        };
        add_project(sql, client_n, verified, &project)?;
        if (projects - i).is_multiple_of(50_000) {
            tracing::info!(done = projects - i, of = projects, "seeding");
        }
    }
    let now = plan.now.as_millisecond();
    FirstDay { market, seed: plan.seed, projects, now }.fill(sql)
}

fn add_project(sql: &Connection, client_n: i64, verified: bool, project: &SeedProject) -> Result<(), Problem> {
    if client_n >= FIRST_CLIENT {
        return projects::insert(sql, None, client_n, verified, project).map(|_| ());
    }
    // What an account posted takes bids for weeks, and counts only those that are there.
    let mut own = project.clone();
    own.status = crate::seed::Status::Open;
    own.bid_count = 0;
    own.bid_average_minor = None;
    let month = jiff::SignedDuration::from_hours(30 * 24);
    own.bids_close_at = own.bids_close_at.checked_add(month).unwrap_or(own.bids_close_at);
    projects::insert(sql, None, client_n, verified, &own).map(|_| ())
}

fn client_row(c: u64) -> i64 {
    FIRST_CLIENT + i64::try_from(c).unwrap_or(0)
}

fn is_verified(sql: &Connection, n: i64) -> Result<bool, Problem> {
    Ok(sql
        .prepare_cached("SELECT verified FROM users WHERE n = ?1")?
        .query_row([n], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// The row of the `c`-th client and whether it is verified; added when it is not there.
///
/// # Errors
/// On a database error.
pub fn ensure_client(sql: &Connection, market: &Market, c: u64) -> Result<(i64, bool), Problem> {
    let n = client_row(c);
    let client = market.client(c);
    users::insert(
        sql,
        &NewUser {
            n,
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
    )?;
    Ok((n, client.verified))
}

/// The row of the `f`-th freelancer; added when it is not there.
///
/// # Errors
/// On a database error.
pub fn ensure_freelancer(sql: &Connection, market: &Market, f: u64) -> Result<i64, Problem> {
    let n = FIRST_FREELANCER + i64::try_from(f).unwrap_or(0);
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
