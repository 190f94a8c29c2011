//! What the person does: drafts, queued acts, and decisions about them. Each is one transaction on the disk.

use presta_model::{Catalog, Currency, Project, ProjectId, Quota, ThreadId, UserId, creating_act, local_id};
use presta_store::draft::{self, BidForm};
use presta_store::outbox::{self, Act, Failure, StoredAct};
use presta_store::{Connection, Tx, attachment, bid, message, project, setting, thread};
use uuid::Uuid;

use crate::attachments::{claim_files, thread_place};
use crate::check::{Context, check, new_bid};
use crate::outbox::base;
use crate::queue::again;
use crate::{Active, Error};

/// Longest draft that is kept, in characters; the platform takes far less.
const LONGEST_DRAFT: usize = 200_000;

/// Where an act was taken back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopened {
    /// The composer of this project.
    pub project_id: Option<ProjectId>,
    /// This conversation.
    pub thread_id: Option<ThreadId>,
}

impl Active {
    /// Keeps what was typed of a bid.
    ///
    /// # Errors
    /// When the cache cannot be written, or `draft-too-long`.
    pub async fn save_bid_draft(&self, project: ProjectId, form: BidForm) -> Result<(), Error> {
        if form.text.chars().count() > LONGEST_DRAFT {
            return Err(Error::Refused(Failure::new("draft-too-long").with("max", LONGEST_DRAFT)));
        }
        let now = self.clock.now_ms();
        self.write_durably(move |tx| Ok(draft::save_bid(tx, &project, &form, now)?)).await
    }

