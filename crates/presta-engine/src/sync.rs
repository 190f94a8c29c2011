//! Follows the platform: resumes the sign-in, syncs in full or by changes, listens for hints, and starts over when
//! the connection is lost. The cost of a sync is that of what changed.

mod apply;
mod delta;
mod full;

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::StreamExt;
use presta_api::{PlatformEvent, Retry};
use presta_store::outbox::Failure;
use presta_store::{setting, sync_state};

use crate::bus::{CoreEvent, Typing};
use crate::{Active, Error, SyncPhase};

/// How long a person is shown as writing after the last hint.
const TYPING_MS: i64 = 6000;

/// Runs until the platform no longer accepts the sign-in.
pub(crate) async fn run(active: &Active) {
    let mut delays = backoff().build();
    loop {
        let mut come_back = None;
        let ended = connected(active, || delays = backoff().build(), &mut come_back).await;
        let delay = match &ended {
            // Closed by the platform, which said when to come back.
            Ok(()) => Some(come_back.unwrap_or_default().min(LONGEST_DELAY)),
            Err(Error::Api(api)) => match api.retry() {
                Retry::SignIn => return active.set_offline("signed-out"),
                Retry::Transient { after } => after.max(delays.next()),
                _ => delays.next(),
            },
            Err(_) => delays.next(),
        };
        if let Err(error) = &ended {
            note_failure(active, error);
        }
        tokio::select! {
            () = tokio::time::sleep(delay.unwrap_or(LONGEST_DELAY)) => {}
            () = active.sync.notified() => delays = backoff().build(),
        }
    }
}

const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// 1 s, 2 s, 4 s … 20 s, each with jitter, so that a restarted platform is not stormed.
fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(LONGEST_DELAY)
        .with_jitter()
        .without_max_times()
}

/// Syncs, then follows the event stream until it breaks. `reached` is called once the cache is up to date; `come_back` is
/// set to what the platform says of the next connection.
async fn connected(active: &Active, reached: impl FnOnce(), come_back: &mut Option<Duration>) -> Result<(), Error> {
    active.api.resume().await?;
    refresh_lists(active).await?;
    let mut state = pull(active).await?;
    set_online(active).await?;
    reached();
    let mut events = active.api.events(Some(&state)).await?;
    loop {
        tokio::select! {
            () = active.sync.notified() => state = pull(active).await?,
            event = events.next() => match event {
                Some(Ok(PlatformEvent::Hello { state: new } | PlatformEvent::Changed { state: new, .. })) => {
                    if new != state {
                        state = pull(active).await?;
                    }
                }
                Some(Ok(PlatformEvent::Typing { thread, user })) => {
                    if user != active.me {
                        let typing = Typing { thread_id: thread.to_string(), until: active.clock.now_ms() + TYPING_MS };
                        active.bus.send(CoreEvent::Typing { typing });
                    }
                }
                Some(Ok(PlatformEvent::ComeBack { after })) => *come_back = Some(after),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                // The platform closed the stream: look whether it is still there, in its time.
                None => return Ok(()),
            },
        }
    }
}

/// Brings the cache up to date and returns the state it is at.
async fn pull(active: &Active) -> Result<String, Error> {
    let known = active.read(|connection| Ok(sync_state::changes(connection)?)).await?;
    let state = match known {
        None => full::sync(active).await?,
        Some(known) => match delta::sync(active, known.state).await {
            Err(Error::Api(error)) if is_expired(&error) => {
                tracing::info!("the change feed no longer knows our state; syncing in full");
                active.write(|tx| Ok(sync_state::reset(tx)?)).await?;
                full::sync(active).await?
            }
            pulled => pulled?,
        },
    };
    let now = active.clock.now_ms();
    active.set_status(|status| {
        status.phase = SyncPhase::Idle;
        status.as_of = Some(now);
        status.error = None;
    });
    Ok(state)
}

/// The lists and rules, which are not in the change feed.
async fn refresh_lists(active: &Active) -> Result<(), Error> {
    let catalog = active.api.catalog().await?;
    let quota = active.api.quota().await?;
    active
        .write(move |tx| {
            if setting::set(tx, setting::CATALOG, &catalog)? {
                tx.touch("catalog");
            }
            setting::set(tx, setting::QUOTA, &quota)?;
            Ok(())
        })
        .await
}

async fn set_online(active: &Active) -> Result<(), Error> {
    active.write(|tx| Ok(presta_store::outbox::network_is_back(tx)?)).await?;
    active.set_status(|status| {
        status.online = true;
        status.offline_since = None;
        status.offline_reason = None;
    });
    active.outbox.notify_one();
    Ok(())
}

/// A lost connection is "offline"; an answer that makes no sense is an error while online.
fn note_failure(active: &Active, error: &Error) {
    let mut failure = error.failure();
    if matches!(error, Error::Api(presta_api::Error::TokenStore(_))) {
        failure = Failure::new("keyring-gone");
    }
    let reached = match error {
        Error::Api(api) => !matches!(api.retry(), Retry::Network),
        _ => true,
    };
    if reached {
        tracing::warn!(%error, "the sync failed");
    }
    if matches!(error, Error::Api(_)) {
        active.set_offline(&failure.code);
    }
    active.set_status(|status| {
        status.phase = SyncPhase::Idle;
        status.error = reached.then_some(failure);
    });
}

fn is_expired(error: &presta_api::Error) -> bool {
    error.problem_kind() == Some(&presta_api::ProblemKind::SyncStateExpired)
}
