//! Checking and repairing the files.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde_json::json;

use crate::terminal::{OFFER, Terminal};

/// Bytes of a page.
const PAGE: u64 = 4096;

/// Overwrites a third of the file's pages, in its second half: rows of projects, never the schema.
fn damage(file: &Path) {
    let size = file.metadata().unwrap().len();
    let database = File::options().write(true).open(file).unwrap();
    for page in (size / PAGE / 2..size / PAGE).step_by(3) {
        database.write_all_at(&[0xa5; 64], page * PAGE + 512).unwrap();
    }
    database.sync_all().unwrap();
}

#[tokio::test]
async fn a_sound_profile_is_examined_and_each_repair_leaves_it_whole() {
    let terminal = Terminal::signed_in().await;
    let count = async |terminal: &Terminal| {
        terminal.run(&["search", "--json", "--limit", "1"]).await.json()["total"].as_u64().unwrap()
    };
    let total = count(&terminal).await;
    let report = terminal.run(&["doctor", "--json"]).await.json();
    assert_eq!((&report["database_problem"], &report["index_problem"]), (&json!(null), &json!(null)));
    assert_eq!(report["index_pending"], 0, "a sync leaves nothing to be indexed");
    let rows = |name: &str| {
        let tables = report["tables"].as_array().unwrap();
        tables.iter().find(|it| it["name"] == name).unwrap()["rows"].as_u64().unwrap()
    };
    assert!(rows("project") >= total && rows("thread") > 0, "{report}");
    let text = terminal.run(&["doctor"]).await;
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(
        text.out.starts_with("Base ") && text.out.contains("en bon état") && text.out.contains("kB"),
        "{}",
        text.out
    );

    for repair in ["reindex", "vacuum", "resync"] {
        let repaired = terminal.run(&["doctor", "--repair", repair]).await;
        assert_eq!(repaired.code, 0, "{repair}: {repaired:?}");
        let report = terminal.run(&["doctor", "--json"]).await.json();
        assert_eq!(report["index_pending"], 0, "{repair}: {report}");
        assert_eq!(report["syncing_in_full"], false, "{repair}: {report}");
        assert_eq!(count(&terminal).await, total, "{repair}");
    }
    assert_eq!(terminal.run(&["doctor", "--repair", "everything"]).await.code, 2);
}

#[tokio::test]
async fn a_damaged_database_is_told_and_made_anew_with_the_persons_work() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "-", "--queue-only"];
    assert_eq!(terminal.run_with(&bid, OFFER).await.code, 0);
    let total = terminal.run(&["search", "--json", "--limit", "1"]).await.json()["total"].clone();
    damage(&terminal.account().join("cache.db"));

    let told = terminal.run(&["doctor"]).await;
    assert_eq!(told.code, 6, "{told:?}");
    assert!(told.err.contains("presta doctor --repair resync"), "{told:?}");
    let repaired = terminal.run(&["doctor", "--repair", "resync"]).await;
    assert_eq!(repaired.code, 0, "{repaired:?}");
    assert!(repaired.err.contains("étaient abîmées"), "{repaired:?}");
    let sound = terminal.run(&["doctor"]).await;
    assert_eq!(sound.code, 0, "{sound:?}");
    assert_eq!(terminal.run(&["search", "--json", "--limit", "1"]).await.json()["total"], total);
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
    assert_eq!(person.bids_on(&project).await.unwrap().len(), 1, "the queued bid was kept and sent once");
}

#[tokio::test]
async fn a_broken_index_is_told_and_made_anew() {
    let terminal = Terminal::signed_in().await;
    damage(&terminal.account().join("search.db"));
    let told = terminal.run(&["doctor", "--json"]).await;
    assert_eq!(told.code, 6, "{told:?}");
    assert_eq!(terminal.run(&["doctor", "--repair", "reindex"]).await.code, 0);
    assert_eq!(terminal.run(&["doctor"]).await.code, 0);
}
