//! Sends the person's queued acts: lanes side by side, the acts of a lane in order, each until the platform has
//! confirmed or refused it.

mod attempt;
mod recheck;
mod written;

pub(crate) use recheck::base;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use presta_store::outbox::{self, StoredAct};
use tokio::task::JoinSet;

use crate::{Active, Error};

/// Lanes that are worked on at a time.
const LANES: usize = 4;
/// Without anything due, the worker looks at its queue this often.
const IDLE: Duration = Duration::from_secs(60);

/// Runs for as long as the account is signed in.
pub(crate) async fn run(active: Arc<Active>) {
    if let Err(error) = active.write_durably(|tx| Ok(outbox::recover(tx)?)).await {
        tracing::error!(%error, "the queue could not be recovered");
    }
    let mut busy: HashSet<String> = HashSet::new();
    let mut sending: JoinSet<String> = JoinSet::new();
    loop {
        let now = active.clock.now_ms();
        let started = start_ready(&active, now, &mut busy, &mut sending).await;
        if let Err(error) = started {
            tracing::error!(%error, "the queue could not be read");
        }
        let pause = until_due(&active, now).await;
        tokio::select! {
            Some(ended) = sending.join_next() => match ended {
                Ok(lane) => {
                    busy.remove(&lane);
                }
                // Which lane broke off is not known; none is under way that the set does not hold.
                Err(_) if sending.is_empty() => busy.clear(),
                Err(_) => {}
            },
            () = active.outbox.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Starts what may be sent now, a few lanes at a time.
async fn start_ready(
    active: &Arc<Active>,
    now: i64,
    busy: &mut HashSet<String>,
    sending: &mut JoinSet<String>,
) -> Result<(), Error> {
    if !active.status.borrow().online {
        return Ok(());
    }
    let ready: Vec<StoredAct> = active.read(move |connection| Ok(outbox::ready(connection, now)?)).await?;
    for act in ready {
        if sending.len() >= LANES {
            break;
        }
        if busy.insert(act.lane.clone()) {
            let active = Arc::clone(active);
            sending.spawn(async move {
                let lane = act.lane.clone();
                if let Err(error) = attempt::attempt(&active, act).await {
                    tracing::error!(%error, "an act could not be worked on");
                }
                lane
            });
        }
    }
    Ok(())
}

/// How long nothing becomes due after `now`, when what was due has been started.
async fn until_due(active: &Active, now: i64) -> Duration {
    let due = active.read(move |connection| Ok(outbox::next_due(connection, now)?)).await.ok().flatten();
    match due {
        Some(due) => {
            let wait = u64::try_from(due - active.clock.now_ms()).unwrap_or(0);
            Duration::from_millis(wait).clamp(Duration::from_millis(50), IDLE)
        }
        None => IDLE,
    }
}
