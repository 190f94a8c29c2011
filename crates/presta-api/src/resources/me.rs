//! The signed-in person.

use presta_model::{Me, Operation, Quota};
use serde_json::Value;

use crate::{Client, Error};

impl Client {
    /// The person's profile.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn me(&self) -> Result<Me, Error> {
        self.get(&["v1", "me"], &[]).await?.decode("the profile")
    }

    /// The window of the projects that are synced, with the revision it is at.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn feed(&self) -> Result<Value, Error> {
        let operation = Operation::find("editFeed").ok_or(Error::BadIdentifier)?;
        self.changed(operation, None).await
    }

    /// How many bids may still be placed.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn quota(&self) -> Result<Quota, Error> {
        self.get(&["v1", "me", "quota"], &[]).await?.decode("the quota")
    }
}
