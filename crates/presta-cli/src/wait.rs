//! Waiting for the engine: until the cache is up to date, until an act was sent. Every wait ends by an event, a failure, or
//! after a time in which nothing moved.

use std::time::Duration;

use presta_commands::Failure;
use presta_engine::{CoreEvent, SessionState, SyncPhase};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::exit::{self, Stop};
use crate::host::{Host, not_signed_in};
use crate::output::Output;
use crate::progress::Progress;

/// A sync in which nothing moves for so long is given up.
const STILL: Duration = Duration::from_secs(120);
/// The index stands still for so long when it cannot be written.
const INDEXING: Duration = Duration::from_secs(20);
/// An act that the platform puts off is left to the queue after so long.
const SENDING: Duration = Duration::from_secs(60);

/// Waits until the cache is up to date and everything in it can be found.
pub async fn until_up_to_date(host: &mut Host, output: &Output) -> Result<(), Stop> {
    let progress = Progress::new(output, "progress_sync");
    loop {
        let active = match host.engine.session() {
            SessionState::SignedIn { .. } => host.engine.signed_in()?,
            // A damaged file is being replaced.
            SessionState::Starting | SessionState::OpeningKeyring => {
                next(host, STILL).await?;
                continue;
            }
            state => return Err(not_signed_in(&state).into()),
        };
        let status = active.sync_status();
        progress.sync(&status);
        if let Some(failure) = unreachable(&status.offline_reason, status.online) {
            return Err(failure.into());
        }
        if let Some(error) = status.error {
            return Err(error.into());
        }
        if status.online && status.phase == SyncPhase::Idle && status.as_of.is_some_and(|at| at >= host.started) {
            drop(active);
            return until_indexed(host, output).await;
        }
        next(host, STILL).await?;
    }
}

/// Waits until the search finds everything. Where that cannot be done, lists do without, and the next command goes on.
pub async fn until_indexed(host: &mut Host, output: &Output) -> Result<(), Stop> {
    let progress = Progress::new(output, "progress_index");
    let mut most = 0;
    loop {
        let pending = host.engine.signed_in()?.index_pending().await?;
        most = most.max(pending);
        progress.rows(most - pending, Some(most));
        if pending == 0 || next(host, INDEXING).await.is_err() {
            return Ok(());
        }
    }
}

/// Waits until a database that was found to be damaged is replaced; says what was kept of it.
pub async fn until_replaced(host: &mut Host, output: &Output) -> Result<(), Stop> {
    loop {
        if let Some(notice) = host.engine.active().and_then(|active| active.sync_status().storage_notice) {
            output.failure(&notice);
            return Ok(());
        }
        next(host, STILL).await?;
    }
}

/// Where acts have come once nothing more happens to them by itself.
pub async fn until_sent(host: &mut Host, output: &Output, acts: &[String]) -> Result<Vec<Value>, Stop> {
    let progress = Progress::new(output, "progress_send");
    let mut deadline = tokio::time::Instant::now() + SENDING;
    let (mut held, mut told) = (None, false);
    loop {
        let queue = host.call("queue_list", json!({})).await?;
        let states: Vec<Value> = acts.iter().map(|act| state_of(&queue, act)).collect();
        // What can be taken back for a while is not sent before that is over.
        let until = states.iter().filter_map(|state| state["undo_until"].as_i64()).max();
        if let Some(until) = until.filter(|until| held.is_none_or(|held| held < *until)) {
            held = Some(until);
            let left = Duration::from_millis(u64::try_from(until - host.engine.now()).unwrap_or(0));
            deadline = tokio::time::Instant::now() + left + SENDING;
        }
        let status = host.engine.active().map(|active| active.sync_status()).unwrap_or_default();
        progress.sync(&status);
        let signed_out = matches!(host.engine.session(), SessionState::SignedOut { .. });
        let stuck =
            signed_out || unreachable(&status.offline_reason, status.online).is_some() || status.error.is_some();
        if stuck || states.iter().all(is_settled) {
            return Ok(states);
        }
        let left = held.map_or(0, |held| held - host.engine.now());
        let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1000);
        if status.online && seconds > 0 && !told {
            told = true;
            output.note(&output.words.with("send_in", &[("seconds", &seconds.to_string())]));
        }
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        if left.is_zero() {
            return Ok(states);
        }
        match next(host, left).await {
            // A large file takes its time; as long as it goes on, so does the wait.
            Ok(Some(CoreEvent::Upload { .. })) => deadline = deadline.max(tokio::time::Instant::now() + SENDING),
            Ok(_) => {}
            Err(_) => return Ok(states),
        }
    }
}

