//! Conversations.

use presta_engine::store::outbox::{self, Act, ActState, Failure, StoredAct};
use presta_engine::store::{Connection, attachment, draft, message, project, thread};
use presta_engine::{Engine, Error, message_html};
use presta_model::{LastMessage, Millis, ProjectId, Thread, ThreadId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::attachments::{AttachmentRow, queued_rows, sent_rows};
use crate::refs::ActRef;
use crate::refs::ProjectRequest;

/// Most messages of a page.
const PAGE: u32 = 1000;

/// Which conversations.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ThreadsRequest {
    /// Which.
    pub view: ThreadView,
    /// Part of a name or title; accents and case do not matter.
    pub query: String,
}

/// A list of conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ThreadView {
    /// All that are not put away.
    Inbox,
    /// Those with unread messages.
    Unread,
    /// Those put away.
    Archived,
}

/// A conversation in a list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ThreadRow {
    /// Identifier; begins with `local:` while the platform does not know it.
    pub id: ThreadId,
    /// The project it is about.
    pub project_id: Option<ProjectId>,
    /// Its title.
    pub project_title: Option<String>,
    /// The others' names.
    pub with: String,
    /// The newest message, shortened.
    pub last_text: Option<String>,
    /// Whether the person wrote it.
    pub last_mine: bool,
    /// When.
    pub last_at: Option<i64>,
    /// Unread messages.
    pub unread: u32,
    /// Silenced.
    pub muted: bool,
    /// Put away.
    pub archived: bool,
    /// Whether a message is being written, or has files.
    pub has_draft: bool,
    /// Messages waiting to be sent.
    pub queued: u32,
}

/// How far a message of the person's own has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum MessageState {
    /// Waits.
    Queued,
    /// Is being sent.
    Sending,
    /// The platform has it.
    Sent,
    /// The others have read it.
    Read,
    /// The platform refused it.
    Refused,
    /// The platform took it, and whether it arrived is not known.
    InDoubt,
}

/// A message.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MessageRow {
    /// Stays the same from the queue to the platform.
    pub key: String,
    /// The platform's order.
    pub seq: Option<i64>,
    /// Whether the person wrote it.
    pub mine: bool,
    /// Its author's name.
    pub author: String,
    /// Its text with links, sanitised.
    pub html: String,
    /// Its text; empty when there are files alone.
    pub text: String,
    /// Files that go with it.
    pub files: Vec<AttachmentRow>,
    /// When it was sent, or queued.
    pub at: i64,
    /// How far it has come; for the person's own.
    pub state: Option<MessageState>,
    /// The act that will send it.
    pub act_id: Option<String>,
    /// Why it was refused or waits.
    pub error: Option<Failure>,
}

/// A conversation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ThreadPage {
    /// What lists show of it.
    pub thread: ThreadRow,
    /// Its messages, oldest first; queued ones last.
    pub messages: Vec<MessageRow>,
    /// Whether there are older ones.
    pub has_more: bool,
    /// What is being written.
    pub draft: String,
    /// The first message not read.
    pub first_unread_key: Option<String>,
}

/// A conversation.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ThreadRequest {
    /// Which; a local id works also after the platform gave it another.
    pub thread_id: ThreadId,
}

/// A conversation's newest messages.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ThreadPageRequest {
    /// Which.
    pub thread_id: ThreadId,
    /// How many; at most 1000.
    pub limit: u32,
}

/// A text for a conversation.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct TextRequest {
    /// Which.
    pub thread_id: ThreadId,
    /// The text.
    pub text: String,
}

/// A message to send.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MessageSendRequest {
    /// Where.
    pub thread_id: ThreadId,
    /// The text; may be empty where there are files.
    pub text: String,
    /// Of the draft's files, those that go with it; the rest of the draft stays then. Without, all of them, and the draft
    /// ends.
    #[serde(default)]
    #[ts(optional)]
    pub files: Option<Vec<String>>,
}

/// Whether to silence.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MuteRequest {
    /// Which.
    pub thread_id: ThreadId,
    /// The wish.
    pub muted: bool,
}

/// Whether to put away.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ArchiveRequest {
    /// Which.
    pub thread_id: ThreadId,
    /// The wish.
    pub archived: bool,
}

/// A conversation's id.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ThreadRef {
    /// The id; local while there is none.
    pub thread_id: ThreadId,
}

