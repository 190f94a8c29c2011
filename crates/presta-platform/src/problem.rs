//! What can go wrong with a request, as RFC 9457 problems.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{language::Language, problem_words};

/// One thing wrong in the body or the query: a JSON pointer (`/amount`) or `?name`, and a stable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// RFC 6901 pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Stable code, such as `too-short`.
    pub code: &'static str,
    /// Numbers that go with the code.
    pub params: Option<Value>,
}

impl FieldError {
    /// An error without parameters.
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, params: None }
    }

    /// An error with parameters.
    pub fn with(pointer: impl Into<String>, code: &'static str, params: Value) -> Self {
        Self { pointer: pointer.into(), code, params: Some(params) }
    }
}

/// Everything a route can refuse or fail with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The request does not have the form it must have.
    #[error("validation")]
    Validation(Vec<FieldError>),
    /// An amount lies outside of the market's bounds.
    #[error("amount out of range")]
    AmountOutOfRange(Vec<FieldError>),
    /// A text gives an address or a number to be reached at.
    #[error("contact details in text")]
    ContactDetails(Vec<FieldError>),
    /// The month's bids are used up.
    #[error("quota exhausted")]
    QuotaExhausted {
        /// Seconds until bids are granted again.
        retry_after_s: i64,
    },
    /// The project takes no bids.
    #[error("project closed")]
    ProjectClosed,
    /// The caller has a bid there already.
    #[error("duplicate bid")]
    DuplicateBid,
    /// The project is the caller's.
    #[error("own project")]
    OwnProject,
    /// Its state, or that of something else, does not admit this.
    #[error("state conflict")]
    StateConflict,
    /// No human looks at this decision again.
    #[error("not reviewable")]
    NotReviewable,
    /// `If-Match` names an older revision.
    #[error("edited elsewhere")]
    EditedElsewhere,
    /// A recent sign-in is needed.
    #[error("step-up required")]
    StepUpRequired,
    /// The sync state is unknown or too old.
    #[error("sync state expired")]
    SyncStateExpired,
    /// Too many requests.
    #[error("rate limited")]
    RateLimited {
        /// Seconds until the window starts again.
        retry_after_s: u64,
    },
    /// Nothing there that the caller may see.
    #[error("not found")]
    NotFound,
    /// Seen, but not to be done by this caller or in this state.
    #[error("forbidden")]
    Forbidden,
    /// It was there once.
    #[error("gone")]
    Gone,
    /// No valid access token.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The token does not cover the route.
    #[error("insufficient scope {0}")]
    InsufficientScope(&'static str),
    /// The key was used for something else.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// The first request of that key is not answered yet.
    #[error("request in progress")]
    RequestInProgress,
    /// More than the server reads.
    #[error("payload too large")]
    PayloadTooLarge,
    /// Not `application/json`.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// `Upload-Offset` is not where the upload is.
    #[error("offset mismatch: at {offset}")]
    OffsetMismatch {
        /// Bytes that are there.
        offset: i64,
    },
    /// The bytes are not those that were announced.
    #[error("checksum mismatch")]
    ChecksumMismatch,
    /// `Tus-Resumable` is missing or names another version.
    #[error("tus version")]
    TusVersion,
    /// The range begins behind the end.
    #[error("range not satisfiable of {size} bytes")]
    RangeNotSatisfiable {
        /// Bytes of the whole.
        size: i64,
    },
    /// The contest takes no entries, or is decided.
    #[error("contest closed")]
    ContestClosed,
    /// The caller has as many of these as one may have.
    #[error("limit reached")]
    LimitReached,
    /// The path knows other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// `If-Match` is missing.
    #[error("precondition required")]
    PreconditionRequired,
    /// The server ends.
    #[error("unavailable")]
    Unavailable,
    /// The server broke; the log says where.
    #[error("internal: {0}")]
    Internal(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Problem {
    /// One wrong field.
    pub fn field(pointer: impl Into<String>, code: &'static str) -> Self {
        Self::Validation(vec![FieldError::new(pointer, code)])
    }

    /// Refuses when anything is wrong.
    ///
    /// # Errors
    /// `validation` with all of `errors`, if there are any.
    pub fn refuse(errors: impl IntoIterator<Item = FieldError>) -> Result<(), Self> {
        let errors: Vec<FieldError> = errors.into_iter().collect();
        if errors.is_empty() { Ok(()) } else { Err(Self::Validation(errors)) }
    }

    /// The last part of `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Validation(_) => "validation",
            Self::AmountOutOfRange(_) => "amount-out-of-range",
            Self::ContactDetails(_) => "contact-details-in-text",
            Self::QuotaExhausted { .. } => "quota-exhausted",
            Self::ProjectClosed => "project-closed",
            Self::DuplicateBid => "duplicate-bid",
            Self::OwnProject => "own-project",
            Self::StateConflict => "state-conflict",
            Self::NotReviewable => "not-reviewable",
            Self::EditedElsewhere => "edited-elsewhere",
            Self::StepUpRequired => "step-up-required",
            Self::SyncStateExpired => "sync-state-expired",
            Self::RateLimited { .. } => "rate-limited",
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::Gone => "gone",
            Self::Unauthenticated => "unauthenticated",
            Self::InsufficientScope(_) => "insufficient-scope",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::RequestInProgress => "request-in-progress",
            Self::PayloadTooLarge => "payload-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::OffsetMismatch { .. } => "offset-mismatch",
            Self::ChecksumMismatch => "checksum-mismatch",
            Self::TusVersion => "tus-version",
            Self::RangeNotSatisfiable { .. } => "range-not-satisfiable",
            Self::ContestClosed => "contest-closed",
            Self::LimitReached => "limit-reached",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::PreconditionRequired => "precondition-required",
            Self::Unavailable => "unavailable",
            Self::Internal(_) | Self::Database(_) => "internal",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Validation(_) | Self::AmountOutOfRange(_) | Self::ContactDetails(_) | Self::IdempotencyKeyReused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::QuotaExhausted { .. }
            | Self::ProjectClosed
            | Self::DuplicateBid
            | Self::OwnProject
            | Self::StateConflict
            | Self::OffsetMismatch { .. }
            | Self::ContestClosed
            | Self::LimitReached
            | Self::RequestInProgress => StatusCode::CONFLICT,
            // Of tus 1.0, where no status of HTTP says it.
            Self::ChecksumMismatch => StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
            Self::RangeNotSatisfiable { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::EditedElsewhere | Self::TusVersion => StatusCode::PRECONDITION_FAILED,
            Self::StepUpRequired | Self::Forbidden | Self::InsufficientScope(_) | Self::NotReviewable => {
                StatusCode::FORBIDDEN
            }
            Self::SyncStateExpired | Self::Gone => StatusCode::GONE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) | Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn retryable(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::RequestInProgress
                | Self::ChecksumMismatch
                | Self::Unavailable
                | Self::Internal(_)
                | Self::Database(_)
        )
    }

    fn errors(&self) -> Option<Vec<Value>> {
        let (Self::Validation(errors) | Self::AmountOutOfRange(errors) | Self::ContactDetails(errors)) = self else {
            return None;
        };
        let write = |error: &FieldError| {
            let mut value = json!({"pointer": error.pointer, "code": error.code});
            if let (Some(params), Some(object)) = (&error.params, value.as_object_mut()) {
                object.insert("params".to_owned(), params.clone());
            }
            value
        };
        Some(errors.iter().map(write).collect())
    }

    /// The body of RFC 9457, in `language`.
    #[must_use]
    pub fn body(&self, language: Language, request_id: &str) -> Value {
        let (title, detail) = problem_words::words(self.name(), language);
        let mut body = json!({
            "type": format!("https://prestataires.pro/problems/{}", self.name()),
            "title": title,
            "status": self.status().as_u16(),
            "detail": detail,
            "retryable": self.retryable(),
            "request_id": request_id,
        });
        if let (Some(errors), Some(object)) = (self.errors(), body.as_object_mut()) {
            object.insert("errors".to_owned(), Value::Array(errors));
        }
        body
    }

    /// The headers a problem brings along.
    pub fn headers(&self, into: &mut HeaderMap) {
        match self {
            Self::Unauthenticated => {
                into.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::InsufficientScope(scope) => {
                let text = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                if let Ok(value) = HeaderValue::try_from(text) {
                    into.insert(header::WWW_AUTHENTICATE, value);
                }
            }
            Self::RateLimited { retry_after_s } => {
                into.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
            }
            Self::QuotaExhausted { retry_after_s } => {
                into.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
            }
            Self::OffsetMismatch { offset } => {
                into.insert("upload-offset", HeaderValue::from(*offset));
            }
            Self::TusVersion => {
                into.insert("tus-version", HeaderValue::from_static(crate::tus::VERSION));
            }
            Self::RangeNotSatisfiable { size } => {
                if let Ok(value) = HeaderValue::try_from(format!("bytes */{size}")) {
                    into.insert(header::CONTENT_RANGE, value);
                }
            }
            Self::RequestInProgress | Self::Unavailable => {
                into.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
    }
}

/// Carries the problem to the layer that knows the request's language and id.
#[derive(Debug, Clone)]
pub struct Pending(pub std::sync::Arc<Problem>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        self.headers(response.headers_mut());
        response.extensions_mut().insert(Pending(std::sync::Arc::new(self)));
        response
    }
}
