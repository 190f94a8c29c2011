//! A process that is killed at any instant (SIGKILL): in indexing, in a change of key. The process is this
//! test binary again, told by an environment variable what to do.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use presta_store::health::Check;
use presta_store::{Error, Key, Store, project};

use crate::sample;

const WORK: &str = "PRESTA_TEST_WORK";
const FOLDER: &str = "PRESTA_TEST_FOLDER";
const ROWS: u32 = 60;

fn other_key() -> Key {
    Key::from_bytes([9; 32])
}

/// Starts this binary again on one piece of work, and waits until it says that it has begun.
fn start(work: &str, folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::works_until_killed", "--exact", "--nocapture"])
        .env(WORK, work)
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    while !lines.next().unwrap().unwrap().contains("begun") {}
    child
}

fn kill_after(work: &str, folder: &Path, microseconds: u64) {
    let mut child = start(work, folder);
    // The instant of the kill is what the test varies.
    std::thread::sleep(Duration::from_micros(microseconds));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The process that gets killed. Started by hand it has nothing to do, and says so by passing.
#[test]
fn works_until_killed() {
    let (Ok(work), Some(folder)) = (std::env::var(WORK), std::env::var_os(FOLDER)) else { return };
    let path = Path::new(&folder).join("cache.db");
    let begun = || std::io::Write::write_all(&mut std::io::stdout(), b"begun\n").unwrap();
    match work.as_str() {
        "index" => {
            let store = Store::open(&path, &sample::key(), |_| {}).unwrap();
            begun();
            for round in 1.. {
                write(&store, round);
                while store.index_step(7).unwrap().indexed > 0 {}
            }
        }
        "rekey" => {
            let store = open_either(&path);
            begun();
            loop {
                store.rekey(&other_key()).unwrap();
                store.rekey(&sample::key()).unwrap();
            }
        }
        _ => panic!("{work}"),
    }
}

fn write(store: &Store, round: i64) {
    store
        .write(|tx| -> Result<_, Error> {
            for index in 0..ROWS {
                let mut it = sample::project(&format!("p{index}"));
                it.rev = tx.query_row("SELECT coalesce(max(rev), 0) + 1 FROM project", [], |row| row.get(0))?;
                it.title = format!("Développeur tour{round}");
                project::upsert(tx, &it, 1)?;
            }
            Ok(())
        })
        .unwrap();
}

fn open_either(path: &Path) -> Store {
    match Store::open(path, &sample::key(), |_| {}) {
        Err(Error::WrongKey) => Store::open(path, &other_key(), |_| {}).unwrap(),
        opened => opened.unwrap(),
    }
}

/// A spread of instants from 0 to `most` µs, the same in every run.
fn instants(count: u64, most: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |index| (index * 7919 % count) * most / count)
}

/// Fault 4: after every kill all rows are listed, the index goes on, and in the end holds exactly what the rows say.
#[test]
fn killed_in_indexing_it_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    write(&Store::open(&path, &sample::key(), |_| {}).unwrap(), 0);
    for instant in instants(30, 120_000) {
        kill_after("index", folder.path(), instant);
        let store = Store::open(&path, &sample::key(), |_| {}).unwrap();
        assert!(store.recovery().is_none());
        assert_eq!(store.check_index().unwrap(), None);
        sample::index(&store);
        store
            .read(|c| -> Result<_, Error> {
                let title: String = c.query_row("SELECT title FROM project_text LIMIT 1", [], |row| row.get(0))?;
                let same: u32 =
                    c.query_row("SELECT count(*) FROM project_text WHERE title = ?1", [&title], |row| row.get(0))?;
                assert_eq!(same, ROWS, "rows are of one commit");
                let word = title.split(' ').next_back().unwrap().to_owned();
                let sql = "SELECT count(*) FROM project_fts WHERE project_fts MATCH ?1";
                let hits: u32 = c.query_row(sql, [&word], |row| row.get(0))?;
                let all: u32 = c.query_row(sql, ["developpeur"], |row| row.get(0))?;
                assert_eq!((hits, all), (ROWS, ROWS), "{word}");
                Ok(())
            })
            .unwrap();
    }
}

/// One of the two keys always opens the file, and everything is in it.
#[test]
fn killed_in_a_change_of_key_one_of_the_two_keys_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    write(&Store::open(&path, &sample::key(), |_| {}).unwrap(), 0);
    for instant in instants(30, 150_000) {
        kill_after("rekey", folder.path(), instant);
        let store = open_either(&path);
        assert!(store.recovery().is_none());
        assert_eq!(store.check(Duration::from_secs(60)).unwrap(), Check::Sound);
        let rows: u32 = store
            .read(|c| -> Result<_, Error> { Ok(c.query_row("SELECT count(*) FROM project", [], |row| row.get(0))?) })
            .unwrap();
        assert_eq!(rows, ROWS);
    }
}
