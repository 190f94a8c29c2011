//! Ends the platform by SIGKILL in the middle of writes, again and again, and holds it to what it acknowledged.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use presta_platform::ids::Prefix;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    grant::{self, Access},
    process::Binary,
    wire::Wire,
};

/// The market that is written to.
const SERVE: [&str; 6] = ["--seed", "400", "--bids-per-month", "1000000", "--requests-per-minute", "4000000"];
/// Acknowledged writes of a round before the end, at most.
const ACKS_MAX: u64 = 40;
/// What every text written here begins with.
const MARK: &str = "kill-";

/// What was seen.
#[derive(Debug, Default, Clone, Copy)]
pub struct Report {
    /// How often the platform was killed.
    pub kills: u32,
    /// Writes it had acknowledged.
    pub acknowledged: u64,
    /// Writes whose answer was lost; each was sent again with its key.
    pub unknown: u64,
    /// Of those, the ones that had been carried out before the kill.
    pub carried_out: u64,
    /// How long all of it took.
    pub seconds: f64,
}

#[derive(Debug, Clone)]
enum What {
    Bid,
    Retract(i64),
    Message,
}

/// One write, sent until it is acknowledged.
#[derive(Debug, Clone)]
struct Intent {
    key: String,
    path: String,
    body: String,
    text: String,
    what: What,
}

/// What a writer writes.
#[derive(Debug, Clone)]
enum Role {
    /// Places a bid, takes it back, goes on to the next project: `(row, currency)`.
    Bidder(Arc<[(i64, String)]>),
    /// Writes in a thread.
    Writer(i64),
}

#[derive(Debug)]
struct Writer {
    access: Access,
    role: Role,
    turn: usize,
    live: Option<i64>,
    open: Option<Intent>,
    acknowledged: Vec<Intent>,
    replayed: u64,
}

impl Writer {
    fn next(&mut self) -> anyhow::Result<Intent> {
        let key = Uuid::new_v4().to_string();
        // Letters only: digits could look like a phone number, which bids may not give.
        let letters: String =
            key.bytes().map(|byte| char::from(if byte.is_ascii_lowercase() { byte } else { byte + 55 })).collect();
        let text = format!("{MARK}{letters} : votre besoin correspond à mes trois dernières missions.");
        let (path, body, what) = match (&self.role, self.live) {
            (Role::Bidder(_), Some(bid)) => {
                (format!("/v1/bids/{}:retract", Prefix::Bid.id(bid)), json!({}), What::Retract(bid))
            }
            (Role::Bidder(projects), None) => {
                let (project, currency) = projects.get(self.turn % projects.len()).context("a project")?;
                self.turn += 1;
                let body = json!({"amount": {"amount_minor": 480_000, "currency": currency}, "period_days": 12,
                    "text": text, "milestones": []});
                (format!("/v1/projects/{}/bids", Prefix::Project.id(*project)), body, What::Bid)
            }
            (Role::Writer(thread), _) => {
                let path = format!("/v1/threads/{}/messages", Prefix::Thread.id(*thread));
                (path, json!({"text": text, "client_message_id": Uuid::new_v4().to_string()}), What::Message)
            }
        };
        Ok(Intent { key, path, body: body.to_string(), text, what })
    }

