//! A change of key.

use presta_store::{Error, Key, Store, outbox, project};

use crate::sample;

fn new_key() -> Key {
    Key::from_bytes([9; 32])
}

#[test]
fn after_a_change_only_the_new_key_opens_and_all_is_there() {
    let (folder, store) = sample::open();
    store
        .write(|tx| -> Result<_, Error> {
            let act = outbox::Act::MessageSend {
                thread_id: presta_model::ThreadId::new("t"),
                title: "x".into(),
                text: "y".into(),
                attachments: vec![],
            };
            outbox::enqueue(tx, "a1", &act, sample::NOW)?;
            project::upsert(tx, &sample::project("p1"), 1)
        })
        .unwrap();
    sample::index(&store);
    store.rekey(&new_key()).unwrap();
    assert_eq!(store.read(outbox::all).unwrap().len(), 1, "the open store goes on");
    store.write(|tx| project::upsert(tx, &sample::project("p2"), 1)).unwrap();
    sample::index(&store);
    drop(store);
    let path = folder.path().join("cache.db");
    let old = Store::open(&path, &sample::key(), |_| {});
    assert!(matches!(old, Err(Error::WrongKey)), "{old:?}");
    let store = Store::open(&path, &new_key(), |_| {}).unwrap();
    assert_eq!(store.read(outbox::all).unwrap().len(), 1);
    assert!(store.read(|c| project::get(c, &presta_model::ProjectId::new("p2"))).unwrap().is_some());
    assert_eq!(store.check(std::time::Duration::from_secs(60)).unwrap(), presta_store::health::Check::Sound);
    assert_eq!(store.index_pending().unwrap(), 0);
}

#[test]
fn reads_and_writes_go_on_around_a_change_of_key() {
    let (folder, store) = sample::open();
    let workers: Vec<_> = (0..3)
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
        store.rekey(&if round % 2 == 0 { new_key() } else { sample::key() }).unwrap();
    }
    for worker in workers {
        worker.join().unwrap();
    }
    drop(store);
    let all = |key: &Key| {
        let path = folder.path().join("cache.db");
        Store::glance(&path, key, |c| Ok(c.query_row("SELECT count(*) FROM project", [], |row| row.get::<_, i64>(0))?))
    };
    assert_eq!(all(&sample::key()).unwrap(), 120);
    assert!(matches!(all(&new_key()), Err(Error::WrongKey)));
}

/// The new key would be thrown away by whoever is told of an error.
#[test]
fn what_fails_once_the_file_has_its_new_key_is_no_error() {
    let (folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    let index = folder.path().join("search.db");
    for name in ["search.db", "search.db-wal", "search.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    // No index can be made where a folder is.
    std::fs::create_dir(&index).unwrap();
    store.rekey(&new_key()).unwrap();
    std::fs::remove_dir(&index).unwrap();
    let found = store.read(|c| project::get(c, &presta_model::ProjectId::new("p1"))).unwrap();
    assert!(found.is_some(), "the index is made by the first who reads");
    sample::index(&store);
    assert_eq!(store.index_pending().unwrap(), 0);
    drop(store);
    assert!(Store::open(&folder.path().join("cache.db"), &new_key(), |_| {}).is_ok());
}

#[test]
fn a_change_that_somebody_stands_in_the_way_of_leaves_the_old_key() {
    let (folder, store) = sample::open();
    let path = folder.path().join("cache.db");
    Store::glance(&path, &sample::key(), |_| {
        store.rekey(&new_key()).unwrap_err();
        Ok(())
    })
    .unwrap();
    assert!(!folder.path().join("cache.db.rekey").exists(), "nothing is left of the copy");
    store.write(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    drop(store);
    assert!(Store::open(&path, &sample::key(), |_| {}).is_ok());
}
