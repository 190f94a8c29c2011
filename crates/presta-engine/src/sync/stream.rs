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

/// The states heard of since the last question was asked. Nothing tells which of two is the later, and the platform's order
/// is not relied on: two different ones are news wherever that question led to, and no more need be kept.
#[derive(Debug, Default)]
struct Heard(Vec<String>);

impl Heard {
    fn note(&mut self, state: String) {
        if self.0.len() < 2 && !self.0.contains(&state) {
            self.0.push(state);
        }
    }

    fn is_news_at(&self, reached: &str) -> bool {
        self.0.iter().any(|state| state != reached)
    }
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
    let mut heard = Heard::default();
    let mut asked = false;
    loop {
        if pulling.is_terminated() && (asked || heard.is_news_at(&state)) {
            pulling = pull(active).boxed().fuse();
            asked = false;
            heard = Heard::default();
        }
        tokio::select! {
            pulled = &mut pulling, if !pulling.is_terminated() => state = pulled?,
            () = active.sync.notified() => asked = true,
            event = events.next() => match event {
                Some(Ok(event)) => {
                    *alive |= !matches!(event, PlatformEvent::ComeBack { .. } | PlatformEvent::Hello { .. });
                    match event {
                        PlatformEvent::Hello { state } | PlatformEvent::Changed { state, .. } => heard.note(state),
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

#[cfg(test)]
mod tests {
    use super::Heard;

    fn heard(states: &[&str]) -> Heard {
        let mut heard = Heard::default();
        states.iter().for_each(|state| heard.note((*state).to_owned()));
        heard
    }

    #[test]
    fn a_state_heard_of_before_the_one_that_was_reached_may_be_the_later_one() {
        assert!(heard(&["s6", "s5"]).is_news_at("s5"));
        assert!(heard(&["s5", "s6"]).is_news_at("s5"));
        assert!(!heard(&["s5", "s5"]).is_news_at("s5"), "an event that comes twice is one");
        assert!(heard(&["s6"]).is_news_at("s5"));
        assert!(!heard(&[]).is_news_at("s5"));
    }
}