pub(crate) async fn threads(engine: &Engine, request: ThreadsRequest) -> Result<Vec<ThreadRow>, Error> {
    let active = engine.signed_in()?;
    let me = active.me().clone();
    active
        .read(move |connection| {
            let wanted = presta_model::fold(request.query.trim());
            let mut rows = rows(connection, &me)?;
            rows.retain(|row| {
                let shown = match request.view {
                    ThreadView::Inbox => !row.archived,
                    ThreadView::Unread => !row.archived && row.unread > 0,
                    ThreadView::Archived => row.archived,
                };
                let text = format!("{} {}", row.with, row.project_title.as_deref().unwrap_or_default());
                shown && (wanted.is_empty() || presta_model::fold(&text).contains(&wanted))
            });
            rows.sort_by_key(|row| std::cmp::Reverse(row.last_at));
            Ok(rows)
        })
        .await
}

pub(crate) async fn thread(engine: &Engine, request: ThreadPageRequest) -> Result<ThreadPage, Error> {
    let active = engine.signed_in()?;
    let me = active.me().clone();
    active.read(move |connection| page(connection, &request, &me)).await
}

pub(crate) async fn thread_for_project(engine: &Engine, request: ProjectRequest) -> Result<ThreadRef, Error> {
    engine
        .signed_in()?
        .read(move |connection| {
            let thread_id = thread::resolve(connection, &ThreadId::local(&request.project_id))?;
            Ok(ThreadRef { thread_id })
        })
        .await
}

pub(crate) async fn draft_save(engine: &Engine, request: TextRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.save_message_draft(request.thread_id, request.text).await?;
    Ok(Nothing {})
}

pub(crate) async fn send(engine: &Engine, request: MessageSendRequest) -> Result<ActRef, Error> {
    let MessageSendRequest { thread_id, text, files } = request;
    let act_id = engine.signed_in()?.send_message(thread_id, text, files).await?;
    Ok(ActRef { act_id })
}

