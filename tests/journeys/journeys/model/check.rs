//! What must be true when nothing waits any more.

use std::time::Duration;

use anyhow::{Context, ensure};
use presta_engine::store::outbox;
use presta_engine::store::{bid, message, project, thread};
use presta_model::{Bid, Message, Project, ProjectId, ProjectStatus, Thread, ThreadId};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::play::{Act, Case, Fate, Kind};
use crate::person::Person;

/// Both devices show what the platform has within this.
const CONVERGENCE: Duration = Duration::from_secs(20);
/// What the event stream should have brought is asked for after this.
const NUDGE: Duration = Duration::from_secs(2);

/// What there is about one project.
#[derive(Debug, Clone, PartialEq)]
struct Rows {
    project: Option<Project>,
    bids: Vec<Bid>,
    threads: Vec<Thread>,
    /// Id, number and text.
    messages: Vec<(String, i64, String)>,
}

impl Rows {
    /// Whether this is what a device shows of what the platform has.
    fn shows(&self, platform: &Self) -> bool {
        // A project that takes no more bids leaves the feed; the device keeps what it knew of it at most.
        let left = platform.project.as_ref().is_some_and(|project| project.status != ProjectStatus::Open);
        let project = left || self.project == platform.project;
        project
            && (&self.bids, &self.threads, &self.messages) == (&platform.bids, &platform.threads, &platform.messages)
    }
}

