//! Answers in the shape of that API: everything in an envelope, 200 and nothing else when it went well.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{answer, secret};

/// What was asked for.
#[derive(Debug)]
pub struct Success(pub Value);

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    error_code: String,
}

/// The names of that API's general errors begin so.
const CODES: &str = "RestExceptionCodes.";

impl Refusal {
    /// What `/v1` answered with `status` and a problem.
    #[must_use]
    pub fn of_problem(status: StatusCode, problem: &Value) -> Self {
        let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = text("type").rsplit('/').next().unwrap_or_default().replace('-', "_").to_ascii_uppercase();
        let mut message = text("detail").to_owned();
        for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            message.push_str(&format!(" ({}: {})", part("pointer"), part("code")));
        }
        Self { status, message, error_code: format!("{CODES}{name}") }
    }

    /// The request has not the form it must have.
    #[must_use]
    pub fn invalid(what: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: format!("{what} is missing or not valid"),
            error_code: format!("{CODES}BAD_REQUEST"),
        }
    }

    /// There, but not the caller's to do.
    #[must_use]
    pub fn forbidden(why: &str) -> Self {
        Self { status: StatusCode::FORBIDDEN, message: why.to_owned(), error_code: format!("{CODES}FORBIDDEN") }
    }

    /// Not as things stand.
    #[must_use]
    pub fn conflict(why: &str) -> Self {
        Self { status: StatusCode::CONFLICT, message: why.to_owned(), error_code: format!("{CODES}STATE_CONFLICT") }
    }

    /// Longer than is taken.
    #[must_use]
    pub fn too_large(what: &str) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            message: format!("{what} is too large"),
            error_code: format!("{CODES}PAYLOAD_TOO_LARGE"),
        }
    }

    /// That API has it and this market has not: said so, rather than answered wrongly.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self {
            status: StatusCode::NOT_IMPLEMENTED,
            message: format!("{what} has no counterpart on this platform"),
            error_code: format!("{CODES}NOT_IMPLEMENTED"),
        }
    }

    /// The façade or what is behind it broke.
    #[must_use]
    pub fn broken(why: &str) -> Self {
        tracing::error!(why, "compat");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: "The platform could not answer".to_owned(),
            error_code: format!("{CODES}INTERNAL_SERVER_ERROR"),
        }
    }

    /// Whether there is nothing the caller may see.
    #[must_use]
    pub fn not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }
}

fn enveloped(status: StatusCode, mut body: Value) -> Response {
    let id = secret::random_hex(8).unwrap_or_default();
    if let Some(object) = body.as_object_mut() {
        object.insert("request_id".to_owned(), json!(id));
    }
    let mut response = answer::json(body.to_string());
    *response.status_mut() = status;
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

impl IntoResponse for Success {
    fn into_response(self) -> Response {
        enveloped(StatusCode::OK, json!({"status": "success", "result": self.0}))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"status": "error", "message": self.message, "error_code": self.error_code});
        enveloped(self.status, body)
    }
}
