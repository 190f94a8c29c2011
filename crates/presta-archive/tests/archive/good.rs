//! Archives that are as they should be.

use std::fs;
use std::ops::ControlFlow;

use presta_archive::{Archive, Error, Form, Kind, KindRows, Limits};
use serde_json::json;

use crate::kit::{ASKED, codes, list, on, open, part, sha256, small, zip};

#[test]
fn a_part_is_listed_read_searched_verified_and_extracted() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(&small(folder.path())).unwrap();
    assert_eq!(archive.form(), &Form::Platform { profile: "access".to_owned(), asked_at: ASKED.to_owned() });
    assert!(archive.faults().is_empty(), "{:?}", archive.faults());
    let names: Vec<String> = archive.kinds().into_iter().map(|kind| kind.name).collect();
    assert_eq!(names, ["bid", "message"]);

    let page = archive.rows("bid", 0, 10, &mut on).unwrap();
    assert!(page.fault.is_none() && !page.more);
    assert_eq!(page.rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), ["bid_1", "bid_2"]);
    let page = archive.rows("bid", 1, 1, &mut on).unwrap();
    assert_eq!((page.rows.len(), page.more), (1, false));
    assert!(archive.rows("bid", 0, 1, &mut on).unwrap().more);
    assert!(archive.rows("bid", 99, 1, &mut on).unwrap().rows.is_empty());
    assert_eq!(archive.rows("contest", 0, 1, &mut on).unwrap_err().code(), "archive-no-kind");

    let found = archive.search("CONFIRME", None, 10, &mut on).unwrap();
    let hits: Vec<_> = found.hits.iter().map(|hit| (hit.kind.as_str(), hit.row, hit.id.as_deref().unwrap())).collect();
    assert_eq!(hits, [("bid", 0, "bid_1"), ("message", 0, "msg_1")]);
    assert!(archive.search("confirme", None, 1, &mut on).unwrap().more);
    assert_eq!(archive.search("developpeur", Some("message"), 9, &mut on).unwrap().hits, []);
    assert_eq!(archive.search("  ", None, 9, &mut on).unwrap().hits, []);

    let report = archive.verify(&mut on).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    let rows = |kind: &str, rows| KindRows { kind: kind.to_owned(), rows };
    assert_eq!((report.sound, report.rows), (6, vec![rows("bid", 2), rows("message", 1)]));

    let to = tempfile::tempdir().unwrap();
    let entry = archive.attachment("att_1").unwrap();
    let made = archive.extract(entry, to.path(), &mut on).unwrap();
    assert!(made.verified);
    assert_eq!(fs::read(&made.path).unwrap(), b"%PDF-1.7 plan");
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 1);
    fs::write(&made.path, "mine").unwrap();
    assert_eq!(archive.extract(entry, to.path(), &mut on).unwrap_err().code(), "archive-exists");
    assert_eq!(fs::read(&made.path).unwrap(), b"mine");
    assert_eq!(archive.attachment("att").unwrap_err().code(), "archive-no-entry");
    assert_eq!(archive.entry("../x").unwrap_err().code(), "archive-no-entry");
}

#[test]
fn a_kind_goes_on_over_parts_in_their_order_whatever_order_they_are_given_in() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (0..12).map(|n| json!({"id": format!("bid_{n}")})).collect();
    // Twelve segments: the tenth comes after the ninth, not after the first.
    let mut paths: Vec<_> = (1..=12_u32)
        .map(|n| {
            let name = if n == 1 { "json/bid.json".to_owned() } else { format!("json/bid-{n}.json") };
            part(folder.path(), n, &[(name.as_str(), list(&rows[n as usize - 1..n as usize]))])
        })
        .collect();
    paths.reverse();
    let archive = Archive::open(&paths).unwrap();
    assert!(archive.faults().is_empty(), "{:?}", archive.faults());
    assert_eq!(archive.rows("bid", 0, 100, &mut on).unwrap().rows, rows);
    assert_eq!(archive.rows("bid", 7, 2, &mut on).unwrap().rows, rows[7..9]);
}

#[test]
fn the_platforms_own_manifest_tells_what_is_missing_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("json/bid.json", list(&[json!({"id": "bid_1"})]))];
    let one = part(folder.path(), 1, &files);
    assert!(open(&one).unwrap().faults().is_empty());
    let entry = |part: u32, path: &str, bytes: &[u8]| json!({"part": part, "path": path, "size": bytes.len(), "sha256": sha256(bytes)});
    let manifest = |hash: &[u8]| {
        let manifest = json!({"profile": "access", "made_at": ASKED, "files": [
            entry(1, "json/bid.json", hash), entry(2, "json/message.json", b"[]")]});
        // As a client keeps it: the whole export.
        json!({"id": "exp_1", "manifest": manifest}).to_string()
    };
    let beside = folder.path().join("export.json");
    fs::write(&beside, manifest(&files[0].1)).unwrap();
    let archive = Archive::open(&[beside.clone(), one.clone()]).unwrap();
    assert_eq!(codes(archive.faults()), ["archive-part-missing"]);
    assert!(archive.verify(&mut on).unwrap().faults.is_empty());
    // It counts for more than the manifest that came with the bytes.
    fs::write(&beside, manifest(b"[\n{\"id\":\"bid_9\"}\n]\n")).unwrap();
    let archive = Archive::open(&[beside, one]).unwrap();
    assert_eq!(codes(&archive.verify(&mut on).unwrap().faults), ["archive-altered"]);
}