    /// Drops the draft of a bid.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn discard_bid_draft(&self, project: ProjectId) -> Result<(), Error> {
        self.write_durably(move |tx| Ok(draft::discard_bid(tx, &project)?)).await
    }

    /// Queues a bid; its draft ends in the same transaction.
    ///
    /// # Errors
    /// `bid-has-problems` with the first one's field and rule; the draft is kept then.
    pub async fn submit_bid(&self, project_id: ProjectId, form: BidForm) -> Result<String, Error> {
        self.save_bid_draft(project_id.clone(), form.clone()).await?;
        let now = self.clock.now_ms();
        let act_id = Uuid::now_v7().to_string();
        let queued = act_id.clone();
        self.write_durably(move |tx| {
            let project = project::get(tx, &project_id)?.ok_or_else(|| Error::refused("not-found"))?;
            let catalog = catalog(tx)?;
            let context = bid_context(tx, &project, &catalog, now)?;
            let Some(new) = new_bid(&form, &context) else {
                let first = check(&form, &context).problems.into_iter().next();
                let mut failure = Failure::new("bid-has-problems");
                if let Some(first) = first {
                    failure = failure.with("field", first.field).with("rule", first.code);
                }
                return Err(Error::Refused(failure));
            };
            let act = Act::BidPlace {
                project_id: project.id.clone(),
                title: project.title.clone(),
                bid: Box::new(new),
                form,
                hourly: project.kind == presta_model::BudgetKind::Hourly,
                base: Box::new(base(&project)),
            };
            outbox::enqueue(tx, &act_id, &act, now)?;
            Ok(draft::discard_bid(tx, &project.id)?)
        })
        .await?;
        self.outbox.notify_one();
        Ok(queued)
    }

    /// Keeps the draft of a message.
    ///
    /// # Errors
    /// When the cache cannot be written, or `draft-too-long`.
    pub async fn save_message_draft(&self, thread: ThreadId, text: String) -> Result<(), Error> {
        if text.chars().count() > LONGEST_DRAFT {
            return Err(Error::Refused(Failure::new("draft-too-long").with("max", LONGEST_DRAFT)));
        }
        let now = self.clock.now_ms();
        self.write_durably(move |tx| {
            let thread = thread::resolve(tx, &thread)?;
            Ok(draft::save_message(tx, &thread, &text, now)?)
        })
        .await
    }

    /// Queues a message with the files of its draft, which ends in the same transaction; of the draft's, with `files` alone,
    /// and then the draft stays as it is. The first message to a project's client opens the conversation, and those written
    /// before it is open wait behind it.
    ///
    /// # Errors
    /// `message-empty`, `message-too-long`, `not-found`, `too-many-attachments`.
    pub async fn send_message(
        &self,
        thread: ThreadId,
        text: String,
        files: Option<Vec<String>>,
    ) -> Result<String, Error> {
        let text = text.trim().to_owned();
        let now = self.clock.now_ms();
        let act_id = Uuid::now_v7().to_string();
        let queued = act_id.clone();
        let me = self.me.clone();
        self.write_durably(move |tx| {
            if let Some(catalog) = setting::get::<Catalog>(tx, setting::CATALOG)? {
                let max = catalog.rules.message_text_max;
                if text.chars().count() > max as usize {
                    return Err(Error::Refused(Failure::new("message-too-long").with("max", max)));
                }
            }
            let thread = thread::resolve(tx, &thread)?;
            let opening = outbox::all(tx)?
                .iter()
                .any(|act| matches!(act.act, Act::ThreadOpen { .. }) && act.thread_id.as_ref() == Some(&thread));
            let place = thread_place(&thread);
            let attachments = claim_files(tx, &place, files.as_deref(), now)?;
            if text.is_empty() && attachments.is_empty() {
                return Err(Error::refused("message-empty"));
            }
            let act = match thread.local_project() {
                Some(project_id) if !opening => {
                    let project = project::get(tx, &project_id)?.ok_or_else(|| Error::refused("not-found"))?;
                    Act::ThreadOpen { project_id, title: project.title, text, attachments }
                }
                _ => {
                    let title = correspondent(tx, &thread, &me)?;
                    Act::MessageSend { thread_id: thread.clone(), title, text, attachments }
                }
            };
            outbox::enqueue(tx, &act_id, &act, now)?;
            if files.is_none() {
                draft::save_message(tx, &thread, "", now)?;
            }
            Ok(())
        })
        .await?;
        self.outbox.notify_one();
        Ok(queued)
    }

    /// Marks a conversation as read.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn mark_read(&self, thread: ThreadId) -> Result<(), Error> {
        let now = self.clock.now_ms();
        let queued = self
            .write_durably(move |tx| {
                let thread = thread::resolve(tx, &thread)?;
                let Some(known) = thread::get(tx, &thread)? else {
                    return Ok(false);
                };
                let newest = message::newest(tx, &thread, 1)?.last().map_or(0, |message| message.seq);
                let up_to = known.last_seq.max(newest);
                if known.unread_count == 0 && known.read_seq >= up_to {
                    return Ok(false);
                }
                queue_change(tx, &thread, Act::ThreadRead { thread_id: thread.clone(), up_to }, now)?;
                Ok(true)
            })
            .await?;
        if queued {
            self.outbox.notify_one();
        }
        Ok(())
    }

    /// Silences a conversation, or not.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn mute(&self, thread: ThreadId, muted: bool) -> Result<(), Error> {
        self.change_thread(thread, move |thread_id| Act::ThreadMute { thread_id, muted }).await
    }

    /// Puts a conversation away, or back.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn archive(&self, thread: ThreadId, archived: bool) -> Result<(), Error> {
        self.change_thread(thread, move |thread_id| Act::ThreadArchive { thread_id, archived }).await
    }

    /// Tells the others that the person writes; best effort, and never while offline.
    pub async fn tell_typing(&self, thread: ThreadId) {
        if thread.local_project().is_some() || !self.status.borrow().online || !self.may_tell_typing() {
            return;
        }
        if let Err(error) = self.api.typing(&thread).await {
            tracing::debug!(%error, "typing could not be told");
        }
    }

    /// Syncs now.
    pub fn sync_now(&self) {
        self.sync.notify_one();
        self.outbox.notify_one();
    }

    /// Tries a stopped or waiting act again, now.
    ///
    /// # Errors
    /// `not-found` when it is no longer in the queue.
    pub async fn retry_act(&self, act_id: String) -> Result<(), Error> {
        self.write_durably(move |tx| {
            let act = find(tx, &act_id)?;
            again(tx, &act, &act.act)
        })
        .await?;
        self.sync_now();
        Ok(())
    }

    /// Confirms a bid whose project changed: it is now decided on the project as it is.
    ///
    /// # Errors
    /// `not-found` when it is no longer in the queue.
    pub async fn confirm_act(&self, act_id: String) -> Result<(), Error> {
        self.write_durably(move |tx| {
            let mut stored = find(tx, &act_id)?;
            if let Act::BidPlace { project_id, base: decided_on, .. } = &mut stored.act
                && let Some(project) = project::get(tx, project_id)?
            {
                **decided_on = base(&project);
            }
            Ok(outbox::requeue(tx, &act_id, &stored.act)?)
        })
        .await?;
        self.sync_now();
        Ok(())
    }

    /// Drops an act.
    ///
    /// # Errors
    /// `not-found`, or `being-sent` while its outcome is not known.
    pub async fn discard_act(&self, act_id: String) -> Result<(), Error> {
        let uploads = self
            .write_durably(move |tx| {
                let act = find(tx, &act_id)?;
                discard(tx, &act)?;
                let mut uploads = Vec::new();
                let named = act.act.attachments();
                for id in named.iter().filter_map(|id| creating_act(id)).chain([act.act_id.as_str()]) {
                    uploads.extend(attachment::get(tx, id)?.and_then(|staged| staged.upload_id));
                }
                Ok(uploads)
            })
            .await?;
        self.outbox.notify_one();
        self.sweep_staged().await;
        for upload in uploads {
            // Told as far as that works now: the platform forgets an upload that nobody goes on with by itself.
            let api = self.api.clone();
            tokio::spawn(async move { api.terminate_upload(&upload).await });
        }
        Ok(())
    }

    /// Takes an act back into a draft. Other writes than bids and messages have none: they are changed where they are. Nor
    /// has a file: it comes back with what it goes with.
    ///
    /// # Errors
    /// `not-found`, `no-draft`, or `being-sent` while its outcome is not known.
    pub async fn edit_act(&self, act_id: String) -> Result<Reopened, Error> {
        let now = self.clock.now_ms();
        self.write_durably(move |tx| {
            let stored = find(tx, &act_id)?;
            if matches!(stored.act, Act::Write(_)) {
                return Err(no_draft());
            }
            take_back(tx, &stored, now)
        })
        .await
    }

    async fn change_thread(
        &self,
        thread: ThreadId,
        act: impl FnOnce(ThreadId) -> Act + Send + 'static,
    ) -> Result<(), Error> {
        let now = self.clock.now_ms();
        self.write_durably(move |tx| {
            let thread = thread::resolve(tx, &thread)?;
            queue_change(tx, &thread, act(thread.clone()), now)
        })
        .await?;
        self.outbox.notify_one();
        Ok(())
    }
}

