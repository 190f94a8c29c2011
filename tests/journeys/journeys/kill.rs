//! A real process, killed with SIGKILL at random instants of its work: during acts, during a sync, during a full sync,
//! and while it starts. `PRESTA_KILLS` says how often, `PRESTA_SEED` with what the draws begin.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use presta_testkit::{Account, Admin, Bridge, Limits, Login, Options, Platform, Seed, Starting};
use serde_json::{Value, json};
use tempfile::TempDir;

mod files;

use self::files::Files;
use crate::model::brief;
use crate::person::form;
use crate::seed::{Draw, number};

/// Kills of a plain test run.
const KILLS: u32 = 50;
/// In one cycle of so many the person can take acts back for a second: the kill finds them held back. In the others it
/// finds them on their way.
const HELD_ONE_IN: u32 = 5;
/// A kill comes within this after the work began.
const WITHIN_MS: u64 = 160;

/// What is under way when the process is killed, beside the person's acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Nothing else.
    Acts,
    /// The platform has much that is new.
    Sync,
    /// The platform has forgotten the sync state: everything is fetched again.
    FullSync,
    /// It starts again, and is killed while it does.
    Start,
}

impl Work {
    fn drawn(draw: &mut Draw) -> Self {
        match draw.below(6) {
            0..=2 => Self::Acts,
            3 => Self::Sync,
            4 => Self::FullSync,
            _ => Self::Start,
        }
    }
}

/// What the person asked for before the kill.
#[derive(Debug, Default)]
struct Asked {
    /// The bid, and whether it was acknowledged.
    bid: Option<bool>,
    /// Texts, and whether they were acknowledged.
    messages: Vec<(String, bool)>,
}

struct Rig {
    platform: Platform,
    admin: Admin,
    login: Login,
    me: Account,
    client: Account,
    thread: String,
    home: TempDir,
    draw: Draw,
    files: Files,
    /// Files that the platform had at the beginning.
    seeded: u64,
    signed_in: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_instant_loses_nothing_and_repeats_nothing() {
    let kills = number("PRESTA_KILLS", KILLS);
    let begun = Instant::now();
    let mut rig = Rig::begin().await.unwrap();
    let mut bridge = rig.start().await.unwrap();
    let (mut acknowledged, mut done) = (0, 0);
    for number in 0..kills {
        let work = Work::drawn(&mut rig.draw);
        let (a, d, next) =
            rig.cycle(bridge, number, work).await.with_context(|| format!("kill {number} during {work:?}")).unwrap();
        acknowledged += a;
        done += d;
        bridge = next;
    }
    println!("  kills: {kills}");
    println!("  kill_acts_acknowledged: {acknowledged}");
    println!("  kill_acts_on_the_platform: {done}");
    println!("  kill_files_on_the_platform: {}", rig.files.arrived());
    println!("  kill_cycle_ms: {}", begun.elapsed().as_millis() / u128::from(kills.max(1)));
}

impl Rig {
    async fn begin() -> anyhow::Result<Self> {
        let platform = Platform::start(Options {
            seed: Seed::Projects(400),
            admin: true,
            limits: Some(Limits { bids_per_month: 1_000_000, requests_per_minute: 1_000_000 }),
            ..Options::default()
        })
        .await?;
        let login = platform.login("freelancer")?.clone();
        let me = platform.sign_in(&login).await?;
        let client = platform.sign_in(platform.login("client")?).await?;
        let project = client.post("/v1/projects", &brief("de départ")).await?;
        let opened = me.open_thread(text(&project, "id")?, "Bonjour, quel est le volume de données ?").await?;
        let thread = opened.pointer("/thread/id").and_then(Value::as_str).context("no conversation")?.to_owned();
        let admin = platform.admin()?;
        let seeded = admin.rows("attachments").await?;
        let home = tempfile::tempdir()?;
        Ok(Self {
            platform,
            admin,
            login,
            me,
            client,
            thread,
            home,
            draw: Draw::begin(),
            files: Files::default(),
            seeded,
            signed_in: false,
        })
    }

