//! What routes take from a request, refused as problems when it has not the form.

use std::{collections::HashMap, str::FromStr};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Path},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::{ids::Prefix, problem::Problem};

/// The largest body, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// Reads a JSON body of at most [`MAX_BODY`].
///
/// # Errors
/// `payload-too-large` or `unsupported-media-type`.
pub async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(Problem::UnsupportedMediaType);
    }
    axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| Problem::PayloadTooLarge)
}

/// As [`body`], but an empty one needs no type: for acts that may come without parameters.
///
/// # Errors
/// `payload-too-large`, `unsupported-media-type`, or `validation` when what is there is no JSON object.
pub async fn optional_body(headers: &HeaderMap, from: Body) -> Result<Bytes, Problem> {
    let bytes = if headers.contains_key(header::CONTENT_TYPE) {
        body(headers, from).await?
    } else {
        axum::body::to_bytes(from, MAX_BODY).await.map_err(|_| Problem::PayloadTooLarge)?
    };
    if bytes.is_empty() {
        return Ok(bytes);
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        return Err(Problem::UnsupportedMediaType);
    }
    json::<serde_json::Map<String, Value>>(&bytes)?;
    Ok(bytes)
}

/// Checks that an act without parameters was sent without any: no body, or `{}`.
///
/// # Errors
/// `validation`, at the member that is too much.
pub fn nothing(bytes: &[u8]) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    if bytes.is_empty() { Ok(()) } else { json(bytes).map(|Nothing {}| ()) }
}

/// Reads `bytes` as a JSON object of a known shape.
///
/// # Errors
/// `validation`, at what is wrong.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = read(bytes)?;
    // To serde an array of the fields in their order is as good as the object; no contract says so.
    if bytes.trim_ascii_start().starts_with(b"[") { Err(Problem::field("", "invalid-type")) } else { Ok(value) }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let reader = &mut serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize(&mut *reader) {
        Ok(value) => reader.end().map(|()| value).map_err(|_| Problem::field("", "invalid-json")),
        Err(error) if error.inner().to_string().starts_with("invalid type: floating point") => with_integers(bytes),
        Err(error) => Err(misread(&error)),
    }
}

/// `7.0` and `7e0` are the integer 7 (RFC 8259 §6 knows numbers alone; JSON Schema §6.1.1), which serde does not read.
fn with_integers<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|_| Problem::field("", "invalid-json"))?;
    whole(&mut value);
    serde_path_to_error::deserialize(value).map_err(|error| misread(&error))
}

/// Up to here every integer is a double of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT);
            // A double of that size is written without exponent or fraction.
            if let Some(integer) = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok()) {
                *value = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(members) => members.values_mut().for_each(whole),
        _ => {}
    }
}

/// Says where: serde names a missing or unknown field between backquotes, behind the path of its object.
fn misread(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let message = error.inner().to_string();
    let named = |start: &str| message.strip_prefix(start).and_then(|rest| rest.split('`').next());
    if !error.inner().is_data() {
        Problem::field("", "invalid-json")
    } else if let Some(name) = named("missing field `") {
        Problem::field(format!("{pointer}/{name}"), "required")
    } else if message.starts_with("unknown field `") {
        Problem::field(pointer, "unknown-field")
    } else {
        Problem::field(pointer, "invalid-type")
    }
}

/// The revision of `If-Match`.
///
/// # Errors
/// `precondition-required` without it; `edited-elsewhere` when it is none of ours.
pub fn if_match(headers: &HeaderMap) -> Result<i64, Problem> {
    let value = headers.get(header::IF_MATCH).ok_or(Problem::PreconditionRequired)?;
    value
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'))
        // What follows the revision tells viewers of a project apart, not versions of it.
        .and_then(|tag| tag.strip_suffix("-b").unwrap_or(tag).parse().ok())
        .ok_or(Problem::EditedElsewhere)
}

/// The row of the id in the path, or 404.
#[derive(Debug, Clone)]
pub struct Id(String);

