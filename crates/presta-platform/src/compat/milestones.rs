//! Milestones and requests for them. There a milestone is made when its money is set aside; here it is agreed on with the
//! bid, and setting its money aside is an act of its own.

use std::collections::HashMap;

use axum::{
    Router,
    routing::{get, post, put},
};
use serde_json::{Map, Value, json};

use super::{
    Answer, Api, Front, Params, Refusal, Success, bids,
    params::{Row, WithBody},
    shapes,
};
use crate::{ids::Prefix, rules};

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/projects/0.1/milestones/", get(list).post(create))
        .route("/projects/0.1/milestones/{id}/", get(one).put(act))
        .route("/projects/0.1/milestone_requests/", post(request))
        .route("/projects/0.1/milestone_requests/{id}/", put(reply))
}

/// Milestones looked through at most.
const LOOKED_THROUGH: usize = 2_000;

/// Milestones by number with those on either side, each bid looked up once.
async fn shown(api: &Api, steps: &[Value]) -> Result<Map<String, Value>, Refusal> {
    type Sides = (Option<i64>, Option<i64>);
    let mut bids: HashMap<String, Sides> = HashMap::new();
    let mut shown = Map::new();
    for step in steps {
        let bid = shapes::text(step, "/bid_id");
        let sides = match bids.get(bid) {
            Some(sides) => *sides,
            None => {
                let found = api.find(&format!("/v1/bids/{bid}")).await?.unwrap_or_default();
                let project = api.find(&format!("/v1/projects/{}", shapes::text(step, "/project_id"))).await?;
                let owner = project.and_then(|project| shapes::row(&project, "/client/id", Prefix::User));
                let sides = (shapes::row(&found, "/freelancer/id", Prefix::User), owner);
                bids.insert(bid.to_owned(), sides);
                sides
            }
        };
        let step = shapes::milestone(step, sides);
        shown.insert(shapes::at(&step, "/transaction_id").to_string(), step);
    }
    Ok(shown)
}

/// `get_milestones`: those of some projects, some by number, or all of the caller's contracts; planned ones too.
async fn list(api: Api, params: Params) -> Answer {
    let (skip, take) = params.window()?;
    let (ids, projects) = (params.ids("milestones")?, params.ids("projects")?);
    let (mut steps, _) = api.list("/v1/milestones", (0, LOOKED_THROUGH)).await?;
    steps.retain(|step| {
        let among = |wanted: &[i64], n: Option<i64>| wanted.is_empty() || n.is_some_and(|n| wanted.contains(&n));
        among(&ids, shapes::row(step, "/id", Prefix::Milestone))
            && among(&projects, shapes::row(step, "/project_id", Prefix::Project))
    });
    let steps: Vec<Value> = steps.into_iter().skip(skip).take(take).collect();
    Ok(Success(json!({"milestones": shown(&api, &steps).await?, "users": null})))
}

fn path_of(n: i64) -> String {
    format!("/v1/milestones/{}", Prefix::Milestone.id(n))
}

/// `get_milestone_by_id`
async fn one(api: Api, Row(n): Row) -> Answer {
    let step = api.get(&path_of(n)).await?;
    Ok(Success(json!({"milestones": shown(&api, &[step]).await?, "users": null})))
}

async fn only(api: &Api, step: Value) -> Answer {
    let mut shown = shown(api, &[step]).await?;
    let first = shown.values_mut().next().map(Value::take);
    first.map(Success).ok_or_else(|| Refusal::broken("a milestone that is not shown"))
}

/// `create_milestone_payment`: sets aside the money of the planned milestone of that amount; of several, of the one of that
/// name.
async fn create(api: Api, WithBody(params): WithBody) -> Answer {
    let (project_n, bidder_n) = (params.id("project_id")?, params.id("bidder_id")?);
    let amount = params.needed_minor("amount")?;
    let bid = bids::contract(&api, project_n, bidder_n).await?;
    let path = format!("/v1/milestones?bid_id={}", shapes::text(&bid, "/id"));
    let (mut steps, _) = api.list(&path, (0, LOOKED_THROUGH)).await?;
    steps.retain(|step| {
        matches!(shapes::text(step, "/status"), "planned" | "requested")
            && shapes::at(step, "/amount/amount_minor").as_i64() == Some(amount)
    });
    // Newest first: the last is the one agreed on first.
    let wanted = params.text("description").unwrap_or_default();
    let named = steps.iter().rev().find(|step| shapes::text(step, "/title") == wanted);
    let step = named.or(steps.last()).ok_or_else(|| Refusal::conflict("no planned milestone is of this amount"))?;
    let path = format!("/v1/milestones/{}:fund", shapes::text(step, "/id"));
    only(&api, api.post(&path, &json!({})).await?).await
}

/// `release_milestone_payment`: `PUT …/?action=release`
async fn act(api: Api, Row(n): Row, WithBody(params): WithBody) -> Answer {
    let action = params.needed("action")?;
    if action != "release" {
        return Err(Refusal::unsupported(&format!("the action {action}")));
    }
    if let Some(amount) = params.minor("amount")? {
        let step = api.get(&path_of(n)).await?;
        if shapes::at(&step, "/amount/amount_minor").as_i64() != Some(amount) {
            return Err(Refusal::unsupported("releasing a part of a milestone"));
        }
    }
    only(&api, api.post(&format!("{}:release", path_of(n)), &json!({})).await?).await
}

/// `create_milestone_request`
async fn request(api: Api, WithBody(params): WithBody) -> Answer {
    let (project_n, bid_n) = (params.id("project_id")?, params.id("bid_id")?);
    let amount = params.needed_minor("amount")?;
    let bid = api.get(&format!("/v1/bids/{}", Prefix::Bid.id(bid_n))).await?;
    if shapes::row(&bid, "/project_id", Prefix::Project) != Some(project_n) {
        return Err(Refusal::invalid("project_id"));
    }
    let reason = params.text("description").unwrap_or_default();
    let title: String = reason.lines().next().unwrap_or_default().chars().take(*rules::MILESTONE_TITLE.end()).collect();
    let new = json!({
        "bid_id": shapes::text(&bid, "/id"), "title": title, "reason": reason,
        "amount": {"amount_minor": amount, "currency": shapes::text(&bid, "/amount/currency")},
    });
    let made = api.post("/v1/milestone-requests", &new).await?;
    Ok(Success(shapes::milestone_request(&made)))
}

/// `accept_milestone_request`, `reject_milestone_request`: `PUT …/?action=accept`. What is accepted there is paid for in the
/// same act.
async fn reply(api: Api, Row(n): Row, WithBody(params): WithBody) -> Answer {
    let action = params.needed("action")?;
    let verb = match action.as_str() {
        "accept" => "approve",
        "reject" => "decline",
        _ => return Err(Refusal::unsupported(&format!("the action {action}"))),
    };
    let path = format!("/v1/milestone-requests/{}:{verb}", Prefix::MilestoneRequest.id(n));
    let answered = api.post(&path, &json!({})).await?;
    if verb == "approve" {
        api.post(&format!("/v1/milestones/{}:fund", shapes::text(&answered, "/milestone_id")), &json!({})).await?;
    }
    Ok(Success(shapes::milestone_request(&answered)))
}
