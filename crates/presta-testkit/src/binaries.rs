//! Where the built programs are.

use std::path::PathBuf;

use anyhow::{Context, bail};

/// The reference platform: `PRESTA_PLATFORM_BIN`, or the one beside this program, or the newest.
///
/// # Errors
/// When it has not been built.
pub fn platform() -> anyhow::Result<PathBuf> {
    find("PRESTA_PLATFORM_BIN", "presta-platform", &["debug", "release"])
}

/// The window's program: `PRESTA_APP_BIN`, or the release build beside this program.
///
/// # Errors
/// When it has not been built.
pub fn app() -> anyhow::Result<PathBuf> {
    find("PRESTA_APP_BIN", "prestataires", &["release"])
}

/// The application without a window: `PRESTA_BRIDGE_BIN`, or the one beside this program, or the newest.
///
/// # Errors
/// When it has not been built.
pub fn bridge() -> anyhow::Result<PathBuf> {
    find("PRESTA_BRIDGE_BIN", "presta-bridge", &["debug", "release"])
}

fn find(variable: &str, name: &str, profiles: &[&str]) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        let path = PathBuf::from(path);
        return path.canonicalize().with_context(|| format!("{variable} is {}, which is not there", path.display()));
    }
    // A test runs in <target>/<profile>/deps, a program in <target>/<profile>.
    let here = std::env::current_exe().context("finding this program")?;
    let profile = here.ancestors().find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    let target = profile.and_then(std::path::Path::parent);
    let Some(target) = target else { bail!("{} is in no target folder; set {variable}", here.display()) };
    // What was built together with this program comes first.
    let own = here.strip_prefix(target).ok().and_then(|rest| rest.iter().next()).unwrap_or_default();
    let beside = target.join(own).join(name);
    if profiles.iter().any(|profile| *profile == own) && beside.is_file() {
        return Ok(beside);
    }
    let built = profiles.iter().map(|profile| target.join(profile).join(name)).filter(|path| path.is_file());
    let modified = |path: &PathBuf| path.metadata().and_then(|facts| facts.modified()).ok();
    built.max_by_key(modified).with_context(|| {
        format!("{name} is not built in {}: cargo build [--release] first, or set {variable}", target.display())
    })
}
