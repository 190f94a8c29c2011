//! The signed-in person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Money, UserId};

/// The signed-in person's own profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Me {
    /// Identifier.
    pub id: UserId,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// Name used to sign in.
    pub login: String,
    /// Public name.
    pub display_name: String,
    /// Address for the platform's mail.
    pub email: String,
    /// One account can be both.
    pub roles: Vec<Role>,
    /// BCP 47 tag.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Ids of the skills in the catalog.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Mean of the reviews, 0 to 5.
    #[serde(default)]
    pub rating: Option<f64>,
    /// Number of reviews.
    #[serde(default)]
    pub reviews: u32,
    /// Date of sign-up, as given.
    #[serde(default)]
    pub member_since: String,
    /// How the person presents themselves, plain text.
    #[serde(default)]
    pub about: Option<String>,
    /// Usual price of an hour.
    #[serde(default)]
    pub hourly_rate: Option<Money>,
    /// Telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where letters go.
    #[serde(default)]
    pub postal_address: Option<Address>,
    /// Where bills go.
    #[serde(default)]
    pub billing_address: Option<Address>,
    /// Name of the company.
    #[serde(default)]
    pub company_name: Option<String>,
    /// VAT number.
    #[serde(default)]
    pub vat_number: Option<String>,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Address {
    /// Street and number.
    pub line1: String,
    /// Floor, building.
    #[serde(default)]
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// A person, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonName {
    /// Identifier.
    pub id: UserId,
    /// Public name.
    pub display_name: String,
}

/// What a person does on the marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// Bids on projects.
    Freelancer,
    /// Posts projects.
    Client,
    /// A role this version does not know.
    #[serde(other)]
    Unknown,
}

/// How many bids may still be placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Bids placed in this period.
    pub used: u32,
    /// Bids allowed in a period.
    pub limit: u32,
    /// When the next period begins.
    pub next_refresh_at: Timestamp,
}
