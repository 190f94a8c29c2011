//! Files that are attached to what waits in the queue.

use std::path::{Path, PathBuf};

use presta_engine::store::attachment::Staged;
use presta_testkit::{Admin, Options, Platform, Seed};
use serde_json::{Value, json};

use crate::person::Person;

const CANARY: &[u8] = b"ceci ne doit pas se lire sur le disque";

pub async fn market() -> (Platform, Admin) {
    let options = Options { seed: Seed::Projects(100), admin: true, ..Options::default() };
    let platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    (platform, admin)
}

/// Someone who is signed in, and one of their conversations.
pub async fn writer(platform: &Platform) -> (Person, String) {
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    (person, thread)
}

/// A file of `size` bytes, staged for the conversation; the original is deleted.
pub async fn attach(person: &Person, thread: &str, name: &str, size: usize) -> Staged {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, CANARY.iter().copied().cycle().take(size).collect::<Vec<u8>>()).unwrap();
    let active = person.engine.active().unwrap();
    let staged = active.stage_file(&format!("thread:{thread}"), &path).await.unwrap();
    assert_eq!(staged.size, size as u64);
    staged
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { out.extend(files(&entry.path())) } else { out.push(entry.path()) }
    }
    out
}

pub fn copies(person: &Person) -> usize {
    files(person.profile()).iter().filter(|path| path.parent().unwrap().ends_with("staged")).count()
}

fn nothing_readable(person: &Person) {
    for path in files(person.profile()) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY), "{} can be read", path.display());
    }
}

/// The messages of that text, as the platform has them.
pub async fn arrived(platform: &Platform, thread: &str, text: &str) -> Vec<Value> {
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let page = account.get(&format!("/v1/threads/{thread}/messages?limit=50")).await.unwrap();
    page["items"].as_array().unwrap().iter().filter(|it| it["text"] == text).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_files_and_their_message_survive_a_kill_and_cut_pieces_and_arrive_once() {
    let (mut platform, _) = market().await;
    let (person, thread) = writer(&platform).await;
    platform.stop().await.unwrap();
    person.offline().await;
    let mut staged = Vec::new();
    for (name, size) in [("devis.pdf", 1_400_000), ("plan.png", 65_536), ("note.txt", 1)] {
        staged.push(attach(&person, &thread, name, size).await);
    }
    person.write(&thread, "Voici les trois fichiers.").await.unwrap();
    let queue = person.call("queue_list", json!({})).await.unwrap();
    assert_eq!(queue["acts"].as_array().unwrap().len(), 4, "three files and the message that waits for them");
    nothing_readable(&person);

    let person = person.restarted().await;
    assert_eq!(copies(&person), 3, "nothing that is queued is swept");
    nothing_readable(&person);
    platform.restart().await.unwrap();
    let cut = json!({ "method": "PATCH", "path": "/v1/uploads/{id}" });
    let rules = json!([
        { "match": cut, "fault": "reset_before", "times": 2 },
        { "match": cut, "fault": "reset_after_commit", "times": 2 },
    ]);
    platform.admin().unwrap().faults(&rules).await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    let delivered = person.drained().await;
    assert_eq!(delivered.len(), 1, "files are told with what they go with: {delivered:?}");

    let messages = arrived(&platform, &thread, "Voici les trois fichiers.").await;
    assert_eq!(messages.len(), 1);
    let there = messages[0]["attachments"].as_array().unwrap();
    assert_eq!(there.len(), 3);
    for staged in &staged {
        let file = there.iter().find(|file| file["name"] == staged.name.as_str()).unwrap();
        assert_eq!(file["sha256"], staged.sha256.as_str(), "byte for byte");
        assert_eq!(file["media_type"], staged.media_type.as_str());
    }
    person.until("the copies to be gone", "status", json!({}), |_| copies(&person) == 0).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_the_platform_has_let_expire_begins_again() {
    let (platform, admin) = market().await;
    let (person, thread) = writer(&platform).await;
    let cut = json!({ "method": "PATCH", "path": "/v1/uploads/{id}" });
    admin.faults(&json!([{ "match": cut, "fault": "reset_before", "skip": 1 }])).await.unwrap();
    let staged = attach(&person, &thread, "devis.pdf", 1_400_000).await;
    person.write(&thread, "Repris le lendemain.").await.unwrap();
    let waits = |queue: &Value| queue["acts"][0]["attempts"] == 1 && queue["acts"][0]["state"] != "sending";
    person.until("a cut upload", "queue_list", json!({}), waits).await.unwrap();
    // A day later what was sent of it is gone.
    admin.clock(25 * 3_600_000).await.unwrap();
    admin.no_faults().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let messages = arrived(&platform, &thread, "Repris le lendemain.").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["attachments"][0]["sha256"], staged.sha256.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_from_the_queue_leaves_its_message_without_it() {
    let (mut platform, _) = market().await;
    let (person, thread) = writer(&platform).await;
    platform.stop().await.unwrap();
    person.offline().await;
    let staged = attach(&person, &thread, "faux.pdf", 10).await;
    person.write(&thread, "Sans le fichier.").await.unwrap();
    person.call("queue_discard", json!({ "act_id": staged.id })).await.unwrap();
    assert_eq!(copies(&person), 0);
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let messages = arrived(&platform, &thread, "Sans le fichier.").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["attachments"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_taken_back_has_its_files_in_the_draft_again() {
    let (mut platform, _) = market().await;
    let (person, thread) = writer(&platform).await;
    platform.stop().await.unwrap();
    person.offline().await;
    let staged = attach(&person, &thread, "devis.pdf", 10).await;
    let act = person.write(&thread, "Pas encore.").await.unwrap();
    person.call("queue_edit", json!({ "act_id": act["act_id"] })).await.unwrap();
    assert_eq!(person.call("queue_list", json!({})).await.unwrap()["acts"], json!([]));
    // A start sweeps what belongs to nothing; this belongs to the draft.
    let person = person.restarted().await;
    let active = person.engine.active().unwrap();
    let place = format!("thread:{thread}");
    let draft = active.staged_files(&place).await.unwrap();
    assert_eq!(draft.iter().map(|file| &file.id).collect::<Vec<_>>(), [&staged.id]);
    assert_eq!(copies(&person), 1);
    active.remove_staged(staged.id).await.unwrap();
    assert_eq!(copies(&person), 0);
    assert!(active.stage_file(&place, Path::new("/")).await.is_err(), "a folder is no file");
    assert_eq!(copies(&person), 0);
}
