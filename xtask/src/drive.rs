//! Runs the example `drive` of the platform against its release build.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Builds the platform at `root` for release, and drives it: `what` is the command of the example.
pub fn run(root: &Path, what: &str, options: &[String]) -> anyhow::Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    cargo(root, &["build", "--release", "--package", "presta-platform"])?;
    let binary = target.join("release").join(format!("presta-platform{}", std::env::consts::EXE_SUFFIX));
    let binary = binary.to_str().context("the path of the release build")?;
    let mut run =
        vec!["run", "--quiet", "--package", "presta-platform", "--example", "drive", "--", "--platform", binary, what];
    run.extend(options.iter().map(String::as_str));
    cargo(root, &run)
}

fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(env!("CARGO")).args(arguments).current_dir(root).status().context("running cargo")?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}
