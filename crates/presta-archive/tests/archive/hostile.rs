//! Archives that someone made up, or that something happened to.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use presta_archive::{Archive, Error};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::kit::{codes, list, manifest, on, open, part, patch, small, small_files, zip};

/// What is wrong with an archive whose other entries stay readable.
fn told(path: &Path) -> Vec<String> {
    let archive = open(path).unwrap();
    assert_eq!(archive.rows("bid", 0, 9, &mut on).unwrap().rows.len(), 2, "the rest is kept");
    archive.faults().list().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_no_archive_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let code = |path: &Path| open(path).unwrap_err().code();
    assert_eq!(Archive::open(&[]).unwrap_err().code(), "archive-nothing");
    assert_eq!(code(&at("absent.zip")), "archive-unreadable");
    assert_eq!(code(folder.path()), "archive-unreadable");
    fs::write(at("text.zip"), "no zip at all").unwrap();
    assert_eq!(code(&at("text.zip")), "archive-not-zip");
    fs::write(at("nothing.zip"), "").unwrap();
    assert_eq!(code(&at("nothing.zip")), "archive-not-zip");
    assert_eq!(code(&zip(&at("empty.zip"), &[])), "archive-not-zip");
    assert_eq!(code(&zip(&at("other.zip"), &[("a.txt", b"x".to_vec())])), "archive-not-ours");
    for text in ["", "[]", "{\"part\":1}", "{\"part\":0,\"profile\":\"\",\"asked_at\":\"\",\"files\":[]}"] {
        let path = zip(&at("manifest.zip"), &[("manifest.json", text.as_bytes().to_vec())]);
        assert_eq!(code(&path), "archive-not-ours", "{text}");
    }
    let deep = "[".repeat(100_000).into_bytes();
    assert_eq!(code(&zip(&at("deep.zip"), &[("manifest.json", deep)])), "archive-not-ours");
    fs::write(at("export.json"), "{}").unwrap();
    assert_eq!(code(&at("export.json")), "archive-not-ours");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.zip");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(open(&pipe).unwrap_err().code(), "archive-unreadable");
}

#[test]
fn a_broken_part_leaves_the_others_readable() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (1..=3_u32)
        .map(|n| {
            let name = if n == 1 { "json/bid.json".to_owned() } else { format!("json/bid-{n}.json") };
            part(folder.path(), n, &[(name.as_str(), list(&[json!({"id": format!("bid_{n}")})]))])
        })
        .collect();
    let bytes = fs::read(&paths[1]).unwrap();
    fs::write(&paths[1], &bytes[..bytes.len() / 2]).unwrap();
    let archive = Archive::open(&paths).unwrap();
    assert_eq!(codes(archive.faults()), ["archive-not-zip", "archive-part-missing"]);
    assert_eq!(archive.faults().list()[0].place().0, paths[1].to_str());
    let rows = archive.rows("bid", 0, 9, &mut on).unwrap().rows;
    assert_eq!(rows, [json!({"id": "bid_1"}), json!({"id": "bid_3"})]);
    // The same part twice, and one of another archive.
    let again = folder.path().join("again.zip");
    fs::copy(&paths[0], &again).unwrap();
    let other = folder.path().join("other.zip");
    let mut manifest = manifest(9, &[]);
    manifest["asked_at"] = json!("2020-01-01T00:00:00Z");
    zip(&other, &[("manifest.json", manifest.to_string().into_bytes())]);
    let archive = Archive::open(&[paths[0].clone(), again, other]).unwrap();
    assert_eq!(codes(archive.faults()), ["archive-mixed", "archive-mixed"]);
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_the_rest_is_kept() {
    let hostile =
        ["../../evil.txt", "/etc/evil", "C:\\evil", "a\\..\\evil", "files/NUL", "files/x\u{202e}gpj.exe", "a//b"];
    for name in hostile {
        let folder = tempfile::tempdir().unwrap();
        let mut files = small_files();
        files.push((name, b"evil".to_vec()));
        let path = part(folder.path(), 1, &files);
        let told = told(&path);
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        assert!(told[0].contains("unsafe name"), "{told:?}");
        assert!(open(&path).unwrap().entries().iter().all(|entry| entry.path() != name));
    }
}

