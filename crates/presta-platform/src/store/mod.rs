//! The tables: SQL beside what reads and writes it. Functions take a connection or a [`changes::Tx`]
//! and never know of HTTP.

pub mod accounts;
pub mod attachments;
pub mod bids;
pub mod changes;
pub mod demo;
pub mod keys;
pub mod kinds;
pub mod mails;
pub mod messages;
pub mod pages;
pub mod projects;
pub mod search;
pub mod seeding;
pub mod snapshot;
pub mod threads;
pub mod tokens;
pub mod users;

use jiff::Timestamp;

/// RFC 3339 in UTC of `ms` since the epoch.
#[must_use]
pub fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// `text` as a JSON string, quotes included.
#[must_use]
pub fn quoted(text: &str) -> String {
    // A string is always JSON.
    serde_json::to_string(text).unwrap_or_default()
}

/// Row numbers as a JSON array, for `json_each`.
#[must_use]
pub fn array(rows: &[i64]) -> String {
    let inner: Vec<String> = rows.iter().map(i64::to_string).collect();
    format!("[{}]", inner.join(","))
}
