//! Loss of power: what was on its way to the disk when it went may be there or not, block by block. What was acknowledged
//! is there.
//!
//! A real process is recorded by strace, in the midst of a sync; its files are then put together as they may be found after
//! a cut at many of its moments. `PRESTA_POWER_CUTS` says how many, beside one after each acknowledgment; `PRESTA_SEED` with
//! what the draws begin.

mod disk;
mod recording;

use std::path::{Path, PathBuf};
use std::time::Instant;

use presta_engine::host::KEYRING_SERVICE;
use presta_engine::store::health::Check;
use presta_engine::store::outbox::{self, Act};
use presta_engine::store::{Error, Key, Store, note};
use presta_model::ProjectId;
use presta_testkit::{Admin, Bridge, Options, PATIENCE, Platform, Seed, Starting};
use presta_vault::Vault;
use serde_json::{Value, json};

use crate::model::brief;
use crate::person::form;
use crate::seed::{Draw, number};
use disk::{Disk, Unsynced};
use recording::{Done, Step};

/// Acts of the person, one of each kind in turn.
const ACTS: usize = 12;
/// Cuts at moments drawn, beside those after each acknowledgment.
const CUTS: u32 = 100;
/// After each acknowledgment so many ways in which the rest may be lost, beside all of it.
const WAYS: u32 = 3;