#[test]
fn one_name_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = small_files();
    files.extend([("files/att_2-A.txt", b"1".to_vec()), ("files/att_2-a.TXT", b"2".to_vec())]);
    let path = part(folder.path(), 1, &files);
    let told = told(&path);
    assert!(told.len() == 2 && told.iter().all(|text| text.contains("there twice")), "{told:?}");
    // The very same name: nobody can tell which is meant.
    assert!(patch(&path, b"files/att_2-a.TXT", b"files/att_2-A.txt") > 0);
    assert_eq!(open(&path).unwrap_err().code(), "archive-unsafe");
}

#[test]
fn links_encrypted_entries_and_unknown_compressions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("link.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let files = small_files();
    for (name, bytes) in files.iter().chain([&("manifest.json", manifest(1, &files).to_string().into_bytes())]) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.add_symlink("files/att_9-link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let link = told(&path);
    assert!(link.len() == 1 && link[0].contains("is a link"), "{link:?}");

    // The flag of the attachment's central record says that it is encrypted; its method is then made unknown.
    let path = small(folder.path());
    let central = |bytes: &[u8]| {
        let name = b"files/att_1-plan.pdf";
        let at = (0..bytes.len() - name.len()).rev().find(|at| &bytes[*at..at + name.len()] == name).unwrap();
        let start = at - 46;
        assert_eq!(&bytes[start..start + 4], b"PK\x01\x02");
        start
    };
    let mut bytes = fs::read(&path).unwrap();
    let start = central(&bytes);
    bytes[start + 8] |= 1;
    fs::write(&path, &bytes).unwrap();
    let encrypted = told(&path);
    assert!(encrypted.len() == 1 && encrypted[0].contains("is encrypted"), "{encrypted:?}");
    bytes[start + 8] &= !1;
    bytes[start + 10] = 12;
    fs::write(&path, &bytes).unwrap();
    let unknown = told(&path);
    assert!(unknown.len() == 1 && unknown[0].contains("unknown way"), "{unknown:?}");
}

#[test]
fn what_the_manifest_does_not_name_or_names_in_vain_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let files = small_files();
    let mut entries = files.clone();
    entries.pop();
    entries.push(("json/message-2.json", list(&[json!({"id": "msg_forged"})])));
    entries.push(("manifest.json", manifest(1, &files).to_string().into_bytes()));
    let path = zip(&folder.path().join("x.zip"), &entries);
    let archive = open(&path).unwrap();
    assert_eq!(codes(archive.faults()), ["archive-unlisted", "archive-entry-missing"]);
    // What nobody vouches for is not among the person's messages.
    assert_eq!(archive.rows("message", 0, 9, &mut on).unwrap().rows.len(), 1);
}

#[test]
fn every_flipped_byte_of_the_data_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let files = small_files();
    let altered = |entry: &str, bytes: &[u8]| {
        let mut entries = files.clone();
        entries.iter_mut().filter(|(name, _)| *name == entry).for_each(|(_, it)| *it = bytes.to_vec());
        entries.push(("manifest.json", manifest(1, &files).to_string().into_bytes()));
        let path = zip(&folder.path().join("altered.zip"), &entries);
        codes(&open(&path).unwrap().verify(&mut on).unwrap().faults).join(" ")
    };
    assert_eq!(altered("files/att_1-plan.pdf", b"%PDF-1.7 plaN"), "archive-altered");
    assert_eq!(altered("files/att_1-plan.pdf", b"%PDF-1.7 plan and more"), "archive-altered");
    assert_eq!(altered("json/bid.json", b"[]"), "archive-altered");
    assert_eq!(altered("json/bid.json", b"not even a list"), "archive-altered");

    // Bytes of the ZIP itself: either nothing of the data changed, or it is told, and nothing is written.
    let path = small(folder.path());
    let good = fs::read(&path).unwrap();
    let mut noticed = 0;
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x20;
        fs::write(&path, &bytes).unwrap();
        let Ok(archive) = open(&path) else {
            noticed += 1;
            continue;
        };
        let report = archive.verify(&mut on).unwrap();
        if !report.faults.is_empty() || !archive.faults().is_empty() {
            noticed += 1;
            continue;
        }
        assert_eq!(archive.rows("bid", 0, 9, &mut on).unwrap().rows.len(), 2, "byte {at}");
    }
    assert!(noticed > good.len() / 2, "{noticed} of {}", good.len());
}

