//! Looking for words that must not be on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The files under `folder` that hold `word`, in UTF-8 or UTF-16, name or content.
///
/// # Errors
/// When a folder cannot be listed. A file that goes away meanwhile is none.
pub fn traces(folder: &Path, word: &str) -> anyhow::Result<Vec<PathBuf>> {
    let little: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let needles = [word.as_bytes(), &little, &big];
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("listing {}", folder.display()))?;
            let (path, kind) = (entry.path(), entry.file_type().context("reading a file's kind")?);
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let named = entry.file_name().to_string_lossy().contains(word);
            let held = kind.is_file() && fs::read(&path).is_ok_and(|bytes| needles.iter().any(|it| holds(&bytes, it)));
            if named || held {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let Some(tail) = rest.get(at..) else { return false };
        if tail.starts_with(needle) {
            return true;
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::traces;

    #[test]
    fn words_are_found_in_either_encoding_and_in_names() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("deep"))?;
        std::fs::write(folder.path().join("a"), "xx canary xx")?;
        std::fs::write(
            folder.path().join("deep/b"),
            "canary".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        )?;
        std::fs::write(folder.path().join("canary.txt"), "")?;
        std::fs::write(folder.path().join("c"), "cana ry")?;
        assert_eq!(traces(folder.path(), "canary")?.len(), 3);
        assert!(traces(folder.path(), "parrot")?.is_empty());
        Ok(())
    }
}
