//! What can happen: to add an act, add a variant here, its play in `play.rs` and what must be true of it in `check.rs`.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Projects of a case.
pub const PROJECTS: usize = 3;
/// Devices of the account.
pub const DEVICES: usize = 2;

/// One thing that happens. Every step can happen at any time: one that makes no sense then does nothing, so that a
/// failing case can be made smaller by leaving steps out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The person bids.
    Bid { on: usize, project: usize },
    /// The person writes to the project's client; the first message opens the conversation.
    Write { on: usize, project: usize },
    /// The person reads the conversation.
    Read { on: usize, project: usize },
    /// The person silences the conversation, or no longer.
    Mute { on: usize, project: usize, muted: bool },
    /// The person puts the conversation away, or back.
    Archive { on: usize, project: usize, archived: bool },
    /// The person types a bid and does not send it.
    Draft { on: usize, project: usize },
    /// The person drops the nth act of the queue.
    Discard { on: usize, nth: usize },
    /// The person takes the nth act of the queue back into a draft.
    Edit { on: usize, nth: usize },
    /// The person tries the nth act of the queue again.
    Retry { on: usize, nth: usize },
    /// The person confirms the nth act of the queue.
    Confirm { on: usize, nth: usize },
    /// The device loses its network.
    Offline { on: usize },
    /// It comes back.
    Online { on: usize },
    /// The next answer to a POST that ends so never arrives.
    LoseAnswer { on: usize, bid: bool },
    /// The platform misbehaves towards this account.
    Fault { fault: Fault, posts: bool, times: u8, skip: u8 },
    /// The platform no longer misbehaves.
    Mend,
    /// The application ends without a word and starts again.
    Kill { on: usize },
    /// The platform ends every sign-in of the account.
    Revoke,
    /// The platform forgets the sync states it gave out.
    Expire,
    /// The client answers.
    ClientWrites { project: usize },
    /// The client changes brief and budget.
    ClientEdits { project: usize },
    /// The client takes no more bids.
    ClientCloses { project: usize },
    /// The device's clock goes on by so many minutes.
    Clock { on: usize, minutes: u8 },
    /// Nothing happens for so many milliseconds.
    Pause { ms: u8 },
}

/// How the platform misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    ResetBefore,
    ResetAfterCommit,
    Busy { code: u16, html: bool },
    Truncated { bytes: u16 },
    Dripped,
    Late { ms: u8 },
    Portal,
    WrongType,
    NotUtf8,
    EventsTwice,
    EventsOutOfOrder,
    EventsSilent,
    EventsEnd { after: u8 },
}

impl Fault {
    /// As `PUT /admin/faults` takes it (`contract/admin.yaml`).
    pub fn wire(self) -> Value {
        match self {
            Self::ResetBefore => json!("reset_before"),
            Self::ResetAfterCommit => json!("reset_after_commit"),
            Self::Busy { code, html } => {
                json!({ "status": { "code": code, "retry_after": 1, "body": if html { "html" } else { "problem" } } })
            }
            Self::Truncated { bytes } => json!({ "truncate": { "bytes": bytes } }),
            Self::Dripped => json!({ "drip": { "bytes": 300, "every_ms": 2 } }),
            Self::Late { ms } => json!({ "delay": { "ms": ms } }),
            Self::Portal => json!({ "captive_portal": {} }),
            Self::WrongType => json!({ "wrong_content_type": { "value": "text/html" } }),
            Self::NotUtf8 => json!("invalid_utf8"),
            Self::EventsTwice => json!("events_duplicate"),
            Self::EventsOutOfOrder => json!("events_reorder"),
            Self::EventsSilent => json!("events_silent"),
            Self::EventsEnd { after } => json!({ "events_close_after": { "n": after } }),
        }
    }
}

/// A sequence of steps.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..24)
}

fn step() -> impl Strategy<Value = Step> {
    let on = || 0..DEVICES;
    let at = || (0..DEVICES, 0..PROJECTS);
    prop_oneof![
        4 => at().prop_map(|(on, project)| Step::Bid { on, project }),
        8 => at().prop_map(|(on, project)| Step::Write { on, project }),
        2 => at().prop_map(|(on, project)| Step::Read { on, project }),
        1 => (at(), any::<bool>()).prop_map(|((on, project), muted)| Step::Mute { on, project, muted }),
        1 => (at(), any::<bool>()).prop_map(|((on, project), archived)| Step::Archive { on, project, archived }),
        1 => at().prop_map(|(on, project)| Step::Draft { on, project }),
        1 => (on(), 0..4usize).prop_map(|(on, nth)| Step::Discard { on, nth }),
        1 => (on(), 0..4usize).prop_map(|(on, nth)| Step::Edit { on, nth }),
        1 => (on(), 0..4usize).prop_map(|(on, nth)| Step::Retry { on, nth }),
        1 => (on(), 0..4usize).prop_map(|(on, nth)| Step::Confirm { on, nth }),
        3 => on().prop_map(|on| Step::Offline { on }),
        2 => on().prop_map(|on| Step::Online { on }),
        1 => (on(), any::<bool>()).prop_map(|(on, bid)| Step::LoseAnswer { on, bid }),
        4 => (fault(), any::<bool>(), 1..4u8, 0..3u8)
            .prop_map(|(fault, posts, times, skip)| Step::Fault { fault, posts, times, skip }),
        1 => Just(Step::Mend),
        3 => on().prop_map(|on| Step::Kill { on }),
        1 => Just(Step::Expire),
        3 => (0..PROJECTS).prop_map(|project| Step::ClientWrites { project }),
        1 => (0..PROJECTS).prop_map(|project| Step::ClientEdits { project }),
        1 => (0..PROJECTS).prop_map(|project| Step::ClientCloses { project }),
        2 => (on(), 1..30u8).prop_map(|(on, minutes)| Step::Clock { on, minutes }),
        4 => (1..40u8).prop_map(|ms| Step::Pause { ms }),
        1 => prop::bool::weighted(0.15).prop_map(|revoke| if revoke { Step::Revoke } else { Step::Mend }),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        2 => Just(Fault::ResetBefore),
        4 => Just(Fault::ResetAfterCommit),
        2 => (prop::sample::select(vec![429u16, 500, 502, 503, 504]), any::<bool>())
            .prop_map(|(code, html)| Fault::Busy { code, html }),
        2 => (0..2_000u16).prop_map(|bytes| Fault::Truncated { bytes }),
        1 => Just(Fault::Dripped),
        2 => (5..60u8).prop_map(|ms| Fault::Late { ms }),
        1 => Just(Fault::Portal),
        1 => Just(Fault::WrongType),
        1 => Just(Fault::NotUtf8),
        1 => Just(Fault::EventsTwice),
        1 => Just(Fault::EventsOutOfOrder),
        1 => Just(Fault::EventsSilent),
        1 => (0..3u8).prop_map(|after| Fault::EventsEnd { after }),
    ]
}
