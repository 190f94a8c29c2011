//! The writes of the contract that go through the queue, one line each.

mod effect;
mod merge;
mod table;

use serde_json::{Map, Value};

use crate::EntityType;

pub use effect::{creating_act, local_id};
pub use merge::{FieldConflict, Merged, three_way};
pub use table::OPERATIONS;

/// A write of the contract.
#[derive(Debug, PartialEq)]
pub struct Operation {
    /// The contract's `operationId`.
    pub name: &'static str,
    /// How it is asked for.
    pub method: Method,
    /// The path, with `{id}` where the target's id stands.
    pub path: &'static str,
    /// The type of the target: of `{id}`, or the one resource of a type of which there is one alone.
    pub target: EntityType,
    /// The type of the answer; unknown when nothing is answered that is kept.
    pub answer: EntityType,
    /// What it does to the target, shown before the platform has confirmed it.
    pub effect: Effect,
    /// Whether others see it, so that there is a while to take it back.
    pub undo: bool,
    /// Whether the queue's screen shows it; marks are sent without a word.
    pub shown: bool,
    /// The members its body may have.
    pub fields: &'static [Field],
}

/// The method of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Creates or acts.
    Post,
    /// Changes the revision that is named (`If-Match`).
    Patch,
    /// Removes.
    Delete,
}

/// A member of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether the body has to have it.
    pub required: bool,
}

/// What a write does to the resource, as far as it can be told before the platform answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that is kept here.
    None,
    /// There is a new resource with the members of the body.
    Create,
    /// The members of the body are those of the resource.
    Merge,
    /// The members of the body are those of a member of the resource.
    Into(&'static str),
    /// A member of the resource has this word.
    Set(&'static str, &'static str),
    /// A choice per topic and channel.
    Choices,
    /// The text is taken back.
    TakeBack,
    /// It is gone.
    Remove,
    /// All of the type are gone.
    RemoveAll,
}

/// Why a body cannot be that of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It is not a JSON object.
    #[error("the body is not an object")]
    NotAnObject,
    /// A member is missing.
    #[error("the member {0:?} is missing")]
    Missing(&'static str),
    /// There is no such member.
    #[error("there is no member {0:?}")]
    NoSuchField(String),
    /// Nothing is changed.
    #[error("the body changes nothing")]
    Empty,
}

impl Operation {
    /// The operation of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// Whether its path names a resource.
    pub fn has_id(&self) -> bool {
        self.path.contains("{id}")
    }

    /// Whether it names the revision it changes.
    pub fn has_precondition(&self) -> bool {
        self.method == Method::Patch
    }

    /// Whether it makes a resource that does not exist before.
    pub fn creates(&self) -> bool {
        self.effect == Effect::Create
    }

    /// The type of what it leaves behind: of the answer, or of its target.
    pub fn answer_or_target(&self) -> EntityType {
        if self.answer == EntityType::Unknown { self.target } else { self.answer }
    }

    /// The segments of its path for the target `id`.
    pub fn segments(&self, id: &str) -> Vec<String> {
        self.path.split('/').skip(1).map(|segment| segment.replace("{id}", id)).collect()
    }

    /// Checks the names of a body's members.
    ///
    /// # Errors
    /// [`BodyError`] says what is wrong.
    pub fn check<'a>(&self, body: &'a Value) -> Result<&'a Map<String, Value>, BodyError> {
        let members = body.as_object().ok_or(BodyError::NotAnObject)?;
        if let Some(name) = members.keys().find(|name| !self.fields.iter().any(|field| field.name == *name)) {
            return Err(BodyError::NoSuchField(name.clone()));
        }
        if let Some(field) = self.fields.iter().find(|field| field.required && !members.contains_key(field.name)) {
            return Err(BodyError::Missing(field.name));
        }
        if members.is_empty() && self.has_precondition() {
            return Err(BodyError::Empty);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BodyError, OPERATIONS, Operation};

    #[test]
    fn names_are_unique_and_found() {
        for operation in OPERATIONS {
            assert!(std::ptr::eq(Operation::find(operation.name).unwrap(), operation), "{}", operation.name);
        }
        assert_eq!(Operation::find("placeBid"), None);
    }

    #[test]
    fn a_path_takes_the_id_of_its_target() {
        let segments = |name: &str| Operation::find(name).unwrap().segments("x_1");
        assert_eq!(segments("retractBid"), ["v1", "bids", "x_1:retract"]);
        assert_eq!(segments("editMe"), ["v1", "me"]);
    }

    #[test]
    fn a_body_is_checked_by_the_names_of_its_members() {
        let check = |name: &str, body| Operation::find(name).unwrap().check(&body).map(|_| ());
        assert_eq!(check("rateBid", json!({"stars": 3, "note": null})), Ok(()));
        assert_eq!(check("rateBid", json!({"note": "x"})), Err(BodyError::Missing("stars")));
        assert_eq!(check("rateBid", json!({"stars": 3, "star": 3})), Err(BodyError::NoSuchField("star".to_owned())));
        assert_eq!(check("editMe", json!({})), Err(BodyError::Empty));
        assert_eq!(check("retractBid", json!([])), Err(BodyError::NotAnObject));
        assert_eq!(check("retractBid", json!({})), Ok(()));
    }
}