    /// Writes until the platform is gone.
    async fn write(mut self, url: String, progress: Arc<Progress>) -> anyhow::Result<Self> {
        let bearer = format!("Bearer {}", self.access.token);
        let Ok(mut wire) = Wire::connect(&url).await else { return Ok(self) };
        loop {
            let again = self.open.is_some();
            let intent = match self.open.take() {
                Some(intent) => intent,
                None => self.next()?,
            };
            let headers = [
                ("authorization", bearer.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", intent.key.as_str()),
            ];
            let answer = wire.call("POST", &intent.path, &headers, intent.body.as_bytes()).await;
            let Ok((head, body)) = answer else {
                self.open = Some(intent);
                return Ok(self);
            };
            ensure!(
                matches!(head.status, 200 | 201),
                "{} → {}: {}",
                intent.path,
                head.status,
                String::from_utf8_lossy(&body)
            );
            if again && head.header("idempotency-replayed") == "true" {
                self.replayed += 1;
            }
            self.live = match intent.what {
                What::Bid => {
                    let bid: Value = serde_json::from_slice(&body)?;
                    bid["id"].as_str().and_then(|id| Prefix::Bid.parse(id))
                }
                _ => None,
            };
            self.acknowledged.push(intent);
            progress.acknowledged();
        }
    }
}

/// Counts acknowledged writes of a round.
#[derive(Debug, Default)]
struct Progress {
    count: AtomicU64,
    wanted: u64,
    reached: Notify,
}

impl Progress {
    fn acknowledged(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 == self.wanted {
            self.reached.notify_one();
        }
    }
}

/// Writers of every kind, with what they write to.
fn writers(sql: &mut Connection) -> anyhow::Result<Vec<Writer>> {
    let now = jiff::Timestamp::now().as_millisecond();
    let projects: Vec<(i64, String)> = sql
        .prepare("SELECT n, currency FROM projects WHERE status = 'open' AND bids_close_at > ?1 AND client_n >= 1000 AND NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = projects.n AND b.freelancer_n <= 3) ORDER BY n")?
        .query_map([now + 86_400_000], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    ensure!(!projects.is_empty(), "no project takes bids");
    let projects: Arc<[(i64, String)]> = projects.into();
    let threads: Vec<(i64, i64)> = sql
        .prepare("SELECT user_n, min(thread_n) FROM participants GROUP BY user_n ORDER BY user_n LIMIT 4")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut roles: Vec<(i64, Role)> = vec![(1, Role::Bidder(Arc::clone(&projects))), (3, Role::Bidder(projects))];
    roles.extend(threads.into_iter().map(|(user, thread)| (user, Role::Writer(thread))));
    let users: Vec<i64> = roles.iter().map(|(user, _)| *user).collect();
    let granted = grant::tokens(sql, &users)?;
    let writer = |(access, (_, role)): (Access, (i64, Role))| Writer {
        access,
        role,
        turn: 0,
        live: None,
        open: None,
        acknowledged: Vec::new(),
        replayed: 0,
    };
    Ok(granted.into_iter().zip(roles).map(writer).collect())
}

/// What the file held before anything was written here.
struct Before {
    bids: i64,
    messages: i64,
    uncounted: HashMap<i64, i64>,
}

fn one(sql: &Connection, text: &str) -> anyhow::Result<i64> {
    Ok(sql.query_row(text, [], |row| row.get(0))?)
}

/// By project: how far its count of bids is from the bids there are. Bids of the generator have no rows.
fn uncounted(sql: &Connection) -> anyhow::Result<HashMap<i64, i64>> {
    let mut select = sql.prepare(
        "SELECT p.n, p.bid_count - (SELECT count(*) FROM bids b WHERE b.project_n = p.n AND b.status <> 'retracted')
         FROM projects p",
    )?;
    let found = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(found)
}

impl Before {
    fn read(sql: &Connection) -> anyhow::Result<Self> {
        Ok(Self {
            bids: one(sql, "SELECT coalesce(max(n), 0) FROM bids")?,
            messages: one(sql, "SELECT coalesce(max(n), 0) FROM messages")?,
            uncounted: uncounted(sql)?,
        })
    }

    /// Every write is there wholly or not at all: the row, its place in the change log, its stored answer, the counts.
    fn check(&self, sql: &Connection, writers: &[Writer]) -> anyhow::Result<()> {
        let check: String = sql.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        ensure!(check == "ok", "the file is damaged: {check}");
        let torn = [
            (
                "bids without their changes",
                format!(
                    "SELECT count(*) FROM (
                         SELECT n, freelancer_n FROM bids WHERE n > {0}
                         UNION SELECT b.n, p.client_n FROM bids b JOIN projects p ON p.n = b.project_n WHERE b.n > {0}
                         EXCEPT SELECT target, audience FROM changes WHERE kind = 'bid')",
                    self.bids
                ),
            ),
            (
                "bids without the change of their project",
                format!(
                    "SELECT count(*) FROM (SELECT project_n FROM bids WHERE n > {}
                         EXCEPT SELECT target FROM changes WHERE kind = 'project')",
                    self.bids
                ),
            ),
            (
                "messages without their changes",
                format!(
                    "SELECT count(*) FROM (
                         SELECT m.n, p.user_n FROM messages m JOIN participants p ON p.thread_n = m.thread_n WHERE m.n > {}
                         EXCEPT SELECT target, audience FROM changes WHERE kind = 'message')",
                    self.messages
                ),
            ),
            (
                "changes of bids that are not there",
                "SELECT count(*) FROM changes c WHERE c.kind = 'bid' AND c.target NOT IN (SELECT n FROM bids)".to_owned(),
            ),
            (
                "changes of messages that are not there",
                "SELECT count(*) FROM changes c WHERE c.kind = 'message' AND c.target NOT IN (SELECT n FROM messages)"
                    .to_owned(),
            ),
            (
                "threads whose counter is not their messages",
                "SELECT count(*) FROM threads t LEFT JOIN (
                     SELECT thread_n, count(*) AS count, max(seq) AS last FROM messages GROUP BY thread_n) m
                     ON m.thread_n = t.n
                 WHERE t.last_seq <> coalesce(m.count, 0) OR t.last_seq <> coalesce(m.last, 0)"
                    .to_owned(),
            ),
            (
                "changes beyond the newest state",
                "SELECT count(*) FROM changes WHERE seq > (SELECT seq FROM sqlite_sequence WHERE name = 'changes')"
                    .to_owned(),
            ),
        ];
        for (what, text) in torn {
            ensure!(one(sql, &text)? == 0, "{what}");
        }
        ensure!(uncounted(sql)? == self.uncounted, "a project counts bids that are not there");
        let answers = one(sql, "SELECT count(*) FROM idempotency WHERE status = 201")?;
        let rows = one(
            sql,
            &format!(
                "SELECT (SELECT count(*) FROM bids WHERE n > {}) + (SELECT count(*) FROM messages WHERE n > {})",
                self.bids, self.messages
            ),
        )?;
        ensure!(answers == rows, "{answers} stored answers of {rows} rows");
        let written = texts(sql)?;
        for writer in writers {
            for intent in &writer.acknowledged {
                acknowledged(sql, &written, intent)?;
            }
            if let Some(intent) = &writer.open {
                let count = written.get(&intent.text).copied().unwrap_or(0);
                ensure!(count <= 1, "an unanswered write is there {count} times");
            }
        }
        Ok(())
    }
}

