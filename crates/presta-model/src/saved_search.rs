//! Searches that are kept, and their alerts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::BudgetKind;
use crate::words::words;

/// A search that is kept, and may alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// As the person called it.
    pub name: String,
    /// What is looked for.
    pub query: SearchQuery,
    /// How often new projects are told.
    pub alert: Alert,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// What is looked for; every part that is there must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// Words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Ids of skills, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Ids of categories, any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Fixed price or by the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "type")]
    pub kind: Option<BudgetKind>,
    /// Least upper end of the budget, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_min: Option<i64>,
    /// Largest upper end of the budget, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_max: Option<i64>,
    /// ISO 4217 code the bounds are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// BCP 47 tag of the brief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Whether the work may be done remotely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// Whether the client was checked by the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_verified: Option<bool>,
    /// Most bids so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bids_max: Option<u32>,
    /// Posted at most so many days ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// Without a bid of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_bid: Option<bool>,
    /// Where the project stands, any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    /// Order of the answers, as the contract names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

words!(
    /// How often the new projects of a search are told.
    Alert {
        /// Never.
        Off,
        /// As they come.
        Instant,
        /// Once a day.
        Daily,
    }
);
