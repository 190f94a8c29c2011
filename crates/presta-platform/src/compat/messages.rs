//! Conversations and messages.

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequest as _, Request},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Answer, Api, Front, Params, Refusal, Success, files,
    params::{Row, WithBody},
    shapes,
};
use crate::{ids::Prefix, store::search::fold};

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/messages/0.1/threads/", get(threads).post(open))
        .route("/messages/0.1/threads/{id}/messages/", post(write).layer(DefaultBodyLimit::max(files::MAX)))
        .route("/messages/0.1/messages/", get(messages))
        .route("/messages/0.1/messages/search/", get(search))
}

/// Conversations and messages looked through at most.
const LOOKED_THROUGH: usize = 2_000;

/// `create_thread`, `create_project_thread`
async fn open(api: Api, WithBody(params): WithBody) -> Answer {
    if params.text("context_type").is_some_and(|kind| kind != "project") {
        return Err(Refusal::unsupported("a context other than a project"));
    }
    let project_n = params.id("context")?;
    let me = api.get("/v1/me").await?;
    let me = shapes::row(&me, "/id", Prefix::User);
    let mut others = params.ids("members")?;
    others.retain(|&n| Some(n) != me);
    let [other] = others.as_slice() else { return Err(Refusal::invalid("members")) };
    let new = json!({
        "project_id": Prefix::Project.id(project_n).to_string(),
        "recipient_id": Prefix::User.id(*other).to_string(),
        "text": params.text("message").unwrap_or_default(),
        "client_message_id": Uuid::new_v4().to_string(),
    });
    let made = api.post("/v1/threads", &new).await?;
    Ok(Success(shapes::thread(shapes::at(&made, "/thread"))))
}

/// `post_message`, and `post_attachment` when it comes as a form with files.
async fn write(api: Api, Row(n): Row, request: Request) -> Answer {
    if !files::is_form(request.headers()) {
        let WithBody(params) = WithBody::from_request(request, &()).await?;
        return said(&api, n, (&params.text("message").unwrap_or_default(), &[])).await;
    }
    // Before anything is taken for a conversation that is not the caller's.
    api.get(&format!("/v1/threads/{}", Prefix::Thread.id(n))).await?;
    let (text, files) = files::read(request).await?;
    let kept = files::keep(&api, files).await?;
    let ids: Vec<&str> = kept.iter().map(|file| file.attachment_id.as_str()).collect();
    let answer = said(&api, n, (&text, &ids)).await;
    if answer.is_err() {
        files::drop_all(&api, &kept).await;
    }
    answer
}

async fn said(api: &Api, thread_n: i64, (text, attachment_ids): (&str, &[&str])) -> Answer {
    let new = json!({
        "text": text, "client_message_id": Uuid::new_v4().to_string(), "attachment_ids": attachment_ids,
    });
    Ok(Success(shapes::message(&api.post(&path_of(thread_n), &new).await?)))
}

async fn some(api: &Api, ids: &[i64]) -> Result<Vec<Value>, Refusal> {
    let mut found = Vec::new();
    for &n in ids {
        found.extend(api.find(&format!("/v1/threads/{}", Prefix::Thread.id(n))).await?);
    }
    Ok(found)
}

/// `get_threads`
async fn threads(api: Api, params: Params) -> Answer {
    params.none_of(&["owners", "from_updated_time", "to_updated_time"])?;
    let ids = params.ids("threads")?;
    let found =
        if ids.is_empty() { api.list("/v1/threads", (0, LOOKED_THROUGH)).await?.0 } else { some(&api, &ids).await? };
    let (contexts, members) = (params.ids("contexts")?, params.ids("members")?);
    let folders = params.all("folders");
    let mut shown: Vec<Value> = found.iter().map(shapes::thread).collect();
    shown.retain(|thread| {
        let context = shapes::at(thread, "/context/id").as_i64();
        let people: Vec<i64> =
            shapes::at(thread, "/members").as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        (contexts.is_empty() || context.is_some_and(|n| contexts.contains(&n)))
            && members.iter().all(|n| people.contains(n))
            && (folders.is_empty() || folders.iter().any(|folder| shapes::text(thread, "/folder") == folder))
            && params.flag("is_read").is_none_or(|read| shapes::at(thread, "/is_read") == read)
            && params.flag("is_muted").is_none_or(|muted| shapes::at(thread, "/is_muted") == muted)
    });
    let unread = shown.iter().filter(|thread| shapes::at(thread, "/is_read") == false).count();
    let total = shown.len();
    let (skip, take) = params.window()?;
    let threads: Vec<Value> = shown.into_iter().skip(skip).take(take).collect();
    Ok(Success(json!({"threads": threads, "total_count": total, "unread_thread_count": unread, "users": {}})))
}

fn path_of(thread_n: i64) -> String {
    format!("/v1/threads/{}/messages", Prefix::Thread.id(thread_n))
}

/// `get_messages`: of some conversations, or of all; newest first.
async fn messages(api: Api, params: Params) -> Answer {
    params.none_of(&["messages", "contexts", "is_read", "from_updated_time", "to_updated_time"])?;
    let (skip, take) = params.window()?;
    let mut threads = params.ids("threads")?;
    if threads.is_empty() {
        let all = api.list("/v1/threads", (0, LOOKED_THROUGH)).await?.0;
        threads = all.iter().filter_map(|thread| shapes::row(thread, "/id", Prefix::Thread)).collect();
    }
    let senders = params.ids("senders")?;
    let mut found = Vec::new();
    for n in threads {
        let wanted = if senders.is_empty() { skip.saturating_add(take) } else { LOOKED_THROUGH };
        match api.list(&path_of(n), (0, wanted)).await {
            Ok((more, _)) => found.extend(more.iter().map(shapes::message)),
            Err(refusal) if refusal.not_found() => {}
            Err(refusal) => return Err(refusal),
        }
    }
    found.retain(|message| {
        senders.is_empty() || shapes::at(message, "/from_user").as_i64().is_some_and(|n| senders.contains(&n))
    });
    found.sort_by_key(|message| {
        let number = |pointer| shapes::at(message, pointer).as_i64().unwrap_or_default();
        std::cmp::Reverse((number("/time_created"), number("/id")))
    });
    let found: Vec<Value> = found.into_iter().skip(skip).take(take).collect();
    Ok(Success(json!({"messages": found, "users": {}, "threads": {}})))
}

/// `search_messages`: in one conversation, without regard to accents and case.
async fn search(api: Api, params: Params) -> Answer {
    params.none_of(&["window_above", "window_below"])?;
    let thread_n = params.id("thread_id")?;
    let query = fold(&params.needed("query")?);
    let (skip, take) = params.window()?;
    let all = api.list(&path_of(thread_n), (0, LOOKED_THROUGH)).await?.0;
    let mut found: Vec<Value> = all.iter().map(shapes::message).collect();
    found.retain(|message| fold(shapes::text(message, "/message")).contains(&query));
    let total = found.len();
    let found: Vec<Value> = found.into_iter().skip(skip).take(take).collect();
    Ok(Success(json!({"messages": found, "total_count": total, "users": {}})))
}
