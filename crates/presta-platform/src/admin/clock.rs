//! The clock of the server, moved.

use axum::{body::Body, extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Admin, Answer};
use crate::{answer, extract, hub::Notice, problem::Problem, serve, store::instant};

/// A century, in ms: as far as the clock goes in either direction.
const FAR_MS: i64 = 100 * 366 * 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    offset_ms: Option<i64>,
    now: Option<Timestamp>,
}

fn shown(admin: &Admin) -> Response {
    let (now, offset_ms) = (instant(admin.app.now()), admin.app.clock.offset());
    answer::json(json!({"now": now, "offset_ms": offset_ms}).to_string())
}

/// `GET /admin/clock`
pub async fn show(State(admin): State<Admin>) -> Response {
    shown(&admin)
}

/// `PUT /admin/clock`: what is due by then is done before the answer.
pub async fn set(State(admin): State<Admin>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = extract::body(&headers, body).await?;
    let setting: Setting = extract::json(&bytes)?;
    let (offset_ms, at) = match (setting.offset_ms, setting.now) {
        (Some(offset_ms), None) => (offset_ms, "/offset_ms"),
        (None, Some(now)) => (now.as_millisecond().saturating_sub(Timestamp::now().as_millisecond()), "/now"),
        (None, None) => return Err(Problem::field("/offset_ms", "required")),
        (Some(_), Some(_)) => return Err(Problem::field("/now", "conflict")),
    };
    if !(-FAR_MS..=FAR_MS).contains(&offset_ms) {
        return Err(Problem::field(at, "out-of-range"));
    }
    admin.app.clock.set_offset(offset_ms);
    admin.app.hub.send(Notice::ClockMoved);
    serve::tidy(&admin.app).await.map_err(|error| Problem::Internal(format!("due work: {error:#}")))?;
    Ok(shown(&admin))
}
