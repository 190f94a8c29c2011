//! What can go wrong with a request, and what to do about it.

use std::sync::Arc;
use std::time::Duration;

use crate::{Problem, ProblemKind};

/// What went wrong. No variant holds a token or an answer's text.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The platform could not be reached, or the connection broke.
    #[error("reaching the platform: {}", deepest(.0.as_ref()))]
    Network(#[source] Arc<reqwest::Error>),
    /// No answer in time, or silence on the event stream.
    #[error("waiting for the platform: no answer in time")]
    Timeout,
    /// The platform's certificate was not accepted.
    #[error("securing the connection: {}", deepest(.0.as_ref()))]
    Tls(#[source] Arc<reqwest::Error>),
    /// The answer sends us elsewhere; redirects are never followed.
    #[error("reaching the platform: the answer is a redirect to {host:?}")]
    Redirected {
        /// Host of the redirect; empty when it has none.
        host: String,
    },
    /// The platform refused, and says why.
    #[error("the platform refused: {0}")]
    Problem(Box<Problem>),
    /// A status without an explanation.
    #[error("the platform answered with status {0}")]
    UnexpectedStatus(u16),
    /// The answer is not from the platform: a captive portal or a proxy.
    #[error("reading the answer: {content_type:?} is not JSON")]
    NotJson {
        /// The answer's `Content-Type`.
        content_type: String,
    },
    /// The answer is not what the contract says.
    #[error("reading {what}: {fault} at line {line}, column {column}")]
    Decode {
        /// What was to be read.
        what: &'static str,
        /// In what way it is wrong.
        fault: DecodeFault,
        /// Line of the answer, from 1; 0 when not known.
        line: usize,
        /// Column in the line, from 1; 0 when not known.
        column: usize,
    },
    /// The answer is too large to be read.
    #[error("reading the answer: more than {limit} bytes")]
    TooLarge {
        /// Most bytes read.
        limit: usize,
    },
    /// Nobody is signed in, or the platform no longer accepts the sign-in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The refresh token could not be loaded, saved or cleared; with the store's own words.
    #[error("keeping the sign-in: {0}")]
    TokenStore(String),
    /// The sign-in did not come to its end.
    #[error("signing in: {0}")]
    SignIn(#[from] SignInError),
    /// A token would travel in the clear.
    #[error("reaching the platform: {host:?} is not reached by https")]
    Insecure {
        /// The host.
        host: String,
    },
    /// An identifier that cannot stand in a URL's path.
    #[error("naming a resource: the identifier cannot be part of a path")]
    BadIdentifier,
    /// The HTTP client could not be made, with the reason.
    #[error("preparing the HTTP client: {0}")]
    Setup(String),
    /// The program is ending.
    #[error("the request was cut short")]
    Interrupted,
}

/// In what way an answer is not what the contract says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeFault {
    /// It ends too early.
    #[error("the text ends too early")]
    Truncated,
    /// It is not JSON, or not UTF-8.
    #[error("the text is not JSON")]
    Syntax,
    /// It is JSON of another shape.
    #[error("the JSON has another shape")]
    Shape,
}

/// Why a sign-in did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The redirect does not answer our request (RFC 6749 §10.12).
    #[error("the redirect's state is not ours")]
    StateMismatch,
    /// The redirect, or the metadata, is of another issuer (RFC 9207, RFC 8414 §3.3).
    #[error("the issuer is not the platform")]
    IssuerMismatch,
    /// The person, or the platform for them, said no.
    #[error("consent was denied")]
    Denied,
    /// The platform refused with another OAuth error code (RFC 6749 §4.1.2.1, §5.2).
    #[error("the platform refused with {code:?}")]
    Refused {
        /// The OAuth error code.
        code: String,
    },
    /// The redirect has neither a code nor an error.
    #[error("the redirect carries no code")]
    NoCode,
    /// The platform does not offer what the sign-in needs.
    #[error("the platform does not offer {0}")]
    Unsupported(&'static str),
    /// No redirect came in time.
    #[error("no redirect came in time")]
    TimedOut,
    /// No port could be opened for the redirect, with the system's reason.
    #[error("opening a port for the redirect: {0}")]
    Loopback(String),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
}

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Wait for the network, then try again.
    Network,
    /// Try again later.
    Transient {
        /// Not before this, when the platform says so.
        after: Option<Duration>,
    },
    /// Sign in, then try again.
    SignIn,
    /// Trying again gives the same.
    Permanent,
}

