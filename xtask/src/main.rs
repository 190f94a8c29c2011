//! Project chores: bindings, the dependency rule, contract checks.
#![allow(clippy::print_stdout, reason = "chores talk to the terminal")]

mod bindings;
mod rule;

use clap::Parser;

#[derive(Parser)]
enum Chore {
    /// Writes the TypeScript types of the commands into `ui/src/lib/backend/generated`.
    Bindings {
        /// Writes nothing; fails when what is there is stale.
        #[arg(long)]
        check: bool,
    },
    /// Checks that dependencies point one way.
    Rule,
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Bindings { check } => bindings::run(check),
        Chore::Rule => rule::run(),
    }
}
