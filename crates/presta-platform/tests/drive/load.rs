//! Many clients at once: event streams that stay open while others read and write, and then a restart.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use presta_platform::ids::Prefix;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::{
    grant::{self, Access},
    process::Binary,
    wire::{Stream, Wire},
};

/// Connections the requests go over.
const WORKERS: usize = 32;
/// Changes of one write: an event further from it is of something else.
const CHANGES_OF_A_BID: i64 = 8;

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Open event streams.
    pub clients: usize,
    /// Requests a second.
    pub rate: u32,
    /// For so long.
    pub seconds: u32,
    /// Projects of the market.
    pub projects: u32,
}

/// What was seen. Times in ms.
#[derive(Debug, Clone)]
pub struct Report {
    pub requests: usize,
    pub writes: usize,
    pub errors: Vec<String>,
    pub request_ms: [f64; 3],
    pub write_ms: [f64; 3],
    pub deliveries: usize,
    pub delivery_ms: [f64; 3],
    pub memory_mib: (u64, u64),
    /// Seconds until all were connected again after the restart.
    pub back_after_s: f64,
    /// Streams opened in each 100 ms after the restart.
    pub reconnections: Vec<(u64, u64)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, count: usize, [p50, p99, max]: [f64; 3]| {
            writeln!(f, "{name:<9} {count:>8}   p50 {p50:>7.1} ms   p99 {p99:>7.1} ms   max {max:>7.1} ms")
        };
        row("requests", self.requests, self.request_ms)?;
        row("writes", self.writes, self.write_ms)?;
        row("events", self.deliveries, self.delivery_ms)?;
        writeln!(f, "errors    {:>8}", self.errors.len())?;
        self.errors.iter().take(10).try_for_each(|error| writeln!(f, "  {error}"))?;
        writeln!(f, "memory    {} MiB, at most {} MiB", self.memory_mib.0, self.memory_mib.1)?;
        writeln!(f, "restart   all connected again after {:.1} s; streams opened in each 100 ms:", self.back_after_s)?;
        self.reconnections.iter().try_for_each(|(bin, count)| writeln!(f, "  {:>6} ms  {count}", bin * 100))?;
        write!(f, "busiest   {:.1} % of the clients in 100 ms", self.peak() * 100.0)
    }
}

impl Report {
    /// The busiest 100 ms after the restart, as a share of all clients.
    pub fn peak(&self) -> f64 {
        let all: u64 = self.reconnections.iter().map(|(_, count)| count).sum();
        let peak = self.reconnections.iter().map(|&(_, count)| count).max().unwrap_or(0);
        f64::from(u32::try_from(peak).unwrap_or(u32::MAX)) / f64::from(u32::try_from(all.max(1)).unwrap_or(u32::MAX))
    }
}

