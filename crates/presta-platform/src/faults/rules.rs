//! What can be asked for: which requests, which fault, how often.

use serde::{Deserialize, Serialize};

use crate::problem::{FieldError, Problem};

/// Longest wait of one fault, in ms.
const WAIT_MAX_MS: u64 = 600_000;
/// Largest body made up, in bytes.
const HUGE_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Most rules at once.
const RULES_MAX: usize = 100;

/// All rules: the body of `PUT /admin/faults` and the file of `--faults`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// For each request the first that fires is done, and no other.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests.
    #[serde(rename = "match")]
    pub matches: Match,
    /// What is done to them.
    pub fault: Fault,
    /// How often; without it for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// So many that match are let through first.
    #[serde(default)]
    pub skip: u64,
    /// How likely it is done, 0 to 1, once nothing is skipped any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What draws by `probability` begin with.
    #[serde(default = "one")]
    pub seed: u64,
}

const fn one() -> u64 {
    1
}

/// Which requests; what is not named may be anything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// `GET`, `POST`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A path of the contract (`/v1/bids/{id}:retract`), or what paths begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Sign-in name or id of the user whose token is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// What is in the body of [`Fault::Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusBody {
    /// As the platform says it.
    #[default]
    Problem,
    /// As a proxy says it.
    Html,
    /// Nothing.
    Empty,
}

/// What is done to a request or its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Answered late.
    Delay {
        /// How late.
        ms: u64,
    },
    /// The body comes in small pieces.
    Drip {
        /// Of a piece.
        bytes: usize,
        /// Between two pieces, in ms.
        every_ms: u64,
    },
    /// The connection is reset, and nothing was done.
    ResetBefore,
    /// It is done, and the connection is reset in place of the answer.
    ResetAfterCommit,
    /// The connection ends in the middle of the body.
    Truncate {
        /// Sent before that.
        bytes: usize,
    },
    /// `Content-Type` is another one.
    WrongContentType {
        /// The other one.
        value: String,
    },
    /// Answered with a status; nothing was done.
    Status {
        /// 429, 500, 502, 503 or 504; 403 as a proxy says it.
        code: u16,
        /// Seconds of `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// What comes with it.
        #[serde(default)]
        body: StatusBody,
    },
    /// A page of somebody else's: 302 to `location`, or 200 without one.
    CaptivePortal {
        /// Where to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<String>,
    },
    /// 410 `sync-state-expired`.
    ExpiredState,
    /// Every event comes twice.
    EventsDuplicate,
    /// Of two changes the second comes first.
    EventsReorder,
    /// The stream opens and says nothing more, not even that it lives.
    EventsSilent,
    /// The stream ends.
    EventsCloseAfter {
        /// After so many events.
        n: usize,
    },
    /// The sign-in the token is of is revoked, for good.
    TokenRevoked,
    /// What is downloaded is another file, with another `ETag`, from the second request for it on.
    ArchiveChanged,
    /// Digests in the header and hashes in the JSON are wrong.
    BadDigest,
    /// `Date` and every instant of the JSON are moved.
    ClockSkew {
        /// By so much.
        ms: i64,
    },
    /// A byte of the body is one that UTF-8 does not know.
    InvalidUtf8,
    /// The body is a JSON object of this size.
    Huge {
        /// Its size.
        bytes: u64,
    },
}

impl Fault {
    fn error(&self, at: &str) -> Option<FieldError> {
        let out = |name: &str| Some(FieldError::new(format!("{at}/{name}"), "out-of-range"));
        match self {
            Self::Delay { ms } if *ms > WAIT_MAX_MS => out("delay/ms"),
            Self::Drip { bytes: 0, .. } => out("drip/bytes"),
            Self::Drip { every_ms, .. } if *every_ms > WAIT_MAX_MS => out("drip/every_ms"),
            Self::Status { code: 403, body: StatusBody::Html | StatusBody::Empty, .. } => None,
            Self::Status { code, .. } if !matches!(code, 429 | 500 | 502 | 503 | 504) => out("status/code"),
            Self::Huge { bytes } if *bytes > HUGE_MAX => out("huge/bytes"),
            Self::WrongContentType { value } if axum::http::HeaderValue::try_from(value).is_err() => {
                Some(FieldError::new(format!("{at}/wrong_content_type/value"), "invalid"))
            }
            Self::CaptivePortal { location: Some(to) } if axum::http::HeaderValue::try_from(to).is_err() => {
                Some(FieldError::new(format!("{at}/captive_portal/location"), "invalid"))
            }
            _ => None,
        }
    }
}

