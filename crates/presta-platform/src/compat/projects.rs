//! Projects and skills ("jobs").

use axum::{Router, routing::get};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::{Answer, Api, Front, Params, Refusal, Success, catalog, params::Row, shapes};
use crate::ids::Prefix;

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/projects/0.1/projects/", get(several))
        .route("/projects/0.1/projects/all/", get(search))
        .route("/projects/0.1/projects/active/", get(search_active))
        .route("/projects/0.1/projects/{id}/", get(one))
        .route("/projects/0.1/jobs/", get(jobs))
}

/// Searches of that API that this market has no filter for.
const NOT_SEARCHED: [&str; 5] = ["or_search_query", "project_upgrades", "contest_upgrades", "from_time", "to_time"];

/// A project of `/v1`.
pub(super) async fn find(api: &Api, n: i64) -> Result<Value, Refusal> {
    api.get(&format!("/v1/projects/{}", Prefix::Project.id(n))).await
}

/// Projects with their clients, by number, beside them.
fn listed(projects: &[Value], total: Option<Value>) -> Success {
    let total = total.unwrap_or_else(|| json!(projects.len()));
    let mut users = Map::new();
    for client in projects.iter().map(|project| shapes::client(shapes::at(project, "/client"))) {
        users.insert(shapes::at(&client, "/id").to_string(), client);
    }
    let projects: Vec<Value> = projects.iter().map(shapes::project).collect();
    Success(json!({"projects": projects, "total_count": total, "users": users}))
}

/// `get_project_by_id`
async fn one(api: Api, Row(n): Row) -> Answer {
    Ok(Success(shapes::project(&find(&api, n).await?)))
}

/// `get_projects`: some by number, or the caller's own, or all.
async fn several(api: Api, params: Params) -> Answer {
    params.none_of(&["seo_urls", "from_time", "to_time"])?;
    let (skip, take) = params.window()?;
    let ids = params.ids("projects")?;
    if !ids.is_empty() {
        let mut projects = Vec::new();
        for &n in ids.iter().skip(skip).take(take) {
            projects.extend(api.find(&format!("/v1/projects/{}", Prefix::Project.id(n))).await?);
        }
        return Ok(listed(&projects, None));
    }
    let mine = match params.ids("owners")?.as_slice() {
        [] => false,
        [owner] => {
            let me = api.get("/v1/me").await?;
            if shapes::row(&me, "/id", Prefix::User) != Some(*owner) {
                return Err(Refusal::unsupported("projects of another owner"));
            }
            true
        }
        _ => return Err(Refusal::unsupported("projects of several owners")),
    };
    let mut statuses = Vec::new();
    for status in params.all("frontend_project_statuses").into_iter().chain(params.text("frontend_project_statuses")) {
        statuses.push(match status.as_str() {
            "open" => "open",
            "work_in_progress" => "awarded",
            "complete" => "closed",
            _ => return Err(Refusal::invalid("frontend_project_statuses")),
        });
    }
    let statuses = if statuses.is_empty() { "any".to_owned() } else { statuses.join(",") };
    let path = format!("/v1/projects?status={statuses}&mine={mine}");
    let (projects, total) = api.list(&path, (skip, take)).await?;
    Ok(listed(&projects, total))
}

/// `search_projects`
async fn search(api: Api, params: Params) -> Answer {
    found(&api, &params, "any").await
}

/// `search_projects` with `active_only`
async fn search_active(api: Api, params: Params) -> Answer {
    found(&api, &params, "open").await
}

async fn found(api: &Api, params: &Params, status: &str) -> Answer {
    let path = format!("/v1/projects?{}", query(params, status)?);
    let (projects, total) = api.list(&path, params.window()?).await?;
    Ok(listed(&projects, total))
}

/// The search in the words of `/v1`.
fn query(params: &Params, status: &str) -> Result<String, Refusal> {
    params.none_of(&NOT_SEARCHED)?;
    let mut query = Serializer::new(String::new());
    query.append_pair("status", status);
    if let Some(words) = params.text("query") {
        query.append_pair("q", &words);
    }
    if let Some(kind) = kind(params)? {
        query.append_pair("type", kind);
    }
    for (name, hourly, ours) in
        [("min_avg_price", "min_avg_hourly_rate", "budget_min"), ("max_avg_price", "max_avg_hourly_rate", "budget_max")]
    {
        if let Some(minor) = params.minor(name)?.or(params.minor(hourly)?) {
            query.append_pair(ours, &minor.to_string());
        }
    }
    let jobs = params.ids("jobs")?;
    if !jobs.is_empty() {
        query.append_pair("skills", &catalog::skills(&jobs, "jobs")?.join(","));
    }
    for (name, ours) in [("countries", "country"), ("languages", "language")] {
        match params.all(name).as_slice() {
            [] => {}
            [only] => {
                query.append_pair(ours, only);
            }
            _ => return Err(Refusal::unsupported(&format!("several {name}"))),
        }
    }
    if params.flag("reverse_sort") == Some(true) {
        return Err(Refusal::unsupported("reverse_sort"));
    }
    match params.text("sort_field").as_deref() {
        None | Some("time_updated" | "submitdate" | "time_submitted") => {}
        Some("bid_count") => {
            query.append_pair("sort", "fewest_bids");
        }
        Some(_) => return Err(Refusal::unsupported("this sort_field")),
    }
    Ok(query.finish())
}

/// The one type asked for; the rates of an hour ask for it too.
fn kind(params: &Params) -> Result<Option<&'static str>, Refusal> {
    let hourly = params.text("min_avg_hourly_rate").or_else(|| params.text("max_avg_hourly_rate")).is_some();
    match params.all("project_types").as_slice() {
        [] if hourly => Ok(Some("hourly")),
        [] => Ok(None),
        [only] if matches!(only.as_str(), "fixed" | "0") && !hourly => Ok(Some("fixed")),
        [only] if matches!(only.as_str(), "hourly" | "1") => Ok(Some("hourly")),
        [_, _] if !hourly => Ok(None),
        _ => Err(Refusal::invalid("project_types")),
    }
}

/// `get_jobs`
async fn jobs(api: Api, params: Params) -> Answer {
    // The catalogue is for those who may read projects.
    api.get("/v1/catalog").await?;
    let wanted = params.ids("jobs")?;
    let mut jobs = catalog::jobs();
    jobs.retain(|job| wanted.is_empty() || job.get("id").and_then(Value::as_i64).is_some_and(|n| wanted.contains(&n)));
    Ok(Success(Value::Array(jobs)))
}
