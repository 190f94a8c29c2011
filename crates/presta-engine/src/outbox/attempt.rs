//! One attempt at one act.

use std::time::Duration;

use presta_api::Retry;
use presta_model::{Bid, EntityType, Message, PostedMessage, Thread, ThreadId};
use presta_store::outbox::{self, Act, ActState, Failure, ParamValue, StoredAct};
use presta_store::{attachment, bid, message, sync_state, thread};
use serde_json::Value;
use uuid::Uuid;

use super::recheck::{self, Verdict};
use super::upload;
use super::written::{self, Met};
use crate::bus::CoreEvent;
use crate::error::api_failure;
use crate::{Active, Error};

/// After so many answers in a row that cannot be read or do not say why (about half a minute, with the pauses between
/// them), an act that may have been done waits for the person, and any other refusal stands.
const UNREADABLE: i64 = 6;
/// Where a failure says how many such answers there were.
const TIMES: &str = "times";

/// What the platform answered.
enum Answer {
    Bid(Box<Bid>),
    Opened(Box<PostedMessage>),
    Message(Box<Message>),
    Thread(Box<Thread>),
    Written(Option<Value>),
    Uploaded(String),
}

/// Sends `act` and writes down the outcome.
pub(super) async fn attempt(active: &Active, act: StoredAct) -> Result<(), Error> {
    let begun = active
        // Nobody would end an attempt that began after the worker was stopped.
        .write_durably_unless_stopped(move |tx| {
            // What was delivered since the queue was read may have changed what this act names.
            if outbox::begin(tx, &act)? { Ok(outbox::get(tx, &act.act_id)?) } else { Ok(None) }
        })
        .await?;
    let Some(mut act) = begun else { return Ok(()) };
    // What follows counts the attempts before this one.
    act.attempts = act.attempts.saturating_sub(1);
    match recheck::recheck(active, &act).await {
        Ok(Verdict::Send) => {}
        Ok(Verdict::Ask(differences)) => {
            return active.write_durably(move |tx| Ok(outbox::ask(tx, &act, &differences)?)).await;
        }
        // What an earlier attempt became, the platform says under the same key, whatever became of the project.
        Err(Error::Api(error)) if act.in_doubt && error.retry() == Retry::Permanent => {}
        // Nothing was sent yet.
        Err(Error::Api(error)) => return park(active, act, &error, false).await,
        Err(error) => return Err(error),
    }
    match send(active, &act).await {
        Ok(answer) => settle(active, act, answer).await,
        Err(Error::Api(error)) if written::is_edited_elsewhere(&act, &error) => match written::meet(active, &act).await
        {
            Ok(Met::Settled(theirs)) => settle(active, act, Answer::Written(Some(theirs))).await,
            Ok(Met::Kept) => Ok(()),
            // The change itself was refused.
            Err(Error::Api(error)) => park(active, act, &error, false).await,
            Err(error) => Err(error),
        },
        Err(Error::Api(error)) => {
            // A file alone is seen by nobody, and the platform says how much of it is there.
            let in_doubt = error.may_have_arrived() && !is_upload(&act);
            park(active, act, &error, in_doubt).await
        }
        // The person dropped the file meanwhile, or the program ends.
        Err(Error::Interrupted) if is_upload(&act) => Ok(()),
        Err(error) if !is_final(&error) => Err(error),
        Err(error) => {
            let code = error.failure();
            tracing::error!(%error, "an act could not be sent");
            let state = ActState::Refused;
            active.write_durably(move |tx| Ok(outbox::park(tx, &act, state, None, Some(&code))?)).await
        }
    }
}

