//! Waiting for the engine: until the cache is up to date, until an act was sent. Every wait ends by an event, a failure, or
//! after a time in which nothing moved.

use std::time::Duration;

use presta_commands::Failure;
use presta_engine::{SessionState, SyncPhase};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::exit::{self, Stop};
use crate::host::{Host, not_signed_in};
use crate::output::Output;
use crate::progress::Progress;

/// A sync in which nothing moves for so long is given up.
const STILL: Duration = Duration::from_secs(120);
/// An act that the platform puts off is left to the queue after so long.
const SENDING: Duration = Duration::from_secs(60);

/// Waits until the cache is up to date.
pub async fn until_up_to_date(host: &mut Host, output: &Output) -> Result<(), Stop> {
    let progress = Progress::new(output, "progress_sync");
    loop {
        host.signed_in()?;
        let status = host.engine.signed_in()?.sync_status();
        progress.sync(&status);
        if let Some(failure) = unreachable(&status.offline_reason, status.online) {
            return Err(failure.into());
        }
        if let Some(error) = status.error {
            return Err(error.into());
        }
        if serde_json::to_value(status.phase).is_ok_and(|phase| phase == "paused") {
            return Err(Failure::new("sync-paused").into());
        }
        if status.online && status.phase == SyncPhase::Idle && status.as_of.is_some_and(|at| at >= host.started) {
            return Ok(());
        }
        next(host, STILL).await?;
    }
}

/// Where acts have come once nothing more happens to them by itself.
pub async fn until_sent(host: &mut Host, output: &Output, acts: &[String]) -> Result<Vec<Value>, Stop> {
    let progress = Progress::new(output, "progress_send");
    let deadline = tokio::time::Instant::now() + SENDING;
    loop {
        let queue = host.call("queue_list", json!({})).await?;
        let states: Vec<Value> = acts.iter().map(|act| state_of(&queue, act)).collect();
        let status = host.engine.active().map(|active| active.sync_status()).unwrap_or_default();
        progress.sync(&status);
        let signed_out = matches!(host.engine.session(), SessionState::SignedOut { .. });
        let stuck =
            signed_out || unreachable(&status.offline_reason, status.online).is_some() || status.error.is_some();
        if stuck || states.iter().all(is_settled) {
            return Ok(states);
        }
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        if left.is_zero() || next(host, left).await.is_err() {
            return Ok(states);
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
        "needs-confirmation" | "conflict" => {
            output.say(&output.words.get("attention_then"));
            Err(Stop::Said(exit::ATTENTION))
        }
        _ => {
            output.say(&output.words.get("queued_then"));
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
    matches!(name, "delivered" | "refused" | "needs-confirmation" | "conflict" | "waiting-network" | "gone")
}

fn state_of(queue: &Value, act: &str) -> Value {
    let of = |list: &str| queue[list].as_array().and_then(|acts| acts.iter().find(|it| it["act_id"] == act)).cloned();
    match (of("acts"), of("delivered")) {
        (Some(waiting), _) => json!({
            "act_id": act,
            "state": waiting["state"],
            "error": waiting["error"],
            "differences": waiting["differences"],
        }),
        (None, Some(_)) => json!({ "act_id": act, "state": "delivered" }),
        (None, None) => json!({ "act_id": act, "state": "gone" }),
    }
}

/// The next event, whichever.
async fn next(host: &mut Host, limit: Duration) -> Result<(), Stop> {
    match tokio::time::timeout(limit, host.events.recv()).await {
        Ok(Ok(_) | Err(RecvError::Lagged(_))) => Ok(()),
        Ok(Err(RecvError::Closed)) => Err(Failure::new("interrupted").into()),
        Err(_) => Err(Failure::new("timeout").into()),
    }
}
