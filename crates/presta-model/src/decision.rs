//! Automated decisions, and their review by a human (GDPR article 22).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;

/// An automated decision about the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// What was decided.
    pub kind: DecisionKind,
    /// With which result.
    pub outcome: String,
    /// What counted.
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// The resource it was about.
    #[serde(default)]
    pub target: Option<String>,
    /// When.
    pub decided_at: Timestamp,
    /// A human's look at it.
    pub review: HumanReview,
    /// What its viewer may do with it.
    #[serde(default)]
    pub allowed_actions: Vec<String>,
}

words!(
    /// What an automated decision is about.
    DecisionKind {
        /// The place of a bid among others.
        Ranking,
        /// What is recommended.
        Recommendation,
        /// What is held back for safety.
        Safety,
    }
);

/// One thing that counted in a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// How much it counts.
    #[serde(default)]
    pub weight: Option<f64>,
    /// What it was.
    #[serde(default)]
    pub value: Option<f64>,
}

/// A human's review of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HumanReview {
    /// Where it stands.
    pub status: HumanReviewStatus,
    /// What the person says.
    #[serde(default)]
    pub statement: Option<String>,
    /// When it was asked for.
    #[serde(default)]
    pub requested_at: Option<Timestamp>,
    /// When it is due.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it was answered.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// The answer.
    #[serde(default)]
    pub answer: Option<String>,
}

words!(
    /// Where the review of a decision stands.
    HumanReviewStatus {
        /// Not asked for.
        None,
        /// Asked for.
        Requested,
        /// The decision stays.
        Upheld,
        /// The decision is changed.
        Overturned,
    }
);
