//! Others: their public profiles and what is said of them.

use axum::{Router, routing::get};
use serde_json::{Map, Value, json};

use super::{Answer, Api, Front, Params, Refusal, Success, params::Row, shapes};
use crate::ids::Prefix;

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/users/0.1/users/", get(several))
        .route("/users/0.1/users/directory/", get(async || Refusal::unsupported("a directory of people")))
        .route("/users/0.1/users/{id}/", get(one))
        .route("/users/0.1/reputations/", get(reputations))
}

fn path_of(n: i64) -> String {
    format!("/v1/users/{}", Prefix::User.id(n))
}

/// `get_user_by_id`
async fn one(api: Api, Row(n): Row) -> Answer {
    Ok(Success(shapes::user(&api.get(&path_of(n)).await?)))
}

/// The people under the list `users`, by number; who is not there is left out.
async fn asked(api: &Api, params: &Params) -> Result<Vec<(i64, Value)>, Refusal> {
    let ids = params.ids("users")?;
    if ids.is_empty() {
        return Err(Refusal::invalid("users"));
    }
    let mut found = Vec::with_capacity(ids.len());
    for n in ids {
        found.extend(api.find(&path_of(n)).await?.map(|user| (n, user)));
    }
    Ok(found)
}

/// `get_users`
async fn several(api: Api, params: Params) -> Answer {
    // Sign-in names are nobody's but their owner's.
    params.none_of(&["usernames"])?;
    let users: Map<String, Value> =
        asked(&api, &params).await?.iter().map(|(n, user)| (n.to_string(), shapes::user(user))).collect();
    Ok(Success(json!({"users": users})))
}

/// `get_reputations`: of those with the role, if one is asked for.
async fn reputations(api: Api, params: Params) -> Answer {
    params.none_of(&["jobs"])?;
    let role = match params.text("role").as_deref() {
        None => None,
        Some("freelancer") => Some("freelancer"),
        Some("employer") => Some("client"),
        Some(_) => return Err(Refusal::invalid("role")),
    };
    let mut found = Map::new();
    for (n, user) in asked(&api, &params).await? {
        let roles: Vec<&str> =
            shapes::at(&user, "/roles").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        match role {
            Some(role) if !roles.contains(&role) => continue,
            Some(_) if roles.len() > 1 => {
                return Err(Refusal::unsupported("the reputation in one of several roles"));
            }
            _ => found.insert(n.to_string(), shapes::reputation(&user)),
        };
    }
    Ok(Success(Value::Object(found)))
}
