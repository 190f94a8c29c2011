//! Dependencies point one way: model ← api, archive, store · vault is a leaf · api, archive, store, vault ← engine ← commands ← hosts.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

/// For each of our packages, which of our packages it may depend on.
const MAY: &[(&str, &[&str])] = &[
    ("presta-model", &[]),
    ("presta-vault", &[]),
    ("presta-platform", &[]),
    ("presta-api", &["presta-model"]),
    ("presta-archive", &["presta-model"]),
    ("presta-store", &["presta-model"]),
    ("presta-engine", &["presta-model", "presta-api", "presta-archive", "presta-store", "presta-vault"]),
    ("presta-commands", &["presta-model", "presta-engine"]),
    ("presta-bridge", &["presta-commands", "presta-engine", "presta-vault"]),
    ("presta-cli", &["presta-commands", "presta-engine", "presta-vault"]),
    ("prestataires", &["presta-commands", "presta-engine", "presta-vault"]),
    ("presta-testkit", &[]),
    ("xtask", &["presta-commands"]),
];

/// For each of these crates, where alone it may be used.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("tauri", &["prestataires"]),
    ("rusqlite", &["presta-store", "presta-platform"]),
    ("reqwest", &["presta-api", "presta-testkit"]),
    ("keyring", &["presta-vault"]),
];

/// Reads `cargo metadata` of the checkout at `root` and fails on the first dependency that points the wrong way.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let packages = metadata.get("packages").and_then(Value::as_array).context("cargo metadata names no packages")?;
    let ours: Vec<String> = packages.iter().map(|package| text(package, "name")).collect();
    let mut faults = Vec::new();
    for package in packages {
        let name = text(package, "name");
        if text(package, "description").is_empty() {
            faults.push(format!("{name} has no description"));
        }
        for dependency in package.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
            if text(dependency, "kind") == "dev" {
                continue;
            }
            let wanted = text(dependency, "name");
            let allowed = MAY.iter().find(|(it, _)| *it == name.as_str()).map(|(_, allowed)| *allowed);
            if ours.contains(&wanted) && allowed.is_some_and(|allowed| !allowed.contains(&wanted.as_str())) {
                faults.push(format!("{name} may not depend on {wanted}"));
            }
            if ONLY_IN.iter().any(|(it, places)| *it == wanted.as_str() && !places.contains(&name.as_str())) {
                faults.push(format!("{wanted} may not be used in {name}"));
            }
        }
    }
    if faults.is_empty() {
        println!("the dependency rule holds for {} packages", ours.len());
        Ok(())
    } else {
        bail!("{}", faults.join("\n"))
    }
}