    /// A started application that is signed in and has caught up. Who signed in once has not to do so again.
    async fn start(&mut self) -> anyhow::Result<Bridge> {
        let bridge = Bridge::start(&self.home.path().join("profile"), self.platform.url()).await?;
        if !self.signed_in {
            bridge.sign_in(&self.login).await?;
            self.signed_in = true;
        }
        loop {
            let status = bridge.call("status", &json!({})).await?;
            if status["session"]["state"] == "signed-out" {
                bail!("the kill cost the sign-in, or it does not open what it left: {status}");
            }
            if status["sync"]["online"] == true && status["sync"]["phase"] == "idle" {
                return Ok(bridge);
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// Acts, a kill in their midst, another start; then everything must be there once. Returns how many acts were
    /// acknowledged and how many were done.
    async fn cycle(&mut self, bridge: Bridge, number: u32, work: Work) -> anyhow::Result<(u64, u64, Bridge)> {
        let project = self.client.post("/v1/projects", &brief(&format!("{number} fois"))).await?;
        let project = text(&project, "id")?.to_owned();
        let known = json!({ "project_id": project });
        bridge.until("the new project", "project_get", &known, |page| page["can_bid"] == true).await?;
        let window = u32::from(number.is_multiple_of(HELD_ONE_IN));
        bridge.call("queue_settings_set", &json!({ "undo_seconds": window })).await?;
        let before = (self.admin.rows("messages").await?, self.admin.rows("bids").await?);
        let from_others = self.prepare(work, number).await?;

        let instant = Duration::from_millis(self.draw.below(WITHIN_MS));
        let asked = act_until(&bridge, &project, &self.thread, number, instant, &mut self.files).await;
        bridge.kill().await?;
        if work == Work::Start {
            let starting = Starting::new(&self.home.path().join("profile"), self.platform.url())?;
            tokio::time::sleep(Duration::from_millis(self.draw.below(WITHIN_MS))).await;
            starting.kill().await?;
        }

        let bridge = self.start().await?;
        let empty = |queue: &Value| queue["acts"].as_array().is_some_and(Vec::is_empty);
        bridge.until("an empty queue", "queue_list", &json!({}), empty).await?;
        let done = self.check(&bridge, &project, &asked, before, from_others).await?;
        let acknowledged = asked.messages.iter().filter(|(_, ok)| *ok).count() + usize::from(asked.bid == Some(true));
        Ok((acknowledged as u64, done, bridge))
    }

    /// Gives the application work; returns how many messages others wrote.
    async fn prepare(&mut self, work: Work, number: u32) -> anyhow::Result<u64> {
        match work {
            Work::Acts | Work::Start => Ok(0),
            Work::Sync => {
                for n in 0..4 {
                    self.admin.script(&json!({ "act": "post_project" })).await?;
                    self.client.write(&self.thread, &format!("Réponse {number}-{n}-fin")).await?;
                }
                Ok(4)
            }
            Work::FullSync => self.admin.expire_states().await.map(|()| 0),
        }
    }

    async fn check(
        &mut self,
        bridge: &Bridge,
        project: &str,
        asked: &Asked,
        before: (u64, u64),
        from_others: u64,
    ) -> anyhow::Result<u64> {
        let page = self.me.get(&format!("/v1/threads/{}/messages?limit=50", self.thread)).await?;
        let on_platform: Vec<&str> =
            page["items"].as_array().context("no messages")?.iter().filter_map(|it| it["text"].as_str()).collect();
        let request = json!({ "thread_id": self.thread, "limit": 50 });
        let mut done = 0;
        let shown = bridge.until("the conversation as the platform has it", "thread_get", &request, |page| {
            let here: Vec<&str> =
                page["messages"].as_array().into_iter().flatten().filter_map(|it| it["text"].as_str()).collect();
            here.iter().rev().take(20).eq(on_platform.iter().take(20))
        });
        shown.await?;
        for (text, acknowledged) in &asked.messages {
            let found = on_platform.iter().filter(|it| *it == text).count();
            ensure!(found == 1 || (found == 0 && !acknowledged), "{text:?} is there {found} times: {asked:?}");
            done += found as u64;
        }
        let messages = self.admin.rows("messages").await?;
        ensure!(messages == before.0 + done + from_others, "{messages} messages after {}: {asked:?}", before.0);
        let files = self.files.check(bridge, &self.thread, page["items"].as_array().context("no messages")?).await?;
        let attachments = self.admin.rows("attachments").await?;
        ensure!(attachments == self.seeded + files, "{attachments} files after {} and {files}", self.seeded);
        let bids = self.me.bids_on(project).await?.len() as u64;
        ensure!(bids == 1 || (bids == 0 && asked.bid != Some(true)), "{bids} bids: {asked:?}");
        let all = self.admin.rows("bids").await?;
        ensure!(all == before.1 + bids, "{all} bids after {}: {asked:?}", before.1);
        Ok(done + bids)
    }
}

/// The person writes, attaches a file, bids and writes on until `instant` has come.
async fn act_until(
    bridge: &Bridge,
    project: &str,
    thread: &str,
    number: u32,
    instant: Duration,
    files: &mut Files,
) -> Asked {
    let mut asked = Asked::default();
    let acting = async {
        for n in 0u32.. {
            if n == 1 {
                asked.bid = Some(false);
                let bid = json!({ "project_id": project, "form": form() });
                asked.bid = Some(matches!(bridge.ask("bid_submit", &bid).await, Ok(Ok(_))));
            }
            if n == number % 3 {
                // Cut short by the kill, or not; `check` tells them apart.
                let _ = files.attach(bridge, thread, format!("{number}.bin")).await;
            }
            let text = format!("Acte {number}-{n}-fin");
            let message = json!({ "thread_id": thread, "text": text });
            asked.messages.push((text, false));
            let answer = bridge.ask("message_send", &message).await;
            if let (Ok(Ok(_)), Some(last)) = (answer, asked.messages.last_mut()) {
                last.1 = true;
            }
            if n == 5 {
                std::future::pending::<()>().await;
            }
        }
    };
    // What had no answer by then may have been done or not.
    let _ = tokio::time::timeout(instant, acting).await;
    asked
}

fn text<'v>(value: &'v Value, name: &str) -> anyhow::Result<&'v str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}