impl Id {
    /// The row of kind `prefix`.
    ///
    /// # Errors
    /// `not-found`.
    pub fn row(&self, prefix: Prefix) -> Result<i64, Problem> {
        prefix.parse(&self.0).ok_or(Problem::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        Ok(Self(id))
    }
}

/// The query, by name. Under `/v1` no name comes twice: which of the values counts is nothing to guess.
#[derive(Debug, Clone, Default)]
pub struct Query(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut all = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()) {
            if all.contains_key(name.as_ref()) && parts.uri.path().starts_with("/v1/") {
                return Err(Problem::field(format!("?{name}"), "repeated"));
            }
            all.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Ok(Self(all))
    }
}

impl Query {
    /// The text under `name`, when it is not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The word under `name` as it was sent, also an empty one: for words of a list that is known.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Comma-separated texts.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let pieces = self.text(name).unwrap_or("").split(',').map(str::trim);
        pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
    }

    /// A number or `true`/`false`; nothing at all is neither.
    ///
    /// # Errors
    /// `validation` at `?name`.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let invalid = || Problem::field(format!("?{name}"), "invalid");
        let parse = |text: &String| text.parse().ok().filter(|_| !text.starts_with('+')).ok_or_else(invalid);
        self.0.get(name).map(parse).transpose()
    }

    /// One of the words of `known`; an empty one is none of them.
    ///
    /// # Errors
    /// `validation` at `?name`.
    pub fn one_of<'k>(&self, name: &str, known: &[&'k str]) -> Result<Option<&'k str>, Problem> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let found = known.iter().find(|word| *word == text).copied();
        found.map(Some).ok_or_else(|| Problem::field(format!("?{name}"), "unknown"))
    }

    /// A number of `range`, or `default`.
    ///
    /// # Errors
    /// `validation` at `?name`.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<i64>, default: i64) -> Result<i64, Problem> {
        let value = self.parse(name)?.unwrap_or(default);
        if range.contains(&value) { Ok(value) } else { Err(Problem::field(format!("?{name}"), "out-of-range")) }
    }

    /// `limit`, 1 to 500.
    ///
    /// # Errors
    /// `validation` at `?limit`.
    pub fn limit(&self, default: i64) -> Result<usize, Problem> {
        Ok(usize::try_from(self.number("limit", 1..=500, default)?).unwrap_or(1))
    }

    /// `cursor`, read back.
    ///
    /// # Errors
    /// `validation` at `?cursor`.
    pub fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        self.text("cursor").map(crate::store::pages::parse_cursor).transpose()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde::Deserialize;

    use super::{json, nothing};
    use crate::problem::Problem;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        list: Vec<i64>,
    }

    fn error(bytes: &[u8]) -> (String, &'static str) {
        match json::<Body>(bytes).unwrap_err() {
            Problem::Validation(errors) => errors.first().map(|error| (error.pointer.clone(), error.code)).unwrap(),
            other => (other.to_string(), ""),
        }
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        for text in ["[7]", "[7.0]", "[7e0]", "[70E-1]", "[0.7e1]"] {
            let body = format!("{{\"list\":{text}}}");
            assert_eq!(json::<Body>(body.as_bytes()).unwrap(), Body { list: vec![7] }, "{text}");
        }
        assert_eq!(json::<Body>(b"{\"list\":[-0.0, 5e15]}").unwrap(), Body { list: vec![0, 5_000_000_000_000_000] });
        for text in ["[1, 7.5]", "[1, 1e300]", "[1, 9e18]"] {
            let body = format!("{{\"list\":{text}}}");
            assert_eq!(error(body.as_bytes()), ("/list/1".to_owned(), "invalid-type"), "{text}");
        }
        assert_eq!(error(b"{\"list\":[1.0], \"more\":1}"), ("/more".to_owned(), "unknown-field"));
        assert_eq!(error(b" [[7]]"), (String::new(), "invalid-type"), "fields without names");
    }

    #[test]
    fn an_act_without_parameters_takes_none() {
        assert!(nothing(b"").is_ok() && nothing(b"{}").is_ok() && nothing(b" { } ").is_ok());
        assert!(nothing(b"{\"a\":1}").is_err() && nothing(b"[]").is_err() && nothing(b"null").is_err());
        assert!(nothing(b"{").is_err());
    }
}
