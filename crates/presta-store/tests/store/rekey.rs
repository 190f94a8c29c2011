//! The file gets another key, also while the process is being killed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use presta_store::{Error, Key, Store, project};

use crate::sample;

/// Tells the child of the kill test which file to work on.
const CHILD: &str = "PRESTA_REKEY_CHILD";

fn other() -> Key {
    Key::from_bytes([9; 32])
}

#[test]
fn the_new_key_opens_the_file_and_the_old_one_no_longer_does() {
    let (folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("prj_1"), 1)).unwrap();
    let id = sample::project("prj_1").id;
    assert!(store.read(|c| project::get(c, &id)).unwrap().is_some());
    store.rekey(&other()).unwrap();
    // The open store goes on with the new key, for reading and for writing.
    assert!(store.read(|c| project::get(c, &id)).unwrap().is_some());
    store.write(|tx| project::upsert(tx, &sample::project("prj_2"), 1)).unwrap();
    let path = folder.path().join("cache.db");
    let log = path.with_extension("db-wal");
    drop(store);
    assert!(!log.exists() || std::fs::metadata(&log).unwrap().len() == 0, "nothing of the old key is left in the log");
    assert!(matches!(Store::open(&path, &sample::key(), |_| {}), Err(Error::WrongKey)));
    assert!(matches!(Store::glance(&path, &sample::key(), |c| project::get(c, &id)), Err(Error::WrongKey)));
    assert!(Store::glance(&path, &other(), |c| project::get(c, &id)).unwrap().is_some());
    let again = Store::open(&path, &other(), |_| {}).unwrap();
    assert!(again.read(|c| project::get(c, &sample::project("prj_2").id)).unwrap().is_some());
}

#[test]
fn reads_and_writes_go_on_around_a_change_of_key() {
    let (_folder, store) = sample::open();
    let readers: Vec<_> = (0..3)
        .map(|number| {
            let store = store.clone();
            std::thread::spawn(move || {
                for round in 0..40 {
                    let project = sample::project(&format!("prj_{number}_{round}"));
                    store.write(|tx| project::upsert(tx, &project, 1)).unwrap();
                    assert!(store.read(|c| project::get(c, &project.id)).unwrap().is_some());
                }
            })
        })
        .collect();
    for round in 0..10 {
        let next = if round % 2 == 0 { other() } else { sample::key() };
        store.rekey(&next).unwrap();
    }
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn a_file_that_another_process_is_writing_keeps_the_key_it_has() {
    let (folder, store) = sample::open();
    let id = sample::project("prj_1").id;
    store.write(|tx| project::upsert(tx, &sample::project("prj_1"), 1)).unwrap();
    let another = Store::open(&folder.path().join("cache.db"), &sample::key(), |_| {}).unwrap();
    another
        .write(|tx| -> Result<(), Error> {
            project::upsert(tx, &sample::project("prj_2"), 1)?;
            assert!(store.rekey(&other()).is_err(), "the file is being written");
            Ok(())
        })
        .unwrap();
    assert!(store.read(|c| project::get(c, &id)).unwrap().is_some(), "the key before still holds");
    store.write(|tx| project::upsert(tx, &sample::project("prj_3"), 1)).unwrap();
    assert!(another.read(|c| project::get(c, &sample::project("prj_3").id)).unwrap().is_some());
}

#[test]
fn a_kill_leaves_a_file_that_one_of_the_two_keys_opens() {
    if let Some(path) = std::env::var_os(CHILD) {
        change_keys_forever(path.as_ref());
    }
    let (folder, store) = sample::open();
    for number in 0..200 {
        store.write(|tx| project::upsert(tx, &sample::project(&format!("prj_{number}")), 1)).unwrap();
    }
    let path = folder.path().join("cache.db");
    drop(store);
    let (mut with_first, mut with_second) = (0, 0);
    for round in 0..30_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "rekey::a_kill_leaves_a_file_that_one_of_the_two_keys_opens", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Begun, and then at an instant that no step is in tune with.
        let begun = path.with_extension("begun");
        let limit = Instant::now() + Duration::from_secs(60);
        while !begun.exists() && Instant::now() < limit {
            std::thread::yield_now();
        }
        assert!(begun.exists(), "the child did not begin");
        let until = Instant::now() + Duration::from_micros(300 + round * 997 % 17_000);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(&begun).unwrap();
        let opened = match Store::open(&path, &sample::key(), |_| {}) {
            Ok(store) => {
                with_first += 1;
                store
            }
            Err(Error::WrongKey) => {
                with_second += 1;
                Store::open(&path, &other(), |_| {}).unwrap()
            }
            Err(error) => panic!("round {round}: {error}"),
        };
        opened
            .read(|c| -> Result<_, Error> {
                let sound: String = c.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
                assert_eq!(sound, "ok");
                let rows: i64 = c.query_row("SELECT count(*) FROM project", [], |row| row.get(0))?;
                assert_eq!(rows, 200);
                Ok(())
            })
            .unwrap();
    }
    assert!(with_first > 0 && with_second > 0, "{with_first} with one, {with_second} with the other");
}

/// Changes between the two keys until it is killed.
fn change_keys_forever(path: &std::path::Path) -> ! {
    let (mut now, mut next) = (sample::key(), other());
    let store = match Store::open(path, &now, |_| {}) {
        Ok(store) => store,
        Err(_) => {
            std::mem::swap(&mut now, &mut next);
            Store::open(path, &now, |_| {}).unwrap()
        }
    };
    std::fs::write(path.with_extension("begun"), []).unwrap();
    loop {
        store.rekey(&next).unwrap();
        std::mem::swap(&mut now, &mut next);
    }
}
