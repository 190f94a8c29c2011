//! Plays the steps on the two devices, and keeps what must come of them.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{bail, ensure};
use presta_engine::store::outbox::{self, ActState, StoredAct};
use presta_engine::store::thread;
use presta_model::{ProjectId, ThreadId};
use presta_testkit::Mode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::step::{DEVICES, Step};
use super::world::{World, brief};
use crate::person::{Person, form};

/// Everything must be delivered, refused or dropped within this once nothing stands in the way.
const PATIENCE: Duration = Duration::from_secs(40);

/// What the person asked for.
#[derive(Debug, Clone)]
pub struct Act {
    pub id: String,
    pub on: usize,
    pub project: usize,
    pub kind: Kind,
    /// Words that nothing else has.
    pub mark: String,
    pub fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bid,
    Message,
}

/// What became of an act, as far as the person knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is for the platform.
    Sent,
    /// The person dropped it, or took it back: the platform does not have it.
    Dropped,
}

pub struct Case<'w> {
    pub world: &'w mut World,
    pub projects: Vec<String>,
    pub acts: Vec<Act>,
    /// Words that must be in the draft of a bid.
    pub bid_drafts: HashMap<(usize, usize), String>,
    /// Words that must be in the draft of a message.
    pub message_drafts: HashMap<(usize, usize), Vec<String>>,
    /// The wishes about silence in a conversation, with the device.
    pub muted: HashMap<usize, Vec<(usize, bool)>>,
    /// The devices without network.
    offline: [bool; DEVICES],
    faults: Vec<Value>,
    marks: u32,
}

impl<'w> Case<'w> {
    pub async fn begin(world: &'w mut World) -> anyhow::Result<Self> {
        let projects = world.projects().await?;
        Ok(Self {
            world,
            projects,
            acts: Vec::new(),
            bid_drafts: HashMap::new(),
            message_drafts: HashMap::new(),
            muted: HashMap::new(),
            offline: [false; DEVICES],
            faults: Vec::new(),
            marks: 0,
        })
    }

    pub async fn play(&mut self, step: Step) -> anyhow::Result<()> {
        match step {
            Step::Bid { on, project } => self.bid(on, project).await?,
            Step::Write { on, project } => self.write(on, project).await?,
            Step::Read { on, project } => {
                if let Some(thread) = self.thread(on, project).await {
                    self.call(on, "thread_mark_read", json!({ "thread_id": thread })).await?;
                }
            }
            Step::Mute { on, project, muted } => {
                if let Some(thread) = self.thread(on, project).await
                    && self.call(on, "thread_mute", json!({ "thread_id": thread, "muted": muted })).await?.is_some()
                {
                    self.muted.entry(project).or_default().push((on, muted));
                }
            }
            Step::Archive { on, project, archived } => {
                if let Some(thread) = self.thread(on, project).await {
                    self.call(on, "thread_archive", json!({ "thread_id": thread, "archived": archived })).await?;
                }
            }
            Step::Draft { on, project } => {
                let mark = self.mark();
                let typed = json!({ "project_id": self.projects[project], "form": offer(&mark) });
                if self.call(on, "bid_draft_save", typed).await?.is_some() {
                    self.bid_drafts.insert((on, project), mark);
                }
            }
            Step::Discard { on, nth } => self.drop_act(on, nth, "queue_discard").await?,
            Step::Edit { on, nth } => self.drop_act(on, nth, "queue_edit").await?,
            Step::Retry { on, nth } => self.decide(on, nth, "queue_retry").await?,
            Step::Confirm { on, nth } => self.decide(on, nth, "queue_confirm").await?,
            Step::Offline { on } => self.network(on, Mode::Refuse),
            Step::Online { on } => self.network(on, Mode::Pass),
            Step::LoseAnswer { on, bid } => {
                let of = if bid { "/bids" } else { "/messages" };
                self.network(on, Mode::LoseAnswer(of));
            }
            Step::Fault { fault, posts, times, skip } => {
                let user = &self.world.freelancer.login;
                let matches = if posts {
                    json!({ "method": "POST", "path": "/v1/", "user": user })
                } else {
                    json!({ "path": "/v1/", "user": user })
                };
                self.faults.push(json!({ "match": matches, "fault": fault.wire(), "times": times, "skip": skip }));
                self.world.admin.faults(&json!(self.faults)).await?;
            }
            Step::Mend => self.mend().await?,
            Step::Kill { on } => self.world.devices[on].kill().await,
            Step::Revoke => {
                self.world.admin.revoke(&self.world.freelancer.login).await?;
                self.world.sign_in_outside().await?;
            }
            Step::Expire => self.world.admin.expire_states().await?,
            Step::ClientWrites { project } => self.client_writes(project).await?,
            Step::ClientEdits { project } => {
                let mark = self.mark();
                let brief = brief(&mark);
                let edit = json!({ "description": brief["description"] });
                // Once it is closed nothing of it can be changed.
                let _ = self.world.client.patch_latest(&self.path(project), &edit).await;
            }
            Step::ClientCloses { project } => {
                let step = json!({ "act": "close", "project_id": self.projects[project] });
                let _ = self.world.admin.script(&step).await;
            }
            Step::Clock { on, minutes } => {
                self.world.devices[on].forward(Duration::from_secs(60 * u64::from(minutes)));
            }
            Step::Pause { ms } => tokio::time::sleep(Duration::from_millis(u64::from(ms))).await,
        }
        Ok(())
    }

