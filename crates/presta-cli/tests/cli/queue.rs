//! What the queue asks for: patience, and decisions.

use std::process::Stdio;

use presta_testkit::PATIENCE;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::terminal::Terminal;

/// What others see can be taken back for a few seconds: a command says so, and interrupted it leaves the act where it is.
#[tokio::test]
async fn a_command_that_waits_to_send_can_be_stopped() {
    let terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    terminal.window("queue_settings_set", json!({ "undo_seconds": 60 })).await;
    let project = terminal.open_project(0).await;
    let mut child = terminal.command(&["message", &project, "Une question."]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, said.next_line()).await.unwrap().unwrap().unwrap();
    assert!(line.starts_with("Part dans ") && line.contains("Ctrl-C"), "{line}");
    let pid = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap().code(), Some(130));
    let queue = terminal.run(&["queue", "--json"]).await.json();
    let act = queue["acts"][0]["act_id"].as_str().unwrap();
    assert_eq!(queue["acts"][0]["state"], "queued");
    assert_eq!(terminal.run(&["queue", "discard", act]).await.code, 0);
    assert_eq!(terminal.run(&["sync", "--json"]).await.json()["counts"]["queued"], 0);
    assert!(person.threads_about(&project).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_paused_sync_goes_on_when_one_is_asked_for() {
    let terminal = Terminal::signed_in().await;
    assert_eq!(terminal.window("sync_pause", json!({})).await["phase"], "paused");
    let project = terminal.open_project(0).await;
    let sent = terminal.run(&["message", &project, "Une question.", "--json"]).await.json();
    assert_eq!(sent["state"], "delivered", "what the person does is sent all the same");
    let synced = terminal.run(&["sync"]).await;
    assert_eq!(synced.code, 0, "{synced:?}");
    assert!(synced.err.contains("était en pause"), "{synced:?}");
    let again = terminal.run(&["sync"]).await;
    assert_eq!((again.code, again.err.as_str()), (0, ""));
}

#[tokio::test]
async fn what_was_changed_on_both_sides_is_settled_for_either() {
    let terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    for (side, kept) in [("mine", "Ma présentation, mine."), ("theirs", "Écrite ailleurs, theirs.")] {
        let (mine, theirs) = (format!("Ma présentation, {side}."), format!("Écrite ailleurs, {side}."));
        let write = json!({ "op": "editMe", "target": null, "body": { "about": mine } });
        let act = terminal.window("write_queue", write).await["act_id"].as_str().unwrap().to_owned();
        person.patch_latest("/v1/me", &json!({ "about": theirs })).await.unwrap();
        let synced = terminal.run(&["sync", "--json"]).await.json();
        assert_eq!(synced["counts"]["needs_attention"], 1, "{synced}");
        let queue = terminal.run(&["queue"]).await.out;
        assert!(queue.contains("En conflit") && queue.contains("Profil") && queue.contains("Présentation"), "{queue}");
        let merged = terminal.run(&["queue", "merge", &act, side]).await;
        assert_eq!(merged.code, 0, "{merged:?}");
        assert_eq!(person.get("/v1/me").await.unwrap()["about"], kept);
        assert_eq!(terminal.run(&["queue", "--json"]).await.json()["acts"], json!([]));
        let again = terminal.run(&["queue", "merge", &act, side, "--json"]).await;
        assert_eq!(again.failure(), "not-found");
    }
}

#[tokio::test]
async fn everything_that_was_written_is_found_at_once() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    let note = json!({ "project_id": project, "text": "Rappeler au sujet du zanzibar.", "tags": [] });
    terminal.window("note_save", note).await;
    assert_eq!(terminal.run(&["message", &project, "Un zanzibar, vraiment ?"]).await.code, 0);
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
    let found = terminal.run(&["search", "--everywhere", "zanzibar", "--json"]).await.json();
    assert_eq!(found["messages"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["notes"].as_array().unwrap().len(), 1, "{found}");
    let table = terminal.run(&["search", "--everywhere", "zanzibar"]).await.out;
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.contains("Un zanzibar, vraiment ?") && table.contains("Note") && table.contains(&project), "{table}");
    let lines = terminal.run(&["search", "--everywhere", "zanzibar", "--json=lines"]).await.out;
    let kinds: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&kinds[0]["kind"], &kinds[1]["kind"]), (&json!("message"), &json!("note")));
    let thread = kinds[0]["thread_id"].as_str().unwrap();
    assert_eq!(terminal.run(&["show", thread]).await.code, 0);
    assert_eq!(terminal.run(&["search", "--everywhere", "x", "--sort", "budget"]).await.code, 2);
}
