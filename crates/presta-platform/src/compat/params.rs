//! What that API takes: queries and forms where a list is a name with `[]` given several times, or JSON of the same names.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{header, request::Parts},
};
use serde_json::Value;

use super::{Refusal, shapes};
use crate::{extract::MAX_BODY, ids::Prefix};

/// The most things asked for by id at once.
const IDS: usize = 100;
/// The largest id: that API's clients read numbers as JavaScript does.
const LARGEST: i64 = 1 << 53;

/// An id as it is written.
///
/// # Errors
/// `invalid`, naming `what`.
pub fn id(text: &str, what: &str) -> Result<i64, Refusal> {
    text.parse().ok().filter(|n| (1..=LARGEST).contains(n)).ok_or_else(|| Refusal::invalid(what))
}

/// Names and values, in the order given; of a query, and of a body where there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    pairs: Vec<(String, String)>,
    body: Value,
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self { pairs: form(parts.uri.query().unwrap_or_default().as_bytes()), body: Value::Null })
    }
}

/// As [`Params`], with the body.
#[derive(Debug)]
pub struct WithBody(pub Params);

impl<S: Send + Sync> FromRequest<S> for WithBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let mut pairs = form(request.uri().query().unwrap_or_default().as_bytes());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let json = kind.is_some_and(|kind| kind.starts_with("application/json"));
        let bytes: Bytes = axum::body::to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| Refusal::invalid("the length of the body"))?;
        let body = if json {
            serde_json::from_slice(&bytes).map_err(|_| Refusal::invalid("the JSON of the body"))?
        } else {
            pairs.extend(form(&bytes));
            Value::Null
        };
        Ok(Self(Params { pairs, body }))
    }
}

/// The row number in the path.
#[derive(Debug, Clone, Copy)]
pub struct Row(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Row {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let what = "the id in the path";
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Refusal::invalid(what))?;
        id(&text, what).map(Self)
    }
}

fn form(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

impl Params {
    /// The first value of `name` that is not empty; numbers of a JSON body as they are written.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let pair = self.pairs.iter().find(|(known, value)| known == name && !value.is_empty());
        pair.map(|(_, value)| value.clone()).or_else(|| match self.body.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
    }

    /// As [`Params::text`], needed.
    ///
    /// # Errors
    /// `invalid`.
    pub fn needed(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| Refusal::invalid(name))
    }

    /// The members of the object `name` of a JSON body; none when it is not there.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        Self { pairs: Vec::new(), body: self.body.get(name).cloned().unwrap_or_default() }
    }

    /// The objects of the list `name` of a JSON body.
    ///
    /// # Errors
    /// `invalid` when there are too many.
    pub fn each(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        let list = self.body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if list.len() > IDS {
            return Err(Refusal::invalid(name));
        }
        Ok(list.iter().map(|body| Self { pairs: Vec::new(), body: body.clone() }).collect())
    }

    /// Every value of the list `name`, written `name[]`.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        let list = format!("{name}[]");
        let inside = self.body.get(&list).or_else(|| self.body.get(name)).and_then(Value::as_array);
        let json = inside.into_iter().flatten().map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        self.pairs.iter().filter(|(known, _)| *known == list).map(|(_, value)| value.clone()).chain(json).collect()
    }

    /// A number under `name`.
    ///
    /// # Errors
    /// `invalid`.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|text| text.parse().map_err(|_| Refusal::invalid(name))).transpose()
    }

    /// An id under `name`, needed.
    ///
    /// # Errors
    /// `invalid`.
    pub fn id(&self, name: &str) -> Result<i64, Refusal> {
        id(&self.needed(name)?, name)
    }

    /// An amount under `name`, in minor units: that API writes it in major ones, with a point.
    ///
    /// # Errors
    /// `invalid`.
    pub fn minor(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|text| minor(&text).ok_or_else(|| Refusal::invalid(name))).transpose()
    }

    /// As [`Params::minor`], needed.
    ///
    /// # Errors
    /// `invalid`.
    pub fn needed_minor(&self, name: &str) -> Result<i64, Refusal> {
        self.minor(name)?.ok_or_else(|| Refusal::invalid(name))
    }

    /// Refuses a `name` that is another than the caller.
    ///
    /// # Errors
    /// `forbidden`, or `invalid`.
    pub fn is_caller(&self, name: &str, me: &Value) -> Result<(), Refusal> {
        match self.number(name)? {
            Some(n) if Some(n) != shapes::row(me, "/id", Prefix::User) => {
                Err(Refusal::forbidden(&format!("{name} is not the holder of the token")))
            }
            _ => Ok(()),
        }
    }

    /// The ids under the list `name`.
    ///
    /// # Errors
    /// `invalid` when one is none, or there are too many.
    pub fn ids(&self, name: &str) -> Result<Vec<i64>, Refusal> {
        let all = self.all(name);
        if all.len() > IDS { Err(Refusal::invalid(name)) } else { all.iter().map(|text| id(text, name)).collect() }
    }

    /// A yes or no under `name`, as Python and JavaScript write them.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "1"))
    }

    /// `offset` and `limit`; ten without it, as there.
    ///
    /// # Errors
    /// `invalid`.
    pub fn window(&self) -> Result<(usize, usize), Refusal> {
        let number = |name, default| {
            let value = self.number(name)?.unwrap_or(default);
            usize::try_from(value).map_err(|_| Refusal::invalid(name))
        };
        Ok((number("offset", 0)?, number("limit", 10)?.min(500)))
    }

    /// Refuses what would narrow the answer and cannot be carried over.
    ///
    /// # Errors
    /// `unsupported`.
    pub fn none_of(&self, names: &[&str]) -> Result<(), Refusal> {
        let given = |name: &&&str| self.text(name).is_some() || !self.all(name).is_empty();
        names.iter().find(given).map_or(Ok(()), |name| Err(Refusal::unsupported(name)))
    }
}

/// `12.5` → 1250; exact, never through floating point.
fn minor(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    let cents = cents.trim_end_matches('0');
    if whole.is_empty() || !plain(whole) || !plain(cents) || cents.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn amounts_are_read_exactly() {
        let read = [("250", 25_000), ("250.0", 25_000), ("0.1", 10), ("19.99", 1_999), ("1999999.9900", 199_999_999)];
        for (text, expected) in read {
            assert_eq!(minor(text), Some(expected), "{text}");
        }
        for text in ["", "-1", "1e3", "1.999", "1,5", ".", ".5", "99999999999999999999", "NaN"] {
            assert_eq!(minor(text), None, "{text}");
        }
    }
}
