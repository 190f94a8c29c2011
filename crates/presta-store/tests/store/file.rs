//! The file: encryption, versions, and what a commit announces.

use std::sync::{Arc, Mutex};

use presta_store::{Changed, Error, Key, Store, project, sync_state};

use crate::sample;

#[test]
fn sqlcipher_and_full_text_are_compiled_in() {
    let (_folder, store) = sample::open();
    let (version, fts): (String, bool) = store
        .read(|connection| -> Result<_, Error> {
            let version = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
            let fts = connection.query_row("SELECT sqlite_compileoption_used('ENABLE_FTS5')", [], |row| row.get(0))?;
            Ok((version, fts))
        })
        .unwrap();
    assert!(version.starts_with("4."), "{version}");
    assert!(fts);
}

#[test]
fn nothing_is_written_in_the_clear() {
    let (folder, store) = sample::open();
    let mut project = sample::project("prj_1");
    project.title = "canari-bleu-4711".into();
    store.write(|tx| project::upsert(tx, &project, 1)).unwrap();
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        bytes += content.len();
        assert!(!content.windows(16).any(|window| window == b"canari-bleu-4711"));
        assert!(!content.starts_with(b"SQLite format 3"));
    }
    assert!(bytes > 10_000);
}

#[test]
fn a_wrong_key_is_named_as_such_and_harms_nothing() {
    let (folder, store) = sample::open();
    store.write(|tx| project::upsert(tx, &sample::project("prj_1"), 1)).unwrap();
    let path = folder.path().join("cache.db");
    drop(store);
    let wrong = Store::open(&path, &Key::from_bytes([8; 32]), |_| {});
    assert!(matches!(wrong, Err(Error::WrongKey)), "{wrong:?}");
    let again = Store::open(&path, &sample::key(), |_| {}).unwrap();
    assert!(again.read(|c| project::get(c, &sample::project("prj_1").id)).unwrap().is_some());
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let (folder, store) = sample::open();
    store
        .write(|tx| -> Result<_, Error> {
            tx.pragma_update(None, "user_version", 99)?;
            Ok(())
        })
        .unwrap();
    drop(store);
    let path = folder.path().join("cache.db");
    let before = std::fs::read(&path).unwrap();
    let opened = Store::open(&path, &sample::key(), |_| {});
    assert!(matches!(opened, Err(Error::TooNew { found: 99, .. })), "{opened:?}");
    assert_eq!(before, std::fs::read(&path).unwrap());
}

#[test]
fn a_commit_announces_what_changed_and_a_rollback_nothing() {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let folder = tempfile::tempdir().unwrap();
    let ear = Arc::clone(&heard);
    let store = Store::open(&folder.path().join("cache.db"), &sample::key(), move |changed: Changed| {
        ear.lock().unwrap().extend(changed.into_tags());
    })
    .unwrap();
    let broken: Result<(), Error> = store.write(|tx| {
        project::upsert(tx, &sample::project("prj_1"), 1)?;
        Err(Error::WrongKey)
    });
    assert!(broken.is_err());
    assert!(heard.lock().unwrap().is_empty());
    assert!(store.read(|c| project::get(c, &sample::project("prj_1").id)).unwrap().is_none());
    store.write(|tx| project::upsert(tx, &sample::project("prj_1"), 1)).unwrap();
    assert_eq!(*heard.lock().unwrap(), ["projects"]);
}

#[test]
fn an_older_revision_does_not_replace_a_newer_one() {
    let (_folder, store) = sample::open();
    let mut project = sample::project("prj_1");
    project.rev = 5;
    store.write(|tx| project::upsert(tx, &project, 1)).unwrap();
    let stale = presta_model::Project { rev: 4, title: "vieux".into(), ..project.clone() };
    store.write(|tx| project::upsert(tx, &stale, 1)).unwrap();
    assert_eq!(store.read(|c| project::get(c, &project.id)).unwrap().unwrap(), project);
}

#[test]
fn a_full_sync_drops_what_it_did_not_see() {
    let (_folder, store) = sample::open();
    store
        .write(|tx| {
            project::upsert(tx, &sample::project("prj_old"), 1)?;
            project::upsert(tx, &sample::project("prj_new"), 2)?;
            let ended = sync_state::SnapshotState {
                state: "s".into(),
                kind: presta_model::EntityType::Project,
                cursor: None,
                done: 1,
                total: 1,
                generation: 2,
            };
            sync_state::finish_snapshot(tx, &ended, sample::NOW)
        })
        .unwrap();
    sample::index(&store);
    store
        .read(|c| -> Result<_, Error> {
            assert!(project::get(c, &sample::project("prj_old").id)?.is_none());
            assert!(project::get(c, &sample::project("prj_new").id)?.is_some());
            let indexed: i64 =
                c.query_row("SELECT count(*) FROM project_fts WHERE project_fts MATCH 'rust'", [], |r| r.get(0))?;
            assert_eq!(indexed, 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_committed_schema_is_the_one_a_fresh_file_has() {
    let (_folder, store) = sample::open();
    let dump: Vec<String> = store
        .read(|connection| -> Result<_, Error> {
            let mut statement = connection.prepare(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name",
            )?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let dump = dump.join(";\n\n") + ";\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.sql");
    if std::env::var_os("PRESTA_WRITE_SCHEMA").is_some() {
        std::fs::write(path, &dump).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), dump, "run this test with PRESTA_WRITE_SCHEMA=1");
}