impl Error {
    /// What to do after this error.
    pub fn retry(&self) -> Retry {
        match self {
            // A portal or proxy between us and the platform goes away as an outage does.
            Self::Network(_) | Self::Timeout | Self::Tls(_) | Self::Redirected { .. } | Self::NotJson { .. } => {
                Retry::Network
            }
            Self::Problem(problem) => problem.retry(),
            Self::UnexpectedStatus(status) => match status {
                401 => Retry::SignIn,
                408 | 425 | 429 | 500.. => Retry::Transient { after: None },
                _ => Retry::Permanent,
            },
            Self::Decode { fault: DecodeFault::Truncated | DecodeFault::Syntax, .. }
            | Self::TokenStore(_)
            | Self::Interrupted => Retry::Transient { after: None },
            Self::SignedOut => Retry::SignIn,
            Self::Decode { fault: DecodeFault::Shape, .. }
            | Self::TooLarge { .. }
            | Self::SignIn(_)
            | Self::Insecure { .. }
            | Self::BadIdentifier
            | Self::Setup(_) => Retry::Permanent,
        }
    }

    /// Whether the platform may have done what was asked although this came back. Not when the request was never sent, and
    /// not when the platform says that it did nothing.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Network(error) | Self::Tls(error) => !error.is_connect(),
            Self::Timeout
            | Self::Redirected { .. }
            | Self::NotJson { .. }
            | Self::Decode { .. }
            | Self::TooLarge { .. }
            | Self::Interrupted => true,
            Self::UnexpectedStatus(status) => matches!(status, 408 | 409 | 425 | 500..),
            Self::Problem(problem) => matches!(problem.retry(), Retry::Transient { .. }) && problem.status != 429,
            Self::SignedOut
            | Self::TokenStore(_)
            | Self::SignIn(_)
            | Self::Insecure { .. }
            | Self::BadIdentifier
            | Self::Setup(_) => false,
        }
    }

    /// Whether an answer came back that cannot be read: what was asked may have been done, and asking again may give the
    /// same.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::NotJson { .. } | Self::Decode { .. } | Self::TooLarge { .. })
    }

    /// Whether it is a refusal without the reason that the platform gives with each: something on the way spoilt it, or it
    /// is not the platform's.
    pub fn is_bare_refusal(&self) -> bool {
        matches!(self, Self::UnexpectedStatus(400..=499)) && self.retry() == Retry::Permanent
    }

    /// A stable name for the UI, which owns the words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network(_) => "offline",
            Self::Timeout => "timeout",
            Self::Tls(_) => "tls",
            Self::Redirected { .. } => "redirected",
            Self::Problem(problem) => problem.kind.code(),
            Self::UnexpectedStatus(_) => "unexpected-status",
            Self::NotJson { .. } => "not-json",
            Self::Decode { .. } => "bad-answer",
            Self::TooLarge { .. } => "too-large",
            Self::SignedOut => "signed-out",
            Self::TokenStore(_) => "token-store",
            Self::SignIn(error) => error.code(),
            Self::Insecure { .. } => "insecure",
            Self::BadIdentifier => "bad-identifier",
            Self::Setup(_) => "setup",
            Self::Interrupted => "interrupted",
        }
    }

    /// The kind of the platform's refusal, if it is one.
    pub fn problem_kind(&self) -> Option<&ProblemKind> {
        match self {
            Self::Problem(problem) => Some(&problem.kind),
            _ => None,
        }
    }

    /// Sorts an error of the HTTP client; URLs are taken out, for they hold what people search.
    pub(crate) fn from_http(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() {
            Self::Timeout
        } else if is_tls(&error) {
            Self::Tls(Arc::new(error))
        } else {
            Self::Network(Arc::new(error))
        }
    }

    /// An answer that can be read and is not what the contract says.
    pub const fn misshapen(what: &'static str) -> Self {
        Self::Decode { what, fault: DecodeFault::Shape, line: 0, column: 0 }
    }

    /// Keeps the place and kind of a JSON error; its text quotes the answer.
    pub(crate) fn from_json(what: &'static str, error: &serde_json::Error) -> Self {
        use serde_json::error::Category;
        Self::Decode {
            what,
            fault: match error.classify() {
                Category::Eof => DecodeFault::Truncated,
                Category::Data => DecodeFault::Shape,
                Category::Syntax | Category::Io => DecodeFault::Syntax,
            },
            line: error.line(),
            column: error.column(),
        }
    }
}

impl SignInError {
    /// A stable name for the UI.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StateMismatch => "sign-in-state-mismatch",
            Self::IssuerMismatch => "sign-in-issuer-mismatch",
            Self::Denied => "sign-in-denied",
            Self::Refused { .. } => "sign-in-refused",
            Self::NoCode => "sign-in-no-code",
            Self::Unsupported(_) => "sign-in-unsupported",
            Self::TimedOut => "sign-in-timed-out",
            Self::Loopback(_) => "sign-in-no-port",
            Self::NoRandomness => "sign-in-no-randomness",
        }
    }
}

/// The innermost cause's text, which is the one that tells something.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Whether TLS is at the bottom of it. The chain holds I/O errors in I/O errors, which `source` steps over.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner)) || error.source().is_some_and(is_tls)
}
