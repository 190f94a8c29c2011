//! The signed-in person.

use presta_model::{Me, Quota};

use crate::{Client, Error};

impl Client {
    /// The person's profile.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn me(&self) -> Result<Me, Error> {
        self.get(&["v1", "me"], &[]).await?.decode("the profile")
    }

    /// How many bids may still be placed.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn quota(&self) -> Result<Quota, Error> {
        self.get(&["v1", "me", "quota"], &[]).await?.decode("the quota")
    }
}
