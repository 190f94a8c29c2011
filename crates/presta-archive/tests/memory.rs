//! A large entry is read without being held: alone in its process, whose peak is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;

use presta_archive::Archive;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Bytes of the entry.
const LARGE: usize = 300 << 20;
/// What reading it may take above what the process had before, in KiB.
const ABOVE: u64 = 40 << 10;

/// `VmHWM` of proc(5), in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn three_hundred_megabytes_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.zip");
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&path).unwrap()));
    // Stored: what is measured is the reading of rows.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("json/message.json", options).unwrap();
    let (mut hash, mut size, mut rows) = (Sha256::new(), 0, 0_u64);
    let mut write = |zip: &mut ZipWriter<_>, text: &str| {
        hash.update(text);
        size += text.len();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let text = "Bonjour, voici une phrase de message. ".repeat(6_000);
    write(&mut zip, "[\n");
    while rows < (LARGE / text.len()) as u64 {
        let separator = if rows == 0 { "" } else { ",\n" };
        write(&mut zip, &format!("{separator}{{\"id\":\"msg_{rows}\",\"text\":\"{text}\"}}"));
        rows += 1;
    }
    write(&mut zip, "\n]\n");
    let sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest = serde_json::json!({"part": 1, "profile": "access", "asked_at": "2026-11-23T09:30:00Z",
        "files": [{"path": "json/message.json", "size": size, "sha256": sha256}]});
    zip.start_file("manifest.json", options).unwrap();
    zip.write_all(manifest.to_string().as_bytes()).unwrap();
    zip.finish().unwrap();
    drop(text);

    let before = peak();
    let archive = Archive::open(&[path]).unwrap();
    let mut on = |_| ControlFlow::Continue(());
    let page = archive.rows("message", rows - 2, 10, &mut on).unwrap();
    assert_eq!(page.rows.len(), 2);
    let report = archive.verify(&mut on).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(report.rows[0].rows, rows);
    let above = peak() - before;
    assert!(above < ABOVE, "{above} KiB above {before} KiB");
}
