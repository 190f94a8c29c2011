//! Files that go with a message.

use serde_json::{Value, json};

use crate::terminal::Terminal;

#[tokio::test]
async fn files_go_with_a_message_and_are_listed() {
    let terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    let project = terminal.open_project(0).await;
    let (large, note) = (terminal.home().join("devis.pdf"), terminal.home().join("note.txt"));
    let bytes: Vec<u8> = (0..1_500_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&large, &bytes).unwrap();
    std::fs::write(&note, "À lire.").unwrap();
    let place = json!({ "in": "thread", "id": format!("local:{project}") });

    // One that is not there: nothing is sent, and nothing stays attached.
    let missing = ["message", &project, "Le devis.", "--attach", "devis.pdf", "--attach", "absent.txt"];
    let said = terminal.run(&missing).await;
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("absent.txt"), "{said:?}");
    assert_eq!(terminal.window("attachments_staged", json!({ "place": place })).await, json!([]));

    // What is being written in the window is neither sent nor lost.
    terminal
        .window("message_draft_save", json!({ "thread_id": format!("local:{project}"), "text": "Plus tard" }))
        .await;
    let sent = ["message", &project, "Le devis.", "--attach", "devis.pdf", "--attach", "note.txt", "--json"];
    assert_eq!(terminal.run(&sent).await.json()["state"], "delivered");
    let thread = person.threads_about(&project).await.unwrap()[0]["id"].as_str().unwrap().to_owned();
    let page = person.get(&format!("/v1/threads/{thread}/messages?limit=10")).await.unwrap();
    let files = page["items"][0]["attachments"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    let there = files.iter().find(|file| file["name"] == "devis.pdf").unwrap();
    let path = format!("/v1/attachments/{}", there["id"].as_str().unwrap());
    assert!(person.bytes(&path).await.unwrap() == bytes, "byte for byte");
    let draft: Value = terminal.window("thread_get", json!({ "thread_id": thread, "limit": 10 })).await;
    assert_eq!(draft["draft"], "Plus tard");

    assert_eq!(terminal.run(&["sync"]).await.code, 0);
    let shown = terminal.run(&["show", &thread]).await.out;
    assert!(shown.contains("+ devis.pdf  1\u{a0}Mo") && shown.contains("+ note.txt  8\u{a0}o"), "{shown}");
    let alone = terminal.run(&["message", &thread, "", "--attach", "note.txt"]).await;
    assert_eq!(alone.code, 0, "{alone:?}");
    let threads = terminal.run(&["threads"]).await.out;
    assert!(threads.contains("Fichier joint"), "{threads}");
}
