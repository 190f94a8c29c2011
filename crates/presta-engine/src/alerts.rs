//! Tells the person what their rules found: at once, once a day, or together what came while they were away. An alert is
//! told once; whether a window, a notification or a terminal shows it is the host's business.

mod notice;
mod preferences;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use presta_model::ProjectId;
use presta_store::alert;
use tokio::sync::Notify;

pub use notice::{Notice, NoticeKind, Noticed};
pub use preferences::{Preferences, Quiet};
pub use rules::{Preview, Previewed, RuleForm};

use crate::bus::CoreEvent;
use crate::{Active, Error, SyncPhase};

/// What is found within so long is told together.
const GATHERING: Duration = Duration::from_secs(2);
/// How long at most one goes without a look at the clock while something is to be told later: timers stand still while
/// the computer sleeps.
const LOOK: Duration = Duration::from_secs(60);
/// Alerts are kept for so long, in ms: 180 days.
const KEPT_MS: i64 = 180 * 86_400_000;

/// Wakes the one who tells.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    changed: Notify,
}

impl Alerts {
    /// Notes that alerts were raised.
    pub(crate) fn note_raised(&self, count: u32) {
        if count > 0 {
            self.changed.notify_one();
        }
    }
}

/// Runs for as long as the account is signed in.
pub(crate) async fn run(active: Arc<Active>) {
    let before = active.clock.now_ms() - KEPT_MS;
    if let Err(error) = active.write(move |tx| Ok(alert::prune(tx, before)?)).await {
        tracing::warn!(%error, "old alerts could not be dropped");
    }
    loop {
        let again_at = match tell(&active).await {
            Ok(again_at) => again_at,
            Err(Error::Interrupted) => return,
            Err(error) => {
                tracing::error!(%error, "alerts could not be told");
                Some(i64::MAX)
            }
        };
        tokio::select! {
            () = active.alerts.changed.notified() => {
                tokio::time::sleep(GATHERING).await;
                at_rest(&active).await;
            }
            () = until(&active, again_at) => {}
        }
    }
}

/// Waits for the moment, or for the next look at the clock; for ever when there is none.
async fn until(active: &Active, at: Option<i64>) {
    match at {
        Some(at) => {
            let ms = u64::try_from(at.saturating_sub(active.clock.now_ms())).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(ms).min(LOOK)).await;
        }
        None => std::future::pending().await,
    }
}

/// Waits while a sync goes on, so that what was missed is told in one piece.
async fn at_rest(active: &Active) {
    let mut status = active.status.subscribe();
    // The sender lives as long as `active`.
    let _ = status.wait_for(|status| matches!(status.phase, SyncPhase::Idle | SyncPhase::Paused)).await;
}

/// Tells what is due; returns when something else will be.
async fn tell(active: &Active) -> Result<Option<i64>, Error> {
    let (waiting, preferences) =
        active.read(|connection| Ok((alert::waiting(connection)?, preferences::read(connection)?))).await?;
    if waiting.is_empty() {
        return Ok(None);
    }
    let now = active.clock.now_ms();
    let decision = notice::decide(now, &preferences, waiting);
    // Noted before it is told: a notification that a crash swallows is in the list, one that comes twice annoys.
    let told: Vec<(String, ProjectId)> = decision.settled;
    if !told.is_empty() {
        active
            .write_durably_unless_stopped(move |tx| {
                Ok(alert::mark_notified(tx, told.iter().map(|(rule, project)| (rule.as_str(), project)), now)?)
            })
            .await?;
    }
    for notice in decision.notices {
        active.bus.send(CoreEvent::Alert { notice });
    }
    Ok(decision.again_at)
}
