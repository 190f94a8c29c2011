//! Before a bid goes out, the project it was decided on is looked at again; what changed is shown and asked about.

use presta_model::{Millis, Money, Project, ProjectStatus, Quota};
use presta_store::outbox::{Act, BidBase, Difference, StoredAct};
use presta_store::{project, setting, sync_state};

use crate::{Active, Error};

/// Whether an act may go out.
pub(super) enum Verdict {
    /// As decided.
    Send,
    /// The person is asked again.
    Ask(Vec<Difference>),
}

/// Looks at the project of a bid again; other acts go as they are.
pub(super) async fn recheck(active: &Active, act: &StoredAct) -> Result<Verdict, Error> {
    let Act::BidPlace { project_id, base, .. } = &act.act else {
        return Ok(Verdict::Send);
    };
    let now = active.api.project(project_id).await?;
    if act.attempts > 0 && now.viewer.my_bid_id.is_some() {
        // An attempt whose answer was lost has arrived: the same key brings its answer.
        return Ok(Verdict::Send);
    }
    let quota = active.api.quota().await?;
    let differences = differences(base, &now, &quota);
    active
        .write(move |tx| {
            setting::set(tx, setting::QUOTA, &quota)?;
            let generation = sync_state::generation(tx)?;
            Ok(project::upsert(tx, &now, generation)?)
        })
        .await?;
    Ok(if differences.is_empty() { Verdict::Send } else { Verdict::Ask(differences) })
}

/// The project as the person decides on it.
pub(crate) fn base(project: &Project) -> BidBase {
    BidBase {
        deadline: project.bids_close_at.map(|at| Millis::from(at).0),
        budget_min: project.budget_min.clone(),
        budget_max: project.budget_max.clone(),
        brief: project.description.clone(),
        status: project.status,
    }
}

fn differences(before: &BidBase, project: &Project, quota: &Quota) -> Vec<Difference> {
    let after = base(project);
    let mut out = Vec::new();
    let mut add = |field: &str, before: String, after: String| {
        if before != after {
            out.push(Difference { field: field.to_owned(), before, after });
        }
    };
    add("status", status(before.status), status(after.status));
    add("deadline", deadline(before.deadline), deadline(after.deadline));
    add("budget", budget(before), budget(&after));
    add("brief", before.brief.clone(), after.brief.clone());
    if quota.used >= quota.limit {
        add("quota", String::new(), format!("{}/{}", quota.used, quota.limit));
    }
    out
}

fn status(status: ProjectStatus) -> String {
    match status {
        ProjectStatus::Open => "open",
        ProjectStatus::Awarded => "awarded",
        ProjectStatus::Cancelled => "cancelled",
        _ => "closed",
    }
    .to_owned()
}

fn deadline(at: Option<i64>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn budget(base: &BidBase) -> String {
    let units = |money: &Option<Money>| money.as_ref().map(|money| money.amount_minor / 100);
    let currency = base.budget_max.as_ref().or(base.budget_min.as_ref());
    match (units(&base.budget_min), units(&base.budget_max)) {
        (None, None) => String::new(),
        (min, max) => format!(
            "{}-{} {}",
            min.map(|n| n.to_string()).unwrap_or_default(),
            max.map(|n| n.to_string()).unwrap_or_default(),
            currency.map(|money| money.currency.as_str()).unwrap_or_default()
        ),
    }
}
