//! The composer and the list of bids.

use std::collections::HashMap;

use presta_engine::store::draft::{self, BidForm, DraftVersion};
use presta_engine::store::outbox::{self, Act, Failure, StoredAct};
use presta_engine::store::project::Projects;
use presta_engine::store::{Connection, bid, project, setting, thread};
use presta_engine::{BidChecks, CheckContext, Engine, Error, bid_context, check_bid};
use presta_model::{
    Bid, BidEventKind, BidId, BidStatus, BudgetKind, CannotBid, Catalog, Currency, Milestone, Millis, Money, Project,
    ProjectId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::refs::ActRef;
use crate::refs::ProjectRequest;

/// Where a bid stands, from the first word on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum BidStage {
    /// Being written.
    Draft,
    /// Waiting to be sent.
    Queued,
    /// Refused, or to be confirmed again.
    Attention,
    /// Received by the platform.
    Submitted,
    /// In the client's short list.
    Shortlisted,
    /// Chosen.
    Awarded,
    /// Chosen and accepted.
    Accepted,
    /// The work is done.
    Completed,
    /// Chosen, and declined by its author.
    Declined,
    /// Declined by the client.
    Rejected,
    /// Chosen, and no longer.
    Revoked,
    /// Another was chosen.
    Lost,
    /// Withdrawn.
    Retracted,
    /// A status this version does not know.
    Unknown,
}

/// A bid, a queued bid or a draft.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BidRow {
    /// The bid's id, the act's id, or `draft:` and the project's id.
    pub key: String,
    /// The platform's id.
    pub bid_id: Option<BidId>,
    /// The act that will send it.
    pub act_id: Option<String>,
    /// The project.
    pub project_id: ProjectId,
    /// Its title.
    pub project_title: String,
    /// Its client.
    pub client_name: Option<String>,
    /// Where the bid stands.
    pub stage: BidStage,
    /// The price asked.
    pub amount: Option<Money>,
    /// What is left after the fee.
    pub net: Option<Money>,
    /// The fee.
    pub fee: Option<Money>,
    /// Whether the price is per hour.
    pub hourly: bool,
    /// Days to deliver.
    pub period_days: Option<u32>,
    /// The offer.
    pub text: String,
    /// How the amount is split.
    pub milestones: Vec<Milestone>,
    /// Last change.
    pub updated_at: i64,
    /// Its history, oldest first.
    pub events: Vec<BidEventRow>,
    /// Why it was refused.
    pub error: Option<Failure>,
}

/// A step in a bid's history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BidEventRow {
    /// When.
    pub at: Millis,
    /// What.
    pub kind: BidEventKind,
}

/// A bid being written.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BidDraft {
    /// The project.
    pub project_id: ProjectId,
    /// Its title.
    pub project_title: String,
    /// ISO 4217 code of its budget.
    pub currency: String,
    /// Whether the amount is per hour.
    pub hourly: bool,
    /// What was typed.
    pub form: BidForm,
    /// When it was last kept; `None` before the first word.
    pub saved_at: Option<i64>,
    /// What keeps it from being sent, and what is left of the amount.
    pub checks: BidChecks,
    /// Versions kept.
    pub versions: u32,
}

/// A bid as it is typed.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct FormRequest {
    /// The project.
    pub project_id: ProjectId,
    /// What is typed.
    pub form: BidForm,
}

/// A bid by its key.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct BidRequest {
    /// As in [`BidRow::key`].
    pub key: String,
}

/// Where the person's bids stand, by project.
#[derive(Debug, Default)]
pub(crate) struct Stages(HashMap<ProjectId, BidStage>);

impl Stages {
    pub(crate) fn read(connection: &Connection) -> Result<Self, Error> {
        let mut stages: HashMap<ProjectId, BidStage> =
            draft::bids(connection)?.into_iter().map(|(project, _)| (project, BidStage::Draft)).collect();
        for act in outbox::all(connection)? {
            if let Act::BidPlace { project_id, .. } = &act.act {
                stages.insert(project_id.clone(), stage_of_act(&act));
            }
        }
        // Oldest first, so that the last word is the newest bid's.
        for bid in bid::mine(connection)?.iter().rev() {
            if bid.status != BidStatus::Retracted || !stages.contains_key(&bid.project_id) {
                stages.insert(bid.project_id.clone(), stage_of(bid.status));
            }
        }
        Ok(Self(stages))
    }

    pub(crate) fn on(&self, project: &ProjectId) -> Option<BidStage> {
        self.0.get(project).copied()
    }
}

/// What every row needs, read once for all of them.
pub(crate) struct Around<'c> {
    connection: &'c Connection,
    projects: Projects<'c>,
    catalog: Option<Catalog>,
}

