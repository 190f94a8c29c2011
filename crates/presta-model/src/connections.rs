//! What is connected with the account: applications, accounts elsewhere, contacts, devices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::words;

/// An application that the person let into the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// Its name.
    pub name: String,
    /// Who makes it.
    pub publisher: String,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Since when.
    pub granted_at: Timestamp,
    /// When it last did something.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
}

/// An account elsewhere that the person linked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkedAccount {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// Where: `google`, `linkedin`, `facebook`.
    pub provider: String,
    /// The name there.
    pub display_name: String,
    /// The address there.
    #[serde(default)]
    pub email: Option<String>,
    /// What was taken from there.
    #[serde(default)]
    pub collected: Vec<String>,
    /// Since when.
    pub linked_at: Timestamp,
    /// When it was last read.
    #[serde(default)]
    pub last_synced_at: Option<Timestamp>,
}

/// A person of the address book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Where it comes from.
    pub source: ContactSource,
    /// When it was made.
    pub created_at: Timestamp,
    /// When they were invited to the platform.
    #[serde(default)]
    pub invited_at: Option<Timestamp>,
}

words!(
    /// Where a contact comes from.
    ContactSource {
        /// A Google account.
        Google,
        /// Typed in.
        Manual,
    }
);

/// A device that is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Identifier.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// As it called itself.
    #[serde(default)]
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last did something.
    pub last_used_at: Timestamp,
    /// Whether it is this one; the change feed cannot say.
    #[serde(default)]
    pub current: bool,
}
