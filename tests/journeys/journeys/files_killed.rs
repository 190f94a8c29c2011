//! Files are attached and sent while the client ends at random instants. `PRESTA_FILE_KILLS` says how often, `PRESTA_SEED`
//! with what the draws begin.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::attachments::{copies, market, writer};
use crate::person::Person;
use crate::seed::{Draw, number};

/// Ends of a plain test run.
const KILLS: u32 = 15;
/// One comes within this after the work began: in copying, in queueing, in sending.
const WITHIN_MS: u64 = 1_200;
/// Bytes of the largest file: two pieces.
const LARGEST: u64 = 700_000;

/// What the client said that it has.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Digests of files, by their names.
    files: BTreeMap<String, String>,
    messages: Vec<String>,
}

/// Attaches a file and sends it, as far as that goes.
async fn act(person: &Person, thread: &str, number: u32, size: usize, acknowledged: Arc<Mutex<Acknowledged>>) {
    let active = person.engine.active().unwrap();
    let bytes: Vec<u8> = (0..size).map(|n| (n as u32 ^ number).to_le_bytes()[n % 2]).collect();
    let name = format!("{number}.bin");
    let staged = active.stage(&format!("thread:{thread}"), name.clone(), Cursor::new(bytes)).await.unwrap();
    acknowledged.lock().unwrap().files.insert(name, staged.sha256);
    let text = format!("Fichier {number}.");
    person.write(thread, &text).await.unwrap();
    acknowledged.lock().unwrap().messages.push(text);
    std::future::pending().await
}

/// Started again, once it has caught up; whenever it ended, the person is still signed in.
async fn again(person: Person) -> Person {
    let person = person.restarted_after(|| {}).await;
    person.up_to_date().await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_there_once_and_whole_wherever_the_client_ended() {
    let (platform, _) = market().await;
    let login = platform.login("freelancer").unwrap().clone();
    let (mut person, thread) = writer(&platform).await;
    let (mut draw, acknowledged) = (Draw::begin(), Arc::new(Mutex::new(Acknowledged::default())));
    let kills = number("PRESTA_FILE_KILLS", KILLS);
    for number in 0..kills {
        let size = usize::try_from(draw.below(LARGEST)).unwrap();
        let instant = Duration::from_millis(draw.below(WITHIN_MS));
        // What had no answer by then may have been done or not.
        let acting = act(&person, &thread, number, size, Arc::clone(&acknowledged));
        let _ = tokio::time::timeout(instant, acting).await;
        person = again(person).await;
    }
    // What was attached and not sent is in the draft, and goes with this.
    person.write(&thread, "Voilà tout.").await.unwrap();
    person.drained().await;

    let account = platform.sign_in(&login).await.unwrap();
    let messages = account.all(&format!("/v1/threads/{thread}/messages")).await.unwrap();
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    assert!(!acknowledged.messages.is_empty(), "it comes to something");
    for text in &acknowledged.messages {
        assert_eq!(messages.iter().filter(|message| message["text"] == text.as_str()).count(), 1, "{text}");
    }
    let mut arrived: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let files = messages.iter().filter_map(|message| message["attachments"].as_array()).flatten();
    for file in files.filter(|file| file["name"].as_str().unwrap().ends_with(".bin")) {
        arrived.entry(file["name"].as_str().unwrap()).or_default().push(file["sha256"].as_str().unwrap());
    }
    for (name, digest) in &acknowledged.files {
        assert_eq!(arrived.get(name.as_str()), Some(&vec![digest.as_str()]), "{name} is there once, and whole");
    }
    assert!(arrived.values().all(|digests| digests.len() == 1), "{arrived:?}");
    println!("  file_kills: {kills}");
    println!("  file_kills_attached: {}", acknowledged.files.len());
    println!("  file_kills_sent: {}", acknowledged.messages.len());
    // What a copy that was cut short left goes at the next start.
    let person = again(person).await;
    person.until("every copy to be gone", "status", json!({}), |_| copies(&person) == 0).await.unwrap();
}
