//! The tables: SQL beside what reads and writes it. Functions take a connection or a [`changes::Tx`]
//! and never know of HTTP.

pub mod accounts;
pub mod acts;
pub mod amendments;
pub mod attachments;
pub mod bidding;
pub mod bids;
pub mod bookmarks;
pub mod changes;
pub mod communications;
pub mod connections;
pub mod contests;
pub mod deals;
pub mod decisions;
pub mod demo;
pub mod demo_contests;
pub mod demo_people;
pub mod demo_privacy;
pub mod details;
pub mod devices;
pub mod entries;
pub mod exports;
pub mod invitations;
pub mod keys;
pub mod kinds;
pub mod letters;
pub mod mails;
pub mod messages;
pub mod milestone_requests;
pub mod milestones;
pub mod offers;
pub mod pages;
pub mod policy;
pub mod posting;
pub mod privacy_requests;
pub mod profiles;
pub mod projects;
pub mod ranks;
pub mod recommendations;
pub mod reports;
pub mod request_words;
pub mod reviews;
pub mod saved_searches;
pub mod search;
pub mod seeding;
mod sides;
pub mod snapshot;
pub mod threads;
pub mod tokens;
pub mod unsubscribe;
pub mod uploads;
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