#[test]
fn an_altered_attachment_is_not_extracted() {
    let folder = tempfile::tempdir().unwrap();
    let files = small_files();
    let mut entries = files.clone();
    entries[3].1[0] = b'#';
    entries.push(("manifest.json", manifest(1, &files).to_string().into_bytes()));
    let archive = open(&zip(&folder.path().join("x.zip"), &entries)).unwrap();
    let to = tempfile::tempdir().unwrap();
    let entry = archive.attachment("att_1").unwrap();
    assert_eq!(archive.extract(entry, to.path(), &mut on).unwrap_err().code(), "archive-altered");
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
    let nowhere = to.path().join("no/folder");
    assert_eq!(archive.extract(entry, &nowhere, &mut on).unwrap_err().code(), "archive-not-writable");
}

#[test]
fn a_file_that_changes_after_it_was_opened_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let archive = open(&path).unwrap();
    part(folder.path(), 1, &[("json/bid.json", list(&[json!({"id": "bid_other_and_longer"})]))]);
    let fault = archive.rows("bid", 0, 9, &mut on).unwrap().fault;
    assert!(matches!(fault, Some(Error::Changed { .. })), "{fault:?}");
    fs::remove_file(&path).unwrap();
    assert_eq!(codes(&archive.verify(&mut on).unwrap().faults)[0], "archive-unreadable");
}

#[test]
fn rows_before_a_damaged_one_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (text, at) in
        [("[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":]", 3), ("[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":}]", 3)]
    {
        let path = part(folder.path(), 1, &[("json/bid.json", text.as_bytes().to_vec())]);
        let archive = open(&path).unwrap();
        let page = archive.rows("bid", 0, 9, &mut on).unwrap();
        assert_eq!(page.rows.len(), 2);
        assert!(matches!(page.fault, Some(Error::Row { row, .. }) if row == at), "{:?}", page.fault);
        let found = archive.search("b", None, 9, &mut on).unwrap();
        assert_eq!((found.hits.len(), codes(&found.faults)[0]), (1, "archive-damaged"));
        let difference = archive.difference(&archive, &mut on).unwrap();
        assert_eq!(difference.kinds[0].same, 2);
        assert!(!difference.faults.is_empty());
    }
}

#[test]
fn an_archive_within_an_archive_stays_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let inner = fs::read(small(folder.path())).unwrap();
    let path = part(folder.path(), 1, &[("files/att_1-inner.zip", inner.clone())]);
    let archive = open(&path).unwrap();
    assert!(archive.kinds().is_empty() && archive.entries().len() == 3);
    let to = tempfile::tempdir().unwrap();
    let made = archive.extract(archive.attachment("att_1").unwrap(), to.path(), &mut on).unwrap();
    assert_eq!(fs::read(made.path).unwrap(), inner);
}

/// What a manifest says is missing is named as every other entry: without what would turn the writing, and not endlessly.
#[test]
fn the_name_of_what_is_missing_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("json/bid.json", b"[]".to_vec()), ("\u{202e}fdp.exe", vec![0]), (&"x".repeat(5_000), vec![0])];
    let manifest = manifest(1, &files).to_string().into_bytes();
    let path = zip(&folder.path().join("1.zip"), &[("json/bid.json", b"[]".to_vec()), ("manifest.json", manifest)]);
    let archive = open(&path).unwrap();
    let mut named: Vec<&str> = archive.faults().list().iter().filter_map(|fault| fault.place().1).collect();
    named.sort_unstable();
    assert_eq!(codes(archive.faults()), ["archive-entry-missing"; 2]);
    assert_eq!(named, ["x".repeat(200).as_str(), "\u{fffd}fdp.exe"]);
}