    /// Nothing stands in the way any more: waits until nothing waits, with the decisions that the person is asked for.
    pub async fn settle(&mut self) -> anyhow::Result<()> {
        self.mend().await?;
        for on in 0..self.world.devices.len() {
            self.network(on, Mode::Pass);
            self.world.devices[on].sign_in_again(&self.world.freelancer).await?;
        }
        // What was last heard of the platform before this says nothing of a sign-in that has ended since.
        let since: Vec<i64> = self.world.devices.iter().map(|device| device.person().engine.now()).collect();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (mut left, mut away) = (Vec::new(), false);
            for (on, since) in since.iter().enumerate() {
                // A sign-in that had been ended may only be noticed now.
                self.world.devices[on].sign_in_again(&self.world.freelancer).await?;
                let acts = queue(self.person(on)).await?;
                for act in &acts {
                    self.answer(on, act).await?;
                }
                let sync = self.person(on).call("sync_now", json!({})).await.unwrap_or_default();
                self.world.devices[on].forward(Duration::from_secs(120));
                away |= sync["online"] != true || sync["as_of"].as_i64().is_none_or(|as_of| as_of <= *since);
                left.extend(acts.into_iter().map(|act| (on, act)));
            }
            if left.is_empty() && !away {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "this is not delivered: {left:#?}");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    fn network(&mut self, on: usize, mode: Mode) {
        self.offline[on] = mode == Mode::Refuse;
        self.world.devices[on].proxy.set(mode);
    }

    pub fn person(&self, on: usize) -> &Person {
        self.world.devices[on].person()
    }

    pub fn path(&self, project: usize) -> String {
        format!("/v1/projects/{}", self.projects[project])
    }

    async fn bid(&mut self, on: usize, project: usize) -> anyhow::Result<()> {
        let mark = self.mark();
        let request = json!({ "project_id": self.projects[project], "form": offer(&mark) });
        let answer = presta_commands::dispatch(&self.person(on).engine, "bid_submit", request).await;
        match answer {
            Ok(act) => {
                self.bid_drafts.remove(&(on, project));
                self.queued(on, project, Kind::Bid, &act, mark);
            }
            // Signed out: there is no place to keep it, and the window shows nothing to type into.
            Err(failure) if failure.code == "signed-out" => {}
            Err(failure) => {
                ensure!(matches!(failure.code.as_str(), "bid-has-problems" | "not-found"), "{failure:?}");
                self.bid_drafts.insert((on, project), mark);
            }
        }
        Ok(())
    }

    async fn write(&mut self, on: usize, project: usize) -> anyhow::Result<()> {
        let mark = self.mark();
        let thread = match self.thread(on, project).await {
            Some(thread) => thread,
            None => ThreadId::local(&ProjectId::new(self.projects[project].clone())).to_string(),
        };
        let request = json!({ "thread_id": thread, "text": format!("Bonjour, {mark}.") });
        if let Some(act) = self.call(on, "message_send", request).await? {
            self.message_drafts.remove(&(on, project));
            self.queued(on, project, Kind::Message, &act, mark);
        }
        Ok(())
    }

    /// Drops the nth act of the queue, or takes it back.
    async fn drop_act(&mut self, on: usize, nth: usize, name: &str) -> anyhow::Result<()> {
        let Some(act) = self.nth(on, nth).await? else { return Ok(()) };
        match self.call(on, name, json!({ "act_id": act.act_id })).await? {
            None => Ok(()),
            Some(_) => self.dropped(&act, name == "queue_edit"),
        }
    }

    fn dropped(&mut self, act: &StoredAct, edited: bool) -> anyhow::Result<()> {
        let Some(known) = self.acts.iter_mut().find(|known| known.id == act.act_id) else {
            bail!("an act nobody asked for: {act:#?}")
        };
        known.fate = Fate::Dropped;
        let known = known.clone();
        let place = (known.on, known.project);
        if edited {
            match known.kind {
                Kind::Bid => drop(self.bid_drafts.insert(place, known.mark)),
                Kind::Message => self.message_drafts.entry(place).or_default().push(known.mark),
            }
        }
        Ok(())
    }

    async fn decide(&mut self, on: usize, nth: usize, name: &str) -> anyhow::Result<()> {
        if let Some(act) = self.nth(on, nth).await? {
            self.call(on, name, json!({ "act_id": act.act_id })).await?;
        }
        Ok(())
    }

    /// What the person decides about an act that waits for them.
    async fn answer(&mut self, on: usize, act: &StoredAct) -> anyhow::Result<()> {
        let code = act.error.as_ref().map_or("", |error| error.code.as_str());
        match act.state {
            ActState::NeedsConfirmation => drop(self.call(on, "queue_confirm", json!({ "act_id": act.act_id })).await?),
            ActState::Refused => {
                // The other device was first, or the client closed the project: nothing else may be refused.
                ensure!(matches!(code, "duplicate-bid" | "project-closed"), "refused without a reason: {act:#?}");
                if self.call(on, "queue_discard", json!({ "act_id": act.act_id })).await?.is_some() {
                    self.dropped(act, false)?;
                }
            }
            ActState::InDoubt => drop(self.call(on, "queue_retry", json!({ "act_id": act.act_id })).await?),
            _ => {}
        }
        Ok(())
    }

    async fn client_writes(&mut self, project: usize) -> anyhow::Result<()> {
        let mark = self.mark();
        for thread in self.world.client.threads_about(&self.projects[project]).await? {
            let thread_id = thread["id"].as_str().unwrap_or_default();
            self.world.client.write(thread_id, &format!("Merci, {mark}.")).await?;
        }
        Ok(())
    }

    async fn mend(&mut self) -> anyhow::Result<()> {
        self.faults.clear();
        self.world.admin.no_faults().await
    }

    /// The conversation about a project as the device knows it.
    async fn thread(&self, on: usize, project: usize) -> Option<String> {
        let project = ProjectId::new(self.projects[project].clone());
        let active = self.person(on).engine.active()?;
        let known = active.read(move |connection| Ok(thread::on_project(connection, &project)?)).await.ok()?;
        known.map(|thread| thread.to_string())
    }

    async fn nth(&self, on: usize, nth: usize) -> anyhow::Result<Option<StoredAct>> {
        let shown = queue(self.person(on)).await?.into_iter().filter(|act| act.act.is_shown());
        Ok(shown.take(nth + 1).last())
    }

    fn queued(&mut self, on: usize, project: usize, kind: Kind, act: &Value, mark: String) {
        let id = act["act_id"].as_str().unwrap().to_owned();
        self.acts.push(Act { id, on, project, kind, mark, fate: Fate::Sent });
    }

    /// Runs a command; `None` when the state of things does not allow it.
    async fn call(&self, on: usize, name: &str, request: Value) -> anyhow::Result<Option<Value>> {
        match presta_commands::dispatch(&self.person(on).engine, name, request).await {
            Ok(answer) => Ok(Some(answer)),
            Err(failure) => {
                let allowed = ["signed-out", "not-found", "being-sent", "interrupted"];
                ensure!(allowed.contains(&failure.code.as_str()), "{name}: {failure:?}");
                Ok(None)
            }
        }
    }

    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("repère {}-{}-fin", self.world.cases, self.marks)
    }
}

/// Every unsent act of a device.
pub async fn queue(person: &Person) -> anyhow::Result<Vec<StoredAct>> {
    let Some(active) = person.engine.active() else { return Ok(Vec::new()) };
    Ok(active.read(|connection| Ok(outbox::all(connection)?)).await?)
}

fn offer(mark: &str) -> Value {
    let mut form = form();
    form["text"] =
        json!(format!("Bonjour, je propose de reprendre cet outil écran par écran, {mark}, avec des tests."));
    form
}
