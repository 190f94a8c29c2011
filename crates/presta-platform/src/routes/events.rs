//! Server-sent events: that something changed, and who is typing. Never the data itself.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream;
use serde_json::json;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

use super::{Answer, Needs, Route, changes::scope};
use crate::{
    app::App,
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

/// One open stream.
struct Stream {
    first: Vec<Event>,
    caller: Caller,
    epoch: String,
    listener: Receiver<Notice>,
    ending: watch::Receiver<bool>,
    token: String,
}

impl Stream {
    /// Whether a notice is about sign-ins of the caller.
    fn may_end(&self, notice: &Notice) -> bool {
        let Notice::Changes(list) = notice else { return false };
        list.iter().any(|c| c.audience == self.caller.n && matches!(c.kind, Kind::Device | Kind::App))
    }

    async fn still_admitted(&self, app: &App) -> bool {
        let (token, now) = (self.token.clone(), app.now());
        app.read(move |sql| tokens::bearer(sql, &token, now)).await.is_ok_and(|bearer| bearer.is_some())
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

    async fn next(mut self, app: App) -> Option<(Result<Event, Infallible>, (Self, App))> {
        if !self.first.is_empty() {
            let event = self.first.remove(0);
            return Some((Ok(event), (self, app)));
        }
        loop {
            let heard = tokio::select! {
                notice = self.listener.recv() => notice,
                _ = self.ending.wait_for(|ending| *ending) => return None,
            };
            if heard.as_ref().is_ok_and(|notice| self.may_end(notice)) && !self.still_admitted(&app).await {
                return None;
            }
            let event = match heard {
                Ok(notice) => self.event(&notice),
                Err(RecvError::Lagged(_)) => {
                    let latest = app.read(changes::latest).await.ok()?;
                    Some(self.change(&self.shown(), latest))
                }
                Err(RecvError::Closed) => return None,
            };
            if let Some(event) = event {
                return Some((Ok(event), (self, app)));
            }
        }
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
    let hello = Event::default().event("hello").id(&state).data(json!({"new_state": state}).to_string());
    let ending = app.ending.clone();
    let mut stream = Stream { first: vec![hello], caller, epoch, listener, ending, token: access.hash };
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    if last.is_some_and(|last| !last.is_empty() && last != state) {
        let missed = stream.change(&stream.shown(), latest);
        stream.first.push(missed);
    }
    let events = stream::unfold((stream, app), |(stream, app)| stream.next(app));
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}
