//! One file per resource of the contract.

mod bids;
mod catalog;
mod me;
mod projects;
mod sync;
mod threads;
mod writes;

use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Deserialize)]
struct Page<T> {
    items: Vec<T>,
    #[serde(default)]
    next_cursor: Option<String>,
}
