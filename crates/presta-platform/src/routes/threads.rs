//! Conversations and their messages.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Needs, Route,
    listing::{self, Ordered},
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Id, Query},
    given::given,
    guard::Caller,
    hub::Notice,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::{
        bids,
        changes::{Kind, Tx},
        keys::Stored,
        messages::{self, Appended, New},
        projects,
        snapshot::Datum,
        threads::{self, Mark},
        users,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/threads", Needs::Scope(Scope::MessagesRead), get(list)),
        Route::new("POST", "/v1/threads", Needs::Scope(Scope::MessagesWrite), post(open)),
        Route::new("GET", "/v1/threads/{id}", Needs::Scope(Scope::MessagesRead), resources::show(Kind::Thread)),
        Route::new("GET", "/v1/threads/{id}/messages", Needs::Scope(Scope::MessagesRead), get(messages)),
        Route::new("POST", "/v1/threads/{id}/messages", Needs::Scope(Scope::MessagesWrite), post(write)),
        Route::new("POST", "/v1/threads/{id}:read", Needs::Scope(Scope::MessagesWrite), post(read)),
        Route::new("POST", "/v1/threads/{id}:typing", Needs::Scope(Scope::MessagesWrite), post(typing)),
        Route::new("POST", "/v1/threads/{id}:mute", Needs::Scope(Scope::MessagesWrite), post(mute)),
        Route::new("POST", "/v1/threads/{id}:archive", Needs::Scope(Scope::MessagesWrite), post(archive)),
    ]
}

/// Up to here every JSON reader has integers.
const SEQ_MAX: i64 = (1 << 53) - 1;
const CLIENT_ID: std::ops::RangeInclusive<usize> = 1..=64;

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    at: i64,
    n: i64,
}

fn places(keys: Vec<(i64, i64)>) -> Vec<Place> {
    keys.into_iter().map(|(at, n)| Place { at, n }).collect()
}

fn rows(places: &[Place]) -> Vec<i64> {
    places.iter().map(|place| place.n).collect()
}

struct Threads {
    user_n: i64,
}

impl Ordered for Threads {
    type Place = Place;

    fn places(&self, sql: &Connection, after: Option<Place>, limit: i64) -> Result<Vec<Place>, Problem> {
        let after = after.map_or((i64::MAX, i64::MAX), |place| (place.at, place.n));
        threads::list(sql, self.user_n, after, limit).map(places)
    }

    fn render(&self, sql: &Connection, places: &[Place]) -> Result<Vec<Datum>, Problem> {
        threads::render(sql, self.user_n, &rows(places))
    }
}

/// `GET /v1/threads`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::ordered(&app, &query, Threads { user_n: caller.n }).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewThread {
    project_id: String,
    #[serde(default, deserialize_with = "given")]
    recipient_id: Option<String>,
    text: String,
    client_message_id: String,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    text: String,
    client_message_id: String,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

/// A file may come without a word.
fn check(text: &str, client_message_id: &str, attachment_ids: &[String]) -> Result<(), Problem> {
    let least = if attachment_ids.is_empty() { *rules::MESSAGE_TEXT.start() } else { 0 };
    let errors = [
        rules::text_error("/text", text, &(least..=*rules::MESSAGE_TEXT.end())),
        rules::text_error("/client_message_id", client_message_id, &CLIENT_ID),
    ];
    Problem::refuse(errors.into_iter().flatten())
}

/// Who talks to whom about the project: `(client, freelancer)`.
fn sides(
    tx: &Tx<'_>,
    caller: &Caller,
    project: &projects::Brief,
    recipient_id: Option<&str>,
) -> Result<(i64, i64), Problem> {
    if project.client_n != caller.n {
        let right = recipient_id.is_none_or(|id| Prefix::User.parse(id) == Some(project.client_n));
        return match (caller.freelancer, right) {
            (false, _) => Err(Problem::Forbidden),
            (true, false) => Err(Problem::field("/recipient_id", "unknown")),
            (true, true) => Ok((project.client_n, caller.n)),
        };
    }
    let id = recipient_id.ok_or_else(|| Problem::field("/recipient_id", "required"))?;
    let unknown = || Problem::field("/recipient_id", "unknown");
    let recipient = Prefix::User.parse(id).filter(|&n| n != caller.n).ok_or_else(unknown)?;
    let freelancer = users::find(&tx.sql, recipient).is_ok_and(|user| user.freelancer);
    let known = bids::live(&tx.sql, project.n, recipient)?.is_some()
        || threads::between(&tx.sql, project.n, recipient)?.is_some();
    if freelancer && known { Ok((caller.n, recipient)) } else { Err(unknown()) }
}

