//! Damage: bytes that flip, logs that go, disks that are full, folders that cannot be written.

use std::path::Path;
use std::time::Duration;

use presta_model::{ProjectId, ThreadId};
use presta_store::health::Check;
use presta_store::note::{self, Note};
use presta_store::{Error, Key, Store, draft, outbox, project, setting, sync_state};

use crate::sample::{self, NOW};

const PAGE: usize = 4096;

fn path(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("cache.db")
}

fn reopen(folder: &tempfile::TempDir) -> Store {
    Store::open(&path(folder), &sample::key(), |_| {}).unwrap()
}

/// A cache with 300 projects and one of each kind of local work.
fn worked_in(store: &Store) {
    store
        .write_durably(|tx| -> Result<_, Error> {
            for index in 0..300 {
                project::upsert(tx, &sample::project(&format!("p{index}")), 1)?;
            }
            for index in 0..20 {
                let act = outbox::Act::MessageSend {
                    thread_id: ThreadId::new(format!("thr_{index}")),
                    title: "Client".into(),
                    text: "mot ".repeat(400),
                    attachments: vec![],
                };
                outbox::enqueue(tx, &format!("act-{index:02}"), &act, NOW)?;
            }
            draft::save_message(tx, &ThreadId::new("thr_1"), "brouillon", NOW)?;
            let note = Note { project_id: ProjectId::new("p1"), text: "note".into(), tags: vec![], updated_at: NOW };
            note::save(tx, &note)?;
            setting::set(tx, "mine", &"oui")?;
            Ok(())
        })
        .unwrap();
}

fn acts(store: &Store) -> Vec<String> {
    store.read(outbox::all).unwrap().into_iter().map(|act| act.act_id).collect()
}

