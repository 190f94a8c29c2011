//! Requests to exercise a right.

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route, resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract,
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::{FieldError, Problem},
    rules,
    scopes::Scope,
    store::{
        changes::Kind,
        privacy_requests::{self, New, Type},
    },
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Scope(Scope::PrivacyRead), Needs::Scope(Scope::PrivacyWrite));
    vec![
        Route::new("GET", "/v1/privacy-requests", read, resources::mine(Kind::PrivacyRequest)),
        Route::new("POST", "/v1/privacy-requests", write, post(file)),
        Route::new("GET", "/v1/privacy-requests/{id}", read, resources::show(Kind::PrivacyRequest)),
        Route::new("POST", "/v1/privacy-requests/{id}:withdraw", write, withdraw()),
    ]
}

/// Bounds of a statement, in characters.
const STATEMENT: std::ops::RangeInclusive<usize> = 10..=8_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    r#type: String,
    statement: String,
    #[serde(default)]
    attachment_ids: Vec<String>,
}

impl NewBody {
    fn check(self) -> Result<New, Problem> {
        let mut errors = Vec::new();
        let kind = Type::parse(&self.r#type);
        if kind.is_none() {
            errors.push(FieldError::new("/type", "unknown"));
        }
        errors.extend(rules::text_error("/statement", &self.statement, &STATEMENT));
        match kind.filter(|_| errors.is_empty()) {
            Some(kind) => Ok(New { kind, statement: self.statement, attachment_ids: self.attachment_ids }),
            None => Err(Problem::Validation(errors)),
        }
    }
}

/// `POST /v1/privacy-requests`
pub async fn file(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new = extract::json::<NewBody>(bytes)?.check()?;
        if new.kind == Type::Erasure {
            caller.recent(tx.now)?;
        }
        let n = privacy_requests::file(tx, caller.n, &new)?;
        resources::created(tx, &caller, Kind::PrivacyRequest, n, "/v1/privacy-requests")
    })
    .await
}

fn withdraw() -> MethodRouter<App> {
    resources::act(Prefix::PrivacyRequest, |tx, caller, n| {
        privacy_requests::withdraw(tx, caller.n, n)?;
        resources::stored(tx, caller, Kind::PrivacyRequest, n)
    })
}
