//! Conversations and their messages.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Attachment, BidId, MessageId, ProjectId, ThreadId, UserId};

/// A conversation as its viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Identifier.
    pub id: ThreadId,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The project it is about.
    pub project_id: Option<ProjectId>,
    /// That project's title.
    pub project_title: Option<String>,
    /// The bid it is about.
    pub bid_id: Option<BidId>,
    /// Everyone in it, the viewer too.
    pub participants: Vec<Participant>,
    /// The newest message, shortened.
    pub last_message: Option<LastMessage>,
    /// Number of the newest message.
    pub last_seq: i64,
    /// Number of the last message the viewer has read.
    pub read_seq: i64,
    /// Number of the last message every other participant has read.
    pub others_read_seq: i64,
    /// Messages of others after `read_seq`.
    pub unread_count: u32,
    /// No notifications.
    pub muted: bool,
    /// Put away.
    pub archived: bool,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Someone in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Identifier.
    pub id: UserId,
    /// Public name.
    pub display_name: String,
    /// `client` or `freelancer`.
    pub role: String,
}

/// The newest message of a conversation, shortened for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMessage {
    /// Identifier.
    pub id: MessageId,
    /// Who wrote it.
    pub author_id: UserId,
    /// Its first [`LastMessage::LONGEST`] characters.
    pub text: String,
    /// When the platform received it.
    pub sent_at: Timestamp,
}

impl LastMessage {
    /// Most characters of a message that lists show.
    pub const LONGEST: usize = 200;
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// Grows with every change on the platform.
    #[serde(default)]
    pub rev: i64,
    /// The conversation it belongs to.
    pub thread_id: ThreadId,
    /// Order in the conversation, from 1; messages are ordered by it and never by a clock.
    pub seq: i64,
    /// Who wrote it.
    pub author_id: UserId,
    /// Plain text.
    pub text: String,
    /// When the platform received it.
    pub sent_at: Timestamp,
    /// The sender's own id, by which a repeated send is recognised.
    #[serde(default)]
    pub client_message_id: Option<String>,
    /// When its author changed it.
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    /// When its author took it back; its text is empty then.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// The platform's answer to the first message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostedMessage {
    /// The conversation, new or already there.
    pub thread: Thread,
    /// The message in it.
    pub message: Message,
}
