//! What an act is, and where it stands.

use presta_model::{EntityType, FieldConflict, Money, NewBid, Operation, ProjectId, ProjectStatus, Thread, ThreadId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use super::failure::Failure;
use crate::draft::BidForm;

/// Something the person did that the platform has not confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Act {
    /// Place a bid.
    BidPlace {
        /// The project.
        project_id: ProjectId,
        /// Its title.
        title: String,
        /// What is sent.
        bid: Box<NewBid>,
        /// What was typed, for going back to the composer.
        form: BidForm,
        /// Whether the amount is per hour.
        hourly: bool,
        /// The project as it was when the person decided.
        base: Box<BidBase>,
    },
    /// Begin a conversation with a project's client.
    ThreadOpen {
        /// The project.
        project_id: ProjectId,
        /// Its title.
        title: String,
        /// The first message.
        text: String,
        /// Files that go with it; local ids while they are still to be uploaded.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<String>,
    },
    /// Send a message.
    MessageSend {
        /// The conversation; local while a [`Act::ThreadOpen`] is before it in the lane.
        thread_id: ThreadId,
        /// With whom.
        title: String,
        /// The message.
        text: String,
        /// Files that go with it; local ids while they are still to be uploaded.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<String>,
    },
    /// Tell the platform what was read.
    ThreadRead {
        /// The conversation.
        thread_id: ThreadId,
        /// Number of the last message read.
        up_to: i64,
    },
    /// Silence a conversation, or not.
    ThreadMute {
        /// The conversation.
        thread_id: ThreadId,
        /// The wish.
        muted: bool,
    },
    /// Put a conversation away, or back.
    ThreadArchive {
        /// The conversation.
        thread_id: ThreadId,
        /// The wish.
        archived: bool,
    },
    /// Send the bytes of a staged file, whose id is the act's; other acts wait for it by naming its local id.
    Upload {
        /// File name.
        name: String,
        /// Bytes.
        size: u64,
    },
    /// Any other write of the contract.
    Write(Box<Write>),
}

/// A write of the contract, by its operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The contract's `operationId`; see [`presta_model::OPERATIONS`].
    pub op: String,
    /// The id in the path.
    pub target: Option<String>,
    /// What it is about, for lists: a project's title, a person's name.
    pub title: String,
    /// What is sent.
    pub body: Map<String, Value>,
    /// The target as the person saw it when they decided; null when there is none.
    pub base: Value,
}

impl Write {
    /// The operation; `None` for one this version does not have.
    pub fn operation(&self) -> Option<&'static Operation> {
        Operation::find(&self.op)
    }

    /// The project it is about: its target, or what the target or the body names.
    pub fn project_id(&self) -> Option<ProjectId> {
        if self.operation().is_some_and(|operation| operation.target == EntityType::Project) && self.target.is_some() {
            return self.target.clone().map(ProjectId::new);
        }
        let named = self.body.get("project_id").or_else(|| self.base.get("project_id"));
        named.and_then(Value::as_str).map(ProjectId::new)
    }

    /// The revision it was decided on.
    pub fn base_rev(&self) -> Option<i64> {
        self.base.get("rev").and_then(Value::as_i64)
    }
}

/// What a bid was decided on; checked again before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidBase {
    /// When bidding ends, in ms since 1970.
    pub deadline: Option<i64>,
    /// Lower end of the budget.
    pub budget_min: Option<Money>,
    /// Upper end of the budget.
    pub budget_max: Option<Money>,
    /// The brief.
    pub brief: String,
    /// Where the project stood.
    pub status: ProjectStatus,
}

/// The kinds of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActKind {
    /// Place a bid.
    BidPlace,
    /// Begin a conversation.
    ThreadOpen,
    /// Send a message.
    MessageSend,
    /// Mark as read.
    ThreadRead,
    /// Silence.
    ThreadMute,
    /// Put away.
    ThreadArchive,
    /// Send a file.
    Upload,
    /// Any other write of the contract; its operation says which.
    Write,
}

/// Where an unsent act stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActState {
    /// Waits for its turn.
    Queued,
    /// An attempt is under way.
    Sending,
    /// Waits for the network.
    WaitingNetwork,
    /// Waits before the next attempt.
    WaitingRetry,
    /// The project changed: waits for the person.
    NeedsConfirmation,
    /// The platform refused it: waits for the person.
    Refused,
    /// The same was changed elsewhere: waits for the person.
    Conflict,
    /// The platform took it, and its answer cannot be read, time and again: whether it was done is not known. Waits for
    /// the person.
    InDoubt,
}

