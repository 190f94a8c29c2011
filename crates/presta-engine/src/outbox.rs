//! Sends the person's queued acts: lanes side by side, the acts of a lane in order, each until the platform has
//! confirmed or refused it.

mod attempt;
mod recheck;
mod upload;
mod written;

pub(crate) use recheck::base;
pub(crate) use upload::Pieces;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use presta_store::outbox::{self, Act, StoredAct};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use crate::{Active, Error};

/// Lanes that are worked on at a time.
const LANES: usize = 4;
/// Files that are sent at a time: what is large leaves lanes to what is small.
const UPLOADS: usize = 2;
/// Without anything due, the worker looks at its queue this often.
const IDLE: Duration = Duration::from_secs(60);
/// How long an act waits whose outcome could not be written down.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// An act that is worked on, in its lane.
#[derive(Debug)]
struct Work {
    lane: String,
    act_id: String,
    upload: bool,
}

/// Runs for as long as the account is signed in.
pub(crate) async fn run(active: Arc<Active>) {
    let mut busy: HashMap<Id, Work> = HashMap::new();
    let mut sending: JoinSet<Result<(), Error>> = JoinSet::new();
    // What a crash interrupted need not wait, what could not be written down a moment ago should.
    let mut again_at = Some(active.clock.now_ms());
    // What cannot be written down is not begun, and would be due again at once.
    let (mut rests_until, mut failures) = (None, 0);
    // Beside the queue, which does not wait for a copy under way; ended with it.
    let mut sweeping: JoinSet<()> = JoinSet::new();
    sweeping.spawn({
        let active = Arc::clone(&active);
        async move {
            if let Err(error) = active.sweep_left().await {
                tracing::warn!(%error, "copies of files that nothing needs stay until the next start");
            }
        }
    });
    loop {
        let now = active.clock.now_ms();
        if let Some(not_before) = again_at {
            again_at = match release(&active, &busy, not_before).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::error!(%error, "what became of an act could not be written down");
                    Some(after_failure(now))
                }
            };
        }
        let rest = rests_until.map_or(Duration::ZERO, |until: Instant| until.saturating_duration_since(Instant::now()));
        let pause = if rest.is_zero() {
            let started = start_ready(&active, now, &mut busy, &mut sending).await;
            if let Err(error) = started {
                tracing::error!(%error, "the queue could not be read");
            }
            until_due(&active, now).await.min(if again_at.is_some() { AFTER_FAILURE } else { IDLE })
        } else {
            rest
        };
        tokio::select! {
            Some(ended) = sending.join_next_with_id() => {
                let (id, done) = ended.map_or_else(|broken| (broken.id(), false), |(id, done)| (id, done.is_ok()));
                busy.remove(&id);
                failures = if done { 0 } else { failures + 1 };
                rests_until = (!done).then(|| Instant::now() + attempt::wait_for(failures - 1));
                again_at = again_at.or(Some(after_failure(now)));
            }
            () = active.outbox.notified() => rests_until = None,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn after_failure(now: i64) -> i64 {
    now + i64::try_from(AFTER_FAILURE.as_millis()).unwrap_or_default()
}

/// Puts what is noted as being sent back in the queue when nobody works on it: its attempt broke off, or its outcome could
/// not be written down. The same key goes out again, so that nothing is done twice.
async fn release(active: &Active, busy: &HashMap<Id, Work>, not_before: i64) -> Result<(), Error> {
    let under_way: Vec<String> = busy.values().map(|work| work.act_id.clone()).collect();
    let known = under_way.clone();
    if active.read(move |connection| Ok(outbox::left(connection, &known)?)).await?.is_empty() {
        return Ok(());
    }
    active.write_durably_unless_stopped(move |tx| Ok(outbox::release(tx, &under_way, Some(not_before))?)).await
}

/// Starts what may be sent now, a few lanes at a time.
async fn start_ready(
    active: &Arc<Active>,
    now: i64,
    busy: &mut HashMap<Id, Work>,
    sending: &mut JoinSet<Result<(), Error>>,
) -> Result<(), Error> {
    if !active.status.borrow().online {
        return Ok(());
    }
    let ready: Vec<StoredAct> = active.read(move |connection| Ok(outbox::ready(connection, now)?)).await?;
    for act in ready {
        if sending.len() >= LANES {
            break;
        }
        // An act may have changed its lane while it is sent.
        if busy.values().any(|work| work.lane == act.lane || work.act_id == act.act_id) {
            continue;
        }
        let upload = matches!(act.act, Act::Upload { .. });
        if upload && busy.values().filter(|work| work.upload).count() >= UPLOADS {
            continue;
        }
        let work = Work { lane: act.lane.clone(), act_id: act.act_id.clone(), upload };
        let active = Arc::clone(active);
        let task = sending.spawn(async move {
            let done = attempt::attempt(&active, act).await;
            done.inspect_err(|error| tracing::error!(%error, "an act could not be worked on"))
        });
        busy.insert(task.id(), work);
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
