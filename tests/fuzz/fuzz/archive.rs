//! Archives of a person's data, and the lists and JSON Lines in them: nothing is written beside the folder asked for, and
//! nothing is larger than it may be.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::ops::ControlFlow;

use fuzz::Draw;
use presta_archive::{Archive, Limits, Progress};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "PK\u{1}\u{2}",
    "PK\u{3}\u{4}",
    "PK\u{5}\u{6}",
    "PK\u{6}\u{6}",
    "PK\u{6}\u{7}",
    "manifest.json",
    "index.html",
    "json/bid.json",
    "../../",
    "/etc/passwd",
    "C:\\",
    "NUL",
    "\u{0}",
    "\u{202e}",
    "[\n",
    "\n]\n",
    "{\"id\":\"",
    "},{",
    "\n",
    "\"",
    "\\",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

const LIMITS: Limits = Limits {
    parts: 4,
    directory: 1 << 20,
    entries: 1_000,
    manifest: 1 << 20,
    entry: 1 << 20,
    total: 4 << 20,
    ratio: 250,
    ratio_from: 64 << 10,
    row: 64 << 10,
    parsed: 512 << 10,
    depth: 64,
    name: 256,
    compared: 10_000,
};

/// Entries of a ZIP.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let count = zip.len();
    let read = |index| {
        let mut file = zip.by_index(index).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        Some((file.name().ok()?.into_owned(), bytes))
    };
    (0..count).filter_map(read).collect()
}

/// A ZIP that is sound from the outside: its manifest names what is in it, with its hashes.
fn rebuilt(corpus: &[Vec<u8>], draw: &mut Draw) -> Option<Vec<u8>> {
    let mut entries = entries(draw.one(corpus)?);
    let changed = draw.below(entries.len());
    let contents: Vec<Vec<u8>> = entries.iter().map(|(_, bytes)| bytes.clone()).collect();
    let (name, bytes) = entries.get_mut(changed)?;
    if draw.below(3) == 0 {
        *name = String::from_utf8_lossy(&fuzz::bytes(&[name.clone().into_bytes()], WORDS, draw)).into_owned();
    } else {
        *bytes = fuzz::bytes(&[bytes.clone(), contents[draw.below(contents.len())].clone()], WORDS, draw);
    }
    let is_manifest = |name: &str| name == "manifest.json";
    let manifest = entries.iter().enumerate().position(|(at, (name, _))| at != changed && is_manifest(name));
    if let Some(at) = manifest {
        let mut value: Value = serde_json::from_slice(&entries[at].1).ok()?;
        let is_local = value["format"].is_string();
        let file = |(name, bytes): &(String, Vec<u8>)| {
            let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            if is_local {
                json!({"name": name, "kind": "messages", "rows": 2, "bytes": bytes.len(), "sha256": hash})
            } else {
                json!({"path": name, "size": bytes.len(), "sha256": hash})
            }
        };
        value["files"] = entries.iter().filter(|(name, _)| !is_manifest(name)).map(file).collect();
        entries[at].1 = value.to_string().into_bytes();
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let methods = [CompressionMethod::Stored, CompressionMethod::Deflated];
    for (name, bytes) in &entries {
        let options = SimpleFileOptions::default().compression_method(*draw.one(&methods)?);
        // A name that is there already: the entry is left out.
        if zip.start_file(name.as_str(), options).is_ok() {
            zip.write_all(bytes).ok()?;
        }
    }
    zip.finish().ok().map(Cursor::into_inner)
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn an_archive_is_read_or_refused_and_writes_nowhere_else() {
    let corpus = fuzz::folder("archive").unwrap();
    let home = tempfile::tempdir().unwrap();
    let (path, to) = (home.path().join("in.zip"), home.path().join("to"));
    let mutation = |corpus: &[Vec<u8>], draw: &mut Draw| {
        let sound = (draw.below(2) == 0).then(|| rebuilt(corpus, draw)).flatten();
        sound.unwrap_or_else(|| fuzz::bytes(corpus, WORDS, draw))
    };
    let inputs = fuzz::run("archive", &corpus, &mutation, |input| {
        fs::write(&path, input).unwrap();
        let archive = match Archive::open_within(std::slice::from_ref(&path), LIMITS) {
            Ok(archive) => archive,
            Err(error) => {
                assert!(error.code().starts_with("archive-") && !error.to_string().is_empty());
                return;
            }
        };
        let total: u64 = archive.entries().iter().map(presta_archive::Entry::size).sum();
        assert!(total <= LIMITS.total && archive.entries().len() <= LIMITS.entries);
        let report = archive.verify(&mut on).unwrap();
        for kind in archive.kinds() {
            let page = archive.rows(&kind.name, 0, 100, &mut on).unwrap();
            assert!(page.rows.iter().all(Value::is_object));
            let counted = report.rows.iter().find(|rows| rows.kind == kind.name).unwrap().rows;
            assert!(page.rows.len() as u64 <= counted, "{} of {counted}", page.rows.len());
            assert!(page.rows.len() as u64 == counted.min(100) || page.fault.is_some() || page.more);
        }
        archive.search("a e", None, 10, &mut on).unwrap();
        let difference = archive.difference(&archive, &mut on).unwrap();
        assert!(difference.kinds.iter().all(|kind| kind.added == 0 && kind.removed == 0));
        fs::create_dir(&to).unwrap();
        let mut made = 0;
        for entry in archive.entries() {
            if let Ok(extracted) = archive.extract(entry, &to, &mut on) {
                assert_eq!(extracted.path.parent(), Some(to.as_path()));
                assert_eq!(fs::metadata(&extracted.path).unwrap().len(), entry.size());
                made += 1;
            }
        }
        assert_eq!(fs::read_dir(&to).unwrap().count(), made, "no unfinished file is left");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "nothing is written elsewhere");
        fs::remove_dir_all(&to).unwrap();
    });
    report("archive", inputs);
}
