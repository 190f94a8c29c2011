//! The caller and their skills.

use axum::{Router, routing::get};
use serde_json::{Value, json};

use super::{Answer, Api, Front, Params, Success, catalog, params::WithBody, shapes};

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/users/0.1/self/", get(me))
        .route("/users/0.1/self/jobs/", axum::routing::post(add).put(set).delete(remove))
}

/// `get_self`, `get_self_user_id`
async fn me(api: Api) -> Answer {
    Ok(Success(shapes::me(&api.get("/v1/me").await?)))
}

async fn edit(
    api: &Api,
    params: &Params,
    change: impl FnOnce(Vec<String>, Vec<&'static str>) -> Vec<String> + Send,
) -> Answer {
    let wanted = catalog::skills(&params.ids("jobs")?, "jobs")?;
    let me = api.get("/v1/me").await?;
    let old = shapes::at(&me, "/skills").as_array().into_iter().flatten().filter_map(Value::as_str);
    let new = change(old.map(str::to_owned).collect(), wanted);
    let me = api.patch("/v1/me", &me, &json!({"skills": new})).await?;
    Ok(Success(shapes::at(&shapes::me(&me), "/jobs").clone()))
}

/// `add_user_jobs`
async fn add(api: Api, WithBody(params): WithBody) -> Answer {
    edit(&api, &params, |mut all, new| {
        for skill in new {
            if !all.iter().any(|known| known == skill) {
                all.push(skill.to_owned());
            }
        }
        all
    })
    .await
}

/// `set_user_jobs`
async fn set(api: Api, WithBody(params): WithBody) -> Answer {
    edit(&api, &params, |_, new| new.into_iter().map(str::to_owned).collect()).await
}

/// `delete_user_jobs`
async fn remove(api: Api, WithBody(params): WithBody) -> Answer {
    edit(&api, &params, |mut all, gone| {
        all.retain(|skill| !gone.contains(&skill.as_str()));
        all
    })
    .await
}
