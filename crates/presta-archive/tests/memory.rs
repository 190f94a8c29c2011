//! What is read is not held, whatever is in it: alone in their process, one after the other, whose peak is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use presta_archive::{Archive, Progress};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A MiB in KiB.
const MIB: u64 = 1 << 10;

/// The peak is the process's.
static ALONE: Mutex<()> = Mutex::new(());

/// A field of `/proc/self/status` (proc(5)), in KiB.
fn status(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// KiB that `work` takes at its peak above what the process had before.
fn above(work: impl FnOnce()) -> u64 {
    // 5 sets the peak back to what is held now (proc(5)).
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS:");
    work();
    status("VmHWM:").saturating_sub(before)
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A part with `pieces` as its messages, one after the other.
fn part(folder: &Path, pieces: impl Iterator<Item = String>) -> PathBuf {
    let path = folder.join("1.zip");
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&path).unwrap()));
    // Stored: what is measured is the reading of rows.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("json/message.json", options).unwrap();
    let (mut hash, mut size) = (Sha256::new(), 0);
    for piece in pieces {
        hash.update(&piece);
        size += piece.len();
        zip.write_all(piece.as_bytes()).unwrap();
    }
    let sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest = serde_json::json!({"part": 1, "profile": "access", "asked_at": "2026-11-23T09:30:00Z",
        "files": [{"path": "json/message.json", "size": size, "sha256": sha256}]});
    zip.start_file("manifest.json", options).unwrap();
    zip.write_all(manifest.to_string().as_bytes()).unwrap();
    zip.finish().unwrap();
    path
}

/// A list of `count` rows.
fn list(count: u64, row: impl Fn(u64) -> String) -> impl Iterator<Item = String> {
    let rows = (0..count).map(move |n| format!("{}{}", if n == 0 { "" } else { ",\n" }, row(n)));
    std::iter::once("[\n".to_owned()).chain(rows).chain(std::iter::once("\n]\n".to_owned()))
}

/// A part of which the manifest alone is there.
fn only_manifest(manifest: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.zip");
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&path).unwrap()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("manifest.json", options).unwrap();
    zip.write_all(manifest.as_bytes()).unwrap();
    zip.finish().unwrap();
    (folder, path)
}

#[test]
fn three_hundred_megabytes_take_no_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let text = "Bonjour, voici une phrase de message. ".repeat(6_000);
    let rows = (300 << 20) / text.len() as u64;
    let path = part(folder.path(), list(rows, |n| format!("{{\"id\":\"msg_{n}\",\"text\":\"{text}\"}}")));
    let above = above(|| {
        let archive = Archive::open(&[path]).unwrap();
        let page = archive.rows("message", rows - 2, 10, &mut on).unwrap();
        assert_eq!(page.rows.len(), 2);
        let report = archive.verify(&mut on).unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        assert_eq!(report.rows[0].rows, rows);
    });
    assert!(above < 40 * MIB, "{above} KiB");
}

/// Ids of a megabyte are neither kept by the comparison, in which every row is new or gone, nor shown.
#[test]
fn ids_of_a_megabyte_are_not_kept() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let long = "x".repeat(1 << 20);
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let make =
        |folder: &Path, name| part(folder, list(100, |n| format!("{{\"id\":\"{name}{n}{long}\",\"t\":\"mot\"}}")));
    let (older, newer) = (make(one.path(), "a"), make(other.path(), "b"));
    let above = above(|| {
        let (older, newer) = (Archive::open(&[older]).unwrap(), Archive::open(&[newer]).unwrap());
        let difference = newer.difference(&older, &mut on).unwrap();
        let kind = &difference.kinds[0];
        assert_eq!((kind.added, kind.removed, kind.changed, kind.same), (100, 100, 0, 0));
        assert_eq!((kind.added_ids.len(), kind.removed_ids.len()), (100, 100));
        assert!(kind.added_ids.iter().chain(&kind.removed_ids).all(|id| id.len() < 200));
        let found = newer.search("mot", None, 1_000, &mut on).unwrap();
        assert_eq!(found.hits.len(), 100);
        assert!(found.hits.iter().all(|hit| hit.id.as_ref().is_some_and(|id| id.len() < 1_000)));
    });
    assert!(above < 40 * MIB, "{above} KiB");
}

/// Four megabytes of objects would take 360 once parsed. They are refused, and the rows before them are not.
#[test]
fn rows_that_swell_when_they_are_parsed_are_refused() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let swelling = format!("{{\"id\":\"b\",\"x\":[{}0]}}", "{\"\":0},".repeat(500_000));
    let empty = format!("{{\"id\":\"c\",\"x\":[{}0]}}", "0,".repeat(2_000_000));
    for hostile in [swelling, empty] {
        let rows = list(3, |n| if n == 0 { "{\"id\":\"a\",\"t\":\"mot\"}".to_owned() } else { hostile.clone() });
        let path = part(folder.path(), rows);
        let above = above(|| {
            let archive = Archive::open(&[path]).unwrap();
            let page = archive.rows("message", 0, 10, &mut on).unwrap();
            assert_eq!((page.rows.len(), page.fault.as_ref().unwrap().code()), (1, "archive-too-large"));
            assert_eq!(archive.search("mot", None, 10, &mut on).unwrap().hits.len(), 1);
            let difference = archive.difference(&archive, &mut on).unwrap();
            assert_eq!((difference.kinds[0].same, difference.faults.is_empty()), (1, false));
        });
        assert!(above < 40 * MIB, "{above} KiB");
    }
}

/// Many rows that are each within the limit do not make a page beyond it; one goes on where it ends.
#[test]
fn a_page_of_swelling_rows_ends_early() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let row = format!("{{\"x\":[{}0]}}", "{\"\":0},".repeat(10_000));
    let path = part(folder.path(), list(60, |_| row.clone()));
    let above = above(|| {
        let archive = Archive::open(&[path]).unwrap();
        let mut seen = 0;
        loop {
            let page = archive.rows("message", seen, 1_000, &mut on).unwrap();
            assert!(page.fault.is_none() && !page.rows.is_empty());
            seen += page.rows.len() as u64;
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, 60);
    });
    assert!(above < 60 * MIB, "{above} KiB");
}

/// What a manifest says that nobody asked for is passed over; of files, of which there may be many, the list ends.
#[test]
fn a_manifest_is_not_unfolded() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let zeros = "0,".repeat(10_000_000);
    let known = "\"part\":1,\"profile\":\"access\",\"asked_at\":\"2026-11-23T09:30:00Z\"";
    let mut many = String::new();
    for n in 0..300_000 {
        write!(many, "{{\"path\":\"{n}\",\"size\":0,\"sha256\":\"\"}},").unwrap();
    }
    for (manifest, opens) in [
        (format!("{{{known},\"x\":[{zeros}0],\"files\":[]}}"), true),
        (format!("{{{known},\"files\":[{many}{{\"path\":\"x\",\"size\":0,\"sha256\":\"\"}}]}}"), false),
        (format!("{{{known},\"files\":\"{zeros}\"}}"), false),
    ] {
        let (_folder, path) = only_manifest(&manifest);
        let beside = path.with_file_name("export.json");
        fs::write(&beside, &manifest).unwrap();
        let length = manifest.len() as u64 >> 10;
        drop(manifest);
        let above = above(|| {
            let opened = Archive::open(&[path]);
            assert_eq!(opened.is_ok(), opens, "{opened:?}");
            let error = Archive::open(&[beside]).unwrap_err();
            assert!(error.to_string().len() < 1_000);
        });
        assert!(above < 2 * length + 60 * MIB, "{above} KiB for {length}");
    }
}
