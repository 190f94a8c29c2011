//! One file per resource of the contract.

mod attachments;
mod bids;
mod catalog;
mod me;
mod projects;
mod sync;
mod threads;
mod uploads;
mod writes;

pub use attachments::Download;
pub use uploads::{UploadPlace, is_upload_gone};

use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Deserialize)]
struct Page<T> {
    items: Vec<T>,
    #[serde(default)]
    next_cursor: Option<String>,
}