/// What a bid on `project` is checked against.
///
/// # Errors
/// When the cache cannot be read.
pub fn bid_context<'a>(
    connection: &Connection,
    project: &Project,
    catalog: &'a Catalog,
    now: i64,
) -> Result<Context<'a>, Error> {
    use presta_model::{BidStatus, CannotBid, Millis, ProjectStatus};
    let mine = bid::mine_on(connection, &project.id)?.is_some_and(|bid| bid.status != BidStatus::Retracted);
    let queued = outbox::all(connection)?
        .iter()
        .any(|act| matches!(&act.act, Act::BidPlace { project_id, .. } if *project_id == project.id));
    let quota: Option<Quota> = setting::get(connection, setting::QUOTA)?;
    let over = project.bids_close_at.is_some_and(|at| Millis::from(at).0 <= now);
    let used_up = quota.is_some_and(|quota| quota.used >= quota.limit && Millis::from(quota.next_refresh_at).0 > now);
    let cannot_bid = if mine || queued {
        Some(CannotBid::DuplicateBid)
    } else if project.status != ProjectStatus::Open || over {
        Some(CannotBid::ProjectClosed)
    } else {
        match project.viewer.reason {
            // What was true when the project was last synced may be over: these two are known here.
            Some(CannotBid::DuplicateBid | CannotBid::QuotaExhausted) | None => {
                used_up.then_some(CannotBid::QuotaExhausted)
            }
            reason => reason,
        }
    };
    let currency = project.budget_max.as_ref().or(project.budget_min.as_ref());
    Ok(Context {
        catalog,
        currency: currency.map_or_else(|| Currency::new("EUR"), |money| money.currency.clone()),
        cannot_bid,
    })
}

