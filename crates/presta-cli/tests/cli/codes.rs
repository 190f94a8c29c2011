//! The exit codes that the help promises.

use std::fs::File;
use std::io::Write as _;

use serde_json::json;

use crate::terminal::{OFFER, Terminal, finished};

#[tokio::test]
async fn nobody_is_signed_in() {
    let terminal = Terminal::new().await;
    for arguments in [&["bids"][..], &["sync"], &["search", "rust"], &["queue"], &["export", "x.zip"], &["logout"]] {
        let said = terminal.run(arguments).await;
        assert_eq!(said.code, 3, "{arguments:?} {said:?}");
        assert!(said.out.is_empty() && said.err.contains("presta login"), "{said:?}");
    }
    assert_eq!(terminal.run(&["bids", "--json"]).await.failure(), "signed-out-yet");
    assert!(!terminal.home().join("x.zip").exists());
}

#[tokio::test]
async fn arguments_that_will_not_do() {
    let terminal = Terminal::new().await;
    for arguments in [&["bid", "prj_1"][..], &["serch"], &["--json=x", "bids"], &["search", "--limit", "0"], &[]] {
        assert_eq!(terminal.run(arguments).await.code, 2, "{arguments:?}");
    }
    let said = terminal.run(&["serch", "--lang", "en"]).await;
    assert!(said.err.starts_with("error: unknown command: serch"), "{said:?}");
}

#[tokio::test]
async fn without_the_network_a_bid_waits_and_leaves_once_with_the_next_sync() {
    let mut terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    terminal.platform.stop().await.unwrap();
    assert_eq!(terminal.run(&["sync"]).await.code, 4);
    assert_eq!(terminal.run(&["search", "--limit", "1"]).await.code, 0, "reading needs no network");
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "-"];
    let said = terminal.run_with(&bid, OFFER).await;
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("Rien n’est perdu"), "{said:?}");
    assert_eq!(terminal.run(&["logout", "--json"]).await.failure(), "unsent-work");
    let kept = terminal.run(&["message", &project, "Une question.", "--queue-only"]).await;
    assert_eq!(kept.code, 0, "{kept:?}");
    assert_eq!(terminal.run(&["queue"]).await.out.lines().count(), 3);
    terminal.platform.restart().await.unwrap();
    let synced = terminal.run(&["sync", "--json"]).await.json();
    assert_eq!((&synced["delivered"], &synced["counts"]["queued"]), (&json!(2), &json!(0)));
    terminal.run(&["sync"]).await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    assert_eq!(person.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_said() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    let bid = ["bid", &project, "--amount", "0", "--days", "20", "--text", "-"];
    let said = terminal.run_with(&bid, OFFER).await;
    assert_eq!(said.code, 5, "{said:?}");
    assert_eq!(terminal.run(&["show", "prj_nowhere", "--json"]).await.failure(), "not-found");
    assert_eq!(terminal.run(&["bid", &project, "--amount", "9", "--days", "9", "--text", "none.txt"]).await.code, 1);
}

#[tokio::test]
async fn a_bid_on_a_project_that_changed_is_asked_about_again() {
    let terminal = Terminal::signed_in().await;
    let client = terminal.platform.login("client").unwrap().clone();
    let client = terminal.platform.sign_in(&client).await.unwrap();
    let new = json!({
        "title": "Un service de réservation", "description": "Un service de réservation pour trois salles, avec un \
         calendrier, des rappels et une page pour chaque salle. Le site existe, il faut y ajouter ce service.",
        "category": "backend", "skills": ["rust"], "type": "fixed", "remote": true, "country": "FR", "language": "fr",
        "bids_close_at": (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(240)).to_string(),
        "budget_min": { "amount_minor": 100_000, "currency": "EUR" },
        "budget_max": { "amount_minor": 300_000, "currency": "EUR" },
    });
    let posted = client.post("/v1/projects", &new).await.unwrap();
    let project = posted["id"].as_str().unwrap().to_owned();
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "-", "--queue-only", "--json"];
    let act = terminal.run_with(&bid, OFFER).await.json()["act_id"].as_str().unwrap().to_owned();
    let budget = json!({ "budget_max": { "amount_minor": 150_000, "currency": "EUR" } });
    client.patch_latest(&format!("/v1/projects/{project}"), &budget).await.unwrap();

    let synced = terminal.run(&["sync"]).await;
    assert_eq!(synced.code, 0, "{synced:?}");
    assert!(synced.out.contains("Demandent une décision\u{a0}: 1"), "{synced:?}");
    let queue = terminal.run(&["queue"]).await;
    assert!(queue.out.contains("À confirmer") && queue.out.contains("Budget"), "{}", queue.out);
    let confirmed = terminal.run(&["queue", "confirm", &act]).await;
    assert_eq!(confirmed.code, 0, "{confirmed:?}");
    assert_eq!(client.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_keyring_nothing_is_opened() {
    let terminal = Terminal::signed_in().await;
    let mut command = terminal.command(&["bids"]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let said = finished(command, "").await;
    assert_eq!(said.code, 7, "{said:?}");
    assert_eq!(terminal.run(&["bids"]).await.code, 0, "and nothing was lost");
}

#[tokio::test]
async fn while_another_process_has_the_profile_one_reads_and_changes_nothing() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    let path = terminal.profile().join("lock");
    let mut lock = File::options().read(true).write(true).truncate(true).open(&path).unwrap();
    lock.try_lock().unwrap();
    lock.write_all(env!("CARGO_PKG_VERSION").as_bytes()).unwrap();
    assert_eq!(terminal.run(&["search", "--limit", "1"]).await.code, 0);
    assert_eq!(terminal.run(&["export", "beside.zip"]).await.code, 0);
    let said = terminal.run(&["sync", "--json"]).await;
    assert_eq!((said.code, said.failure().as_str()), (8, "profile-in-use"));
    assert_eq!(terminal.run(&["message", &project, "Non", "--queue-only"]).await.code, 8);
    assert_eq!(terminal.run(&["logout"]).await.code, 8);
    assert_eq!(terminal.run(&["queue", "--json"]).await.json()["acts"], json!([]));

    // Another version may keep its file in another shape: it is not even read.
    lock.set_len(0).unwrap();
    lock.write_all(b"99.0.0").unwrap();
    assert_eq!(terminal.run(&["search", "--limit", "1"]).await.code, 8);
    drop(lock);
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
}
