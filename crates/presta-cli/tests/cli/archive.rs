//! Archives, read without the network and without an account.

use std::fs;

use crate::terminal::Terminal;

#[tokio::test]
async fn an_archive_is_listed_read_searched_verified_extracted_and_compared() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    assert_eq!(terminal.run(&["export", "before.zip"]).await.code, 0);
    let sent = terminal.run(&["message", &project, "Une question précise", "--queue-only"]).await;
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(terminal.run(&["export", "after.zip"]).await.code, 0);
    assert_eq!(terminal.run(&["logout", "--discard-unsent"]).await.code, 0);

    let overview = terminal.run(&["archive", "after.zip", "--json"]).await.json();
    assert_eq!((&overview["local"], overview["faults"].as_array().map(Vec::len)), (&true.into(), Some(0)));
    let rows = overview["kinds"].as_array().unwrap().iter().find(|kind| kind["name"] == "projects").unwrap();
    let rows = rows["rows"].as_u64().unwrap();
    let page = terminal.run(&["archive", "after.zip", "--kind", "projects", "--limit", "2", "--offset", "1"]).await;
    assert_eq!((page.code, page.out.lines().count()), (0, 2), "{page:?}");
    assert!(page.err.contains("--offset 3"), "{page:?}");
    let found = terminal.run(&["archive", "after.zip", "--search", "QUESTION PRECISE", "--json"]).await.json();
    assert!(!found["hits"].as_array().unwrap().is_empty(), "{found}");
    let report = terminal.run(&["archive", "after.zip", "--verify", "--json"]).await.json();
    let counted = report["rows"].as_array().unwrap().iter().find(|kind| kind["kind"] == "projects").unwrap();
    assert_eq!(counted["rows"], rows);
    let difference = terminal.run(&["archive", "after.zip", "--diff", "before.zip", "--json"]).await.json();
    let queue = difference["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == "queue").unwrap();
    assert_eq!(queue["added"], 1, "{difference}");

    let extract = ["archive", "after.zip", "--extract", "data/projects.jsonl", "--to", "."];
    let made = terminal.run(&extract).await;
    assert_eq!(made.code, 0, "{made:?}");
    let path = terminal.home().join("projects.jsonl");
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count() as u64, rows);
    let again = terminal.run(&[&extract[..], &["--json"]].concat()).await;
    assert_eq!((again.code, again.failure().as_str()), (1, "archive-exists"));
    assert_eq!(terminal.run(&["archive", "after.zip", "--extract", "x"]).await.code, 2);
    assert_eq!(terminal.run(&["archive", "after.zip", "--verify", "--kind", "projects"]).await.code, 2);

    // What is damaged is told after what can be read, and asks for attention.
    let beside = terminal.run(&["archive", "after.zip", "before.zip"]).await;
    assert_eq!(beside.code, 6, "{beside:?}");
    assert!(beside.out.contains("projects") && beside.err.contains("before.zip"), "{beside:?}");
    fs::write(&path, "no zip").unwrap();
    let none = terminal.run(&["archive", "projects.jsonl", "--json"]).await;
    assert_eq!((none.code, none.failure().as_str()), (1, "archive-not-zip"));
}