async fn send(active: &Active, act: &StoredAct) -> Result<Answer, Error> {
    let key = Uuid::parse_str(&act.key).map_err(|_| Error::refused("bad-act-id"))?;
    let api = &active.api;
    Ok(match &act.act {
        Act::BidPlace { project_id, bid, .. } => Answer::Bid(Box::new(api.place_bid(project_id, bid, key).await?)),
        Act::ThreadOpen { project_id, text, attachments, .. } => {
            Answer::Opened(Box::new(api.open_thread(project_id, text, attachments, &act.act_id, key).await?))
        }
        Act::MessageSend { thread_id, text, attachments, .. } => {
            let thread = act.thread_id.as_ref().unwrap_or(thread_id);
            Answer::Message(Box::new(api.send_message(thread, text, attachments, &act.act_id, key).await?))
        }
        Act::ThreadRead { thread_id, up_to } => Answer::Thread(Box::new(api.mark_read(thread_id, *up_to, key).await?)),
        Act::ThreadMute { thread_id, muted } => Answer::Thread(Box::new(api.mute(thread_id, *muted, key).await?)),
        Act::ThreadArchive { thread_id, archived } => {
            Answer::Thread(Box::new(api.archive(thread_id, *archived, key).await?))
        }
        Act::Upload { .. } => Answer::Uploaded(upload::send(active, act, key).await?),
        Act::Write(write) => Answer::Written(written::send(active, write, key).await?),
        _ => return Err(Error::refused("unknown-act")),
    })
}

fn is_upload(act: &StoredAct) -> bool {
    matches!(act.act, Act::Upload { .. })
}

/// Whether trying again gives the same: what the cache does not keep now, for want of room, it keeps later, and the act is
/// put back in the queue until then.
fn is_final(error: &Error) -> bool {
    match error {
        Error::Store(error) => matches!(error, presta_store::Error::Decode { .. }),
        error => !matches!(error, Error::Interrupted),
    }
}

/// The result and the act's end, in one transaction.
async fn settle(active: &Active, act: StoredAct, answer: Answer) -> Result<(), Error> {
    let me = active.me.clone();
    let now = active.clock.now_ms();
    let had_files = !act.act.attachments().is_empty();
    let delivered = active
        .write_durably(move |tx| {
            let generation = sync_state::generation(tx)?;
            let mut act = act;
            // The act no longer counts when what it did is laid over the platform's answer.
            let delivered = match answer {
                Answer::Bid(answer) => {
                    bid::upsert(tx, &answer, &me, generation)?;
                    written::known_as(tx, &act, EntityType::Bid, answer.id.as_str(), answer.rev)?;
                    outbox::deliver(tx, &act, now)?
                }
                Answer::Opened(answer) => {
                    if let Act::ThreadOpen { project_id, .. } = &act.act {
                        thread::settle(tx, &ThreadId::local(project_id), &answer.thread.id)?;
                    }
                    act.thread_id = Some(answer.thread.id.clone());
                    let delivered = outbox::deliver(tx, &act, now)?;
                    thread::upsert(tx, &answer.thread, generation)?;
                    message::upsert(tx, &answer.message, generation)?;
                    let (id, rev) = (answer.message.id.as_str(), answer.message.rev);
                    written::known_as(tx, &act, EntityType::Message, id, rev)?;
                    delivered
                }
                Answer::Message(answer) => {
                    message::upsert(tx, &answer, generation)?;
                    thread::sent(tx, &answer)?;
                    written::known_as(tx, &act, EntityType::Message, answer.id.as_str(), answer.rev)?;
                    outbox::deliver(tx, &act, now)?
                }
                Answer::Thread(answer) => {
                    let delivered = outbox::deliver(tx, &act, now)?;
                    thread::upsert(tx, &answer, generation)?;
                    delivered
                }
                Answer::Uploaded(id) => {
                    attachment::arrived(tx, &act.act_id, &id)?;
                    outbox::deliver(tx, &act, now)?
                }
                Answer::Written(answer) => {
                    let delivered = outbox::deliver(tx, &act, now)?;
                    if let Act::Write(write) = &act.act {
                        written::settle(tx, &act, write, answer, &me)?;
                    }
                    delivered
                }
            };
            Ok(delivered)
        })
        .await?;
    if had_files {
        active.sweep_staged().await;
    }
    if let Some(act) = delivered {
        active.bus.send(CoreEvent::Delivered { act });
    }
    Ok(())
}

