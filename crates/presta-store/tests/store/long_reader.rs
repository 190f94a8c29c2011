//! Readings and locks that last longer than anything is waited for.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use presta_store::{Connection, Error, Store, project};

use crate::sample;

fn page(store: &Store, round: usize) -> Duration {
    let began = Instant::now();
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
    began.elapsed()
}

#[test]
fn one_reading_over_all_of_a_sync_lets_the_writer_go_on_and_the_log_is_emptied_once_it_ends() {
    let (folder, store) = sample::open();
    let wal = || folder.path().join("cache.db-wal").metadata().unwrap().len();
    page(&store, 0);
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel::<i64>();
    let count = |c: &Connection| -> Result<i64, Error> {
        Ok(c.query_row("SELECT count(*) FROM project", [], |row| row.get(0))?)
    };
    std::thread::scope(|scope| {
        let reading = store.clone();
        let reader = scope.spawn(move || {
            reading.read_long(|c| -> Result<_, Error> {
                begin.send(count(c)?).unwrap();
                ended.recv().unwrap();
                count(c)
            })
        });
        assert_eq!(begun.recv().unwrap(), 100);
        let began = Instant::now();
        let (mut waited, mut round) = (0, 0);
        while wal() < 90_000_000 || began.elapsed() < Duration::from_secs(6) {
            round += 1;
            let took = page(&store, round);
            assert!(took < Duration::from_secs(5), "{took:?}");
            waited += u32::from(took >= Duration::from_secs(2));
        }
        // At 64 MB, and at every 8 beyond.
        let steps = 1 + (wal() - (64 << 20)) / (8 << 20);
        assert!(u64::from(waited) <= steps + 1, "{waited} waits for {steps} steps");
        let seen = store.read(count).unwrap();
        assert_eq!(seen, 100 * (i64::try_from(round).unwrap() + 1), "others see what was written");
        end.send(()).unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), 100, "a snapshot stays what it was");
        let full = wal();
        while wal() >= full {
            round += 1;
            assert!(round < 1_000, "the log is emptied once nobody stands in the way");
            page(&store, round);
        }
        assert!(wal() <= 64 << 20, "{}", wal());
    });
}

#[test]
fn a_lock_that_somebody_keeps_is_an_error_after_a_while_and_nothing_is_half_written() {
    let (folder, store) = sample::open();
    let other = Connection::open(folder.path().join("cache.db")).unwrap();
    other.execute_batch(&format!("PRAGMA key = \"x'{}'\"; BEGIN IMMEDIATE;", sample::key().expose())).unwrap();
    let began = Instant::now();
    let refused = store.write_durably(|tx| project::upsert(tx, &sample::project("p1"), 1));
    assert_eq!(refused.unwrap_err().code(), "storage");
    assert!((4..20).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(store.read(|c| project::get(c, &sample::project("p1").id)).unwrap().is_none(), "readings go on");
    other.execute_batch("ROLLBACK").unwrap();
    store.write_durably(|tx| project::upsert(tx, &sample::project("p1"), 1)).unwrap();
    assert!(store.read(|c| project::get(c, &sample::project("p1").id)).unwrap().is_some());
}
