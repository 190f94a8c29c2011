//! Follows the event stream: hints that something changed, each answered with a question what.

use std::time::Duration;

use futures_util::future::{BoxFuture, Fuse, FusedFuture};
use futures_util::{FutureExt, StreamExt};
use presta_api::{EventStream, PlatformEvent, Retry};
use tokio::time::Instant;

use crate::bus::{CoreEvent, Typing};
use crate::sync::pull::pull;
use crate::{Active, Error};

/// How long a person is shown as writing after the last hint.
const TYPING_MS: i64 = 6000;
/// A stream that ends sooner ended at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// How a stream ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The platform answers, and gives no stream.
    Refused,
    /// It broke off soon, or fell silent before it told anything.
    AtOnce(Option<Error>),
    /// It worked, and is over.
    Over(Option<Error>),
}

/// What the platform said of the stream after this one.
pub(super) type ComeBack = Option<Duration>;

/// Follows the stream from `state` until it ends. `come_back` is set to what the platform says of the next one.
///
/// # Errors
/// When the platform cannot be reached for a stream at all, or the sign-in is over.
pub(super) async fn follow(active: &Active, state: String, come_back: &mut ComeBack) -> Result<Ended, Error> {
    let began = Instant::now();
    let events = match active.api.events(Some(&state)).await {
        Ok(events) => events,
        Err(error) if is_refusal(&error) => {
            tracing::info!(%error, "there is no event stream");
            return Ok(Ended::Refused);
        }
        Err(error) => return Err(error.into()),
    };
    let mut alive = false;
    let end = listen(active, state, events, &mut alive, come_back).await.err();
    // What holds a stream back on the way lets its beginning through and then nothing, not even a heartbeat.
    let held_back = !alive && matches!(end, Some(Error::Api(presta_api::Error::Timeout)));
    let worked = began.elapsed() >= AT_ONCE && !held_back;
    Ok(if worked { Ended::Over(end) } else { Ended::AtOnce(end) })
}

/// Whether the platform answered, but not with a stream: something on the way does not let one through.
fn is_refusal(error: &presta_api::Error) -> bool {
    matches!(error, presta_api::Error::NotJson { .. })
        || matches!(error.retry(), Retry::Transient { .. } | Retry::Permanent)
}

/// Listens to the end of the stream. A burst of events makes one question after the one that is under way.
async fn listen(
    active: &Active,
    mut state: String,
    mut events: EventStream,
    alive: &mut bool,
    come_back: &mut ComeBack,
) -> Result<(), Error> {
    let mut pulling: Fuse<BoxFuture<'_, Result<String, Error>>> = Fuse::terminated();
    // The newest state heard of since the question under way was asked.
    let mut newer: Option<String> = None;
    let mut asked = false;
    loop {
        if pulling.is_terminated() && (asked || newer.as_ref().is_some_and(|newer| *newer != state)) {
            pulling = pull(active).boxed().fuse();
            asked = false;
            newer = None;
        }
        tokio::select! {
            pulled = &mut pulling, if !pulling.is_terminated() => state = pulled?,
            () = active.sync.notified() => asked = true,
            event = events.next() => match event {
                Some(Ok(event)) => {
                    *alive |= !matches!(event, PlatformEvent::ComeBack { .. } | PlatformEvent::Hello { .. });
                    match event {
                        PlatformEvent::Hello { state } | PlatformEvent::Changed { state, .. } => newer = Some(state),
                        PlatformEvent::Typing { thread, user } if user != active.me => {
                            let until = active.clock.now_ms() + TYPING_MS;
                            active.bus.send(CoreEvent::Typing { typing: Typing { thread_id: thread.to_string(), until } });
                        }
                        PlatformEvent::ComeBack { after } => *come_back = Some(after),
                        _ => {}
                    }
                }
                Some(Err(error)) => return Err(error.into()),
                // The platform closed the stream: look whether it is still there, in its time.
                None => return Ok(()),
            },
        }
    }
}
