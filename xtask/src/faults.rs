//! Every test that `docs/faults.md` names is there.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

/// Where tests are.
const FOLDERS: &[&str] = &["crates", "tests"];

/// Fails with the names in the page's last columns that no source below `root` has.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let page = fs::read_to_string(root.join("docs/faults.md")).context("reading docs/faults.md")?;
    let mut sources = String::new();
    for folder in FOLDERS {
        read(&root.join(folder), &mut sources)?;
    }
    let mut count = 0;
    let mut lost = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let tests = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default();
        // Rust's names stand between back quotes, those of the browser's tests between double quotes.
        for name in tests.split(['`', '"']).skip(1).step_by(2) {
            count += 1;
            if !sources.contains(&format!("fn {name}()")) && !sources.contains(&format!("test(\"{name}\"")) {
                lost.push(format!("docs/faults.md names a test that is not there: {name}"));
            }
        }
    }
    ensure!(count > 0, "docs/faults.md names no test");
    ensure!(lost.is_empty(), "{}", lost.join("\n"));
    println!("docs/faults.md names {count} tests, and all are there");
    Ok(())
}

/// Adds the text of every Rust and TypeScript file below `folder`.
fn read(folder: &Path, into: &mut String) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            read(&path, into)?;
        } else if path.extension().is_some_and(|it| it == "rs" || it == "ts") {
            into.push_str(&fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?);
        }
    }
    Ok(())
}
