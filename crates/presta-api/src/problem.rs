//! The platform's refusals: `application/problem+json` (RFC 9457).

use std::time::Duration;

use serde::Deserialize;

use crate::Retry;

/// A refusal with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// What kind of refusal it is.
    pub kind: ProblemKind,
    /// A short text in the language asked for.
    pub title: String,
    /// A longer one.
    pub detail: Option<String>,
    /// What is wrong with which field.
    pub errors: Vec<FieldError>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The platform's id of the request, for its support.
    pub request_id: Option<String>,
    /// Not to be tried again before this (`Retry-After`).
    pub retry_after: Option<Duration>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the request's body.
    #[serde(default)]
    pub pointer: String,
    /// A stable name.
    #[serde(default)]
    pub code: String,
    /// Values for the message, by name; null when there are none.
    #[serde(default)]
    pub params: serde_json::Value,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The kinds of refusals of the contract.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$doc])* $variant,)*
            /// A kind this version does not know, by name.
            Unknown(String),
        }

        impl ProblemKind {
            /// The kind called `name` in the contract.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }

            /// The name in the contract, or `unknown-problem`.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(_) => "unknown-problem",
                }
            }
        }
    };
}

kinds! {
    /// A field breaks a rule; see `errors`.
    Validation = "validation",
    /// No bids are left in this period.
    QuotaExhausted = "quota-exhausted",
    /// The text holds a phone number, an address or a link to one.
    ContactDetailsInText = "contact-details-in-text",
    /// The project takes no more bids.
    ProjectClosed = "project-closed",
    /// There is a bid of this person on the project.
    DuplicateBid = "duplicate-bid",
    /// The amount is out of bounds.
    AmountOutOfRange = "amount-out-of-range",
    /// The resource was changed since it was read.
    EditedElsewhere = "edited-elsewhere",
    /// A recent sign-in is needed.
    StepUpRequired = "step-up-required",
    /// The sync state is too old: take a snapshot.
    SyncStateExpired = "sync-state-expired",
    /// Too many requests.
    RateLimited = "rate-limited",
    /// There is no such resource.
    NotFound = "not-found",
    /// The person may not do this.
    Forbidden = "forbidden",
    /// The resource was there and is no more.
    Gone = "gone",
    /// The access token is missing or no longer good.
    Unauthenticated = "unauthenticated",
    /// The idempotency key was used with another request.
    IdempotencyKeyReused = "idempotency-key-reused",
    /// The first request with this idempotency key still runs.
    RequestInProgress = "request-in-progress",
    /// Nobody bids on their own project.
    OwnProject = "own-project",
    /// The state of something does not admit it, or not any more.
    StateConflict = "state-conflict",
    /// The sign-in did not ask for this.
    InsufficientScope = "insufficient-scope",
    /// The request is too large.
    PayloadTooLarge = "payload-too-large",
    /// The request's type is not taken.
    UnsupportedMediaType = "unsupported-media-type",
    /// The range begins behind the end of the file.
    RangeNotSatisfiable = "range-not-satisfiable",
    /// The resource has no such verb.
    MethodNotAllowed = "method-not-allowed",
    /// The request has to name a revision.
    PreconditionRequired = "precondition-required",
    /// The platform is not available for now.
    Unavailable = "unavailable",
    /// The platform broke; it says so itself.
    Internal = "internal",
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    retryable: bool,
    #[serde(default)]
    request_id: Option<String>,
}

impl Problem {
    /// Reads a problem document that came with `status`; `None` when it is not one.
    pub fn decode(status: u16, body: &[u8], retry_after: Option<Duration>) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(body).ok()?;
        let name = wire.kind.rsplit('/').next().unwrap_or_default();
        Some(Self {
            status,
            kind: match name {
                "" | "about:blank" => Self::kind_of_status(status)?,
                name => ProblemKind::from_name(name),
            },
            title: wire.title,
            detail: wire.detail,
            errors: wire.errors,
            retryable: wire.retryable,
            request_id: wire.request_id,
            retry_after,
        })
    }

    /// The refusal a bare status stands for, where it says enough.
    pub(crate) fn of_status(status: u16, retry_after: Option<Duration>) -> Option<Self> {
        Some(Self {
            status,
            kind: Self::kind_of_status(status)?,
            title: String::new(),
            detail: None,
            errors: Vec::new(),
            retryable: matches!(status, 429 | 503),
            request_id: None,
            retry_after,
        })
    }

    fn kind_of_status(status: u16) -> Option<ProblemKind> {
        Some(match status {
            401 => ProblemKind::Unauthenticated,
            429 => ProblemKind::RateLimited,
            503 => ProblemKind::Unavailable,
            _ => return None,
        })
    }

    pub(crate) fn retry(&self) -> Retry {
        let later = Retry::Transient { after: self.retry_after };
        match (&self.kind, self.status) {
            (ProblemKind::Unauthenticated, _) | (_, 401) => Retry::SignIn,
            (ProblemKind::RequestInProgress, _) | (_, 408 | 425 | 429 | 500..) => later,
            _ if self.retryable => later,
            _ => Retry::Permanent,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match &self.kind {
            ProblemKind::Unknown(name) => name,
            kind => kind.code(),
        };
        write!(f, "{name} ({})", self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_field() {
        let body = br#"{"type":"https://prestataires.pro/problems/validation","title":"Invalide","status":422,
            "detail":"Trop court","errors":[{"pointer":"/text","code":"too-short","params":{"min":100}}],
            "retryable":false,"request_id":"req_1","novelty":[1]}"#;
        let problem = Problem::decode(422, body, None).unwrap();
        assert_eq!(problem.kind, ProblemKind::Validation);
        assert_eq!(problem.detail.as_deref(), Some("Trop court"));
        assert_eq!(problem.errors[0].pointer, "/text");
        assert_eq!(problem.errors[0].params["min"], 100);
        assert_eq!(problem.request_id.as_deref(), Some("req_1"));
        assert_eq!(problem.retry(), Retry::Permanent);
        assert_eq!(problem.to_string(), "validation (422)");
    }

    #[test]
    fn an_unknown_kind_keeps_its_name() {
        let body = br#"{"type":"https://prestataires.pro/problems/full-moon","title":"x","status":409}"#;
        let problem = Problem::decode(409, body, None).unwrap();
        assert_eq!(problem.kind, ProblemKind::Unknown("full-moon".to_owned()));
        assert_eq!(problem.kind.code(), "unknown-problem");
    }

    #[test]
    fn the_kind_and_the_status_tell_whether_to_retry() {
        let after = Some(Duration::from_secs(7));
        let retry = |name: &str, status, retryable: bool| {
            let body = format!(r#"{{"type":"{name}","title":"","retryable":{retryable}}}"#);
            Problem::decode(status, body.as_bytes(), after).unwrap().retry()
        };
        let later = Retry::Transient { after };
        assert_eq!(retry("rate-limited", 429, true), later);
        assert_eq!(retry("unavailable", 503, false), later);
        assert_eq!(retry("request-in-progress", 409, false), later);
        assert_eq!(retry("full-moon", 409, true), later);
        assert_eq!(retry("duplicate-bid", 409, false), Retry::Permanent);
        assert_eq!(retry("unauthenticated", 401, false), Retry::SignIn);
        assert_eq!(retry("sync-state-expired", 410, false), Retry::Permanent);
    }

    #[test]
    fn what_is_no_problem_document_is_refused() {
        assert_eq!(Problem::decode(500, b"[1]", None), None);
        assert_eq!(Problem::decode(404, b"{\"message\":\"no\"}", None), None);
    }
}
