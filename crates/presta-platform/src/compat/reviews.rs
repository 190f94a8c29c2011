//! Reviews of contracts.

use axum::{Router, routing::post};
use serde_json::{Value, json};

use super::{Answer, Api, Front, Params, Refusal, Success, bids, params::WithBody, projects, shapes};
use crate::ids::Prefix;

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new().route("/projects/0.1/reviews/", post(write))
}

/// What a freelancer is rated in there.
const OF_FREELANCERS: [&str; 5] = ["quality", "communication", "expertise", "professionalism", "hire_again"];
/// What a client is rated in there.
const OF_CLIENTS: [&str; 5] = ["clarity_spec", "communication", "payment_prom", "professionalism", "work_for_again"];

/// Every rating of `names`, 1 to 5, in their order.
fn ratings<const N: usize>(given: &Params, names: [&str; N]) -> Result<[i64; N], Refusal> {
    let mut found = [0; N];
    for (name, place) in names.into_iter().zip(&mut found) {
        let value = given.number(name)?.filter(|stars| (1..=5).contains(stars));
        *place = value.ok_or_else(|| Refusal::invalid(name))?;
    }
    Ok(found)
}

/// Yes is the best there is, no the worst: that is how the contract counts what was on time and on budget.
fn stars(given: &Params, name: &str) -> Result<i64, Refusal> {
    given.flag(name).map(|yes| if yes { 5 } else { 1 }).ok_or_else(|| Refusal::invalid(name))
}

/// The mean, to the nearest.
fn overall(ratings: [i64; 5]) -> i64 {
    (ratings.iter().sum::<i64>() * 2 + 5) / 10
}

/// `post_review`, of a freelancer or of a client ("employer").
async fn write(api: Api, WithBody(params): WithBody) -> Answer {
    let (project_n, to) = (params.id("project_id")?, params.id("to_user_id")?);
    let me = api.get("/v1/me").await?;
    params.is_caller("from_user_id", &me)?;
    let data = params.within("reputation_data");
    let given = data.within("category_ratings");
    let me_n =
        shapes::row(&me, "/id", Prefix::User).filter(|&n| n != to).ok_or_else(|| Refusal::invalid("to_user_id"))?;
    let (freelancer_n, rating, scores) = match params.needed("role")?.as_str() {
        "freelancer" => {
            let all = ratings(&given, OF_FREELANCERS)?;
            let [quality, communication, ..] = all;
            let (deadline, budget) = (stars(&data, "on_time")?, stars(&data, "on_budget")?);
            (
                to,
                overall(all),
                json!({"communication": communication, "quality": quality, "deadline": deadline, "budget": budget}),
            )
        }
        "employer" => {
            let all = ratings(&given, OF_CLIENTS)?;
            let [clarity, communication, payment, ..] = all;
            let project = projects::find(&api, project_n).await?;
            if shapes::row(&project, "/client/id", Prefix::User) != Some(to) {
                return Err(Refusal::invalid("to_user_id"));
            }
            (
                me_n,
                overall(all),
                json!({"communication": communication, "quality": clarity, "deadline": payment, "budget": payment}),
            )
        }
        _ => return Err(Refusal::invalid("role")),
    };
    let bid = bids::contract(&api, project_n, freelancer_n).await?;
    let review = json!({
        "bid_id": shapes::text(&bid, "/id"), "rating": rating, "scores": scores,
        "text": params.text("comment").unwrap_or_default(),
    });
    let review = api.post("/v1/reviews", &review).await?;
    Ok(Success(shown(&review, project_n)))
}

/// That API's `Review`.
fn shown(review: &Value, project_n: i64) -> Value {
    let role = if shapes::text(review, "/role") == "client" { "employer" } else { "freelancer" };
    json!({
        "id": shapes::row(review, "/id", Prefix::Review),
        "project_id": project_n,
        "from_user_id": shapes::row(review, "/author/id", Prefix::User),
        "to_user_id": shapes::row(review, "/subject/id", Prefix::User),
        "role": role,
        "rating": shapes::at(review, "/rating"),
        "description": shapes::text(review, "/text"),
        "time_submitted": shapes::seconds(review, "/created_at"),
        "status": if shapes::text(review, "/status") == "published" { "active" } else { "pending" },
    })
}
