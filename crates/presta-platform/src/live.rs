//! The living market: projects arrive, clients answer, bids move on. Everything goes through the
//! same functions as the routes, so that change log and events follow by themselves.

use std::{
    collections::HashSet,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    app::App,
    hub::{Change, Notice},
    problem::Problem,
    seed::{self, Market},
    store::{
        acts::{self, Act},
        changes::{Kind, Tx},
        messages::{self, New},
        projects, recommendations, seeding,
        threads::{self, Mark},
    },
};

mod deals;

/// Between two new projects, in ms.
const ARRIVAL_MS: Range<u64> = 20_000..40_000;
/// Until someone is seen typing, in ms after a message.
const TYPING_MS: Range<u64> = 700..1_600;
/// From typing to the answer, in ms.
const ANSWER_MS: Range<u64> = 1_300..3_200;
/// From a bid to its shortlisting, in ms.
const SHORTLIST_MS: Range<u64> = 10_000..20_000;
/// From shortlisting to the decision, in ms.
const DECISION_MS: Range<u64> = 30_000..75_000;
/// Of a hundred shortlisted bids, so many are awarded; so many of the rest are rejected.
const AWARDED_PERCENT: u64 = 45;
const REJECTED_PERCENT: u64 = 25;

/// A small generator (splitmix64): the market's moods, the same for the same seed.
#[derive(Debug)]
struct Moods(AtomicU64);

impl Moods {
    fn draw(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn within(&self, range: &Range<u64>) -> Duration {
        let span = range.end.saturating_sub(range.start).max(1);
        Duration::from_millis(range.start + self.draw() % span)
    }

    fn percent(&self, chance: u64) -> bool {
        self.draw() % 100 < chance
    }
}

/// What every living part shares.
#[derive(Debug, Clone)]
struct Life {
    app: App,
    market: Market,
    seed: u64,
    moods: Arc<Moods>,
}

/// The generator of this file's market, and its seed.
///
/// # Errors
/// On a database error.
pub async fn market(app: &App) -> Result<(Market, u64), Problem> {
    let (seed, projects) = app.read(|sql| Ok((seeding::meta(sql, "seed")?, seeding::meta(sql, "projects")?))).await?;
    let (seed, projects) = (seed.parse().unwrap_or(1), projects.parse().unwrap_or(1));
    Ok((Market::new(seed, app.clock.now()).sized(projects), seed))
}

/// Posts the next project of the market, of its own client or of `client_n`; answers its row.
///
/// # Errors
/// On a database error.
pub fn arrive(tx: &mut Tx<'_>, market: &Market, client_n: Option<i64>) -> Result<i64, Problem> {
    let n = arrival_number(&tx.sql)?;
    let at = Timestamp::from_millisecond(tx.now).unwrap_or(Timestamp::UNIX_EPOCH);
    let project = market.arrival(n, at);
    let (client_n, verified) = match client_n {
        Some(client_n) => (client_n, true),
        None => seeding::ensure_client(&tx.sql, market, project.client)?,
    };
    let row = projects::insert(&tx.sql, None, client_n, verified, &project)?;
    tx.changed_for_all(Kind::Project, row)?;
    recommendations::announce(tx, row)?;
    Ok(row)
}

/// Lives until the server ends.
pub async fn run(app: App) {
    let (market, seed) = match market(&app).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "the market cannot live");
            return;
        }
    };
    let life = Life { app, market, seed, moods: Arc::new(Moods(AtomicU64::new(seed))) };
    tokio::join!(life.arrivals(), life.listen());
}

