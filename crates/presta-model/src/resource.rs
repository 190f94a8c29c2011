//! A resource of a type that is kept as the platform gave it, with what lists order and group by.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    AgreedMilestone, Amendment, App, Bookmark, Communications, Contact, Contest, Decision, Device, EntityType, Entry,
    Export, Invitation, LinkedAccount, MilestoneRequest, Millis, PrivacyRequest, Recommendation, Review, SavedSearch,
};

/// A resource of a type that has no table of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its type.
    pub kind: EntityType,
    /// Its id.
    pub id: String,
    /// Grows with every change on the platform.
    pub rev: i64,
    /// The resource it belongs to: the contest of an entry, the bid of a milestone, the project of a bookmark.
    pub parent: Option<String>,
    /// When it was last changed, or made; 0 for what has no time.
    pub at: Millis,
    /// The resource, fields this version does not know included.
    pub data: Value,
}

impl Resource {
    /// Reads `data` as a resource of type `kind`.
    ///
    /// # Errors
    /// The JSON error when the data does not have the type's shape.
    pub fn read(kind: EntityType, data: Value) -> Result<Self, serde_json::Error> {
        check(kind, &data)?;
        let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let at = ["updated_at", "created_at", "submitted_at", "decided_at", "granted_at", "linked_at", "received_at"]
            .iter()
            .find_map(|name| text(name)?.parse::<Timestamp>().ok());
        Ok(Self {
            kind,
            id: text("id").unwrap_or_default(),
            rev: data.get("rev").and_then(Value::as_i64).unwrap_or_default(),
            parent: kind.parent_field().and_then(text),
            at: at.map_or(Millis(0), Millis::from),
            data,
        })
    }
}

/// Whether `data` has the shape of `kind`, so that a screen can read it later.
fn check(kind: EntityType, data: &Value) -> Result<(), serde_json::Error> {
    fn of<T: DeserializeOwned>(data: &Value) -> Result<(), serde_json::Error> {
        T::deserialize(data).map(|_| ())
    }
    match kind {
        EntityType::Contest => of::<Contest>(data),
        EntityType::Entry => of::<Entry>(data),
        EntityType::Amendment => of::<Amendment>(data),
        EntityType::Milestone => of::<AgreedMilestone>(data),
        EntityType::MilestoneRequest => of::<MilestoneRequest>(data),
        EntityType::Review => of::<Review>(data),
        EntityType::SavedSearch => of::<SavedSearch>(data),
        EntityType::Bookmark => of::<Bookmark>(data),
        EntityType::Invitation => of::<Invitation>(data),
        EntityType::Recommendation => of::<Recommendation>(data),
        EntityType::Decision => of::<Decision>(data),
        EntityType::App => of::<App>(data),
        EntityType::Account => of::<LinkedAccount>(data),
        EntityType::Device => of::<Device>(data),
        EntityType::Contact => of::<Contact>(data),
        EntityType::Communications => of::<Communications>(data),
        EntityType::PrivacyRequest => of::<PrivacyRequest>(data),
        EntityType::Export => of::<Export>(data),
        EntityType::Me
        | EntityType::Project
        | EntityType::Bid
        | EntityType::Thread
        | EntityType::Message
        | EntityType::Unknown => Ok(()),
    }
}
