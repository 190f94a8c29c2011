//! Loss of power: what was on its way to the disk when it went may be there or not, block by block. What was acknowledged
//! is there.
//!
//! A real process is recorded by strace, in the midst of a sync; its files are then put together as they may be found after
//! a cut at many of its moments. `PRESTA_POWER_CUTS` says how many, beside one after each acknowledgment; `PRESTA_SEED` with
//! what the draws begin.

mod disk;
mod recording;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use presta_engine::host::KEYRING_SERVICE;
use presta_engine::store::outbox::{self, Act};
use presta_engine::store::{Error, Key, Store, note};
use presta_model::ProjectId;
use presta_testkit::{Admin, Bridge, Options, PATIENCE, Platform, Seed, Starting};
use presta_vault::Vault;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::model::brief;
use crate::person::form;
use crate::seed::{Draw, number};
use disk::{Disk, Unsynced};
use recording::{Done, Step};

/// Acts of the person, one of each kind in turn.
const ACTS: usize = 12;
/// Cuts at moments drawn, beside those after each acknowledgment and in the midst of emptying the log.
const CUTS: u32 = 40;
/// At those, so many ways in which what was not synced may be lost in part, beside its being lost wholly.
const WAYS: u32 = 2;
/// So often the application is started again after a cut.
const STARTS: u32 = 6;

/// What the person did, by what they can recognise it by.
#[derive(Debug, Clone)]
enum Acknowledged {
    Message(String),
    Bid(String),
    Note(String, String),
}

/// A profile whose owner signed in, caught up and ended the application in order.
struct Rig {
    platform: Platform,
    admin: Admin,
    home: TempDir,
    /// The account's folder, and its files as they lay there when the recording began.
    folder: PathBuf,
    base: PathBuf,
}