fn flip(path: &Path, page: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[(page - 1) * PAGE + 100] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// Pages of a table, by dbstat.
fn pages_of(store: &Store, name: &str) -> Vec<usize> {
    store
        .read(|c| -> Result<_, Error> {
            let mut statement =
                c.prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path")?;
            let pages = statement.query_map([name], |row| row.get::<_, i64>(0))?;
            Ok(pages.map(|page| usize::try_from(page.unwrap()).unwrap()).collect())
        })
        .unwrap()
}

/// Fault 9: what the platform can give again is given up, what is the person's own is not.
#[test]
fn a_flipped_byte_in_the_market_is_found_set_aside_and_the_persons_work_taken_over() {
    let (folder, store) = sample::open();
    worked_in(&store);
    assert_eq!(store.check(Duration::from_secs(60)).unwrap(), Check::Sound);
    let page = pages_of(&store, "project_text")[3];
    let all = acts(&store);
    drop(store);
    flip(&path(&folder), page);
    let store = reopen(&folder);
    assert!(matches!(store.check(Duration::from_secs(60)).unwrap(), Check::Damaged(_)));
    store.mark_damaged().unwrap();
    let refused = store.write(|tx| project::upsert(tx, &sample::project("new"), 1));
    assert!(matches!(refused, Err(Error::DiskFailed(_))), "a damaged file is written no more: {refused:?}");
    drop(store);
    let store = reopen(&folder);
    let recovery = store.recovery().unwrap().clone();
    assert!(recovery.kept.exists(), "the damaged file is kept");
    assert!(!recovery.incomplete);
    assert_eq!(acts(&store), all);
    assert_eq!(store.read(|c| draft::message(c, &ThreadId::new("thr_1"))).unwrap().as_deref(), Some("brouillon"));
    assert_eq!(store.read(|c| note::get(c, &ProjectId::new("p1"))).unwrap().unwrap().text, "note");
    assert_eq!(store.read(|c| setting::get::<String>(c, "mine")).unwrap().as_deref(), Some("oui"));
    assert_eq!(store.check(Duration::from_secs(60)).unwrap(), Check::Sound);
    assert!(store.read(|c| project::get(c, &ProjectId::new("p2"))).unwrap().is_none(), "it comes with the next sync");
    assert_eq!(store.read(sync_state::generation).unwrap(), 1, "which is not the first: rules tell what is new in it");
    drop(store);
    assert!(reopen(&folder).recovery().is_none(), "it is said once");
}

/// A page in the middle of the queue costs the acts on it, and none before or after.
#[test]
fn a_flipped_byte_in_the_queue_costs_that_page_only() {
    let (folder, store) = sample::open();
    worked_in(&store);
    let pages = pages_of(&store, "outbox");
    assert!(pages.len() > 4, "{pages:?}");
    let all = acts(&store);
    drop(store);
    flip(&path(&folder), pages[pages.len() / 2]);
    let store = reopen(&folder);
    store.mark_damaged().unwrap();
    drop(store);
    let store = reopen(&folder);
    let left = acts(&store);
    assert!(store.recovery().unwrap().incomplete);
    assert!(left.len() >= all.len() - 3 && left.len() < all.len(), "{left:?}");
    assert_eq!((left.first(), left.last()), (all.first(), all.last()));
}

/// What cannot be written now is taken over at the next opening; only what cannot be read is given up.
#[test]
fn a_salvage_that_cannot_write_is_done_again() {
    let (folder, store) = sample::open();
    worked_in(&store);
    store.mark_damaged().unwrap();
    drop(store);
    let note = folder.path().join("cache.db.damaged");
    let said = std::fs::read(&note).unwrap();
    let store = reopen(&folder);
    // A new file without the rows, as a kill leaves it, and in which a row cannot be written.
    store
        .write(|tx| -> Result<_, Error> {
            tx.execute("DELETE FROM outbox", [])?;
            tx.execute_batch("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT json('{'); END")?;
            Ok(())
        })
        .unwrap();
    drop(store);
    std::fs::write(&note, &said).unwrap();
    Store::open(&path(&folder), &sample::key(), |_| {}).unwrap_err();
    assert_eq!(std::fs::read(&note).unwrap(), said, "the note stays");

    std::fs::remove_file(&note).unwrap();
    let store = reopen(&folder);
    assert!(acts(&store).is_empty());
    store.write(|tx| -> Result<_, Error> { Ok(tx.execute_batch("DROP TRIGGER full")?) }).unwrap();
    drop(store);
    std::fs::write(&note, &said).unwrap();
    let store = reopen(&folder);
    assert_eq!(acts(&store).len(), 20);
    assert!(!store.recovery().unwrap().incomplete);
}

/// After a change of key that was cut short either key may be the right one: the wrong one moves nothing.
#[test]
fn a_damaged_file_waits_for_its_own_key() {
    let (folder, store) = sample::open();
    worked_in(&store);
    store.mark_damaged().unwrap();
    drop(store);
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let wrong = Store::open(&path(&folder), &Key::from_bytes([9; 32]), |_| {});
    assert!(matches!(wrong, Err(Error::WrongKey)), "{wrong:?}");
    assert_eq!(names(), before);
    let store = reopen(&folder);
    assert_eq!(acts(&store).len(), 20);
    assert!(!store.recovery().unwrap().incomplete);
}

/// Damage that shows while the file is opened is dealt with at once: here, when an index is to be made of a broken page.
#[test]
fn damage_met_in_opening_does_not_lock_out() {
    let (folder, store) = sample::open();
    worked_in(&store);
    let page = pages_of(&store, "project_text")[3];
    drop(store);
    flip(&path(&folder), page);
    std::fs::remove_file(folder.path().join("search.db")).unwrap();
    let store = reopen(&folder);
    assert!(store.recovery().is_some());
    assert_eq!(acts(&store).len(), 20);
}

/// Fault 10.
#[test]
fn without_its_log_the_file_opens_as_it_was_at_a_checkpoint() {
    let (folder, store) = sample::open();
    worked_in(&store);
    drop(store);
    let store = reopen(&folder);
    store.write(|tx| project::upsert(tx, &sample::project("late"), 1)).unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["cache.db", "search.db"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let without = reopen(&copy);
    assert_eq!(without.check(Duration::from_secs(60)).unwrap(), Check::Sound);
    assert_eq!(acts(&without).len(), 20);
    assert!(without.read(|c| project::get(c, &ProjectId::new("late"))).unwrap().is_none());
    sample::index(&without);
    assert_eq!(without.check_index().unwrap(), None);
}

/// Fault 5, with SQLite's own limit: `max_page_count` makes it answer SQLITE_FULL as a full disk does.
#[test]
fn a_full_disk_is_said_as_such_and_what_was_there_stays() {
    let (_folder, store) = sample::open();
    worked_in(&store);
    let limit = |pages: i64| {
        store
            .write(|tx| -> Result<_, Error> {
                let count: i64 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
                tx.query_row(&format!("PRAGMA max_page_count = {}", count + pages), [], |_| Ok(()))?;
                Ok(())
            })
            .unwrap();
    };
    limit(2);
    let text = "une phrase de plus ".repeat(2000);
    let full = store.write_durably(|tx| draft::save_message(tx, &ThreadId::new("thr_1"), &text, NOW));
    assert!(matches!(full, Err(Error::DiskFull)), "{full:?}");
    assert_eq!(full.unwrap_err().code(), "disk-full");
    assert_eq!(store.read(|c| draft::message(c, &ThreadId::new("thr_1"))).unwrap().as_deref(), Some("brouillon"));
    limit(1_000_000);
    store.write_durably(|tx| draft::save_message(tx, &ThreadId::new("thr_1"), &text, NOW)).unwrap();
    assert_eq!(store.read(|c| draft::message(c, &ThreadId::new("thr_1"))).unwrap().unwrap(), text);
}

/// Fault 8. The superuser may write anywhere, so the folder is one that the system itself keeps from being written to.
#[test]
fn a_folder_that_cannot_be_written_is_said_as_such() {
    let (folder, store) = sample::open();
    worked_in(&store);
    drop(store);
    let opened = Store::open(Path::new("/proc/self/cache.db"), &sample::key(), |_| {});
    let Err(error) = opened else { panic!("{opened:?}") };
    assert_eq!(error.code(), "storage-read-only", "{error}");
    assert_eq!(acts(&reopen(&folder)).len(), 20);
}

/// Fault 14: while someone reads, a large sync does not make the log grow without bound.
#[test]
fn the_log_stays_bounded_while_readers_follow_each_other() {
    let (folder, store) = sample::open();
    let wal = folder.path().join("cache.db-wal");
    let done = std::sync::atomic::AtomicBool::new(false);
    let largest = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    // A slow reading: it counts until others have had time to write.
                    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
                                SELECT count(*) FROM n, (SELECT count(*) FROM project)";
                    store
                        .read(|c| -> Result<_, Error> { Ok(c.query_row(slow, [], |row| row.get::<_, i64>(0))?) })
                        .unwrap();
                }
            });
        }
        let mut largest = 0;
        for round in 0..60 {
            store
                .write(|tx| -> Result<_, Error> {
                    for index in 0..100 {
                        let mut it = sample::project(&format!("p{round}-{index}"));
                        it.description = format!("{round} {index} ").repeat(2500);
                        project::upsert(tx, &it, 1)?;
                    }
                    Ok(())
                })
                .unwrap();
            largest = largest.max(wal.metadata().unwrap().len());
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        largest
    });
    // 64 MB, and 8 for each time that a reading was longer than the wait for it.
    assert!(largest < 100_000_000, "{largest} bytes");
}

