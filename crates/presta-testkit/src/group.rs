//! A process with all that it starts, ended together.

use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// A running process that leads a group of its own. Dropping it ends the group at once.
#[derive(Debug)]
pub(crate) struct Group {
    name: String,
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts `command` as the leader of a new group.
    pub(crate) fn spawn(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        let child = command.process_group(0).spawn().with_context(|| format!("starting {name}"))?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { name: name.to_owned(), child, leader })
    }

    /// The leader, for its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The group's id, while its leader has not been waited for.
    pub(crate) fn id(&self) -> Option<Pid> {
        self.leader
    }

    /// Fails when the leader has ended.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait().with_context(|| format!("looking after {}", self.name))? {
            Some(status) => bail!("{} ended by itself: {status}", self.name),
            None => Ok(()),
        }
    }

    /// Asks the group to end and waits for its leader.
    pub(crate) async fn stop(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        self.end_by(Signal::TERM, limit).await
    }

    /// As [`Group::stop`], by the signal of Ctrl-C.
    pub(crate) async fn interrupt(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        self.end_by(Signal::INT, limit).await
    }

    async fn end_by(&mut self, signal: Signal, limit: Duration) -> anyhow::Result<ExitStatus> {
        self.signal(signal)?;
        let ended = tokio::time::timeout(limit, self.child.wait()).await;
        let status = ended.with_context(|| format!("{} did not end within {limit:?}", self.name))?;
        self.leader = None;
        status.with_context(|| format!("waiting for {}", self.name))
    }

    /// Ends the group at once and waits for its leader.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        self.child.wait().await.with_context(|| format!("waiting for {}", self.name))?;
        self.leader = None;
        Ok(())
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let Some(leader) = self.leader else { return Ok(()) };
        kill_process_group(leader, signal).with_context(|| format!("signalling {}", self.name))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // Nobody is left to hear that it had ended before.
            let _ = kill_process_group(leader, Signal::KILL);
            let _ = self.child.try_wait();
        }
    }
}
