//! Closing an account's files while others still hold the store, and reading beside who works on them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use presta_model::ProjectId;
use presta_store::health::Check;
use presta_store::{Error, Store, project};

use crate::sample;

/// What would go on for hours.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000)
                       SELECT count(*) FROM n";

fn endless(store: &Store) -> Result<i64, Error> {
    store.read(|c| Ok(c.query_row(ENDLESS, [], |row| row.get(0))?))
}

/// Files of `folder` that this process has open.
#[cfg(target_os = "linux")]
fn open_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir("/proc/self/fd").unwrap();
    entries.flatten().filter_map(|it| std::fs::read_link(it.path()).ok()).filter(|it| it.starts_with(folder)).count()
}

#[test]
fn closing_ends_what_reads_and_lets_go_of_every_file() {
    let (folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    let (begun, wait) = std::sync::mpsc::channel();
    let reading = std::thread::spawn({
        let store = store.clone();
        move || {
            begun.send(()).unwrap();
            endless(&store)
        }
    });
    wait.recv().unwrap();
    let before = Instant::now();
    store.close();
    assert!(before.elapsed() < Duration::from_secs(20));
    let ended = reading.join().unwrap().unwrap_err();
    assert!(ended.is_interrupted(), "{ended:?}");
    assert_eq!(ended.code(), "interrupted");
    #[cfg(target_os = "linux")]
    assert_eq!(open_files(folder.path()), 0);
    assert!(matches!(endless(&store), Err(Error::Closed)));
    assert!(matches!(store.write(|tx| project::upsert(tx, &sample::project("p2"), 1)), Err(Error::Closed)));
    assert!(matches!(store.check(Duration::from_secs(1)), Err(Error::Closed)));
    assert_eq!(store.index_step(10).unwrap().indexed, 0);
    assert!(matches!(store.rekey(&presta_store::Key::from_bytes([9; 32])), Err(Error::Closed)));
    let again = Store::open(&folder.path().join("cache.db"), &sample::key(), |_| {}).unwrap();
    store.close();
    drop(store);
    assert!(again.read(|c| project::get(c, &ProjectId::new("p1"))).unwrap().is_some());
    assert!(folder.path().join("cache.db-wal").exists(), "the log is the new one's");
}

/// A check reads for a minute; who changes the key or makes the index anew does not wait for it, nor does who reads.
#[test]
fn a_check_gives_way_to_who_replaces_a_file() {
    let (_folder, store) = sample::open();
    store
        .write(|tx| -> Result<_, Error> {
            for index in 0..3000 {
                let mut it = sample::project(&format!("p{index}"));
                it.description = "mot ".repeat(2000);
                project::upsert(tx, &it, 1)?;
            }
            Ok(())
        })
        .unwrap();
    let gave_way = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let checks = scope.spawn(|| {
            let until = Instant::now() + Duration::from_secs(60);
            while Instant::now() < until {
                match store.check(Duration::from_secs(60)).unwrap() {
                    Check::Unfinished => return gave_way.store(true, Ordering::Relaxed),
                    Check::Sound => {}
                    Check::Damaged(why) => panic!("{why}"),
                }
            }
        });
        // Until one met a check that was under way.
        while !checks.is_finished() {
            store.rebuild_index().unwrap();
        }
    });
    assert!(gave_way.into_inner(), "no check gave way within a minute");
}

/// An export lasts; while a new index waits for its end the window goes on reading and writing.
#[test]
fn who_waits_for_a_long_reading_keeps_nobody_from_reading() {
    let (_folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel();
    let reading = std::thread::spawn({
        let store = store.clone();
        move || {
            store.read_long(|_| -> Result<_, Error> {
                begun.send(()).unwrap();
                // Over as well when the test fails.
                let _ = ended.recv();
                Ok(())
            })
        }
    });
    begins.recv().unwrap();
    let replacing = std::thread::spawn({
        let store = store.clone();
        move || store.rekey(&presta_store::Key::from_bytes([9; 32]))
    });
    let until = Instant::now() + Duration::from_millis(500);
    while Instant::now() < until {
        assert!(store.read(|c| project::get(c, &ProjectId::new("p1"))).unwrap().is_some());
        store.write(|tx| project::upsert(tx, &sample::project("p2"), 1)).unwrap();
    }
    assert!(!replacing.is_finished());
    drop(end);
    reading.join().unwrap().unwrap();
    replacing.join().unwrap().unwrap();
}

#[test]
fn who_reads_beside_another_makes_mends_and_removes_nothing() {
    let (folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    // The other one is in the middle of a change of key, has noted damage, and makes its index anew.
    std::fs::write(folder.path().join("cache.db.rekey"), "half").unwrap();
    std::fs::write(folder.path().join("cache.db.damaged"), ".damaged-1").unwrap();
    for name in ["search.db", "search.db-wal", "search.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    let beside = Store::open_beside(&folder.path().join("cache.db"), &sample::key()).unwrap();
    assert!(beside.read(|c| project::get(c, &ProjectId::new("p1"))).unwrap().is_some());
    let refused = beside.write(|tx| project::upsert(tx, &sample::project("p2"), 1));
    assert!(matches!(refused, Err(Error::ReadOnly(_))), "{refused:?}");
    assert!(beside.rebuild_index().is_err() && beside.tidy(true).is_err() && beside.mark_damaged().is_err());
    for (name, there) in
        [("cache.db.rekey", true), ("cache.db.damaged", true), ("cache.db", true), ("search.db", false)]
    {
        assert_eq!(folder.path().join(name).exists(), there, "{name}");
    }
    let nobody = Store::open_beside(&folder.path().join("none.db"), &sample::key());
    assert!(matches!(nobody, Err(Error::ReadOnly(_))), "{nobody:?}");
    assert!(!folder.path().join("none.db").exists());
}
