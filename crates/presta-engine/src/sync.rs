//! Follows the platform: resumes the sign-in, syncs in full or by changes, listens for hints, and starts over when
//! the connection is lost. The cost of a sync is that of what changed.

pub(crate) mod apply;
mod backoff;
mod delta;
mod full;
mod pause;
mod poll;
mod pull;
mod stream;

use std::time::Duration;

use presta_api::Retry;
use presta_store::outbox::Failure;
use tokio::time::Instant;

pub(crate) use pause::PAUSED;

use crate::sync::backoff::{Backoff, part_of};
use crate::sync::pull::{pull, refresh_lists};
use crate::{Active, Error};

/// The platform's own word on when to come back is heeded up to this.
const LONGEST_COME_BACK: Duration = Duration::from_secs(20);
/// Streams in a row that end at once before it is done without them for a while.
const SHORT_STREAMS: u32 = 2;

/// What was learnt of the way to the platform.
#[derive(Debug, Default)]
struct Line {
    backoff: Backoff,
    /// What the platform said of the next stream.
    come_back: stream::ComeBack,
    /// Streams in a row that ended at once.
    short_streams: u32,
    /// It is done without streams until then.
    without_streams: Option<Instant>,
}

/// Runs until the platform no longer accepts the sign-in.
pub(crate) async fn run(active: &Active) {
    let mut line = Line::default();
    loop {
        if active.surroundings.is_paused() && pause::stand_by(active).await.is_break() {
            return active.set_offline("signed-out");
        }
        let ended = tokio::select! {
            biased;
            // A page that is being written is written to its end, with the place where the sync goes on.
            () = active.surroundings.paused_is(true) => continue,
            () = active.surroundings.woke() => {
                // Many computers wake at nine.
                wait(active, part_of(active.api.timeouts().wake_spread), &mut line.backoff).await;
                continue;
            }
            ended = connected(active, &mut line) => ended,
        };
        let come_back = line.come_back.take().unwrap_or_default().min(LONGEST_COME_BACK);
        let delay = match &ended {
            Ok(()) => come_back,
            Err(Error::Api(api)) => match api.retry() {
                Retry::SignIn => return active.set_offline("signed-out"),
                Retry::Transient { after } => after.unwrap_or_default().max(next(active, &mut line)),
                _ => next(active, &mut line).max(come_back),
            },
            Err(_) => next(active, &mut line),
        };
        if let Err(error) = &ended {
            note_failure(active, error);
        }
        wait(active, delay, &mut line.backoff).await;
    }
}

fn next(active: &Active, line: &mut Line) -> Duration {
    line.backoff.next(active.surroundings.is_visible())
}

/// Waits before the next try, or until something promises that it will do better.
async fn wait(active: &Active, delay: Duration, backoff: &mut Backoff) {
    tokio::select! {
        () = tokio::time::sleep(delay) => return,
        () = active.sync.notified() => {}
        () = active.surroundings.shown() => {}
        () = active.surroundings.paused_is(true) => {}
    }
    backoff.reset();
}

/// Syncs, then follows the platform until that breaks.
async fn connected(active: &Active, line: &mut Line) -> Result<(), Error> {
    active.api.resume().await?;
    refresh_lists(active).await?;
    let state = pull(active).await?;
    set_online(active).await?;
    line.backoff.reset();
    if let Some(until) = line.without_streams.take_if(|until| *until > Instant::now()) {
        line.without_streams = Some(until);
        return poll::follow(active, state, until).await;
    }
    let (short, end) = match stream::follow(active, state, &mut line.come_back).await? {
        stream::Ended::Refused => (SHORT_STREAMS, None),
        stream::Ended::AtOnce(end) => (line.short_streams + 1, end),
        stream::Ended::Over(end) => (0, end),
    };
    line.short_streams = short;
    if short >= SHORT_STREAMS {
        tracing::info!("asking for changes without an event stream for a while");
        // The next stream has one chance.
        line.short_streams = SHORT_STREAMS - 1;
        line.without_streams = Some(Instant::now() + active.api.timeouts().stream_again);
        line.come_back = None;
    }
    end.map_or(Ok(()), Err)
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
        status.phase = active.resting();
        status.error = reached.then_some(failure);
    });
}
