//! Runs the example `drive` of the platform against its release build.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Builds the platform at `root` for release, and drives it.
pub fn run(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    cargo(root, &["build", "--release", "--package", "presta-platform"], &[])?;
    let binary = target.join("release").join(format!("presta-platform{}", std::env::consts::EXE_SUFFIX));
    let binary = binary.to_str().context("the path of the release build")?;
    let run = ["run", "--quiet", "--package", "presta-platform", "--example", "drive", "--", "--platform", binary];
    cargo(root, &run, arguments)
}

fn cargo(root: &Path, first: &[&str], rest: &[&str]) -> anyhow::Result<()> {
    let status =
        Command::new(env!("CARGO")).args(first).args(rest).current_dir(root).status().context("running cargo")?;
    ensure!(status.success(), "cargo {} failed", first.join(" "));
    Ok(())
}