/// Median, 99th percentile and largest.
fn percentiles(mut all: Vec<Duration>) -> [f64; 3] {
    all.sort_unstable();
    let at = |share: usize| {
        let place = (all.len() * share / 100).min(all.len().saturating_sub(1));
        all.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    [at(50), at(99), at(100)]
}

/// What the clients of event streams share.
#[derive(Default)]
struct Listeners {
    open: AtomicUsize,
    changed: Notify,
    ended: AtomicU64,
    stop: AtomicBool,
    heard: Mutex<Vec<(usize, i64, Instant)>>,
}

async fn listen(client: usize, url: String, token: String, shared: Arc<Listeners>) {
    let mut retry = Duration::from_secs(1);
    while !shared.stop.load(Ordering::Acquire) {
        if let Ok(mut stream) = Stream::open(&url, &token).await {
            shared.open.fetch_add(1, Ordering::AcqRel);
            shared.changed.notify_waiters();
            while let Ok(Some(event)) = stream.next().await {
                let at = Instant::now();
                if let Some(ms) = event.retry_ms {
                    retry = Duration::from_millis(ms);
                }
                let seq = event.id.rsplit('-').next().and_then(|seq| i64::from_str_radix(seq, 16).ok());
                if let (Some(seq), true) = (seq, event.data.contains("\"project\"")) {
                    shared.heard.lock().unwrap().push((client, seq, at));
                }
            }
            shared.open.fetch_sub(1, Ordering::AcqRel);
            shared.ended.fetch_add(1, Ordering::AcqRel);
            shared.changed.notify_waiters();
        }
        tokio::time::sleep(retry).await;
    }
}

impl Listeners {
    async fn wait_for(&self, open: usize) -> anyhow::Result<()> {
        let reached = async {
            loop {
                let changed = self.changed.notified();
                if self.open.load(Ordering::Acquire) == open {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_millis(20), changed).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(90), reached)
            .await
            .with_context(|| format!("{} of {open} streams are open", self.open.load(Ordering::Acquire)))
    }
}

/// One request to make.
struct Job {
    due: Instant,
    method: &'static str,
    path: String,
    body: String,
    access: Access,
}

#[derive(Default)]
struct Done {
    reads: Vec<Duration>,
    writes: Vec<Duration>,
    bids: BTreeMap<i64, Instant>,
    errors: Vec<String>,
}

async fn work(url: String, jobs: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>>) -> Done {
    let mut done = Done::default();
    let mut wire = None;
    loop {
        let Some(job) = jobs.lock().await.recv().await else { return done };
        let bearer = format!("Bearer {}", job.access.token);
        let key = Uuid::new_v4().to_string();
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let answer = async {
            let mut open = match wire.take() {
                Some(open) => open,
                None => Wire::connect(&url).await?,
            };
            let answer = open.call(job.method, &job.path, &headers, job.body.as_bytes()).await?;
            wire = Some(open);
            std::io::Result::Ok(answer)
        };
        match answer.await {
            Ok((head, body)) if (200..300).contains(&head.status) => {
                if job.method == "GET" {
                    done.reads.push(job.due.elapsed());
                    continue;
                }
                done.writes.push(job.due.elapsed());
                let made: Value = serde_json::from_slice(&body).unwrap_or_default();
                if let Some(bid) = made["id"].as_str().and_then(|id| Prefix::Bid.parse(id)) {
                    done.bids.insert(bid, job.due);
                }
            }
            Ok((head, body)) => {
                done.errors.push(format!(
                    "{} {} → {} {}",
                    job.method,
                    job.path,
                    head.status,
                    String::from_utf8_lossy(&body)
                ));
            }
            Err(error) => done.errors.push(format!("{} {} → {error}", job.method, job.path)),
        }
    }
}

/// What requests are made of.
struct Market {
    users: Vec<Access>,
    bidders: Vec<Access>,
    projects: Vec<(i64, String)>,
    threads: Vec<(Access, i64)>,
    since: String,
}

impl Market {
    fn read(data: &Path, clients: usize) -> anyhow::Result<Self> {
        let mut sql = grant::file(data)?;
        let people = grant::rows(&sql, "SELECT n FROM users ORDER BY n")?;
        let users: Vec<i64> = people.iter().copied().cycle().take(clients).collect();
        let users = grant::tokens(&mut sql, &users)?;
        let mut freelancers =
            grant::rows(&sql, "SELECT n FROM users WHERE freelancer = 1 AND n > 3 ORDER BY n LIMIT 50")?;
        if freelancers.is_empty() {
            freelancers = vec![1];
        }
        let bidders = grant::tokens(&mut sql, &freelancers)?;
        let now = jiff::Timestamp::now().as_millisecond();
        let projects = sql
            .prepare("SELECT n, currency FROM projects WHERE status = 'open' AND bids_close_at > ?1 AND client_n >= 1000 AND NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = projects.n) ORDER BY n")?
            .query_map([now + 86_400_000], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        ensure!(!projects.is_empty(), "no project takes bids");
        let pairs: Vec<(i64, i64)> = sql
            .prepare("SELECT user_n, thread_n FROM participants ORDER BY thread_n, user_n LIMIT 40")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let writers: Vec<i64> = pairs.iter().map(|(user, _)| *user).collect();
        let threads = grant::tokens(&mut sql, &writers)?.into_iter().zip(pairs).map(|(a, (_, t))| (a, t)).collect();
        let (epoch, seq): (String, i64) = sql.query_row(
            "SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT seq FROM sqlite_sequence WHERE name = 'changes')",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(Self { users, bidders, projects, threads, since: format!("s{epoch}-{seq:x}") })
    }

    /// The `i`th request: of twenty, one bid, two messages, the rest reading.
    fn job(&self, i: usize, due: Instant) -> Job {
        let read = |path: &str| Job {
            due,
            method: "GET",
            path: path.to_owned(),
            body: String::new(),
            access: self.users[i % self.users.len()].clone(),
        };
        match i % 20 {
            0 => {
                let turn = i / 20;
                let (project, currency) = &self.projects[turn % self.projects.len()];
                let bidder = &self.bidders[(turn / self.projects.len()) % self.bidders.len()];
                let body = json!({"amount": {"amount_minor": 480_000, "currency": currency}, "period_days": 12,
                    "text": "Bonjour, votre besoin correspond exactement à mes trois dernières missions.",
                    "milestones": []});
                let path = format!("/v1/projects/{}/bids", Prefix::Project.id(*project));
                Job { due, method: "POST", path, body: body.to_string(), access: bidder.clone() }
            }
            7 | 14 => {
                let (access, thread) = &self.threads[i % self.threads.len()];
                let body = json!({"text": "Bien reçu, merci.", "client_message_id": Uuid::new_v4().to_string()});
                let path = format!("/v1/threads/{}/messages", Prefix::Thread.id(*thread));
                Job { due, method: "POST", path, body: body.to_string(), access: access.clone() }
            }
            1 | 6 | 11 | 16 => read("/v1/projects?limit=20"),
            2 | 12 => read("/v1/threads?limit=20"),
            3 | 13 => read("/v1/me"),
            4 => read("/v1/bids?limit=20"),
            _ => read(&format!("/v1/changes?since={}&limit=50&types=me", self.since)),
        }
    }
}

/// Runs the whole of it in the empty folder `data`.
pub async fn run(binary: &Binary, data: &Path, plan: Plan) -> anyhow::Result<Report> {
    presta_platform::wire::raise_open_files();
    let projects = plan.projects.to_string();
    let arguments = [
        "--seed",
        &projects,
        "--bids-per-month",
        "1000000",
        "--requests-per-minute",
        "10000000",
        "--admin",
        "127.0.0.1:0",
    ];
    let process = binary.serve(data, "127.0.0.1:0", &arguments)?;
    let url = process.url.clone();
    let market = Market::read(data, plan.clients)?;
    let listeners = Arc::new(Listeners::default());
    for (client, access) in market.users.iter().enumerate() {
        tokio::spawn(listen(client, url.clone(), access.token.clone(), Arc::clone(&listeners)));
    }
    listeners.wait_for(plan.clients).await?;

    let (send, receive) = mpsc::unbounded_channel();
    let receive = Arc::new(tokio::sync::Mutex::new(receive));
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(work(url.clone(), Arc::clone(&receive)))).collect();
    let begin = Instant::now();
    let requests = usize::try_from(plan.rate * plan.seconds)?;
    for i in 0..requests {
        // Times count from when a request was due, whatever came before it.
        let due = begin + Duration::from_secs_f64(f64::from(u32::try_from(i)?) / f64::from(plan.rate));
        tokio::time::sleep_until(due.into()).await;
        ensure!(send.send(market.job(i, due)).is_ok(), "the workers are gone");
    }
    drop(send);
    let mut done = Done::default();
    for worker in workers {
        let part = worker.await?;
        done.reads.extend(part.reads);
        done.writes.extend(part.writes);
        done.bids.extend(part.bids);
        done.errors.extend(part.errors);
    }
    let ended = listeners.ended.load(Ordering::Acquire);
    if ended > 0 {
        done.errors.push(format!("{ended} event streams ended"));
    }
    let delivery = deliveries(data, &done.bids, &listeners, plan.clients).await?;
    let memory_mib = process.memory_mib()?;

    process.stop()?;
    let process = binary.serve(data, url.trim_start_matches("http://"), &arguments)?;
    let restarted = Instant::now();
    listeners.wait_for(plan.clients).await?;
    let back_after_s = restarted.elapsed().as_secs_f64();
    let admin = process.admin.clone().context("the operator's address")?;
    let (_, body) = Wire::connect(&admin).await?.call("GET", "/admin/counters", &[], b"").await?;
    let counters: Value = serde_json::from_slice(&body)?;
    let reconnections = serde_json::from_value(counters["streams"]["opened_by_bin"].clone())?;
    listeners.stop.store(true, Ordering::Release);
    process.stop()?;
    let all: Vec<Duration> = done.reads.iter().chain(&done.writes).copied().collect();
    Ok(Report {
        requests: all.len(),
        writes: done.writes.len(),
        errors: done.errors,
        request_ms: percentiles(all),
        write_ms: percentiles(done.writes),
        deliveries: delivery.len(),
        delivery_ms: percentiles(delivery),
        memory_mib,
        back_after_s,
        reconnections,
    })
}

/// From when a bid was due to be sent until each client heard of its project.
async fn deliveries(
    data: &Path,
    bids: &BTreeMap<i64, Instant>,
    listeners: &Listeners,
    clients: usize,
) -> anyhow::Result<Vec<Duration>> {
    let sql = grant::file(data)?;
    let mut sent = BTreeMap::new();
    let mut select = sql.prepare("SELECT min(seq), target FROM changes WHERE kind = 'bid' GROUP BY target")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (seq, bid) = row?;
        if let Some(at) = bids.get(&bid) {
            sent.insert(seq, *at);
        }
    }
    let wanted = sent.len() * clients;
    let late = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let heard = listeners.heard.lock().unwrap().clone();
        let mut times = Vec::with_capacity(wanted);
        let mut once = HashSet::with_capacity(wanted);
        for (client, seq, at) in &heard {
            let Some((of, sent)) = sent.range(..=*seq).next_back() else { continue };
            if seq - of <= CHANGES_OF_A_BID {
                ensure!(once.insert((*client, *of)), "client {client} heard twice of change {of}");
                times.push(at.saturating_duration_since(*sent));
            }
        }
        if once.len() == wanted {
            return Ok(times);
        }
        ensure!(tokio::time::Instant::now() < late, "{} of {wanted} events arrived", times.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