#[test]
fn an_export_of_this_computer_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let lines = b"{\"id\":\"msg_1\",\"text\":\"Bonjour\"}\n{\"id\":\"msg_2\",\"text\":\"\xc3\x80 demain\"}\n".to_vec();
    let manifest = |rows: u32, version: u32| {
        json!({"format": "prestataires-local-export", "version": version, "made_at": ASKED, "account_id": "usr_1",
            "files": [{"name": "data/messages.jsonl", "kind": "messages", "rows": rows, "bytes": lines.len(),
                "sha256": sha256(&lines)}]})
        .to_string()
        .into_bytes()
    };
    let make = |rows, version| {
        let entries = [
            ("LISEZMOI.txt", b"x".to_vec()),
            ("data/messages.jsonl", lines.clone()),
            ("manifest.json", manifest(rows, version)),
        ];
        zip(&folder.path().join(format!("{rows}-{version}.zip")), &entries)
    };
    let archive = open(&make(2, 1)).unwrap();
    assert!(archive.faults().is_empty());
    assert_eq!(archive.form(), &Form::Local { made_at: ASKED.to_owned(), account: "usr_1".to_owned() });
    let kind = Kind { name: "messages".to_owned(), entries: 1, bytes: lines.len() as u64, rows: Some(2) };
    assert_eq!(archive.kinds(), [kind]);
    assert_eq!(archive.rows("messages", 1, 9, &mut on).unwrap().rows, [json!({"id": "msg_2", "text": "À demain"})]);
    assert!(archive.verify(&mut on).unwrap().faults.is_empty());
    // A count that is not right is told.
    let report = open(&make(3, 1)).unwrap().verify(&mut on).unwrap();
    assert_eq!(codes(&report.faults), ["archive-damaged"]);
    assert_eq!(open(&make(2, 2)).unwrap_err().code(), "archive-too-new");
}

#[test]
fn every_long_work_tells_its_progress_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let archive = open(&path).unwrap();
    let older = open(&path).unwrap();
    let mut last = None;
    archive
        .verify(&mut |progress| {
            last = Some(progress);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(last.is_some_and(|progress| progress.done <= progress.total && progress.total > 0), "{last:?}");
    let to = tempfile::tempdir().unwrap();
    let mut stop = |_| ControlFlow::Break(());
    let entry = archive.attachment("att_1").unwrap();
    let stopped: [Error; 6] = [
        Archive::open_telling(&[path], Limits::default(), &mut stop).unwrap_err(),
        archive.verify(&mut stop).unwrap_err(),
        archive.rows("bid", 0, 1, &mut stop).unwrap_err(),
        archive.search("x", None, 1, &mut stop).unwrap_err(),
        archive.difference(&older, &mut stop).unwrap_err(),
        archive.extract(entry, to.path(), &mut stop).unwrap_err(),
    ];
    assert!(stopped.iter().all(|error| error.code() == "archive-cancelled"), "{stopped:?}");
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
}

/// A kill leaves an unfinished file: the next extraction goes on without it, and clears it away. Who still writes is not
/// disturbed, and nothing of the person's that merely looks alike is touched.
#[test]
fn what_a_kill_left_of_an_extraction_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(&small(folder.path())).unwrap();
    let to = tempfile::tempdir().unwrap();
    let name = |name: &str| to.path().join(name);
    let left = name(".prestataires-4194304-0.part");
    let written = name(".prestataires-4194304-1.part");
    let mine = [name("att_1-plan.pdf.part"), name("plan.part")];
    for path in mine.iter().chain([&left, &written]) {
        fs::write(path, "half").unwrap();
    }
    let writing = fs::File::options().write(true).open(&written).unwrap();
    writing.lock().unwrap();
    let entry = archive.attachment("att_1").unwrap();
    let made = archive.extract(entry, to.path(), &mut on).unwrap();
    assert_eq!(made.path, name("att_1-plan.pdf"));
    assert_eq!(fs::read(&made.path).unwrap(), b"%PDF-1.7 plan");
    assert!(!left.exists() && written.exists() && mine.iter().all(|path| path.exists()));
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 4);
}

/// A name that the archive may have and no disk takes: 300 bytes of ideographs.
#[test]
fn a_name_too_long_for_the_disk_is_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("files/att_1-{}.pdf", "見積書".repeat(32));
    let archive = open(&part(folder.path(), 1, &[("json/bid.json", list(&[])), (&long, b"%PDF".to_vec())])).unwrap();
    let to = tempfile::tempdir().unwrap();
    let made = archive.extract(archive.attachment("att_1").unwrap(), to.path(), &mut on).unwrap();
    assert!(made.path.to_string_lossy().ends_with(".pdf") && made.verified);
    assert_eq!(fs::read(&made.path).unwrap(), b"%PDF");
}