impl<'c> Around<'c> {
    pub(crate) fn read(connection: &'c Connection) -> Result<Self, Error> {
        let catalog = setting::get(connection, setting::CATALOG)?;
        Ok(Self { connection, projects: Projects::load(connection)?, catalog })
    }
}

impl BidRow {
    /// A bid the platform has.
    pub(crate) fn of_bid(around: &Around<'_>, bid: &Bid) -> Result<Self, Error> {
        let project = around.projects.get(&bid.project_id)?;
        Ok(Self {
            key: bid.id.to_string(),
            bid_id: Some(bid.id.clone()),
            act_id: None,
            project_id: bid.project_id.clone(),
            project_title: bid.project_title.clone(),
            client_name: project.as_ref().map(|project| project.client.display_name.clone()),
            stage: stage_of(bid.status),
            amount: Some(bid.amount.clone()),
            net: Some(bid.net.clone()),
            fee: Some(bid.fee.clone()),
            hourly: project.is_some_and(|project| project.kind == BudgetKind::Hourly),
            period_days: Some(bid.period_days),
            text: bid.text.clone(),
            milestones: bid.milestones.clone(),
            updated_at: Millis::from(bid.updated_at).0,
            events: bid
                .events
                .iter()
                .map(|event| BidEventRow { at: Millis::from(event.at), kind: event.kind })
                .collect(),
            error: None,
        })
    }