impl Case<'_> {
    /// Nothing lost, nothing twice, lanes in order, and the same rows everywhere.
    pub async fn check(&self) -> anyhow::Result<()> {
        for at in 0..self.projects.len() {
            let platform = self.on_platform(at).await?;
            self.check_bids(at, &platform)?;
            self.check_messages(at, &platform)?;
            self.check_muted(at, &platform)?;
            for on in 0..self.world.devices.len() {
                self.check_same(on, at, platform.clone()).await?;
                self.check_drafts(on, at).await?;
            }
        }
        for on in 0..self.world.devices.len() {
            self.check_told(on).await?;
        }
        Ok(())
    }

    fn of(&self, at: usize, kind: Kind) -> impl Iterator<Item = &Act> {
        self.acts.iter().filter(move |act| act.project == at && act.kind == kind)
    }

    fn check_bids(&self, at: usize, platform: &Rows) -> anyhow::Result<()> {
        ensure!(platform.bids.len() <= 1, "two bids on one project: {:#?}", platform.bids);
        let mut there = 0;
        for act in self.of(at, Kind::Bid) {
            let found = platform.bids.iter().filter(|bid| bid.text.contains(&act.mark)).count();
            check_count(act, found)?;
            there += found;
        }
        ensure!(there == platform.bids.len(), "a bid nobody asked for: {:#?}", platform.bids);
        Ok(())
    }

    fn check_messages(&self, at: usize, platform: &Rows) -> anyhow::Result<()> {
        for act in self.of(at, Kind::Message) {
            let found = platform.messages.iter().filter(|(_, _, text)| text.contains(&act.mark)).count();
            check_count(act, found)?;
        }
        for on in 0..self.world.devices.len() {
            let place = |act: &Act| platform.messages.iter().position(|(_, _, text)| text.contains(&act.mark));
            let order: Vec<usize> = self.of(at, Kind::Message).filter(|act| act.on == on).filter_map(place).collect();
            ensure!(order.is_sorted(), "device {on} wrote in another order: {:#?}", platform.messages);
        }
        Ok(())
    }

    /// Where one device alone had wishes, its last one holds.
    fn check_muted(&self, at: usize, platform: &Rows) -> anyhow::Result<()> {
        let wishes = self.muted.get(&at).map_or(&[][..], Vec::as_slice);
        let (Some((first, _)), Some((_, last))) = (wishes.first(), wishes.last()) else { return Ok(()) };
        if wishes.iter().all(|(on, _)| on == first) {
            let thread = platform.threads.first().context("a wish about a conversation that is not there")?;
            ensure!(thread.muted == *last, "the last wish was {last}: {thread:#?}");
        }
        Ok(())
    }

    async fn check_same(&self, on: usize, at: usize, mut platform: Rows) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let here = self.on_device(on, at).await?;
            if here.shows(&platform) {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < CONVERGENCE,
                "device {on} does not show what the platform has\nhere: {here:?}\nplatform: {platform:?}"
            );
            if begun.elapsed() > NUDGE {
                let _ = self.person(on).call("sync_now", json!({})).await;
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
            platform = self.on_platform(at).await?;
        }
    }

    async fn check_drafts(&self, on: usize, at: usize) -> anyhow::Result<()> {
        let person = self.person(on);
        if let Some(mark) = self.bid_drafts.get(&(on, at)) {
            // Of a project that has left the feed, the list is what shows it.
            let list = person.call("bids_list", json!({})).await?;
            let key = format!("draft:{}", self.projects[at]);
            let row = list.as_array().and_then(|rows| rows.iter().find(|row| row["key"] == key));
            let text = row.and_then(|row| row["text"].as_str()).unwrap_or_default();
            ensure!(text.contains(mark.as_str()), "device {on} lost {mark} from the draft of a bid: {row:?}");
        }
        if let Some(marks) = self.message_drafts.get(&(on, at)) {
            let local = ThreadId::local(&ProjectId::new(self.projects[at].clone()));
            let page = person.thread(local.as_str()).await;
            let page =
                page.with_context(|| format!("device {on} cannot show the draft of a message with {marks:?}"))?;
            let text = page["draft"].as_str().unwrap_or_default();
            for mark in marks {
                ensure!(text.contains(mark.as_str()), "the draft of a message lost {mark}: {text:?}");
            }
        }
        Ok(())
    }

    /// The device says of each act that it was delivered, unless the person dropped it.
    async fn check_told(&self, on: usize) -> anyhow::Result<()> {
        let active = self.person(on).engine.active().context("signed out")?;
        let delivered = active.read(|connection| Ok(outbox::delivered(connection)?)).await?;
        for act in self.acts.iter().filter(|act| act.on == on) {
            let told = delivered.iter().filter(|delivered| delivered.act_id == act.id).count();
            let expected = usize::from(act.fate == Fate::Sent);
            ensure!(told == expected, "told {told} times that it was delivered: {act:#?}");
        }
        Ok(())
    }

    async fn on_platform(&self, at: usize) -> anyhow::Result<Rows> {
        let me = &self.world.me;
        let project: Project = read(me.get(&self.path(at)).await?)?;
        let bids = read_all(me.bids_on(&self.projects[at]).await?)?;
        let threads: Vec<Thread> = read_all(me.threads_about(&self.projects[at]).await?)?;
        let mut messages = Vec::new();
        for thread in &threads {
            let all: Vec<Message> = read_all(me.all(&format!("/v1/threads/{}/messages", thread.id)).await?)?;
            messages.extend(all.into_iter().map(|message| (message.id.to_string(), message.seq, message.text)));
        }
        messages.sort_by_key(|(_, seq, _)| *seq);
        Ok(Rows { project: Some(project), bids, threads, messages })
    }

    async fn on_device(&self, on: usize, at: usize) -> anyhow::Result<Rows> {
        rows(self.person(on), ProjectId::new(self.projects[at].clone())).await
    }
}

fn check_count(act: &Act, found: usize) -> anyhow::Result<()> {
    let right = match act.fate {
        Fate::Sent => found == 1,
        Fate::Dropped => found == 0,
    };
    ensure!(right, "there {found} times on the platform: {act:#?}");
    Ok(())
}

async fn rows(person: &Person, id: ProjectId) -> anyhow::Result<Rows> {
    let active = person.engine.active().context("signed out")?;
    Ok(active
        .read(move |connection| {
            let project = project::get(connection, &id)?;
            let bids = bid::mine_on(connection, &id)?.into_iter().collect();
            let all = thread::all(connection)?;
            let threads: Vec<Thread> =
                all.into_iter().filter(|thread| thread.project_id.as_ref() == Some(&id)).collect();
            let mut messages = Vec::new();
            for thread in &threads {
                let newest = message::newest(connection, &thread.id, 1000)?;
                messages.extend(newest.into_iter().map(|message| (message.id.to_string(), message.seq, message.text)));
            }
            Ok(Rows { project, bids, threads, messages })
        })
        .await?)
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> anyhow::Result<T> {
    serde_json::from_value(value).context("reading what the platform has")
}

fn read_all<T: serde::de::DeserializeOwned>(values: Vec<Value>) -> anyhow::Result<Vec<T>> {
    values.into_iter().map(read).collect()
}
