//! Project chores: bindings, the dependency rule, contract checks.
#![allow(clippy::print_stdout, reason = "chores talk to the terminal")]

mod bindings;
mod contract;
mod drive;
mod faults;
mod rule;
mod soak;

use std::path::Path;

use anyhow::Context;
use clap::Parser;

#[derive(Parser)]
enum Chore {
    /// Writes the TypeScript types of the commands into `ui/src/lib/backend/generated`.
    Bindings {
        /// Writes nothing; fails when what is there is stale.
        #[arg(long)]
        check: bool,
    },
    /// Puts `contract/openapi.yaml` together from `contract/parts`; asked to, holds the platform to it as well.
    Contract {
        /// Writes nothing; fails when what is there is stale.
        #[arg(long)]
        check: bool,
        /// Checks, then holds the platform to the contract with 200 requests of each operation and role, and the
        /// client to a mock made from the contract.
        #[arg(long, conflicts_with = "fuzz")]
        full: bool,
        /// As `--full`, with so many requests and without the mock.
        #[arg(long, value_name = "N")]
        fuzz: Option<u32>,
    },
    /// Checks that dependencies point one way, and that the tests which `docs/faults.md` names are there.
    Rule,
    /// Opens event streams and sends requests to a release platform, restarts it, and prints times and memory.
    #[command(disable_help_flag = true)]
    Load {
        /// As the example `drive` of the platform takes them; it answers `--help`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Kills a release platform in the middle of writes, and checks that what it acknowledged is there, once.
    #[command(disable_help_flag = true)]
    Kill {
        /// As those of `load`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Runs the tests that draw at random for hours: model test, kills, a day offline, hostile bytes.
    Soak(soak::Amount),
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Bindings { check } => bindings::run(root()?, check),
        Chore::Contract { check, full, fuzz } => contract::run(root()?, check, contract::Judge::of(full, fuzz)),
        Chore::Rule => rule::run(root()?).and_then(|()| faults::run(root()?)),
        Chore::Load { options } => drive::run(root()?, "load", &options),
        Chore::Kill { options } => drive::run(root()?, "kill", &options),
        Chore::Soak(amount) => soak::run(root()?, amount),
    }
}

/// The checkout.
fn root() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the checkout's folder")
}

#[cfg(test)]
mod tests {
    use crate::{bindings, contract, faults, root, rule};

    #[test]
    fn the_typescript_types_are_those_of_rust() {
        bindings::run(root().unwrap(), true).unwrap();
    }

    #[test]
    fn the_contract_is_what_its_parts_say() {
        contract::bundle(root().unwrap(), true).unwrap();
    }

    #[test]
    fn the_tests_of_the_faults_are_there() {
        faults::run(root().unwrap()).unwrap();
    }

    #[test]
    fn dependencies_point_one_way() {
        rule::run(root().unwrap()).unwrap();
    }
}