/// An act as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAct {
    /// UUID.
    pub act_id: String,
    /// Acts of one lane are sent one after the other.
    pub lane: String,
    /// What to do.
    pub act: Act,
    /// Where it stands.
    pub state: ActState,
    /// Attempts begun.
    pub attempts: u32,
    /// Whether one of them may have arrived, although its answer did not come back.
    pub in_doubt: bool,
    /// Not to be tried before, in ms since 1970.
    pub not_before: Option<i64>,
    /// Why the last attempt failed.
    pub error: Option<Failure>,
    /// What changed on the project since the bid was written.
    pub differences: Vec<Difference>,
    /// What was changed elsewhere as well.
    pub conflict: Option<Conflict>,
    /// When the person asked for it, in ms since 1970.
    pub queued_at: i64,
    /// Until when it can be taken back and is not sent, in ms since 1970.
    pub undo_until: Option<i64>,
    /// The idempotency key of its attempts.
    pub key: String,
    /// The conversation, under its newest id.
    pub thread_id: Option<ThreadId>,
}

/// A field of a project that is no longer what it was when a bid was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Difference {
    /// `deadline`, `budget`, `brief`, `status` or `quota`.
    pub field: String,
    /// What it was: times in ms since 1970, budgets as `min-max CUR` in whole units, texts as they are.
    pub before: String,
    /// What it is now.
    pub after: String,
}

/// A change that met another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The members both sides changed.
    pub fields: Vec<FieldConflict>,
    /// The resource as the platform had it.
    pub theirs: Value,
}

/// An act that reached the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Delivered {
    /// The act.
    pub act_id: String,
    /// Its kind.
    pub kind: ActKind,
    /// The project's title, or the person's name.
    pub title: String,
    /// When the platform confirmed it, in ms since 1970.
    pub at: i64,
    /// The project it was about.
    pub project_id: Option<ProjectId>,
    /// The conversation it was in.
    pub thread_id: Option<ThreadId>,
    /// The contract's operation, of an act without a kind of its own.
    pub op: Option<String>,
}

impl Act {
    /// Its kind.
    pub fn kind(&self) -> ActKind {
        match self {
            Self::BidPlace { .. } => ActKind::BidPlace,
            Self::ThreadOpen { .. } => ActKind::ThreadOpen,
            Self::MessageSend { .. } => ActKind::MessageSend,
            Self::ThreadRead { .. } => ActKind::ThreadRead,
            Self::ThreadMute { .. } => ActKind::ThreadMute,
            Self::ThreadArchive { .. } => ActKind::ThreadArchive,
            Self::Upload { .. } => ActKind::Upload,
            Self::Write(_) => ActKind::Write,
        }
    }

    /// Acts of one lane are sent in order; lanes do not wait for each other. The lane of a write depends on what is
    /// queued and known, see `outbox::enqueue`.
    pub fn lane(&self) -> String {
        match (self, self.thread_id()) {
            (Self::BidPlace { project_id, .. }, _) => format!("project:{project_id}"),
            // What was read or put away must not hold up messages.
            (Self::ThreadRead { thread_id, .. }, _) => format!("read:{thread_id}"),
            (Self::ThreadMute { thread_id, .. }, _) => format!("mute:{thread_id}"),
            (Self::ThreadArchive { thread_id, .. }, _) => format!("archive:{thread_id}"),
            (_, Some(thread_id)) => format!("thread:{thread_id}"),
            (_, None) => String::new(),
        }
    }

    /// The project it is about, as far as that can be told.
    pub fn project_id(&self) -> Option<ProjectId> {
        match self {
            Self::BidPlace { project_id, .. } | Self::ThreadOpen { project_id, .. } => Some(project_id.clone()),
            Self::MessageSend { thread_id, .. } => thread_id.local_project(),
            Self::Write(write) => write.project_id(),
            _ => None,
        }
    }

    /// The conversation it is in, as it was when queued.
    pub fn thread_id(&self) -> Option<ThreadId> {
        match self {
            Self::BidPlace { .. } | Self::Upload { .. } | Self::Write(_) => None,
            Self::ThreadOpen { project_id, .. } => Some(ThreadId::local(project_id)),
            Self::MessageSend { thread_id, .. }
            | Self::ThreadRead { thread_id, .. }
            | Self::ThreadMute { thread_id, .. }
            | Self::ThreadArchive { thread_id, .. } => Some(thread_id.clone()),
        }
    }

    /// The project's title, or the person's name.
    pub fn title(&self) -> &str {
        match self {
            Self::BidPlace { title, .. } | Self::ThreadOpen { title, .. } | Self::MessageSend { title, .. } => title,
            Self::Upload { name, .. } => name,
            Self::Write(write) => &write.title,
            _ => "",
        }
    }

    /// The text that is sent.
    pub fn text(&self) -> &str {
        match self {
            Self::BidPlace { bid, .. } => &bid.text,
            Self::ThreadOpen { text, .. } | Self::MessageSend { text, .. } => text,
            Self::Write(write) => ["text", "statement", "reason", "description", "brief", "message", "note", "comment"]
                .iter()
                .find_map(|name| write.body.get(*name)?.as_str())
                .unwrap_or_default(),
            _ => "",
        }
    }