/// Writes down why it did not work, and what happens next; `in_doubt` when the platform may have done it all the same.
async fn park(active: &Active, act: StoredAct, error: &presta_api::Error, in_doubt: bool) -> Result<(), Error> {
    let mut failure = api_failure(error);
    let times = unreadable_times(&act, error);
    if times > 0 {
        failure = failure.with(TIMES, times);
    }
    let now = active.clock.now_ms();
    let wait = wait_for(act.attempts);
    // A refusal without its reason says nothing of an earlier attempt whose answer was lost.
    let given_up = times >= UNREADABLE && (in_doubt || (act.in_doubt && error.is_bare_refusal()));
    let (state, wait) = match error.retry() {
        _ if given_up && act.act.is_shown() => {
            failure = Failure::new("outcome-unknown").with("reason", error.code()).with(TIMES, times);
            (ActState::InDoubt, None)
        }
        // A mark that was taken by the platform is as good as made; the sync brings what it looks like.
        _ if given_up && !matches!(error, presta_api::Error::NotJson { .. }) => {
            return drop_mark(active, act, &failure, now).await;
        }
        // The sync finds out whether the platform is gone, and wakes us when it is back.
        Retry::Network | Retry::SignIn => {
            active.sync.notify_one();
            (ActState::WaitingNetwork, Some(wait))
        }
        Retry::Transient { after } => (ActState::WaitingRetry, Some(after.unwrap_or_default().max(wait))),
        Retry::Permanent if error.is_unreadable() || (error.is_bare_refusal() && times < UNREADABLE) => {
            (ActState::WaitingRetry, Some(wait))
        }
        Retry::Permanent if act.act.is_shown() => (ActState::Refused, None),
        Retry::Permanent => return drop_mark(active, act, &failure, now).await,
    };
    let not_before = wait.map(|wait| now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2));
    active
        .write_durably(move |tx| {
            if in_doubt {
                outbox::doubt(tx, &act)?;
            }
            Ok(outbox::park(tx, &act, state, not_before, Some(&failure))?)
        })
        .await
}

/// How many answers in a row could not be read, or did not say why, this one included; 0 when it could be read and said why.
fn unreadable_times(act: &StoredAct, error: &presta_api::Error) -> i64 {
    if !error.is_unreadable() && !error.is_bare_refusal() {
        return 0;
    }
    match act.error.as_ref().and_then(|last| last.params.get(TIMES)) {
        Some(ParamValue::Number(times)) => times.saturating_add(1),
        _ => 1,
    }
}

/// Ends a mark, such as what was read, of which there is nothing for the person to decide.
async fn drop_mark(active: &Active, act: StoredAct, failure: &Failure, now: i64) -> Result<(), Error> {
    tracing::warn!(kind = act.act.kind().as_str(), code = failure.code, "a mark is not sent again");
    active
        .write_durably(move |tx| {
            outbox::deliver(tx, &act, now)?;
            Ok(())
        })
        .await?;
    active.sync.notify_one();
    Ok(())
}

/// 1 s, 2 s, 4 s … 60 s.
pub(super) fn wait_for(attempts: u32) -> Duration {
    Duration::from_secs(1u64 << attempts.min(6)).min(Duration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::is_final;
    use crate::Error;

    #[test]
    fn what_the_cache_does_not_keep_now_refuses_no_act() {
        assert!(!is_final(&Error::Store(presta_store::Error::DiskFull)));
        assert!(!is_final(&Error::Store(presta_store::Error::Closed)));
        assert!(!is_final(&Error::Interrupted));
        assert!(is_final(&Error::refused("attachment-lost")));
    }
}