/// Waits for the acts that can be sent, then writes where they have come. The exit code is that of the worst of them.
pub async fn report(host: &mut Host, output: &Output, act: &str) -> Result<(), Stop> {
    let states = until_sent(host, output, &[act.to_owned()]).await?;
    let state = states.into_iter().next().unwrap_or_default();
    written(output, &state)
}

/// Writes where an act has come.
pub fn written(output: &Output, state: &Value) -> Result<(), Stop> {
    let name = state["state"].as_str().unwrap_or_default();
    output.response(state, |output| {
        let act = state["act_id"].as_str().unwrap_or_default();
        format!("{} ({act})\n", output.words.named("state", name))
    })?;
    if let Ok(failure) = serde_json::from_value::<Failure>(state["error"].clone())
        && matches!(name, "refused")
    {
        output.failure(&failure);
    }
    match name {
        "delivered" => Ok(()),
        "refused" => Err(Stop::Said(exit::REFUSED)),
        "needs-confirmation" | "conflict" | "in-doubt" => {
            let then = match name {
                "conflict" => "conflict_then",
                "in-doubt" => "in_doubt_then",
                _ => "attention_then",
            };
            output.note(&output.words.get(then));
            Err(Stop::Said(exit::ATTENTION))
        }
        _ => {
            output.note(&output.words.get("queued_then"));
            Err(Stop::Said(exit::UNREACHABLE))
        }
    }
}

/// Why the session ended, if it did while the command ran.
pub fn ended(host: &Host) -> Option<Failure> {
    let state = host.engine.session();
    matches!(state, SessionState::SignedOut { .. }).then(|| not_signed_in(&state))
}

fn unreachable(reason: &Option<String>, online: bool) -> Option<Failure> {
    reason.as_ref().filter(|_| !online).map(|reason| Failure::new(reason.as_str()))
}

fn is_settled(state: &Value) -> bool {
    let name = state["state"].as_str().unwrap_or_default();
    matches!(
        name,
        "delivered" | "refused" | "needs-confirmation" | "conflict" | "in-doubt" | "waiting-network" | "gone"
    )
}

fn state_of(queue: &Value, act: &str) -> Value {
    let of = |list: &str| queue[list].as_array().and_then(|acts| acts.iter().find(|it| it["act_id"] == act)).cloned();
    match (of("acts"), of("delivered")) {
        (Some(waiting), _) => json!({
            "act_id": act,
            "state": waiting["state"],
            "error": waiting["error"],
            "differences": waiting["differences"],
            "conflict": waiting["conflict"],
            "undo_until": waiting["undo_until"],
        }),
        (None, Some(_)) => json!({ "act_id": act, "state": "delivered" }),
        (None, None) => json!({ "act_id": act, "state": "gone" }),
    }
}

/// The next event, whichever; none when some were missed.
async fn next(host: &mut Host, limit: Duration) -> Result<Option<CoreEvent>, Stop> {
    // Whoever waits for a command is there: an account that locks by itself does not do so meanwhile.
    host.engine.note_activity().await;
    match tokio::time::timeout(limit, host.events.recv()).await {
        Ok(Ok(event)) => Ok(Some(event)),
        Ok(Err(RecvError::Lagged(_))) => Ok(None),
        Ok(Err(RecvError::Closed)) => Err(Failure::new("interrupted").into()),
        Err(_) => Err(Failure::new("timeout").into()),
    }
}
