//! What one wants to be told and how, its history, and the link that ends mails.

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::{get, patch, post},
};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Needs, Route,
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Query},
    guard::Caller,
    intent::Key,
    problem::{FieldError, Problem},
    scopes::Scope,
    store::{
        communications::{self, Cell, Channel, Edit, Source},
        keys::Stored,
        mails::Topic,
        snapshot::Datum,
        unsubscribe,
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::PrivacyRead), Needs::Scope(Scope::PrivacyWrite));
    vec![
        Route::new("GET", "/v1/preferences/communications", read, get(show)),
        Route::new("PATCH", "/v1/preferences/communications", write, patch(edit)),
        Route::new("GET", "/v1/preferences/communications/history", read, get(history)),
        Route::new("POST", "/v1/unsubscribe", Needs::Nothing, post(end_mails)),
    ]
}

/// More cells than there are in the matrix are of no use.
const CELLS_MAX: usize = 60;
/// The largest body of a one-click unsubscription, in bytes.
const FORM_MAX: usize = 4096;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CellBody {
    topic: String,
    channel: String,
    enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditBody {
    #[serde(default)]
    cells: Vec<CellBody>,
    text_version: Option<String>,
    marketing_profiling: Option<bool>,
    personalised_recommendations: Option<bool>,
    marketing: Option<bool>,
}

impl EditBody {
    fn edit(self) -> Result<Edit, Problem> {
        if self.cells.len() > CELLS_MAX {
            let error = FieldError::with("/cells", "too-many", json!({"max": CELLS_MAX}));
            return Err(Problem::Validation(vec![error]));
        }
        let (mut cells, mut errors) = (Vec::new(), Vec::new());
        for (i, cell) in self.cells.iter().enumerate() {
            let (topic, channel) = (Topic::parse(&cell.topic), Channel::parse(&cell.channel));
            if topic.is_none() {
                errors.push(FieldError::new(format!("/cells/{i}/topic"), "unknown"));
            }
            if channel.is_none() {
                errors.push(FieldError::new(format!("/cells/{i}/channel"), "unknown"));
            }
            cells.extend(topic.zip(channel).map(|(topic, channel)| Cell { topic, channel, enabled: cell.enabled }));
        }
        let consents = cells.iter().any(|cell| cell.enabled && !cell.topic.service());
        match self.marketing {
            // Consent is given to each topic and channel of its own, never to all at once.
            Some(true) => errors.push(FieldError::new("/marketing", "cannot-enable")),
            Some(false) if consents || self.marketing_profiling == Some(true) => {
                errors.push(FieldError::new("/marketing", "contradiction"));
            }
            _ => {}
        }
        Problem::refuse(errors)?;
        let mut edit = Edit {
            cells,
            text_version: self.text_version,
            marketing_profiling: self.marketing_profiling,
            personalised: self.personalised_recommendations,
        };
        if self.marketing == Some(false) {
            edit.end_marketing();
        }
        Ok(edit)
    }
}

/// `GET /v1/preferences/communications`
pub async fn show(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let datum = app.read(move |sql| communications::render_one(sql, caller.n)).await?;
    Ok(answer::resource(&headers, &answer::etag(datum.rev), datum.json))
}

/// `PATCH /v1/preferences/communications`
pub async fn edit(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    let rev = extract::if_match(&asked.headers)?;
    writing::write(&app, &caller, &asked, (Key::Optional, body), move |tx, bytes| {
        let edit = extract::json::<EditBody>(bytes)?.edit()?;
        communications::apply(tx, caller.n, Some(rev), &edit, Source::App)?;
        let datum = communications::render_one(&tx.sql, caller.n)?;
        Ok(Stored { status: 200, location: None, etag: Some(answer::etag(datum.rev)), body: datum.json })
    })
    .await
}

struct History(i64);

impl List for History {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        communications::history(sql, self.0, before, limit)
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        communications::render_history(sql, rows)
    }
}

/// `GET /v1/preferences/communications/history`
pub async fn history(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    listing::page(&app, &query, History(caller.n)).await
}

/// Whether a body says `List-Unsubscribe=One-Click`, in either encoding that RFC 8058 §3.2 has.
///
/// # Errors
/// `unsupported-media-type`, or `validation`.
fn check_one_click(headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let said = match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            let mut pairs = url::form_urlencoded::parse(body);
            pairs.next().is_some_and(|(name, value)| name == "List-Unsubscribe" && value == "One-Click")
                && pairs.next().is_none()
        }
        "multipart/form-data" => {
            let text = String::from_utf8_lossy(body);
            text.contains("name=\"List-Unsubscribe\"") && text.lines().any(|line| line.trim() == "One-Click")
        }
        _ => return Err(Problem::UnsupportedMediaType),
    };
    if said { Ok(()) } else { Err(Problem::field("/List-Unsubscribe", "required")) }
}

/// `POST /v1/unsubscribe`
pub async fn end_mails(State(app): State<App>, query: Query, headers: HeaderMap, body: Body) -> Answer {
    let token = query.text("token").ok_or_else(|| Problem::field("?token", "required"))?.to_owned();
    let bytes = to_bytes(body, FORM_MAX).await.map_err(|_| Problem::PayloadTooLarge)?;
    check_one_click(&headers, &bytes)?;
    app.write(move |tx| unsubscribe::take(tx, &token)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
