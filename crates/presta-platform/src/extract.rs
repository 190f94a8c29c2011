//! What routes take from a request, refused as problems when it has not the form.

use std::{collections::HashMap, str::FromStr};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Path},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
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

/// As [`body`], but an empty one needs no type: for acts without parameters.
///
/// # Errors
/// `payload-too-large` or `unsupported-media-type`.
pub async fn optional_body(headers: &HeaderMap, from: Body) -> Result<Bytes, Problem> {
    if headers.contains_key(header::CONTENT_TYPE) {
        return body(headers, from).await;
    }
    let bytes = axum::body::to_bytes(from, MAX_BODY).await.map_err(|_| Problem::PayloadTooLarge)?;
    if bytes.is_empty() { Ok(bytes) } else { Err(Problem::UnsupportedMediaType) }
}

/// Reads `bytes` as JSON of a known shape.
///
/// # Errors
/// `validation`, at the root.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let reader = &mut serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut *reader).map_err(|error| misread(&error))?;
    reader.end().map_err(|_| Problem::field("", "invalid-json"))?;
    // Serde reads a list as an object whose members come in order; the contract does not.
    let object = bytes.trim_ascii_start().starts_with(b"{");
    if object { Ok(value) } else { Err(Problem::field("", "invalid-type")) }
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

/// The query, by name; a name given twice keeps its first value.
#[derive(Debug, Clone, Default)]
pub struct Query(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut all = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()) {
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

    /// Comma-separated texts.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let pieces = self.text(name).unwrap_or("").split(',').map(str::trim);
        pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
    }

    /// A number or `true`/`false`.
    ///
    /// # Errors
    /// `validation` at `?name`.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let invalid = |_| Problem::field(format!("?{name}"), "invalid");
        self.text(name).map(|text| text.parse().map_err(invalid)).transpose()
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
