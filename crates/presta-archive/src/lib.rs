//! Reads archives of a person's data: those the platform makes, in one ZIP or many, and those this computer makes of its
//! own cache. Whoever made them and whatever happened to them, nothing is unpacked that was not asked for, no file is
//! held in memory, and what is damaged leaves the rest readable.
//!
//! Nothing here is asynchronous: call it from a thread that may block.

mod archive;
mod compare;
mod error;
mod extract;
mod faults;
mod limits;
mod listing;
mod manifest;
mod name;
mod read;
mod rows;
mod search;
mod verify;
mod watch;

pub use archive::{Archive, Entry, Form, Kind};
pub use compare::{Difference, KindDifference};
pub use error::Error;
pub use extract::Extracted;
pub use faults::Faults;
pub use limits::Limits;
pub use name::{NameFault, is_device};
pub use rows::Page;
pub use search::{Found, Hit};
pub use verify::{KindRows, Report};
pub use watch::{Progress, Tell};
