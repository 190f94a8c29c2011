//! A day of work without a window.

use crate::terminal::{OFFER, Terminal};

#[tokio::test]
async fn a_day_on_the_command_line() {
    let terminal = Terminal::new().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let hello = terminal.sign_in(&login).await;
    assert!(hello.starts_with("Connecté\u{a0}: ") && hello.contains(&login.login), "{hello}");
    let again = terminal.run(&["login", "--json"]).await.json();
    assert_eq!(again["state"], "signed-in");

    let synced = terminal.run(&["sync", "--json"]).await.json();
    assert_eq!(synced["counts"]["needs_attention"], 0);
    assert!(synced["sync"]["as_of"].is_i64());

    let found = terminal.run(&["search", "--limit", "5"]).await;
    assert_eq!(found.code, 0);
    let lines: Vec<&str> = found.out.lines().collect();
    assert_eq!(lines.len(), 6, "{}", found.out);
    assert!(lines[0].contains("MISSION") && lines[0].contains("BUDGET"));
    assert!(!found.out.contains('\x1b'), "no colour outside of a terminal");
    assert!(found.err.contains("5 missions sur "), "{}", found.err);
    let english = terminal.run(&["search", "--limit", "5", "--lang", "en"]).await;
    assert!(english.out.contains("JOB") && english.err.contains("5 of "), "{english:?}");
    let rows = terminal.run(&["search", "--limit", "5", "--json=lines"]).await;
    assert_eq!(rows.out.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count(), 5);

    let without = terminal.run(&["search", "--json", "--", "développeur", "-a"]).await.json();
    let with = terminal.run(&["search", "développeur", "--limit", "1", "--json"]).await.json();
    assert_eq!(with["rows"].as_array().unwrap().len(), 1, "options may follow the words");
    assert!(without["total"].as_u64() < with["total"].as_u64(), "{}", without["total"]);

    let project = terminal.open_project(0).await;
    let page = terminal.run(&["show", &project]).await;
    assert!(page.out.contains(&project) && page.out.contains("COMPÉTENCES"), "{}", page.out);
    assert!(!page.out.contains("<p>"));

    let person = terminal.platform.sign_in(&login).await.unwrap();
    let before = person.bids_on(&project).await.unwrap().len();
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "-", "--json"];
    let sent = terminal.run_with(&bid, OFFER).await.json();
    assert_eq!(sent["state"], "delivered");
    assert_eq!(person.bids_on(&project).await.unwrap().len(), before + 1);
    let bids = terminal.run(&["bids", "--json"]).await.json();
    let bid = bids.as_array().unwrap().iter().find(|bid| bid["project_id"] == project.as_str()).unwrap();
    assert_eq!((&bid["stage"], &bid["amount"]["amount_minor"]), (&"submitted".into(), &120_000.into()));
    let shown = terminal.run(&["show", bid["key"].as_str().unwrap()]).await;
    assert!(shown.out.contains("je peux commencer lundi"), "{}", shown.out);

    let written = terminal.run(&["message", &project, "Une question : quel hébergement ?", "--json"]).await.json();
    assert_eq!(written["state"], "delivered");
    let threads = terminal.run(&["threads", "--json=lines"]).await;
    let thread: serde_json::Value = threads
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find(|thread| thread["project_id"] == project.as_str())
        .unwrap();
    let id = thread["id"].as_str().unwrap();
    assert_eq!(person.texts(id).await.unwrap(), ["Une question : quel hébergement ?"]);
    let answered = terminal.run_with(&["message", id, "-"], "-- et quel délai ?\n").await;
    assert_eq!(answered.code, 0, "{answered:?}");
    assert_eq!(person.texts(id).await.unwrap().len(), 2);
    let page = terminal.run(&["show", id]).await;
    assert!(page.out.contains("-- et quel délai ?") && page.out.contains("Vous"), "{}", page.out);
    assert!(terminal.run(&["threads"]).await.out.contains("NON LUS"));

    let queue = terminal.run(&["queue", "--json"]).await.json();
    assert_eq!(queue["acts"].as_array().unwrap().len(), 0);
    assert_eq!(queue["delivered"].as_array().unwrap().len(), 3);

    assert_eq!(terminal.run(&["logout"]).await.code, 0);
    assert_eq!(terminal.run(&["bids"]).await.code, 3);
    assert!(!terminal.profile().join("accounts").read_dir().unwrap().any(|_| true));
}

/// Whatever moment a sync is ended at, the next one still has the sign-in.
#[tokio::test]
async fn an_interrupted_sync_keeps_the_sign_in() {
    let terminal = Terminal::signed_in().await;
    for wait in [0, 15, 40, 80, 120, 170, 230, 300, 400] {
        let mut child = terminal.command(&["sync", "--quiet"]).spawn().unwrap();
        let pid = number(&child);
        // Not a wait for something: the moment of the signal is what is tried.
        if tokio::time::timeout(std::time::Duration::from_millis(wait), child.wait()).await.is_err() {
            assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
            child.wait().await.unwrap();
        }
    }
    let synced = terminal.run(&["sync"]).await;
    assert_eq!(synced.code, 0, "{synced:?}");
}

fn number(child: &tokio::process::Child) -> String {
    child.id().unwrap().to_string()
}
