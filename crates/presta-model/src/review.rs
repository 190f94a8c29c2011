//! What the two sides of a bid say of each other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{PersonName, Role};

/// A review; hidden until both sides wrote theirs or the time is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The bid, to those it concerns.
    #[serde(default)]
    pub bid_id: Option<String>,
    /// The project's title.
    pub project_title: String,
    /// Who wrote it.
    pub author: PersonName,
    /// Of whom.
    pub subject: PersonName,
    /// What the subject was in it.
    pub role: Role,
    /// 1 to 5.
    pub rating: u32,
    /// 1 to 5 each.
    pub scores: Scores,
    /// Plain text.
    pub text: String,
    /// Whether others see it.
    pub status: ReviewStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was published.
    #[serde(default)]
    pub published_at: Option<Timestamp>,
    /// When it will be at the latest.
    #[serde(default)]
    pub publishes_at: Option<Timestamp>,
}

/// The marks of a review, 1 to 5 each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// How easy it was to talk.
    pub communication: u32,
    /// How good the work was.
    pub quality: u32,
    /// How punctual.
    pub deadline: u32,
    /// How close to the price.
    pub budget: u32,
}

words!(
    /// Whether others see a review.
    ReviewStatus {
        /// Not yet.
        Hidden,
        /// They do.
        Published,
    }
);