pub(crate) async fn mark_read(engine: &Engine, request: ThreadRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.mark_read(request.thread_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn typing(engine: &Engine, request: ThreadRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.tell_typing(request.thread_id).await;
    Ok(Nothing {})
}

pub(crate) async fn archive(engine: &Engine, request: ArchiveRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.archive(request.thread_id, request.archived).await?;
    Ok(Nothing {})
}

pub(crate) async fn mute(engine: &Engine, request: MuteRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.mute(request.thread_id, request.muted).await?;
    Ok(Nothing {})
}

/// Every conversation, those the platform does not know yet too.
fn rows(connection: &Connection, me: &UserId) -> Result<Vec<ThreadRow>, Error> {
    let acts = unsent(connection)?;
    let mut drafts = draft::message_threads(connection)?;
    for (id, at) in attachment::threads(connection)? {
        if !drafts.iter().any(|(known, _)| *known == id) {
            drafts.push((id, at));
        }
    }
    let mut rows: Vec<ThreadRow> = thread::all(connection)?.iter().map(|thread| row_of(thread, me)).collect();
    let locals: Vec<ThreadId> =
        acts.iter().filter_map(|act| act.thread_id.clone()).chain(drafts.iter().map(|(id, _)| id.clone())).collect();
    for id in locals {
        if id.local_project().is_some() && !rows.iter().any(|row| row.id == id) {
            rows.extend(local_row(connection, &id)?);
        }
    }
    for row in &mut rows {
        lay_over(row, &acts);
        if let Some((_, saved_at)) = drafts.iter().find(|(id, _)| *id == row.id) {
            row.has_draft = true;
            row.last_at = row.last_at.or(Some(*saved_at));
        }
    }
    Ok(rows)
}

/// Acts whose messages the platform is not known to have.
fn unsent(connection: &Connection) -> Result<Vec<StoredAct>, Error> {
    let mut acts = Vec::new();
    for act in outbox::all(connection)? {
        if matches!(act.act, Act::MessageSend { .. } | Act::ThreadOpen { .. })
            && !message::has_act(connection, &act.act_id)?
        {
            acts.push(act);
        }
    }
    Ok(acts)
}

fn row_of(thread: &Thread, me: &UserId) -> ThreadRow {
    let others = thread.participants.iter().filter(|person| person.id != *me);
    let last = thread.last_message.as_ref();
    ThreadRow {
        id: thread.id.clone(),
        project_id: thread.project_id.clone(),
        project_title: thread.project_title.clone(),
        with: others.map(|person| person.display_name.as_str()).collect::<Vec<_>>().join(", "),
        last_text: last.map(|last| last.text.clone()),
        last_mine: last.is_some_and(|last| last.author_id == *me),
        last_at: Some(last.map_or(thread.updated_at, |last| last.sent_at)).map(|at| Millis::from(at).0),
        unread: thread.unread_count,
        muted: thread.muted,
        archived: thread.archived,
        has_draft: false,
        queued: 0,
    }
}

/// A conversation that only exists here.
fn local_row(connection: &Connection, id: &ThreadId) -> Result<Option<ThreadRow>, Error> {
    let Some(project_id) = id.local_project() else {
        return Ok(None);
    };
    let project = project::get(connection, &project_id)?;
    Ok(Some(ThreadRow {
        id: id.clone(),
        project_id: Some(project_id),
        project_title: project.as_ref().map(|project| project.title.clone()),
        with: project.map(|project| project.client.display_name).unwrap_or_default(),
        last_text: None,
        last_mine: false,
        last_at: None,
        unread: 0,
        muted: false,
        archived: false,
        has_draft: false,
        queued: 0,
    }))
}

/// Shows queued messages in a conversation's row.
fn lay_over(row: &mut ThreadRow, acts: &[StoredAct]) {
    for act in acts.iter().filter(|act| act.thread_id.as_ref() == Some(&row.id)) {
        row.queued += 1;
        row.last_text = Some(act.act.text().chars().take(LastMessage::LONGEST).collect());
        row.last_mine = true;
        row.last_at = row.last_at.max(Some(act.queued_at));
    }
}

fn page(connection: &Connection, request: &ThreadPageRequest, me: &UserId) -> Result<ThreadPage, Error> {
    let id = thread::resolve(connection, &request.thread_id)?;
    let known = thread::get(connection, &id)?;
    let row = match &known {
        Some(thread) => Some(row_of(thread, me)),
        None => local_row(connection, &id)?,
    };
    let mut row = row.ok_or_else(|| Error::refused("not-found"))?;
    let acts = unsent(connection)?;
    lay_over(&mut row, &acts);
    let limit = request.limit.clamp(1, PAGE);
    let stored = message::newest(connection, &id, limit)?;
    let read_seq = known.as_ref().map_or(0, |thread| thread.read_seq);
    let others_read = known.as_ref().map_or(0, |thread| thread.others_read_seq);
    let name = |author: &UserId| {
        let people = known.iter().flat_map(|thread| &thread.participants);
        people.into_iter().find(|person| person.id == *author).map(|person| person.display_name.clone())
    };
    let mut messages: Vec<MessageRow> = Vec::with_capacity(stored.len());
    let mut first_unread_key = None;
    for message in &stored {
        let mine = message.author_id == *me;
        let key = message.client_message_id.clone().filter(|_| mine).unwrap_or_else(|| message.id.to_string());
        if !mine && message.seq > read_seq && first_unread_key.is_none() {
            first_unread_key = Some(key.clone());
        }
        let state = if message.seq <= others_read { MessageState::Read } else { MessageState::Sent };
        messages.push(MessageRow {
            key,
            seq: Some(message.seq),
            mine,
            author: name(&message.author_id).unwrap_or_default(),
            html: message_html(&message.text),
            text: message.text.clone(),
            files: sent_rows(&message.attachments),
            at: message.sent_at,
            state: mine.then_some(state),
            act_id: None,
            error: None,
        });
    }
    let mine = name(me).unwrap_or_default();
    for act in acts.iter().filter(|act| act.thread_id.as_ref() == Some(&id)) {
        messages.push(queued_message(act, &mine, queued_rows(connection, &act.act)?));
    }
    let draft = draft::message(connection, &id)?.unwrap_or_default();
    let place = format!("thread:{id}");
    row.has_draft = !draft.is_empty() || !attachment::of_place(connection, &place)?.is_empty();
    Ok(ThreadPage {
        thread: row,
        messages,
        has_more: message::count(connection, &id)? > limit,
        draft,
        first_unread_key,
    })
}

fn queued_message(act: &StoredAct, author: &str, files: Vec<AttachmentRow>) -> MessageRow {
    let text = act.act.text();
    MessageRow {
        key: act.act_id.clone(),
        seq: None,
        mine: true,
        author: author.to_owned(),
        html: message_html(text),
        text: text.to_owned(),
        files,
        at: act.queued_at,
        state: Some(match act.state {
            ActState::Sending => MessageState::Sending,
            ActState::Refused => MessageState::Refused,
            ActState::InDoubt => MessageState::InDoubt,
            _ => MessageState::Queued,
        }),
        act_id: Some(act.act_id.clone()),
        error: act.error.clone(),
    }
}