impl Rules {
    /// Checks the numbers.
    ///
    /// # Errors
    /// `validation`.
    pub fn check(&self) -> Result<(), Problem> {
        if self.rules.len() > RULES_MAX {
            return Err(Problem::field("/rules", "too-many"));
        }
        let mut errors = Vec::new();
        for (i, rule) in self.rules.iter().enumerate() {
            errors.extend(rule.fault.error(&format!("/rules/{i}/fault")));
            if rule.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
                errors.push(FieldError::new(format!("/rules/{i}/probability"), "out-of-range"));
            }
        }
        Problem::refuse(errors)
    }
}

/// Which paths a rule is about.
#[derive(Debug, Clone)]
pub enum Path {
    /// All.
    Any,
    /// One of the contract.
    Template(String),
    /// All that begin so.
    Prefix(String),
}

impl Path {
    /// Reads `path`: one of `templates`, or the beginning of some.
    #[must_use]
    pub fn of(path: Option<&str>, templates: &[&str]) -> Self {
        match path {
            None => Self::Any,
            Some(path) if path.contains('{') || templates.contains(&path) => Self::Template(path.to_owned()),
            Some(path) => Self::Prefix(path.to_owned()),
        }
    }

    /// Whether a request for `path` is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Prefix(prefix) => path.starts_with(prefix),
            Self::Template(template) => {
                let mut got = path.split('/');
                template.split('/').all(|wanted| got.next().is_some_and(|got| fits(wanted, got)))
                    && got.next().is_none()
            }
        }
    }
}

fn fits(wanted: &str, got: &str) -> bool {
    match wanted.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((_, "")) => !got.is_empty() && !got.contains(':'),
        Some((_, action)) => got.len() > action.len() && got.ends_with(action),
        None => wanted == got,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_and_written_the_same() {
        for text in [
            r#"{"delay":{"ms":5}}"#,
            r#"{"drip":{"bytes":1,"every_ms":2}}"#,
            r#""reset_before""#,
            r#""reset_after_commit""#,
            r#"{"truncate":{"bytes":3}}"#,
            r#"{"wrong_content_type":{"value":"text/plain"}}"#,
            r#"{"status":{"code":429,"retry_after":7,"body":"html"}}"#,
            r#"{"status":{"code":403,"body":"html"}}"#,
            r#"{"captive_portal":{}}"#,
            r#"{"captive_portal":{"location":"http://portal.example/"}}"#,
            r#""expired_state""#,
            r#""events_duplicate""#,
            r#""events_reorder""#,
            r#""events_silent""#,
            r#"{"events_close_after":{"n":2}}"#,
            r#""token_revoked""#,
            r#""archive_changed""#,
            r#""bad_digest""#,
            r#"{"clock_skew":{"ms":-86400000}}"#,
            r#""invalid_utf8""#,
            r#"{"huge":{"bytes":10485760}}"#,
        ] {
            let fault: Fault = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&fault).unwrap(), text);
        }
    }

    #[test]
    fn numbers_out_of_bounds_and_unknown_names_are_refused() {
        let check = |fault: &str| {
            let rules: Result<Rules, _> =
                serde_json::from_str(&format!(r#"{{"rules":[{{"match":{{}},"fault":{fault}}}]}}"#));
            rules.map(|rules| rules.check().is_ok())
        };
        assert!(!check(r#"{"delay":{"ms":600001}}"#).unwrap());
        assert!(!check(r#"{"status":{"code":200}}"#).unwrap());
        assert!(!check(r#"{"status":{"code":403}}"#).unwrap());
        assert!(!check(r#"{"drip":{"bytes":0,"every_ms":1}}"#).unwrap());
        assert!(!check(r#"{"wrong_content_type":{"value":"a\nb"}}"#).unwrap());
        assert!(check(r#"{"delay":{"ms":1,"s":1}}"#).is_err());
        assert!(check(r#""nonsense""#).is_err());
        assert!(check(r#""reset_before""#).unwrap());
    }
}