    /// The files that go with it.
    pub fn attachments(&self) -> Vec<String> {
        match self {
            Self::ThreadOpen { attachments, .. } | Self::MessageSend { attachments, .. } => attachments.clone(),
            Self::Write(write) => {
                let named = write.body.get("attachment_ids").and_then(Value::as_array).into_iter().flatten();
                named.filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The same without the file `id`; `None` when nothing is left to send.
    pub fn without_attachment(mut self, id: &str) -> Option<Self> {
        match &mut self {
            Self::ThreadOpen { attachments, text, .. } | Self::MessageSend { attachments, text, .. } => {
                attachments.retain(|named| named != id);
                (!attachments.is_empty() || !text.is_empty()).then_some(self)
            }
            Self::Write(write) => {
                if let Some(Value::Array(named)) = write.body.get_mut("attachment_ids") {
                    named.retain(|named| named.as_str() != Some(id));
                }
                Some(self)
            }
            _ => Some(self),
        }
    }

    /// The contract's operation, of an act without a kind of its own.
    pub fn op(&self) -> Option<&str> {
        match self {
            Self::Write(write) => Some(&write.op),
            _ => None,
        }
    }

    /// Whether the queue's screen shows it: reading marks and the like are sent without a word.
    pub fn is_shown(&self) -> bool {
        match self {
            Self::BidPlace { .. } | Self::ThreadOpen { .. } | Self::MessageSend { .. } | Self::Upload { .. } => true,
            Self::Write(write) => write.operation().is_none_or(|operation| operation.shown),
            _ => false,
        }
    }

    /// Whether others see it, so that there is a while to take it back.
    pub fn can_be_undone(&self) -> bool {
        match self {
            Self::BidPlace { .. } | Self::ThreadOpen { .. } | Self::MessageSend { .. } => true,
            Self::Write(write) => write.operation().is_some_and(|operation| operation.undo),
            _ => false,
        }
    }

    /// The resource of that type and id as this act will make it, when it is a bid or message that is still to be sent.
    pub(crate) fn creates(&self, kind: EntityType, id: &str, thread: Option<&ThreadId>) -> Option<Value> {
        match (self, kind) {
            (Self::BidPlace { project_id, title, bid, .. }, EntityType::Bid) => Some(json!({
                "id": id, "rev": 0, "project_id": project_id, "project_title": title, "status": "submitted",
                "amount": bid.amount, "period_days": bid.period_days, "text": bid.text, "milestones": bid.milestones,
            })),
            (Self::ThreadOpen { text, .. } | Self::MessageSend { text, .. }, EntityType::Message) => {
                Some(json!({ "id": id, "rev": 0, "thread_id": thread, "text": text }))
            }
            _ => None,
        }
    }

    /// Does to a conversation what the act will do to it on the platform.
    pub fn apply(&self, thread: &mut Thread) {
        match self {
            Self::ThreadRead { up_to, .. } if *up_to >= thread.last_seq => {
                thread.read_seq = *up_to;
                thread.unread_count = 0;
            }
            Self::ThreadMute { muted, .. } => thread.muted = *muted,
            Self::ThreadArchive { archived, .. } => thread.archived = *archived,
            _ => {}
        }
    }
}

impl ActKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BidPlace => "bid-place",
            Self::ThreadOpen => "thread-open",
            Self::MessageSend => "message-send",
            Self::ThreadRead => "thread-read",
            Self::ThreadMute => "thread-mute",
            Self::ThreadArchive => "thread-archive",
            Self::Upload => "upload",
            Self::Write => "write",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "bid-place" => Self::BidPlace,
            "thread-open" => Self::ThreadOpen,
            "thread-read" => Self::ThreadRead,
            "thread-mute" => Self::ThreadMute,
            "thread-archive" => Self::ThreadArchive,
            "upload" => Self::Upload,
            "write" => Self::Write,
            _ => Self::MessageSend,
        }
    }
}

impl ActState {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::WaitingNetwork => "waiting-network",
            Self::WaitingRetry => "waiting-retry",
            Self::NeedsConfirmation => "needs-confirmation",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::InDoubt => "in-doubt",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "sending" => Self::Sending,
            "waiting-network" => Self::WaitingNetwork,
            "waiting-retry" => Self::WaitingRetry,
            "needs-confirmation" => Self::NeedsConfirmation,
            "refused" => Self::Refused,
            "conflict" => Self::Conflict,
            "in-doubt" => Self::InDoubt,
            _ => Self::Queued,
        }
    }

    /// Whether it waits for the person.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::NeedsConfirmation | Self::Refused | Self::Conflict | Self::InDoubt)
    }
}
