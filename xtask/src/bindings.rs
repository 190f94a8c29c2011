//! The TypeScript types of the commands.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

const FOLDER: &str = "ui/src/lib/backend/generated";

/// Writes the types into the checkout at `root`, or with `check` compares them with what is there.
pub fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let folder = root.join(FOLDER);
    let fresh = tempfile::tempdir().context("making a folder for the types")?;
    presta_commands::bindings::export(fresh.path()).context("exporting the types")?;
    let (fresh, there) = (read(fresh.path())?, read(&folder).unwrap_or_default());
    if check {
        if fresh != there {
            bail!("{FOLDER} is stale: run `cargo xtask bindings`");
        }
        return Ok(());
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    for (name, text) in fresh {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}

fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let text = std::fs::read_to_string(entry.path())?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    Ok(files)
}
