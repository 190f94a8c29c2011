//! Bids and what either side does with them.

use std::collections::HashMap;

use axum::{
    Router,
    routing::{get, put},
};
use serde_json::{Value, json};

use super::{
    Answer, Api, Front, Params, Refusal, Success,
    params::{Row, WithBody},
    projects, shapes,
};
use crate::ids::Prefix;

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new().route("/projects/0.1/bids/", get(list).post(place)).route("/projects/0.1/bids/{id}/", put(act))
}

/// What the two parts of an offer are called, in the language of its project.
const fn parts(french: bool) -> (&'static str, &'static str) {
    if french { ("Acompte", "Solde") } else { ("Deposit", "Balance") }
}

/// `place_project_bid`
async fn place(api: Api, WithBody(params): WithBody) -> Answer {
    let project_n = params.id("project_id")?;
    let me = api.get("/v1/me").await?;
    params.is_caller("bidder_id", &me)?;
    let project = projects::find(&api, project_n).await?;
    let currency = shapes::text(&project, "/budget_min/currency");
    let amount = params.needed_minor("amount")?;
    let period = params.number("period")?.ok_or_else(|| Refusal::invalid("period"))?;
    let share = params.number("milestone_percentage")?.unwrap_or(100);
    if !(0..=100).contains(&share) {
        return Err(Refusal::invalid("milestone_percentage"));
    }
    let money = |minor: i64| json!({"amount_minor": minor, "currency": currency});
    let first = amount.saturating_mul(share) / 100;
    // All or nothing at first is the same here: one payment for the whole.
    let steps = if first > 0 && first < amount {
        let (deposit, balance) = parts(shapes::text(&project, "/language") == "fr");
        json!([
            {"title": deposit, "amount": money(first)},
            {"title": balance, "amount": money(amount - first)},
        ])
    } else {
        json!([])
    };
    let offer = json!({
        "amount": money(amount), "period_days": period, "text": params.text("description").unwrap_or_default(),
        "milestones": steps,
    });
    let bid = api.post(&format!("/v1/projects/{}/bids", Prefix::Project.id(project_n)), &offer).await?;
    Ok(Success(shapes::bid(&bid, shapes::row(&project, "/client/id", Prefix::User))))
}

/// `get_bids`: those on some projects, some by number, or the caller's own.
async fn list(api: Api, params: Params) -> Answer {
    let (skip, take) = params.window()?;
    let (projects, ids) = (params.ids("projects")?, params.ids("bids")?);
    let mut bids = Vec::new();
    for &n in &ids {
        bids.extend(api.find(&format!("/v1/bids/{}", Prefix::Bid.id(n))).await?);
    }
    for &n in &projects {
        let path = format!("/v1/projects/{}/bids", Prefix::Project.id(n));
        match api.list(&path, (0, skip.saturating_add(take).saturating_sub(bids.len()))).await {
            Ok((more, _)) => bids.extend(more),
            Err(refusal) if refusal.not_found() => {}
            Err(refusal) => return Err(refusal),
        }
    }
    if ids.is_empty() && projects.is_empty() {
        bids = api.list("/v1/bids", (0, skip.saturating_add(take))).await?.0;
    }
    let bids: Vec<Value> = bids.into_iter().skip(skip).take(take).collect();
    let shown = with_owners(&api, &bids).await?;
    Ok(Success(json!({"bids": shown, "users": {}, "projects": {}})))
}

/// Bids with the clients of their projects, each looked up once.
async fn with_owners(api: &Api, bids: &[Value]) -> Result<Vec<Value>, Refusal> {
    let mut owners: HashMap<String, Option<i64>> = HashMap::new();
    let mut shown = Vec::with_capacity(bids.len());
    for bid in bids {
        let project = shapes::text(bid, "/project_id");
        let owner = match owners.get(project) {
            Some(owner) => *owner,
            None => {
                let found = api.find(&format!("/v1/projects/{project}")).await?;
                let owner = found.and_then(|project| shapes::row(&project, "/client/id", Prefix::User));
                owners.insert(project.to_owned(), owner);
                owner
            }
        };
        shown.push(shapes::bid(bid, owner));
    }
    Ok(shown)
}

/// Bids of a project looked through at most.
const LOOKED_THROUGH: usize = 2_000;

/// The contract of a freelancer on a project: their bid that was accepted, or is done.
pub(super) async fn contract(api: &Api, project_n: i64, freelancer_n: i64) -> Result<Value, Refusal> {
    let path = format!("/v1/projects/{}/bids", Prefix::Project.id(project_n));
    let (bids, _) = api.list(&path, (0, LOOKED_THROUGH)).await?;
    let theirs = |bid: &Value| {
        shapes::row(bid, "/freelancer/id", Prefix::User) == Some(freelancer_n)
            && matches!(shapes::text(bid, "/status"), "accepted" | "completed")
    };
    let found = bids.into_iter().find(theirs);
    found.ok_or_else(|| Refusal::conflict("no bid of this freelancer on this project was accepted"))
}

/// `award_project_bid`, `accept_project_bid`, `revoke_project_bid`, `retract_project_bid` and the like: `PUT …/?action=award`
async fn act(api: Api, Row(n): Row, WithBody(params): WithBody) -> Answer {
    let action = params.needed("action")?;
    let verb = match action.as_str() {
        "award" | "accept" | "revoke" | "retract" => action.as_str(),
        "deny" | "reject" => "reject",
        "shortlist" => "shortlist",
        _ => return Err(Refusal::unsupported(&format!("the action {action}"))),
    };
    let bid = api.post(&format!("/v1/bids/{}:{verb}", Prefix::Bid.id(n)), &json!({})).await?;
    Ok(Success(shapes::bid(&bid, None)))
}