/// Who reads a message: the others of a conversation, or the client of the project that a local one is about.
fn correspondent(connection: &Connection, thread: &ThreadId, me: &UserId) -> Result<String, Error> {
    if let Some(known) = thread::get(connection, thread)? {
        let others = known.participants.iter().filter(|person| person.id != *me);
        return Ok(others.map(|person| person.display_name.as_str()).collect::<Vec<_>>().join(", "));
    }
    let project = thread.local_project().map(|project| project::get(connection, &project)).transpose()?.flatten();
    Ok(project.map(|project| project.client.display_name).unwrap_or_default())
}

fn catalog(connection: &Connection) -> Result<Catalog, Error> {
    setting::get(connection, setting::CATALOG)?.ok_or_else(|| Error::refused("not-synced-yet"))
}

pub(crate) fn find(tx: &Tx<'_>, act_id: &str) -> Result<StoredAct, Error> {
    outbox::get(tx, act_id)?.ok_or_else(|| Error::refused("not-found"))
}

/// Drops an act, and those that cannot be sent without what it creates.
pub(crate) fn discard(tx: &mut Tx<'_>, act: &StoredAct) -> Result<(), Error> {
    if !outbox::discard(tx, act)? {
        return Err(Error::refused("being-sent"));
    }
    if let Act::Upload { .. } = act.act {
        return without_file(tx, &act.act_id);
    }
    for id in act.act.attachments() {
        let upload = creating_act(&id).map(|id| outbox::get(tx, id)).transpose()?.flatten();
        if let Some(upload) = upload {
            discard(tx, &upload)?;
        }
    }
    for dependent in outbox::dependents(tx, &act.act_id)? {
        // One that depended on another of them went with it.
        if outbox::get(tx, &dependent.act_id)?.is_some() {
            discard(tx, &dependent)?;
        }
    }
    Ok(())
}

/// Takes a file that is not to be sent out of the acts it was to go with; one of which nothing is left goes too.
fn without_file(tx: &mut Tx<'_>, upload: &str) -> Result<(), Error> {
    for dependent in outbox::dependents(tx, upload)? {
        match dependent.act.clone().without_attachment(&local_id(upload)) {
            Some(act) => outbox::replace(tx, &dependent.act_id, &act)?,
            None => discard(tx, &dependent)?,
        }
    }
    Ok(())
}

/// Drops an act; its text goes back into the draft it came from, above what is being written there.
pub(crate) fn take_back(tx: &mut Tx<'_>, stored: &StoredAct, now: i64) -> Result<Reopened, Error> {
    if matches!(stored.act, Act::Upload { .. }) {
        return Err(no_draft());
    }
    // Sent from its draft again it would be another act: what may have arrived would be there twice.
    if stored.in_doubt {
        return Err(Error::refused("being-sent"));
    }
    discard(tx, stored)?;
    match &stored.act {
        Act::BidPlace { project_id, form, .. } => {
            draft::save_bid(tx, project_id, form, now)?;
            Ok(Reopened { project_id: Some(project_id.clone()), thread_id: None })
        }
        Act::ThreadOpen { .. } | Act::MessageSend { .. } => {
            let thread = stored.thread_id.clone().or_else(|| stored.act.thread_id());
            if let Some(thread) = &thread {
                let text = match draft::message(tx, thread)? {
                    Some(below) => format!("{}\n\n{below}", stored.act.text()),
                    None => stored.act.text().to_owned(),
                };
                draft::save_message(tx, thread, &text, now)?;
                attachment::unclaim(tx, &stored.act.attachments(), Some(&thread_place(thread)))?;
                tx.touch(format!("thread:{thread}"));
            }
            Ok(Reopened { project_id: None, thread_id: thread })
        }
        act => {
            attachment::unclaim(tx, &act.attachments(), None)?;
            Ok(Reopened { project_id: None, thread_id: None })
        }
    }
}

fn no_draft() -> Error {
    Error::refused("no-draft")
}

/// Queues a change of a conversation and shows it at once.
fn queue_change(tx: &mut Tx<'_>, thread: &ThreadId, act: Act, now: i64) -> Result<(), Error> {
    thread::change(tx, thread, |thread| act.apply(thread))?;
    Ok(outbox::enqueue(tx, &Uuid::now_v7().to_string(), &act, now)?)
}
