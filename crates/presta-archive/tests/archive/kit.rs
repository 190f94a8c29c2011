//! Makes archives.

use std::fs::{self, File};
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use presta_archive::{Archive, Error, Faults, Progress};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub const ASKED: &str = "2026-11-23T09:30:00Z";

pub fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a part's manifest says of `files`.
pub fn manifest(part: u32, files: &[(&str, Vec<u8>)]) -> Value {
    let files: Vec<Value> =
        files.iter().map(|(path, bytes)| json!({"path": path, "size": bytes.len(), "sha256": sha256(bytes)})).collect();
    json!({"part": part, "profile": "access", "asked_at": ASKED, "files": files})
}

pub fn list(rows: &[Value]) -> Vec<u8> {
    let rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    format!("[\n{}\n]\n", rows.join(",\n")).into_bytes()
}

/// A ZIP of exactly these entries.
pub fn zip(path: &Path, entries: &[(&str, Vec<u8>)]) -> PathBuf {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path.to_owned()
}

/// A part with its manifest and index, as the platform makes it.
pub fn part(folder: &Path, n: u32, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let mut entries = files.to_vec();
    entries.push(("manifest.json", manifest(n, files).to_string().into_bytes()));
    entries.push(("index.html", b"<!doctype html>".to_vec()));
    zip(&folder.join(format!("{n}.zip")), &entries)
}

/// One part with two bids, a message and an attachment.
pub fn small(folder: &Path) -> PathBuf {
    part(folder, 1, &small_files())
}

pub fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let bids = [json!({"id": "bid_1", "text": "Développeur confirmé"}), json!({"id": "bid_2", "text": "Autre"})];
    let messages = [json!({"id": "msg_1", "text": "À bientôt, confirmé"})];
    vec![
        ("json/bid.json", list(&bids)),
        ("csv/bid.csv", b"id,text\r\n".to_vec()),
        ("json/message.json", list(&messages)),
        ("files/att_1-plan.pdf", b"%PDF-1.7 plan".to_vec()),
    ]
}

pub fn codes(faults: &Faults) -> Vec<&'static str> {
    faults.list().iter().map(Error::code).collect()
}

pub fn open(path: &Path) -> Result<Archive, Error> {
    Archive::open(&[path.to_owned()])
}

/// Changes bytes of a file: the first `from` in it becomes `to`, which is as long.
pub fn patch(path: &Path, from: &[u8], to: &[u8]) -> usize {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let mut times = 0;
    let mut at = 0;
    while at + from.len() <= bytes.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
            times += 1;
        }
        at += 1;
    }
    fs::write(path, bytes).unwrap();
    times
}
