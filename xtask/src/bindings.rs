//! The TypeScript types of the commands.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

const FOLDER: &str = "ui/src/lib/backend/generated";

/// Writes the types, or with `check` compares them with what is there.
pub fn run(check: bool) -> anyhow::Result<()> {
    let fresh = Path::new("target/bindings");
    if fresh.exists() {
        std::fs::remove_dir_all(fresh)?;
    }
    std::fs::create_dir_all(fresh)?;
    presta_commands::bindings::export(fresh).context("exporting the types")?;
    let (fresh, there) = (read(fresh)?, read(Path::new(FOLDER)).unwrap_or_default());
    if check {
        if fresh != there {
            bail!("{FOLDER} is stale: run `cargo xtask bindings`");
        }
        return Ok(());
    }
    if Path::new(FOLDER).exists() {
        std::fs::remove_dir_all(FOLDER)?;
    }
    std::fs::create_dir_all(FOLDER)?;
    for (name, text) in fresh {
        std::fs::write(Path::new(FOLDER).join(name), text)?;
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