/// What the person did, by what they can recognise it by.
#[derive(Debug, Clone)]
enum Acknowledged {
    Message(String),
    Bid(String),
    Note(String, String),
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_loss_of_power_at_any_moment() {
    let options = Options { seed: Seed::Projects(120), admin: true, ..Options::default() };
    let mut platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    let login = platform.login("freelancer").unwrap().clone();
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("profile");
    let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
    bridge.sign_in(&login).await.unwrap();
    bridge.up_to_date(PATIENCE).await.unwrap();
    // Acts are held back while the sync goes on around them.
    bridge.call("queue_settings_set", &json!({ "undo_seconds": 60 })).await.unwrap();
    bridge.interrupt().await.unwrap();
    let folder = std::fs::read_dir(profile.join("accounts")).unwrap().next().unwrap().unwrap().path();
    let base = home.path().join("base");
    copy(&folder, &base);

    let log = home.path().join("recording");
    let bridge = Starting::recorded(&profile, platform.url(), &log).unwrap().ready().await.unwrap();
    bridge.up_to_date(PATIENCE).await.unwrap();
    let acts = act(&bridge, &admin, &platform).await.unwrap();
    bridge.kill().await.unwrap();
    platform.stop().await.unwrap();

    let steps = recording::read(&log, &folder);
    let acknowledged: Vec<(usize, Acknowledged)> =
        acts.into_iter().map(|(answer, act)| (said(&steps, &answer), act)).collect();
    assert!(acknowledged.is_sorted_by_key(|(at, _)| *at), "answers come in the order of the acts");
    let key = key(&folder).await;
    let last = acknowledged.last().unwrap().0 + 1;
    let mut draw = Draw::begin();
    let mut cuts: Vec<(usize, bool)> = acknowledged.iter().map(|(at, _)| (*at, true)).collect();
    cuts.extend(
        (0..number("PRESTA_POWER_CUTS", CUTS)).map(|_| (usize::try_from(draw.below(last as u64)).unwrap(), false)),
    );
    cuts.sort_unstable();
    let begun = Instant::now();
    let mut looks = 0;
    let mut disk = Disk::of(&base, &folder);
    for (at, after_an_act) in cuts {
        disk.run_to(&steps, at + 1);
        let kept: Vec<&Acknowledged> =
            acknowledged.iter().filter(|(when, _)| *when <= at).map(|(_, act)| act).collect();
        for way in 0..if after_an_act { WAYS + 1 } else { 1 } {
            let unsynced = match way {
                0 if after_an_act => Unsynced::Lost,
                _ => Unsynced::Drawn(Draw::with(draw.below(u64::MAX))),
            };
            let words = format!("power lost at line {at}, {unsynced:?}");
            disk.after_a_cut(unsynced);
            look(&folder.join("cache.db"), &key, &kept, &words);
            looks += 1;
        }
    }
    println!("  power_steps: {}", steps.len());
    println!("  power_cuts: {looks}");
    println!("  power_cut_ms: {}", begun.elapsed().as_millis() / looks);

    // The application goes on from there: everything is sent, once.
    disk.after_a_cut(Unsynced::Drawn(Draw::with(1)));
    platform.restart().await.unwrap();
    let admin = platform.admin().unwrap();
    let before = (admin.rows("messages").await.unwrap(), admin.rows("bids").await.unwrap());
    let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
    let empty = |queue: &Value| queue["acts"].as_array().is_some_and(Vec::is_empty);
    bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
    let sent = |which: fn(&Acknowledged) -> bool| acknowledged.iter().filter(|(_, act)| which(act)).count() as u64;
    let messages = sent(|act| matches!(act, Acknowledged::Message(_)));
    let bids = sent(|act| matches!(act, Acknowledged::Bid(_)));
    let after = (admin.rows("messages").await.unwrap(), admin.rows("bids").await.unwrap());
    assert_eq!(after, (before.0 + messages, before.1 + bids));
}

/// The person writes, bids and takes notes while the market moves; with each act, what its answer has in it.
async fn act(bridge: &Bridge, admin: &Admin, platform: &Platform) -> anyhow::Result<Vec<(String, Acknowledged)>> {
    let client = platform.sign_in(platform.login("client")?).await?;
    let me = platform.sign_in(platform.login("freelancer")?).await?;
    let mut thread = String::new();
    let mut acts = Vec::new();
    for n in 0..ACTS {
        let project = client.post("/v1/projects", &brief(&format!("à coupure {n}"))).await?;
        let project = project["id"].as_str().unwrap_or_default().to_owned();
        if thread.is_empty() {
            let opened = me.open_thread(&project, "Bonjour, quel est le volume de données ?").await?;
            opened["thread"]["id"].as_str().unwrap_or_default().clone_into(&mut thread);
            let known = json!({ "thread_id": thread, "limit": 5 });
            let there = |page: &Value| page["messages"].as_array().is_some_and(|it| !it.is_empty());
            bridge.until("the conversation", "thread_get", &known, there).await?;
        }
        let known = json!({ "project_id": project });
        bridge.until("the new project", "project_get", &known, |page| page["can_bid"] == true).await?;
        if n % 5 == 2 {
            // Everything is fetched again meanwhile.
            admin.expire_states().await?;
        }
        admin.script(&json!({ "act": "post_project" })).await?;
        acts.push(match n % 3 {
            0 => {
                let text = format!("Message {n} : {}fin", "un mot de plus, ".repeat(n * 20));
                let sent = bridge.call("message_send", &json!({ "thread_id": thread, "text": text })).await?;
                (sent["act_id"].as_str().unwrap_or_default().to_owned(), Acknowledged::Message(text))
            }
            1 => {
                let bid = bridge.call("bid_submit", &json!({ "project_id": project, "form": form() })).await?;
                (bid["act_id"].as_str().unwrap_or_default().to_owned(), Acknowledged::Bid(project))
            }
            _ => {
                let text = format!("Note {n} du projet {project}");
                let note = json!({ "project_id": project, "text": text, "tags": [] });
                bridge.call("note_save", &note).await?;
                (text.clone(), Acknowledged::Note(project, text))
            }
        });
    }
    Ok(acts)
}

/// The line at which the answer with `what` in it was sent.
fn said(steps: &[Step], what: &str) -> usize {
    assert!(!what.is_empty());
    let holds = |bytes: &[u8]| {
        bytes.starts_with(b"HTTP/1.1 200") && bytes.windows(what.len()).any(|window| window == what.as_bytes())
    };
    let step = steps.iter().find(|step| matches!(&step.done, Done::Said(bytes) if holds(bytes)));
    // What is to be there is to be there before the first byte of the answer is.
    step.unwrap_or_else(|| panic!("no answer has {what} in it")).begun
}

/// The key that the keyring has for the database in `folder`.
async fn key(folder: &Path) -> Key {
    let entry = format!("database-key/{}", folder.file_name().unwrap().to_str().unwrap());
    Key::from_hex(Vault::os(KEYRING_SERVICE).get(&entry).await.unwrap().unwrap().expose()).unwrap()
}

/// Opens the files as the application does, and looks whether all that was `kept` is there.
fn look(database: &Path, key: &Key, kept: &[&Acknowledged], words: &str) {
    let store = Store::open(database, key, |_| {}).unwrap_or_else(|error| panic!("{words}: {error}"));
    assert_eq!(store.recovery(), None, "{words}: a loss of power is no damage");
    assert_eq!(store.check(PATIENCE).unwrap(), Check::Sound, "{words}");
    assert_eq!(store.check_index().unwrap(), None, "{words}");
    let (sound, acts, notes) = store
        .read(|connection| -> Result<_, Error> {
            let sound: String = connection.query_row("PRAGMA main.integrity_check", [], |row| row.get(0))?;
            let notes = kept.iter().filter_map(|act| match act {
                Acknowledged::Note(project, _) => Some(note::get(connection, &ProjectId::new(project)).transpose()),
                _ => None,
            });
            let notes = notes.flatten().collect::<Result<Vec<_>, _>>()?;
            Ok((sound, outbox::all(connection)?, notes))
        })
        .unwrap();
    assert_eq!(sound, "ok", "{words}");
    for act in kept {
        let found = match act {
            Acknowledged::Message(text) => {
                acts.iter().filter(|it| matches!(&it.act, Act::MessageSend { text: it, .. } if it == text)).count()
            }
            Acknowledged::Bid(project) => acts
                .iter()
                .filter(|it| matches!(&it.act, Act::BidPlace { project_id, .. } if project_id.as_str() == project))
                .count(),
            Acknowledged::Note(_, text) => notes.iter().filter(|it| it.text == *text).count(),
        };
        assert_eq!(found, 1, "{words}: {act:?}");
    }
    store.close();
}

fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
