//! What the platform may write to the person, by topic and channel.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The choices of the person; one per account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Communications {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// One per topic and channel.
    #[serde(default)]
    pub cells: Vec<CommunicationCell>,
    /// Whether marketing may be made to measure.
    pub marketing_profiling: bool,
    /// Whether recommendations may be made to measure.
    pub personalised_recommendations: bool,
    /// Version of the texts that choices are now made under.
    pub text_version: String,
    /// The texts.
    #[serde(default)]
    pub texts: Vec<ConsentText>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommunicationCell {
    /// Topic; the catalog has its words.
    pub topic: String,
    /// `email`, `push` or `sms`.
    pub channel: String,
    /// The choice.
    pub enabled: bool,
    /// It cannot be changed.
    pub locked: bool,
    /// It is marketing, and needs consent.
    pub marketing: bool,
    /// When the person agreed.
    #[serde(default)]
    pub consented_at: Option<Timestamp>,
    /// Under which text.
    #[serde(default)]
    pub text_version: Option<String>,
}

/// A text that a choice is made under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsentText {
    /// Its version.
    pub version: String,
    /// The date from which it holds.
    pub since: String,
    /// In French.
    pub text_fr: String,
    /// In English.
    pub text_en: String,
}
