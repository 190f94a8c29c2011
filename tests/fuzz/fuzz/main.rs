//! The targets: everything in the client that reads what others wrote, and the platform's import.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]
#![allow(clippy::print_stdout, reason = "figures are told")]

mod archive;
mod events;
mod html;
mod listing;
mod problem;
mod query;
mod wire;

/// Says how much was tried.
fn report(name: &str, inputs: u64) {
    println!("  fuzz_{name}_inputs: {inputs}");
}
