//! Two archives beside each other.

use presta_archive::{Archive, KindDifference, Limits};
use serde_json::{Value, json};

use crate::kit::{list, on, open, part};

fn archive(rows: &[Value], recipients: &[Value]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = part(folder.path(), 1, &[("json/bid.json", list(rows)), ("json/recipient.json", list(recipients))]);
    (folder, path)
}

#[test]
fn rows_are_told_apart_by_id_and_by_content_where_they_have_none() {
    let (_a, older) = archive(
        &[json!({"id": "bid_1", "n": 1}), json!({"id": "bid_2", "n": 1}), json!({"id": "bid_3", "n": 1})],
        &[json!({"name": "A"}), json!({"name": "B"})],
    );
    let (_b, newer) = archive(
        &[json!({"n": 1, "id": "bid_1"}), json!({"id": "bid_2", "n": 2}), json!({"id": "bid_4", "n": 1})],
        &[json!({"name": "B"}), json!({"name": "C"})],
    );
    let difference = open(&newer).unwrap().difference(&open(&older).unwrap(), &mut on).unwrap();
    assert!(difference.faults.is_empty());
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let bids = KindDifference {
        kind: "bid".to_owned(),
        added: 1,
        changed: 1,
        removed: 1,
        same: 1,
        added_ids: ids(&["bid_4"]),
        changed_ids: ids(&["bid_2"]),
        removed_ids: ids(&["bid_3"]),
    };
    let recipients =
        KindDifference { kind: "recipient".to_owned(), added: 1, removed: 1, same: 1, ..KindDifference::default() };
    assert_eq!(difference.kinds, [bids, recipients]);
}

#[test]
fn more_rows_than_the_limit_are_not_compared() {
    let rows: Vec<Value> = (0..11).map(|n| json!({"id": n.to_string()})).collect();
    let (_a, path) = archive(&rows, &[]);
    let within = |compared| {
        let limits = Limits { compared, ..Limits::default() };
        let open = || Archive::open_within(std::slice::from_ref(&path), limits).unwrap();
        open().difference(&open(), &mut on).map(|difference| difference.kinds[0].same)
    };
    assert_eq!(within(11).unwrap(), 11);
    assert_eq!(within(10).unwrap_err().code(), "archive-too-large");
}

/// Ids of any length tell rows apart, also when they differ at their end alone.
#[test]
fn long_ids_tell_rows_apart_and_are_shown_cut() {
    let long = |end: &str| format!("{}{end}", "é".repeat(5_000));
    let row = |id: String, n: u32| json!({"id": id, "n": n});
    let (_a, older) = archive(&[row(long("1"), 1), row(long("2"), 1), row(long("3"), 1)], &[]);
    let (_b, newer) = archive(&[row(long("1"), 1), row(long("2"), 2), row(long("4"), 1)], &[]);
    let difference = open(&newer).unwrap().difference(&open(&older).unwrap(), &mut on).unwrap();
    let bids = &difference.kinds[0];
    assert_eq!((bids.added, bids.changed, bids.removed, bids.same), (1, 1, 1, 1));
    assert_ne!(bids.added_ids, bids.changed_ids);
    assert!(bids.added_ids[0].starts_with('é') && bids.added_ids[0].chars().count() < 60, "{:?}", bids.added_ids);
}