impl Rig {
    /// Acts can be taken back for so many seconds.
    async fn begin(projects: u32, undo_seconds: u32) -> Self {
        let options = Options { seed: Seed::Projects(projects), admin: true, ..Options::default() };
        let platform = Platform::start(options).await.unwrap();
        let admin = platform.admin().unwrap();
        let home = tempfile::tempdir().unwrap();
        let profile = home.path().join("profile");
        let bridge = Bridge::start(&profile, platform.url()).await.unwrap();
        bridge.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
        bridge.up_to_date(PATIENCE).await.unwrap();
        bridge.call("queue_settings_set", &json!({ "undo_seconds": undo_seconds })).await.unwrap();
        bridge.interrupt().await.unwrap();
        let folder = fs::read_dir(profile.join("accounts")).unwrap().next().unwrap().unwrap().path();
        let base = home.path().join("base");
        fs::create_dir_all(&base).unwrap();
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), base.join(entry.file_name())).unwrap();
        }
        Self { platform, admin, home, folder, base }
    }

    fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("recording")
    }

    async fn recorded(&self) -> Bridge {
        let starting = Starting::recorded(&self.profile(), self.platform.url(), &self.log()).unwrap();
        let bridge = starting.ready().await.unwrap();
        bridge.up_to_date(PATIENCE).await.unwrap();
        bridge
    }

    fn steps(&self) -> Vec<Step> {
        recording::read(&self.log(), &self.folder)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_loss_of_power_at_any_moment() {
    // Acts are held back while the sync goes on around them.
    let rig = Rig::begin(700, 60).await;
    let bridge = rig.recorded().await;
    let acts = act(&bridge, &rig.admin, &rig.platform).await.unwrap();
    bridge.kill().await.unwrap();

    let steps = rig.steps();
    let acknowledged: Vec<(usize, Acknowledged)> =
        acts.into_iter().map(|(answer, act)| (said(&steps, &answer), act)).collect();
    assert!(acknowledged.is_sorted_by_key(|(at, _)| *at), "answers come in the order of the acts");
    let database = rig.folder.join("cache.db");
    let (first, last) = (acknowledged.first().unwrap().0, acknowledged.last().unwrap().0);
    let of_the_database = |step: &&Step| matches!(&step.done, Done::Synced(path) if *path == database);
    let emptied: Vec<usize> =
        steps.iter().filter(of_the_database).map(|step| step.begun).filter(|at| (first..last).contains(at)).collect();
    assert!(!emptied.is_empty(), "the log was emptied into the database in between");

    let key = key(&rig.folder).await;
    let mut draw = Draw::begin();
    let mut cuts: Vec<(usize, bool)> = acknowledged.iter().map(|(at, _)| (*at, true)).collect();
    cuts.extend(emptied.iter().map(|at| (*at, true)));
    cuts.extend((0..number("PRESTA_POWER_CUTS", CUTS)).map(|_| (below(&mut draw, last + 1), false)));
    cuts.sort_unstable();
    let begun = Instant::now();
    let mut looks = 0;
    let mut disk = Disk::of(&rig.base, &rig.folder);
    for (at, thoroughly) in cuts {
        disk.run_to(&steps, at + 1);
        let kept: Vec<&Acknowledged> =
            acknowledged.iter().filter(|(when, _)| *when <= at).map(|(_, act)| act).collect();
        for way in 0..if thoroughly { WAYS + 1 } else { 1 } {
            let unsynced = match way {
                0 if thoroughly => Unsynced::Lost,
                _ => Unsynced::Drawn(Draw::with(draw.below(u64::MAX))),
            };
            let words = format!("power lost at line {at}, {unsynced:?}");
            disk.after_a_cut(unsynced);
            look(&database, &key, &kept, &words);
            looks += 1;
        }
    }
    println!("  power_steps: {}", steps.len());
    println!("  power_logs_emptied: {}", emptied.len());
    println!("  power_cuts: {looks}");
    println!("  power_cut_ms: {}", begun.elapsed().as_millis() / looks);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_to_the_platform_when_the_power_went_arrives_once() {
    let rig = Rig::begin(100, 0).await;
    let before = (rig.admin.rows("messages").await.unwrap(), rig.admin.rows("bids").await.unwrap());
    let bridge = rig.recorded().await;
    let acts = act(&bridge, &rig.admin, &rig.platform).await.unwrap();
    let empty = |queue: &Value| queue["acts"].as_array().is_some_and(Vec::is_empty);
    bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
    bridge.kill().await.unwrap();
    let of = |which: fn(&Acknowledged) -> bool| acts.iter().filter(|(_, act)| which(act)).count() as u64;
    let (messages, bids) =
        (of(|act| matches!(act, Acknowledged::Message(_))), of(|act| matches!(act, Acknowledged::Bid(_))));
    // One more begins the conversation.
    let all = (before.0 + messages + 1, before.1 + bids);

    let steps = rig.steps();
    let (first, last) = (said(&steps, &acts.first().unwrap().0), steps.last().unwrap().ended);
    let mut draw = Draw::begin();
    let mut cuts: Vec<usize> = (0..STARTS).map(|_| first + below(&mut draw, last - first)).collect();
    cuts.sort_unstable();
    let mut disk = Disk::of(&rig.base, &rig.folder);
    for at in cuts {
        disk.run_to(&steps, at + 1);
        disk.after_a_cut(Unsynced::Drawn(Draw::with(draw.below(u64::MAX))));
        let bridge = Bridge::start(&rig.profile(), rig.platform.url()).await.unwrap();
        bridge.up_to_date(PATIENCE).await.unwrap();
        bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
        let now = (rig.admin.rows("messages").await.unwrap(), rig.admin.rows("bids").await.unwrap());
        assert_eq!(now, all, "messages and bids after a cut at line {at}");
        bridge.kill().await.unwrap();
    }
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
        // A full sync that is still going on would take in the next one.
        bridge.up_to_date(PATIENCE).await?;
        if n % 2 == 1 {
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

fn below(draw: &mut Draw, end: usize) -> usize {
    usize::try_from(draw.below(end as u64)).unwrap()
}
