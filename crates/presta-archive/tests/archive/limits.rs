//! Every limit holds: what is just within is read, what is just beyond is refused.

use std::fs;
use std::path::PathBuf;

use presta_archive::{Archive, Error, Limits};
use serde_json::json;

use crate::kit::{codes, list, on, open, part, patch, small};

fn within(path: &PathBuf, limits: Limits) -> Result<Archive, Error> {
    Archive::open_within(std::slice::from_ref(path), limits)
}

/// Which limit refused it.
fn what(error: &Error) -> &'static str {
    match error {
        Error::Limit { what, .. } => what,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_listed_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let all = Limits::default();
    let sizes: Vec<u64> = open(&path).unwrap().entries().iter().map(|entry| entry.size()).collect();
    let total: u64 = sizes.iter().sum();
    for (limits, expected) in [
        (Limits { parts: 0, ..all }, "parts"),
        (Limits { entries: 5, ..all }, "entries"),
        (Limits { total: total - 1, ..all }, "total"),
        (Limits { manifest: 100, ..all }, "manifest"),
        (Limits { directory: 64, ..all }, "directory"),
    ] {
        assert_eq!(what(&within(&path, limits).unwrap_err()), expected);
    }
    let exact = Limits { parts: 1, entries: 6, total, ..all };
    assert!(within(&path, exact).unwrap().faults().is_empty());
    // An entry or a name of its own leaves the others.
    let longest = *sizes.iter().max().unwrap();
    assert!(matches!(within(&path, Limits { entry: longest - 1, ..all }), Err(Error::NotOurs { .. })));
    let few = within(&path, Limits { name: 19, ..all }).unwrap();
    assert_eq!(codes(few.faults()), ["archive-unsafe"]);
    assert_eq!(few.rows("bid", 0, 9, &mut on).unwrap().rows.len(), 2);
}

#[test]
fn rows_are_limited() {
    let folder = tempfile::tempdir().unwrap();
    let row = json!({"id": "b", "text": "x".repeat(100)});
    let path = part(folder.path(), 1, &[("json/bid.json", list(std::slice::from_ref(&row)))]);
    let length = row.to_string().len();
    for (row, kept) in [(length, 1), (length - 2, 0)] {
        let page = within(&path, Limits { row, ..Limits::default() }).unwrap().rows("bid", 0, 9, &mut on).unwrap();
        assert_eq!(page.rows.len(), kept, "{page:?}");
        assert_eq!(page.fault.as_ref().map(what), (kept == 0).then_some("row"));
    }
    let nested = |depth: usize| format!("[{{\"a\":{}{}}}]", "[".repeat(depth - 1), "]".repeat(depth - 1)).into_bytes();
    let path = part(folder.path(), 1, &[("json/bid.json", nested(64)), ("json/message.json", nested(65))]);
    let archive = open(&path).unwrap();
    assert_eq!(archive.rows("bid", 0, 9, &mut on).unwrap().rows.len(), 1);
    let page = archive.rows("message", 0, 9, &mut on).unwrap();
    assert_eq!(page.fault.as_ref().map(what), Some("depth"));
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let path = part(folder.path(), 1, &[("json/bid.json", b"[]".to_vec()), ("files/att_1-x", vec![0; 9 << 20])]);
    let error = open(&path).unwrap_err();
    assert_eq!(what(&error), "ratio", "of the whole part");
    // Beside something that does not shrink, the entry alone is refused.
    let mut seed = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    })
    .take(1 << 20)
    .collect();
    let files = [("json/bid.json", b"[]".to_vec()), ("files/att_1-x", vec![0; 9 << 20]), ("files/att_2-y", noise)];
    let archive = open(&part(folder.path(), 1, &files)).unwrap();
    let faults: Vec<_> = archive.faults().list().iter().map(|fault| fault.place().1.unwrap()).collect();
    assert_eq!(faults, ["files/att_1-x"]);
    assert!(archive.attachment("att_1").is_err() && archive.attachment("att_2").is_ok());
}

#[test]
fn an_entry_that_is_longer_than_declared_is_cut_at_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let text = list(&[json!({"id": "bid_1", "text": "x".repeat(50_000)})]);
    let path = part(folder.path(), 1, &[("files/att_1-x", text.clone())]);
    let size = u32::try_from(text.len()).unwrap().to_le_bytes();
    assert!(patch(&path, &size, &9_u32.to_le_bytes()) >= 2, "in both headers");
    let archive = open(&path).unwrap();
    assert_eq!(codes(&archive.verify(&mut on).unwrap().faults), ["archive-damaged"]);
    let to = tempfile::tempdir().unwrap();
    let error = archive.extract(archive.attachment("att_1").unwrap(), to.path(), &mut on).unwrap_err();
    assert!(matches!(error, Error::Size { .. } | Error::Damaged { .. }), "{error}");
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
}

#[test]
fn two_thousand_parts_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (1..=2_000_u32)
        .map(|n| {
            let name = if n == 1 { "json/bid.json".to_owned() } else { format!("json/bid-{n}.json") };
            part(folder.path(), n, &[(name.as_str(), list(&[json!({"id": n})]))])
        })
        .collect();
    let archive = Archive::open(&paths).unwrap();
    assert!(archive.faults().is_empty() && archive.parts() == 2_000);
    assert_eq!(archive.rows("bid", 1_998, 9, &mut on).unwrap().rows, [json!({"id": 1_999}), json!({"id": 2_000})]);
    let mut more = paths.clone();
    more.push(paths[0].clone());
    assert_eq!(what(&Archive::open(&more).unwrap_err()), "parts");
}
