//! The drivers of load and of kills, in small.

use std::path::PathBuf;

use crate::drive::{kill, load, process::Binary};

fn binary() -> Binary {
    Binary(PathBuf::from(env!("CARGO_BIN_EXE_presta-platform")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_in_the_middle_of_writes_lose_nothing_and_double_nothing() {
    let home = tempfile::tempdir().unwrap();
    let seen = kill::run(&binary(), home.path(), 20, |_| ()).await.unwrap();
    assert_eq!(seen.kills, 20);
    assert!(seen.acknowledged >= 20 && seen.unknown > 0, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_streams_and_requests_for_three_seconds_give_no_error_and_no_storm_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let plan = load::Plan { clients: 50, rate: 40, seconds: 3, projects: 400 };
    let seen = load::run(&binary(), home.path(), plan).await.unwrap();
    assert!(seen.errors.is_empty(), "{seen}");
    assert_eq!(seen.requests, 120);
    assert_eq!(seen.deliveries, 6 * 50, "every client heard of every bid, once");
    assert!(seen.peak() <= 0.3, "{seen}");
    assert!(seen.memory_mib.1 < 512, "{seen}");
}