impl Life {
    /// Waits; false when the server ends meanwhile.
    async fn pause(&self, time: Duration) -> bool {
        let mut ending = self.app.ending.clone();
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            _ = ending.wait_for(|ending| *ending) => false,
        }
    }

    async fn arrivals(&self) {
        while self.pause(self.moods.within(&ARRIVAL_MS)).await {
            let market = self.market;
            let added = self.app.write(move |tx| arrive(tx, &market, None)).await;
            if let Err(error) = added {
                tracing::error!(%error, "a project could not arrive");
            }
        }
    }

    async fn listen(&self) {
        let mut listener = self.app.hub.listen();
        let mut ending = self.app.ending.clone();
        loop {
            let heard = tokio::select! {
                heard = listener.recv() => heard,
                _ = ending.wait_for(|ending| *ending) => return,
            };
            match heard {
                Ok(Notice::Changes(changes)) => self.react(&changes),
                Ok(Notice::Typing { .. } | Notice::Revoked(_) | Notice::ClockMoved) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn react(&self, changes: &[Change]) {
        let mut seen = HashSet::new();
        for change in changes.iter().filter(|change| seen.insert((change.kind, change.target))) {
            let (life, target) = (self.clone(), change.target);
            match change.kind {
                Kind::Message => {
                    tokio::spawn(async move { report(life.answer(target).await, "answering") });
                }
                Kind::Bid => {
                    tokio::spawn(async move { report(life.decide(target).await, "deciding") });
                }
                Kind::Milestone => {
                    tokio::spawn(async move { report(life.pay(target).await, "paying") });
                }
                Kind::MilestoneRequest => {
                    tokio::spawn(async move { report(life.approve(target).await, "approving") });
                }
                Kind::Amendment => {
                    tokio::spawn(async move { report(life.agree(target).await, "agreeing") });
                }
                _ => {}
            }
        }
    }

    /// The other side of a message someone real wrote reads it, types and answers.
    async fn answer(&self, message_n: i64) -> Result<(), Problem> {
        let Some(said) = self.app.read(move |sql| said(sql, message_n)).await? else {
            return Ok(());
        };
        if !self.pause(self.moods.within(&TYPING_MS)).await {
            return Ok(());
        }
        let (thread_n, user_n) = (said.thread_n, said.other_n);
        let seq = said.seq;
        self.app.write(move |tx| threads::mark(tx, user_n, thread_n, Mark::Read(seq))).await?;
        let audience = Arc::from([said.author_n]);
        self.app.hub.send(Notice::Typing { thread_n, user_n, audience });
        if !self.pause(self.moods.within(&ANSWER_MS)).await {
            return Ok(());
        }
        let seed = self.seed.wrapping_add(thread_n.cast_unsigned());
        let turn = u32::try_from(seq).unwrap_or(u32::MAX);
        let text = seed::replies::reply(seed, &said.title, &said.text, turn);
        self.app
            .write(move |tx| {
                // Whoever wrote several messages in a row gets one answer, to the last of them.
                let last: i64 =
                    tx.sql.query_row("SELECT last_seq FROM threads WHERE n = ?1", [thread_n], |row| row.get(0))?;
                if last != seq {
                    return Ok(());
                }
                let sent_at = tx.now;
                let new = New { thread_n, author_n: user_n, text: &text, client_message_id: None, sent_at };
                messages::append(tx, &new, &[]).map(|_| ())
            })
            .await
    }

    /// The client of a bid that was just placed shortlists it, and later decides.
    async fn decide(&self, bid_n: i64) -> Result<(), Problem> {
        let Some(client_n) = self.app.read(move |sql| fresh_bid(sql, bid_n)).await? else {
            return Ok(());
        };
        if !self.pause(self.moods.within(&SHORTLIST_MS)).await
            || !self.act(client_n, bid_n, Act::Shortlist).await?
            || !self.pause(self.moods.within(&DECISION_MS)).await
        {
            return Ok(());
        }
        if self.moods.percent(AWARDED_PERCENT) {
            self.act(client_n, bid_n, Act::Award).await?;
        } else if self.moods.percent(REJECTED_PERCENT) {
            self.act(client_n, bid_n, Act::Reject).await?;
        }
        Ok(())
    }

    /// False when the bid is not in a state for it any more.
    async fn act(&self, client_n: i64, bid_n: i64, act: Act) -> Result<bool, Problem> {
        match self.app.write(move |tx| acts::act(tx, client_n, bid_n, act)).await {
            Ok(()) => Ok(true),
            Err(Problem::Gone | Problem::Forbidden | Problem::ProjectClosed) => Ok(false),
            Err(problem) => Err(problem),
        }
    }
}

fn report(result: Result<(), Problem>, what: &str) {
    if let Err(error) = result {
        tracing::error!(%error, what, "the market stumbled");
    }
}

/// Counts arrivals in the file, so that a restart does not repeat one.
fn arrival_number(sql: &Connection) -> Result<u64, Problem> {
    let text: String = sql.query_row(
        "INSERT INTO meta (name, value) VALUES ('arrivals', '1')
         ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value",
        [],
        |row| row.get(0),
    )?;
    Ok(text.parse().unwrap_or(0))
}

/// A message of someone real to someone of the generator.
#[derive(Debug)]
struct Said {
    thread_n: i64,
    seq: i64,
    author_n: i64,
    text: String,
    other_n: i64,
    title: String,
}

fn said(sql: &Connection, message_n: i64) -> Result<Option<Said>, Problem> {
    Ok(sql
        .prepare_cached(
            "SELECT m.thread_n, m.seq, m.author_n, m.text, o.n, coalesce(x.title, '')
             FROM messages m JOIN users a ON a.n = m.author_n
             JOIN participants p ON p.thread_n = m.thread_n AND p.user_n <> m.author_n
             JOIN users o ON o.n = p.user_n JOIN threads t ON t.n = m.thread_n
             LEFT JOIN project_texts x ON x.n = t.project_n
             WHERE m.n = ?1 AND m.rev = 1 AND a.login IS NOT NULL AND o.login IS NULL",
        )?
        .query_row([message_n], |row| {
            Ok(Said {
                thread_n: row.get(0)?,
                seq: row.get(1)?,
                author_n: row.get(2)?,
                text: row.get(3)?,
                other_n: row.get(4)?,
                title: row.get(5)?,
            })
        })
        .optional()?)
}

/// The client, when the bid is new, by someone real, on a project of the generator.
fn fresh_bid(sql: &Connection, bid_n: i64) -> Result<Option<i64>, Problem> {
    Ok(sql
        .prepare_cached(
            "SELECT p.client_n FROM bids b JOIN projects p ON p.n = b.project_n
             JOIN users c ON c.n = p.client_n JOIN users f ON f.n = b.freelancer_n
             WHERE b.n = ?1 AND b.status = 'submitted' AND b.rev = 1 AND c.login IS NULL
                 AND f.login IS NOT NULL",
        )?
        .query_row([bid_n], |row| row.get(0))
        .optional()?)
}
