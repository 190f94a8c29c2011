//! Drafts and their versions.

use presta_model::{ProjectId, ThreadId};
use presta_store::draft::{self, BidForm};

use crate::sample::{self, NOW};

fn form(text: &str) -> BidForm {
    BidForm { text: text.into(), ..BidForm::default() }
}

#[test]
fn the_last_keystroke_is_kept_and_twenty_versions() {
    let (_folder, store) = sample::open();
    let project = ProjectId::new("prj_1");
    for step in 0..60 {
        let text = "x".repeat(step + 1);
        // Three keystrokes within each span of 20 s.
        let now = NOW + i64::try_from(step).unwrap() * 7_000;
        store.write_durably(|tx| draft::save_bid(tx, &project, &form(&text), now)).unwrap();
    }
    let versions = store.read(|c| draft::bid_versions(c, &project)).unwrap();
    assert_eq!(versions.len(), 20);
    assert_eq!(versions[0].form.text.len(), 60);
    assert!(versions.windows(2).all(|pair| pair[0].version > pair[1].version));
    let known: Vec<_> = store.read(draft::bids).unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].1, versions[0]);
    store.write(|tx| draft::discard_bid(tx, &project)).unwrap();
    assert_eq!(store.read(|c| draft::bid(c, &project)).unwrap(), None);
}

#[test]
fn an_unchanged_form_makes_no_version() {
    let (_folder, store) = sample::open();
    let project = ProjectId::new("prj_1");
    for step in 0..5 {
        store.write(|tx| draft::save_bid(tx, &project, &form("même"), NOW + step * 60_000)).unwrap();
    }
    assert_eq!(store.read(|c| draft::bid_versions(c, &project)).unwrap().len(), 1);
}

#[test]
fn an_emptied_message_is_no_draft() {
    let (_folder, store) = sample::open();
    let thread = ThreadId::new("thr_1");
    store.write(|tx| draft::save_message(tx, &thread, "bonjour", NOW)).unwrap();
    assert_eq!(store.read(|c| draft::message(c, &thread)).unwrap().as_deref(), Some("bonjour"));
    store.write(|tx| draft::save_message(tx, &thread, "", NOW)).unwrap();
    assert_eq!(store.read(|c| draft::message(c, &thread)).unwrap(), None);
}