    /// The queued bid on a project.
    pub(crate) fn queued_on(around: &Around<'_>, project: &ProjectId) -> Result<Option<Self>, Error> {
        for act in outbox::all(around.connection)? {
            if let Some(row) = Self::of_act(around, &act)?.filter(|row| row.project_id == *project) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn of_act(around: &Around<'_>, act: &StoredAct) -> Result<Option<Self>, Error> {
        let Act::BidPlace { project_id, title, bid, hourly, .. } = &act.act else {
            return Ok(None);
        };
        let project = around.projects.get(project_id)?;
        let fee = around.catalog.as_ref().map(|catalog| catalog.fees.on(&bid.amount));
        let net =
            fee.as_ref().map(|fee| Money::new(bid.amount.amount_minor - fee.amount_minor, bid.amount.currency.clone()));
        Ok(Some(Self {
            key: act.act_id.clone(),
            bid_id: None,
            act_id: Some(act.act_id.clone()),
            project_id: project_id.clone(),
            project_title: title.clone(),
            client_name: project.map(|project| project.client.display_name),
            stage: stage_of_act(act),
            amount: Some(bid.amount.clone()),
            net,
            fee,
            hourly: *hourly,
            period_days: Some(bid.period_days),
            text: bid.text.clone(),
            milestones: bid.milestones.clone(),
            updated_at: act.queued_at,
            events: Vec::new(),
            error: act.error.clone(),
        }))
    }

    fn of_draft(around: &Around<'_>, id: &ProjectId, draft: &DraftVersion, now: i64) -> Result<Self, Error> {
        let project = around.projects.get(id)?;
        let checks = match (&project, &around.catalog) {
            (Some(project), Some(catalog)) => {
                Some(check_bid(&draft.form, &bid_context(around.connection, project, catalog, now)?))
            }
            _ => None,
        };
        Ok(Self {
            key: format!("draft:{id}"),
            bid_id: None,
            act_id: None,
            project_id: id.clone(),
            project_title: title_of(around.connection, id, project.as_ref())?,
            client_name: project.as_ref().map(|project| project.client.display_name.clone()),
            stage: BidStage::Draft,
            amount: checks.as_ref().and_then(|checks| checks.amount.clone()),
            net: checks.as_ref().and_then(|checks| checks.net.clone()),
            fee: checks.as_ref().and_then(|checks| checks.fee.clone()),
            hourly: project.is_some_and(|project| project.kind == BudgetKind::Hourly),
            period_days: draft.form.period_days.trim().parse().ok(),
            text: draft.form.text.clone(),
            milestones: Vec::new(),
            updated_at: draft.saved_at,
            events: Vec::new(),
            error: None,
        })
    }
}

pub(crate) async fn draft_get(engine: &Engine, request: ProjectRequest) -> Result<BidDraft, Error> {
    let now = engine.now();
    engine.signed_in()?.read(move |connection| read_draft(connection, &request.project_id, now)).await
}

pub(crate) async fn draft_save(engine: &Engine, request: FormRequest) -> Result<BidDraft, Error> {
    let active = engine.signed_in()?;
    active.save_bid_draft(request.project_id.clone(), request.form).await?;
    draft_get(engine, ProjectRequest { project_id: request.project_id }).await
}

pub(crate) async fn draft_versions(engine: &Engine, request: ProjectRequest) -> Result<Vec<DraftVersion>, Error> {
    engine.signed_in()?.read(move |connection| Ok(draft::bid_versions(connection, &request.project_id)?)).await
}

pub(crate) async fn draft_discard(engine: &Engine, request: ProjectRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.discard_bid_draft(request.project_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn submit(engine: &Engine, request: FormRequest) -> Result<ActRef, Error> {
    let act_id = engine.signed_in()?.submit_bid(request.project_id, request.form).await?;
    Ok(ActRef { act_id })
}

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<BidRow>, Error> {
    let now = engine.now();
    engine.signed_in()?.read(move |connection| rows(connection, now)).await
}

pub(crate) async fn get(engine: &Engine, request: BidRequest) -> Result<BidRow, Error> {
    let now = engine.now();
    engine
        .signed_in()?
        .read(move |connection| {
            // A queued bid goes on under the platform's id: who still looks at it by the old key is shown it.
            let delivered = outbox::delivered(connection)?.into_iter().find(|act| act.act_id == request.key);
            let project = delivered.and_then(|act| act.project_id);
            rows(connection, now)?
                .into_iter()
                .find(|row| {
                    row.key == request.key || (row.bid_id.is_some() && Some(&row.project_id) == project.as_ref())
                })
                .ok_or_else(|| Error::refused("not-found"))
        })
        .await
}

fn rows(connection: &Connection, now: i64) -> Result<Vec<BidRow>, Error> {
    let around = Around::read(connection)?;
    let mut out = Vec::new();
    for (project, draft) in draft::bids(connection)? {
        out.push(BidRow::of_draft(&around, &project, &draft, now)?);
    }
    for act in outbox::all(connection)? {
        out.extend(BidRow::of_act(&around, &act)?);
    }
    for bid in bid::mine(connection)? {
        out.push(BidRow::of_bid(&around, &bid)?);
    }
    Ok(out)
}

fn read_draft(connection: &Connection, id: &ProjectId, now: i64) -> Result<BidDraft, Error> {
    let project = project::get(connection, id)?;
    let versions = draft::bid_versions(connection, id)?;
    if project.is_none() && versions.is_empty() {
        return Err(Error::refused("not-found"));
    }
    let catalog: Catalog =
        setting::get(connection, setting::CATALOG)?.ok_or_else(|| Error::refused("not-synced-yet"))?;
    let context = match &project {
        Some(project) => bid_context(connection, project, &catalog, now)?,
        // What was typed stays the person's, to be read, changed and copied, although the project is gone.
        None => CheckContext {
            catalog: &catalog,
            currency: Currency::new("EUR"),
            cannot_bid: Some(CannotBid::ProjectClosed),
        },
    };
    let draft = versions.first().cloned();
    let saved_at = draft.as_ref().map(|draft| draft.saved_at);
    let form = draft.map(|draft| draft.form).unwrap_or_default();
    Ok(BidDraft {
        project_id: id.clone(),
        project_title: title_of(connection, id, project.as_ref())?,
        currency: context.currency.as_str().to_owned(),
        hourly: project.is_some_and(|project| project.kind == BudgetKind::Hourly),
        checks: check_bid(&form, &context),
        form,
        saved_at,
        versions: u32::try_from(versions.len()).unwrap_or(u32::MAX),
    })
}

/// The title of a project, also of one that is no longer kept here when something else names it; empty otherwise.
fn title_of(connection: &Connection, id: &ProjectId, project: Option<&Project>) -> Result<String, Error> {
    if let Some(project) = project {
        return Ok(project.title.clone());
    }
    if let Some(bid) = bid::mine_on(connection, id)? {
        return Ok(bid.project_title);
    }
    let about = thread::on_project(connection, id)?;
    let thread = about.map(|about| thread::get(connection, &about)).transpose()?.flatten();
    Ok(thread.and_then(|thread| thread.project_title).unwrap_or_default())
}

fn stage_of(status: BidStatus) -> BidStage {
    match status {
        BidStatus::Submitted => BidStage::Submitted,
        BidStatus::Shortlisted => BidStage::Shortlisted,
        BidStatus::Awarded => BidStage::Awarded,
        BidStatus::Accepted => BidStage::Accepted,
        BidStatus::Completed => BidStage::Completed,
        BidStatus::Declined => BidStage::Declined,
        BidStatus::Rejected => BidStage::Rejected,
        BidStatus::Revoked => BidStage::Revoked,
        BidStatus::Retracted => BidStage::Retracted,
        BidStatus::Lost => BidStage::Lost,
        _ => BidStage::Unknown,
    }
}

fn stage_of_act(act: &StoredAct) -> BidStage {
    if act.state.needs_attention() { BidStage::Attention } else { BidStage::Queued }
}
