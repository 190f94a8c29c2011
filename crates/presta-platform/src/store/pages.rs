//! Opaque cursors and pages of ready JSON.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::problem::Problem;

/// The largest `limit`.
pub const MAX_LIMIT: usize = 500;

/// Writes a cursor.
#[must_use]
pub fn cursor(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// Reads a cursor back.
///
/// # Errors
/// `validation` when it is none of ours.
pub fn parse_cursor<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Problem::field("?cursor", "invalid"))
}

/// A page being written: items already are JSON.
#[derive(Debug)]
pub struct Page {
    /// The items, joined by commas.
    pub items: String,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

impl Page {
    /// From items that are JSON each.
    #[must_use]
    pub fn of(items: &[String], next_cursor: Option<String>) -> Self {
        Self { items: items.join(","), next_cursor }
    }

    /// `"items":[…],"next_cursor":…`, without braces.
    #[must_use]
    pub fn members(&self) -> String {
        let cursor = self.next_cursor.as_deref().map_or("null".to_owned(), super::quoted);
        format!("\"items\":[{}],\"next_cursor\":{cursor}", self.items)
    }

    /// The whole answer.
    #[must_use]
    pub fn json(&self) -> String {
        format!("{{{}}}", self.members())
    }
}
