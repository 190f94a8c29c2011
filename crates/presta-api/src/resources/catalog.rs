//! The platform's lists and rules.

use presta_model::Catalog;

use crate::{Client, Error};

impl Client {
    /// Skills, categories, currencies, countries, fees and rules.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn catalog(&self) -> Result<Catalog, Error> {
        self.get(&["v1", "catalog"], &[]).await?.decode("the catalog")
    }
}
