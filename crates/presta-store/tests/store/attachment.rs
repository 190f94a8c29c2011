//! Files that wait to be sent: their copies, and what becomes of them in the queue.

use presta_model::{ProjectId, ThreadId, local_id};
use presta_store::attachment::{self, Staged};
use presta_store::outbox::{self, Act, ActState};
use presta_store::staged_file::{self, FileKey, StagedFileError};
use presta_store::{Error, Store, thread};

use crate::sample::{self, NOW};

const CANARY: &[u8] = b"ne doit pas se lire sur le disque";

fn key() -> FileKey {
    FileKey::new([9; 32])
}

fn staged(id: &str, place: &str) -> Staged {
    Staged {
        id: id.into(),
        place: Some(place.into()),
        name: "devis.pdf".into(),
        media_type: "application/pdf".into(),
        size: 3,
        sha256: "00".repeat(32),
        key: key(),
        upload_id: None,
        sent: 0,
        platform_id: None,
    }
}

fn ready(store: &Store) -> Vec<String> {
    store.read(|c| outbox::ready(c, NOW)).unwrap().into_iter().map(|act| act.act_id).collect()
}

/// A message with the files `f1` and `f2`.
fn queued(store: &Store) {
    store
        .write(|tx| -> Result<_, Error> {
            attachment::insert(tx, &staged("f1", "thread:thr_1"), NOW)?;
            attachment::insert(tx, &staged("f2", "thread:thr_1"), NOW)?;
            let attachments = attachment::claim(tx, &[local_id("f1"), local_id("f2")], NOW)?;
            let (thread_id, title) = (ThreadId::new("thr_1"), "Client".into());
            outbox::enqueue(tx, "m", &Act::MessageSend { thread_id, title, text: "Voici".into(), attachments }, NOW)?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_copy_gives_its_bytes_back_from_anywhere_and_shows_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    for (number, size) in [0, 1, 65_535, 65_536, 65_537, 200_000].into_iter().enumerate() {
        let bytes: Vec<u8> = CANARY.iter().copied().cycle().take(size).collect();
        let path = folder.path().join(number.to_string());
        let sealed = staged_file::seal(&key(), &mut bytes.as_slice(), &path, 200_000).unwrap();
        assert_eq!(sealed.size, size as u64);
        for (offset, length) in [(0, size), (0, 10), (65_530, 20), (size / 2, 70_000), (size, 10)] {
            let read = staged_file::read(&key(), &path, sealed.size, offset as u64, length).unwrap();
            let end = (offset + length).min(size);
            assert_eq!(read, bytes.get(offset..end).unwrap_or_default(), "{size} bytes from {offset}");
        }
        let disk = std::fs::read(&path).unwrap();
        assert!(!disk.windows(CANARY.len()).any(|window| window == CANARY));
    }
}

#[test]
fn a_copy_that_was_cut_altered_or_put_together_otherwise_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, path) = (vec![7; 140_000], folder.path().join("f"));
    staged_file::seal(&key(), &mut bytes.as_slice(), &path, 140_000).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let segment = 65_536 + 16;
    let swapped = [&whole[segment..2 * segment], &whole[..segment], &whole[2 * segment..]].concat();
    let mut flipped = whole.clone();
    flipped[70_000] ^= 1;
    for (what, size, harmed) in [
        ("cut", 140_000, whole[..whole.len() - 1].to_vec()),
        ("cut at a segment", 131_072, whole[..2 * segment].to_vec()),
        ("swapped", 140_000, swapped),
        ("flipped", 140_000, flipped),
    ] {
        std::fs::write(&path, harmed).unwrap();
        let read = staged_file::read(&key(), &path, size, 0, 140_000);
        assert!(matches!(read, Err(StagedFileError::Damaged)), "{what}: {read:?}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_at_the_first_byte_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let mut endless = std::io::repeat(1);
    let sealed = staged_file::seal(&key(), &mut endless, &folder.path().join("f"), 100_000);
    assert!(matches!(sealed, Err(StagedFileError::TooLarge { limit: 100_000 })));
}

#[test]
fn a_message_waits_for_its_files_and_names_what_they_became() {
    let (_folder, store) = sample::open();
    queued(&store);
    assert_eq!(ready(&store), ["f1", "f2"], "each file has a lane of its own");
    for (id, platform) in [("f1", "att_1"), ("f2", "att_2")] {
        assert!(!ready(&store).contains(&"m".to_owned()));
        store
            .write(|tx| -> Result<_, Error> {
                attachment::arrived(tx, id, platform)?;
                let act = outbox::get(tx, id)?.unwrap();
                assert_eq!(outbox::deliver(tx, &act, NOW)?, None, "a file alone is no news");
                Ok(())
            })
            .unwrap();
    }
    assert_eq!(ready(&store), ["m"]);
    let message = store.read(|c| outbox::get(c, "m")).unwrap().unwrap();
    assert_eq!(message.act.attachments(), ["att_1", "att_2"]);
    assert!(store.write(attachment::sweep).unwrap().is_empty(), "the message may still be taken back");
    store.write(|tx| outbox::deliver(tx, &message, NOW)).unwrap();
    assert_eq!(store.write(attachment::sweep).unwrap(), ["f1", "f2"]);
}

#[test]
fn files_of_a_message_that_is_taken_back_are_in_its_draft_again_and_sent_bytes_are_not_forgotten() {
    let (_folder, store) = sample::open();
    queued(&store);
    store
        .write(|tx| -> Result<_, Error> {
            attachment::arrived(tx, "f1", "att_1")?;
            let act = outbox::get(tx, "f1")?.unwrap();
            outbox::deliver(tx, &act, NOW)?;
            attachment::begun(tx, "f2", "upl_2")?;
            let message = outbox::get(tx, "m")?.unwrap();
            outbox::discard(tx, &message)?;
            attachment::unclaim(tx, &message.act.attachments(), Some("thread:thr_1"))
        })
        .unwrap();
    assert!(store.read(outbox::all).unwrap().is_empty());
    assert!(store.write(attachment::sweep).unwrap().is_empty());
    let files = store.read(|c| attachment::of_place(c, "thread:thr_1")).unwrap();
    assert_eq!(files.iter().map(|file| file.id.as_str()).collect::<Vec<_>>(), ["f1", "f2"]);
    let named = store.write(|tx| attachment::claim(tx, &[local_id("f1"), local_id("f2")], NOW)).unwrap();
    assert_eq!(named, ["att_1".to_owned(), local_id("f2")], "what is there is not sent again");
    let second = store.read(|c| attachment::get(c, "f2")).unwrap().unwrap();
    assert_eq!(second.upload_id.as_deref(), Some("upl_2"));
}

#[test]
fn files_go_back_to_the_draft_they_came_from_whatever_it_is_called_by_then() {
    let (_folder, store) = sample::open();
    let local = ThreadId::local(&ProjectId::new("prj_1"));
    let (f1, f2) = (local_id("f1"), local_id("f2"));
    store
        .write(|tx| -> Result<_, Error> {
            attachment::insert(tx, &staged("f1", "project:prj_1"), NOW)?;
            attachment::insert(tx, &staged("f2", &format!("thread:{local}")), NOW)?;
            attachment::claim(tx, &[f1.clone(), f2.clone()], NOW)?;
            // Claimed again by what it became on the platform.
            attachment::arrived(tx, "f1", "att_1")?;
            assert_eq!(attachment::claim(tx, &["att_1".to_owned()], NOW)?, ["att_1"]);
            thread::settle(tx, &local, &ThreadId::new("thr_9"))?;
            assert_eq!(attachment::places(tx)?, [""; 0]);
            attachment::unclaim(tx, &["att_1".to_owned(), f2.clone()], None)
        })
        .unwrap();
    for (id, place) in [("f1", "project:prj_1"), ("f2", "thread:thr_9")] {
        let file = store.read(|c| attachment::get(c, id)).unwrap().unwrap();
        assert_eq!(file.place.as_deref(), Some(place));
    }
    assert_eq!(store.read(attachment::places).unwrap(), ["project:prj_1", "thread:thr_9"]);
    assert!(store.read(outbox::all).unwrap().iter().all(|act| act.act_id != "f2"));
}

#[test]
fn a_file_is_named_by_an_act_under_either_of_its_ids() {
    let (_folder, store) = sample::open();
    queued(&store);
    let named = |beside: &str| {
        let file = store.read(|c| attachment::named(c, &local_id("f1"))).unwrap().unwrap();
        store.read(|c| attachment::is_named_beside(c, &file, beside)).unwrap()
    };
    assert!(named("other") && !named("m"));
    store.write(|tx| attachment::arrived(tx, "f1", "att_1")).unwrap();
    assert!(named("other") && !named("m"));
    assert_eq!(store.read(|c| attachment::named(c, "att_1")).unwrap().unwrap().id, "f1");
}

#[test]
fn a_place_beyond_the_end_has_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    staged_file::seal(&key(), &mut &[7; 10][..], &path, 10).unwrap();
    for offset in [10, 11, u64::MAX / 2, u64::MAX] {
        assert_eq!(staged_file::read(&key(), &path, 10, offset, 5).unwrap(), [0; 0], "from {offset}");
    }
}

#[test]
fn a_file_that_is_printed_keeps_its_key() {
    let printed = format!("{:?}", staged("f1", "thread:thr_1"));
    assert!(printed.contains("devis.pdf") && !printed.contains("key") && !printed.contains("9, 9"), "{printed}");
}

#[test]
fn an_upload_that_was_cut_off_is_in_no_doubt() {
    let (_folder, store) = sample::open();
    queued(&store);
    store
        .write(|tx| -> Result<_, Error> {
            let act = outbox::get(tx, "f1")?.unwrap();
            assert!(outbox::begin(tx, &act)?);
            outbox::recover(tx)
        })
        .unwrap();
    let act = store.read(|c| outbox::get(c, "f1")).unwrap().unwrap();
    assert_eq!((act.state, act.attempts, act.in_doubt), (ActState::Queued, 1, false));
}