fn open_or_append(tx: &mut Tx<'_>, caller: &Caller, bytes: &Bytes) -> Result<Stored, Problem> {
    let new: NewThread = extract::json(bytes)?;
    check(&new.text, &new.client_message_id, &new.attachment_ids)?;
    let unknown = || Problem::field("/project_id", "unknown");
    let project_n = Prefix::Project.parse(&new.project_id).ok_or_else(unknown)?;
    let project = projects::seen(&tx.sql, caller.n, project_n).map_err(|problem| match problem {
        Problem::NotFound => unknown(),
        other => other,
    })?;
    let (client_n, freelancer_n) = sides(tx, caller, &project, new.recipient_id.as_deref())?;
    let (thread_n, status) = match threads::between(&tx.sql, project_n, freelancer_n)? {
        Some(n) => (n, 200),
        None => (threads::open(&tx.sql, project_n, (client_n, freelancer_n), tx.now)?, 201),
    };
    let message = New {
        thread_n,
        author_n: caller.n,
        text: &new.text,
        client_message_id: Some(&new.client_message_id),
        sent_at: tx.now,
    };
    let (Appended::New(n) | Appended::Known(n)) = messages::append(tx, &message, &new.attachment_ids)?;
    let thread = threads::render_one(&tx.sql, caller.n, thread_n)?;
    let message = messages::render_one(&tx.sql, n)?;
    Ok(Stored {
        status,
        location: (status == 201).then(|| format!("/v1/threads/{}", Prefix::Thread.id(thread_n))),
        etag: None,
        body: format!("{{\"thread\":{},\"message\":{}}}", thread.json, message.json),
    })
}

/// `POST /v1/threads`
pub async fn open(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| open_or_append(tx, &caller, bytes))
        .await
}

/// Messages of a thread, by `seq`.
struct Messages {
    user_n: i64,
    thread_n: i64,
    /// Those below only.
    before: i64,
}

impl Ordered for Messages {
    type Place = Place;

    fn places(&self, sql: &Connection, after: Option<Place>, limit: i64) -> Result<Vec<Place>, Problem> {
        threads::joined(sql, self.user_n, self.thread_n)?;
        let before = after.map_or(self.before, |place| place.at.min(self.before));
        messages::list(sql, self.thread_n, before, limit).map(places)
    }

    fn render(&self, sql: &Connection, places: &[Place]) -> Result<Vec<Datum>, Problem> {
        messages::render(sql, &rows(places))
    }
}

/// `GET /v1/threads/{id}/messages`
pub async fn messages(State(app): State<App>, caller: Caller, id: Id, query: Query) -> Answer {
    let thread_n = id.row(Prefix::Thread)?;
    let before = query.number("before_seq", 0..=SEQ_MAX, SEQ_MAX)?;
    listing::ordered(&app, &query, Messages { user_n: caller.n, thread_n, before }).await
}

/// `POST /v1/threads/{id}/messages`
pub async fn write(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let thread_n = id.row(Prefix::Thread)?;
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        threads::joined(&tx.sql, caller.n, thread_n)?;
        let new: NewMessage = extract::json(bytes)?;
        check(&new.text, &new.client_message_id, &new.attachment_ids)?;
        let message = New {
            thread_n,
            author_n: caller.n,
            text: &new.text,
            client_message_id: Some(&new.client_message_id),
            sent_at: tx.now,
        };
        let (n, status) = match messages::append(tx, &message, &new.attachment_ids)? {
            Appended::New(n) => (n, 201),
            Appended::Known(n) => (n, 200),
        };
        let body = messages::render_one(&tx.sql, n)?.json;
        Ok(Stored { status, location: None, etag: None, body })
    })
    .await
}

async fn mark(
    app: App,
    caller: Caller,
    id: Id,
    (asked, body): (Asked, Body),
    read: fn(&[u8]) -> Result<Mark, Problem>,
) -> Answer {
    let n = id.row(Prefix::Thread)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        threads::joined(&tx.sql, caller.n, n)?;
        threads::mark(tx, caller.n, n, read(bytes)?)?;
        resources::stored(tx, &caller, Kind::Thread, n)
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadBody {
    up_to: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MuteBody {
    muted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchiveBody {
    archived: bool,
}

/// `POST /v1/threads/{id}:read`
pub async fn read(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let read = |bytes: &[u8]| Ok(Mark::Read(extract::json::<ReadBody>(bytes)?.up_to));
    mark(app, caller, id, (asked, body), read).await
}

/// `POST /v1/threads/{id}:mute`
pub async fn mute(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let read = |bytes: &[u8]| Ok(Mark::Muted(extract::json::<MuteBody>(bytes)?.muted));
    mark(app, caller, id, (asked, body), read).await
}

/// `POST /v1/threads/{id}:archive`
pub async fn archive(State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body) -> Answer {
    let read = |bytes: &[u8]| Ok(Mark::Archived(extract::json::<ArchiveBody>(bytes)?.archived));
    mark(app, caller, id, (asked, body), read).await
}

/// `POST /v1/threads/{id}:typing`
pub async fn typing(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let thread_n = id.row(Prefix::Thread)?;
    extract::nothing(&extract::optional_body(&headers, body).await?)?;
    let people = app.read(move |sql| threads::joined(sql, caller.n, thread_n)).await?;
    let audience: Arc<[i64]> = people.into_iter().filter(|&n| n != caller.n).collect();
    app.hub.send(Notice::Typing { thread_n, user_n: caller.n, audience });
    Ok(StatusCode::NO_CONTENT.into_response())
}
