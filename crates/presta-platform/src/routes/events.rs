//! Server-sent events: that something changed, and who is typing. Never the data itself.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Sse, sse::Event},
};
use futures_util::stream;
use serde_json::json;
use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    time::Instant,
};

use super::{Answer, Needs, Route, changes::scope};
use crate::{
    app::App,
    counters::OpenStream,
    guard::{Access, Caller},
    hub::{EVERYONE, Notice},
    ids::Prefix,
    scopes::Scope,
    store::{
        changes::{self, Kind},
        tokens,
    },
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::new("GET", "/v1/events", Needs::Token, get(listen))]
}

const HEARTBEAT: Duration = Duration::from_secs(25);
/// When a client is to come back after its stream ended, in ms: drawn for each stream, so that not all come at once.
const RETRY_MS: std::ops::Range<u32> = 1_000..5_001;
/// Proxies must not hold events back.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

fn retry() -> Duration {
    let span = RETRY_MS.end - RETRY_MS.start;
    let drawn = getrandom::u32().unwrap_or(0) % span;
    Duration::from_millis(u64::from(RETRY_MS.start + drawn))
}

/// One open stream. Nothing is queued for it: who reads too slowly hears of the last change only, and who reads
/// nothing at all is cut (see [`crate::wire`]).
struct Stream {
    first: Vec<Event>,
    caller: Caller,
    epoch: String,
    listener: Receiver<Notice>,
    ending: watch::Receiver<bool>,
    access: Access,
    next_beat: Instant,
    _open: OpenStream,
}

impl Stream {
    /// Whether the token is good, by the file.
    async fn still_admitted(&self, app: &App) -> bool {
        let (hash, now) = (self.access.hash.clone(), app.now());
        app.read(move |sql| tokens::bearer(sql, &hash, now)).await.is_ok_and(|bearer| bearer.is_some())
    }

    /// Until the token ends.
    fn time_left(&self, app: &App) -> Duration {
        Duration::from_millis(u64::try_from(self.access.expires_at - app.now()).unwrap_or(0))
    }

    fn change(&self, kinds: &[Kind], seq: i64) -> Event {
        let state = changes::state(&self.epoch, seq);
        let types: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        let data = json!({"types": types, "new_state": state}).to_string();
        Event::default().event("change").id(state).data(data)
    }

    fn shown(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.caller.scopes.contains(scope(*kind))).collect()
    }

    /// What the caller hears of a notice, if anything.
    fn event(&self, notice: &Notice) -> Option<Event> {
        match notice {
            Notice::Changes(list) => {
                let mine = |audience| audience == EVERYONE || audience == self.caller.n;
                let shown = |kind| self.caller.scopes.contains(scope(kind));
                let mut kinds: Vec<Kind> = list
                    .iter()
                    .filter(|change| mine(change.audience) && shown(change.kind))
                    .map(|change| change.kind)
                    .collect();
                kinds.sort_unstable();
                kinds.dedup();
                let seq = list.last().map(|change| change.seq)?;
                (!kinds.is_empty()).then(|| self.change(&kinds, seq))
            }
            Notice::Revoked(_) | Notice::ClockMoved => None,
            Notice::Typing { thread_n, user_n, audience } => {
                let hears = audience.contains(&self.caller.n) && self.caller.scopes.contains(Scope::MessagesRead);
                let data = json!({
                    "thread_id": Prefix::Thread.id(*thread_n).to_string(),
                    "user_id": Prefix::User.id(*user_n).to_string(),
                });
                hears.then(|| Event::default().event("typing").data(data.to_string()))
            }
        }
    }

    /// The next event; none when the stream ends: with the server, or with the token.
    async fn event_or_end(&mut self, app: &App) -> Option<Event> {
        if !self.first.is_empty() {
            return Some(self.first.remove(0));
        }
        loop {
            let left = self.time_left(app);
            if left.is_zero() {
                return None;
            }
            let heard = tokio::select! {
                notice = self.listener.recv() => Some(notice),
                () = tokio::time::sleep_until(self.next_beat) => None,
                () = tokio::time::sleep(left) => continue,
                _ = self.ending.wait_for(|ending| *ending) => return None,
            };
            let Some(heard) = heard else {
                self.next_beat = Instant::now() + HEARTBEAT;
                return self.still_admitted(app).await.then(|| Event::default().comment("heartbeat"));
            };
            let event = match heard {
                Ok(Notice::Revoked(family)) => {
                    if *family == *self.access.family && !self.still_admitted(app).await {
                        return None;
                    }
                    None
                }
                Ok(notice) => self.event(&notice),
                Err(RecvError::Lagged(_)) => {
                    // A revocation may be among what was missed.
                    if !self.still_admitted(app).await {
                        return None;
                    }
                    let latest = app.read(changes::latest).await.ok()?;
                    Some(self.change(&self.shown(), latest))
                }
                Err(RecvError::Closed) => return None,
            };
            if event.is_some() {
                self.next_beat = Instant::now() + HEARTBEAT;
                return event;
            }
        }
    }

    async fn next(mut self, app: App) -> Option<(Result<Event, Infallible>, (Self, App))> {
        let event = self.event_or_end(&app).await?;
        Some((Ok(event), (self, app)))
    }
}

/// `GET /v1/events`
pub async fn listen(
    State(app): State<App>,
    caller: Caller,
    Extension(access): Extension<Access>,
    headers: HeaderMap,
) -> Answer {
    let listener = app.hub.listen();
    let (epoch, latest) = app.read(|sql| Ok((changes::epoch(sql)?, changes::latest(sql)?))).await?;
    let state = changes::state(&epoch, latest);
    let hello = Event::default().retry(retry()).event("hello").id(&state).data(json!({"new_state": state}).to_string());
    let ending = app.ending.clone();
    let (next_beat, _open) = (Instant::now() + HEARTBEAT, app.counters.stream());
    let mut stream = Stream { first: vec![hello], caller, epoch, listener, ending, access, next_beat, _open };
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    if last.is_some_and(|last| !last.is_empty() && last != state) {
        let missed = stream.change(&stream.shown(), latest);
        stream.first.push(missed);
    }
    let events = stream::unfold((stream, app), |(stream, app)| stream.next(app));
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(UNBUFFERED.0, UNBUFFERED.1);
    Ok(response)
}