/// How often each text written here is there.
fn texts(sql: &Connection) -> anyhow::Result<HashMap<String, i64>> {
    let mut select = sql.prepare(
        "SELECT text, count(*) FROM (SELECT text FROM bids UNION ALL SELECT text FROM messages)
         WHERE substr(text, 1, 5) = ?1 GROUP BY text",
    )?;
    let found = select.query_map([MARK], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(found)
}

fn acknowledged(sql: &Connection, written: &HashMap<String, i64>, intent: &Intent) -> anyhow::Result<()> {
    match intent.what {
        What::Bid | What::Message => {
            let count = written.get(&intent.text).copied().unwrap_or(0);
            ensure!(count == 1, "an acknowledged write is there {count} times: {}", intent.path);
        }
        What::Retract(bid) => {
            let status: String = sql.query_row("SELECT status FROM bids WHERE n = ?1", [bid], |row| row.get(0))?;
            ensure!(status == "retracted", "an acknowledged retraction is lost: {status}");
        }
    }
    Ok(())
}

fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 27)
}

/// Kills the platform `times` times while it is written to; `told` hears of each round.
pub async fn run(binary: &Binary, data: &Path, times: u32, told: impl Fn(u32)) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut process = Some(binary.serve(data, "127.0.0.1:0", &SERVE)?);
    let (mut writers, before) = {
        let mut sql = grant::file(data)?;
        (writers(&mut sql)?, Before::read(&sql)?)
    };
    let mut report = Report::default();
    let mut dice = 7;
    let mut all: Vec<Intent> = Vec::new();
    for round in 1..=times {
        let running = process.take().context("a running platform")?;
        let progress = Arc::new(Progress { wanted: 1 + draw(&mut dice) % ACKS_MAX, ..Progress::default() });
        let tasks: Vec<_> = writers
            .drain(..)
            .map(|writer| tokio::spawn(writer.write(running.url.clone(), Arc::clone(&progress))))
            .collect();
        let reached = progress.reached.notified();
        if tokio::time::timeout(std::time::Duration::from_secs(60), reached).await.is_err() {
            drop(running);
            for task in tasks {
                task.await??;
            }
            bail!("no write was acknowledged for a minute");
        }
        running.kill()?;
        for task in tasks {
            writers.push(task.await??);
        }
        report.kills += 1;
        report.unknown += u64::try_from(writers.iter().filter(|writer| writer.open.is_some()).count())?;
        process = Some(binary.serve(data, "127.0.0.1:0", &SERVE)?);
        before.check(&grant::file(data)?, &writers).with_context(|| format!("after kill {round}"))?;
        for writer in &mut writers {
            all.append(&mut writer.acknowledged);
        }
        told(round);
    }
    // What was unanswered at the last kill is sent again as well, and all of it is counted once more.
    let running = process.take().context("a running platform")?;
    for writer in &mut writers {
        if let Some(intent) = writer.open.take() {
            let bearer = format!("Bearer {}", writer.access.token);
            let headers = [
                ("authorization", bearer.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", &intent.key),
            ];
            let (head, body) =
                Wire::connect(&running.url).await?.call("POST", &intent.path, &headers, intent.body.as_bytes()).await?;
            ensure!(matches!(head.status, 200 | 201), "{}: {}", head.status, String::from_utf8_lossy(&body));
            writer.replayed += u64::from(head.header("idempotency-replayed") == "true");
            all.push(intent);
        }
        report.carried_out += writer.replayed;
    }
    running.stop()?;
    let sql = grant::file(data)?;
    before.check(&sql, &writers)?;
    let written = texts(&sql)?;
    all.iter().try_for_each(|intent| acknowledged(&sql, &written, intent))?;
    let distinct = all.iter().filter(|intent| !matches!(intent.what, What::Retract(_))).count();
    ensure!(written.len() == distinct, "{} texts of {distinct} acknowledged writes", written.len());
    report.acknowledged = u64::try_from(all.len())?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}