#[test]
fn a_check_is_due_once_a_day_and_after_a_run_that_was_cut_short() {
    let (folder, store) = sample::open();
    assert!(store.check_due(NOW).unwrap());
    store.write(|tx| setting::set(tx, presta_store::health::CHECKED_AT, &NOW)).unwrap();
    assert!(!store.check_due(NOW + 3_600_000).unwrap());
    assert!(store.check_due(NOW + 90_000_000).unwrap());
    assert!(store.check_due(NOW - 1).unwrap(), "a clock that was set back proves nothing");
    drop(store);
    assert!(!reopen(&folder).check_due(NOW + 1).unwrap(), "closed in order");
    let store = reopen(&folder);
    store.write(|tx| project::upsert(tx, &sample::project("p"), 1)).unwrap();
    let cut = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), cut.path().join(entry.file_name())).unwrap();
    }
    assert!(reopen(&cut).check_due(NOW + 1).unwrap(), "its log was left behind");
}

#[test]
fn the_doctor_tells_what_there_is() {
    let (_folder, store) = sample::open();
    worked_in(&store);
    let doctor = store.doctor().unwrap();
    assert_eq!((doctor.database_problem.as_deref(), doctor.index_problem.as_deref()), (None, None));
    assert_eq!(doctor.index_pending, 301, "300 projects and a note");
    let rows = |name: &str| doctor.tables.iter().find(|count| count.name == name).unwrap().rows;
    assert_eq!((rows("project"), rows("outbox"), rows("note")), (300, 20, 1));
    assert_eq!(doctor.queue[0].rows, 20);
    assert!(doctor.sizes.cache > 300_000);
}

#[test]
fn freed_pages_go_back_to_the_disk() {
    let (folder, store) = sample::open();
    worked_in(&store);
    store.tidy(true).unwrap();
    let before = path(&folder).metadata().unwrap().len();
    store
        .write(|tx| -> Result<_, Error> {
            tx.execute("DELETE FROM project", [])?;
            Ok(())
        })
        .unwrap();
    assert!(store.sizes().unwrap().free > 100_000);
    store.tidy(false).unwrap();
    assert_eq!(store.sizes().unwrap().free, 0);
    assert!(path(&folder).metadata().unwrap().len() < before / 2);
}
