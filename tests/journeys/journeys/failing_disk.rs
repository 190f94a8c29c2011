//! A disk that fails under a real process: errors of its calls by strace, writes cut short by a limit of the system. The
//! files and all the rest are the real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use presta_testkit::{Account, Admin, Bridge, Login, Options, PATIENCE, Platform, Seed, Starting, until};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::disk::{self, Disk};
use crate::model::brief;
use crate::person::{form, market};

/// A person with a conversation, a project to bid on, and an application that is signed in and up to date.
struct Rig {
    platform: Platform,
    admin: Admin,
    login: Login,
    home: TempDir,
    thread: String,
    project: String,
    /// Texts of messages that were acknowledged.
    kept: Vec<String>,
    /// Texts that were not.
    refused: Vec<String>,
}

/// The files that are not the same, with their sizes.
fn differing(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let size = |files: &BTreeMap<PathBuf, Vec<u8>>, path| files.get(path).map(Vec::len);
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let differ = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    differ.map(|path| format!("{path:?}: {:?}, then {:?}", size(before, path), size(after, path))).collect()
}

impl Rig {
    async fn begin(projects: u32) -> (Self, Bridge) {
        let options = Options { seed: Seed::Projects(projects), admin: true, ..Options::default() };
        let platform = Platform::start(options).await.unwrap();
        let admin = platform.admin().unwrap();
        let login = platform.login("freelancer").unwrap().clone();
        let me = platform.sign_in(&login).await.unwrap();
        let client = platform.sign_in(platform.login("client").unwrap()).await.unwrap();
        let project = client.post("/v1/projects", &brief("de travers")).await.unwrap();
        let project = project["id"].as_str().unwrap().to_owned();
        let opened = me.open_thread(&project, "Bonjour, quel est le volume de données ?").await.unwrap();
        let thread = opened["thread"]["id"].as_str().unwrap().to_owned();
        let home = tempfile::tempdir().unwrap();
        let rig = Self { platform, admin, login, home, thread, project, kept: Vec::new(), refused: Vec::new() };
        let starting = Starting::without_signals_of_limits(&rig.profile(), rig.platform.url()).unwrap();
        let bridge = starting.ready().await.unwrap();
        bridge.sign_in(&rig.login).await.unwrap();
        bridge.up_to_date(PATIENCE).await.unwrap();
        bridge.call("queue_settings_set", &json!({ "undo_seconds": 0 })).await.unwrap();
        let known = json!({ "project_id": rig.project });
        bridge.until("the project", "project_get", &known, |page| page["can_bid"] == true).await.unwrap();
        let draft = json!({ "project_id": rig.project, "form": form() });
        bridge.call("bid_draft_save", &draft).await.unwrap();
        (rig, bridge)
    }

    fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    /// A file of the account.
    fn file(&self, name: &str) -> PathBuf {
        let folder = fs::read_dir(self.profile().join("accounts")).unwrap().next().unwrap().unwrap().path();
        folder.join(name)
    }

    /// All that is written of the account, but for what is shared in memory.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(self.file("")).unwrap().map(|entry| entry.unwrap().path());
        let written = entries.filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"));
        written.map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("injected")
    }

    async fn me(&self) -> Account {
        self.platform.sign_in(&self.login).await.unwrap()
    }

    /// Writes a message, and returns the code with which it was refused, if it was.
    async fn write(&mut self, bridge: &Bridge, text: &str) -> Option<String> {
        let message = json!({ "thread_id": self.thread, "text": text });
        match bridge.ask("message_send", &message).await.unwrap() {
            Ok(_) => {
                self.kept.push(text.to_owned());
                None
            }
            Err(code) => {
                self.refused.push(text.to_owned());
                Some(code)
            }
        }
    }

    /// Acts are queued without network.
    async fn queue(&mut self, bridge: &Bridge) {
        self.platform.stop().await.unwrap();
        bridge.until("being offline", "status", &json!({}), |status| status["sync"]["online"] == false).await.unwrap();
        for n in 0..3 {
            assert_eq!(self.write(bridge, &format!("Gardé {n}")).await, None);
        }
    }

    /// What was there before can be read.
    async fn reads(&self, bridge: &Bridge) {
        let queue = bridge.call("queue_list", &json!({})).await.unwrap();
        assert_eq!(queue["acts"].as_array().unwrap().len(), self.kept.len(), "{queue}");
        let draft = bridge.call("bid_draft_get", &json!({ "project_id": self.project })).await.unwrap();
        assert_eq!(draft["form"], form());
        let page = bridge.call("thread_get", &json!({ "thread_id": self.thread, "limit": 50 })).await.unwrap();
        let shown = |text: &String| page["messages"].as_array().unwrap().iter().any(|it| it["text"] == text.as_str());
        assert!(self.kept.iter().all(shown), "{page}");
    }

    /// Another start on a disk that works: the files open as they are, what was acknowledged is sent once, and what was not
    /// is not there.
    async fn recovered(&self) {
        let bridge = Bridge::start(&self.profile(), self.platform.url()).await.unwrap();
        let status = bridge.call("status", &json!({})).await.unwrap();
        assert_eq!(status["sync"]["storage_notice"], Value::Null, "nothing was set aside");
        assert_eq!(status["sync"]["storage_error"], Value::Null);
        bridge.up_to_date(PATIENCE).await.unwrap();
        let empty = |queue: &Value| queue["acts"].as_array().is_some_and(Vec::is_empty);
        bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
        let doctor = bridge.call("doctor_run", &json!({})).await.unwrap();
        assert_eq!((&doctor["database_problem"], &doctor["index_problem"]), (&Value::Null, &Value::Null), "{doctor}");
        let draft = json!({ "project_id": self.project, "form": form() });
        let kept = bridge.call("bid_draft_get", &json!({ "project_id": self.project })).await.unwrap();
        assert_eq!(kept["form"], form(), "the text of the bid that was refused");
        bridge.call("bid_submit", &draft).await.unwrap();
        bridge.until("an empty queue", "queue_list", &json!({}), empty).await.unwrap();
        let me = self.me().await;
        let texts = me.texts(&self.thread).await.unwrap();
        let times = |text: &String| texts.iter().filter(|it| *it == text).count();
        for text in &self.kept {
            assert_eq!(times(text), 1, "{text}");
        }
        for text in &self.refused {
            assert_eq!(times(text), 0, "{text}");
        }
        assert_eq!(me.bids_on(&self.project).await.unwrap().len(), 1);
    }
}

async fn until_failed(bridge: &Bridge) {
    let failed = |status: &Value| status["sync"]["storage_error"]["code"] == "disk-failed";
    bridge.until("the failure to be told", "status", &json!({}), failed).await.unwrap();
}

/// The disk fails with `what` while the person writes.
async fn fails_at(what: &str) {
    let (mut rig, bridge) = Rig::begin(120).await;
    rig.queue(&bridge).await;
    let (database, log) = (rig.file("cache.db"), rig.file("cache.db-wal"));
    let strace = bridge.inject(what, &[&database, &log], &rig.log()).await.unwrap();
    assert_eq!(rig.write(&bridge, "Refusé pendant la panne").await.as_deref(), Some("disk-failed"));
    until_failed(&bridge).await;
    let draft = json!({ "project_id": rig.project, "form": form() });
    assert_eq!(bridge.ask("bid_submit", &draft).await.unwrap(), Err("disk-failed".to_owned()));
    rig.reads(&bridge).await;
    assert!(strace.injected().unwrap() > 0);
    strace.end().await.unwrap();

    // It works again, but what was written last may not be there: nothing more is written until the next start, whatever
    // the platform has to say.
    let files = rig.files();
    rig.platform.restart().await.unwrap();
    rig.admin = rig.platform.admin().unwrap();
    let messages = rig.admin.rows("messages").await.unwrap();
    bridge.call("sync_now", &json!({})).await.unwrap();
    let tried = |status: &Value| status["sync"]["error"]["code"] == "disk-failed";
    bridge.until("a sync that is not written down", "status", &json!({}), tried).await.unwrap();
    assert_eq!(rig.write(&bridge, "Refusé après la panne").await.as_deref(), Some("disk-failed"));
    until_failed(&bridge).await;
    rig.reads(&bridge).await;
    assert_eq!(rig.admin.rows("messages").await.unwrap(), messages, "an act is sent when its attempt is written down");
    bridge.interrupt().await.unwrap();
    assert_eq!(differing(&files, &rig.files()), Vec::<String>::new(), "nothing was written, at the end neither");
    rig.recovered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_writing_ends_all_writing_and_loses_nothing() {
    if disk::where_it_may_trace("failing_disk::an_error_in_writing_ends_all_writing_and_loses_nothing") {
        return;
    }
    fails_at("pwrite64:error=EIO").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_syncing_ends_all_writing_and_loses_nothing() {
    if disk::where_it_may_trace("failing_disk::an_error_in_syncing_ends_all_writing_and_loses_nothing") {
        return;
    }
    fails_at("fsync,fdatasync:error=EIO").await;
}

/// What a filesystem does that has met an error (`errors=remount-ro` of ext4(5)): files are open, and are written no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_filesystem_that_turns_read_only_ends_all_writing_and_loses_nothing() {
    if disk::where_it_may_trace("failing_disk::a_filesystem_that_turns_read_only_ends_all_writing_and_loses_nothing") {
        return;
    }
    fails_at("pwrite64,ftruncate:error=EROFS").await;
}

/// A write of which a part is done, and the rest refused: what pwrite(2) does at `RLIMIT_FSIZE`, SQLite's next attempt being
/// refused with `EFBIG`.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_cut_short_ends_all_writing_and_loses_nothing() {
    if disk::where_it_may_trace("failing_disk::a_write_that_is_cut_short_ends_all_writing_and_loses_nothing") {
        return;
    }
    let (mut rig, bridge) = Rig::begin(120).await;
    rig.queue(&bridge).await;
    let log = rig.file("cache.db-wal");
    let length = log.metadata().unwrap().len();
    let strace = bridge.inject("pwrite64", &[&log], &rig.log()).await.unwrap();
    bridge.limit_files(Some(length + 2000)).await.unwrap();
    assert_eq!(rig.write(&bridge, &"Refusé, coupé ".repeat(300)).await.as_deref(), Some("disk-failed"));
    strace.end().await.unwrap();
    let calls = fs::read_to_string(rig.log()).unwrap();
    let short = |call: &str| {
        let (asked, done) = call.rsplit_once(") = ").unwrap_or_default();
        let asked = asked.rsplit(", ").nth(1).and_then(|bytes| bytes.parse::<u32>().ok());
        asked.zip(done.parse::<u32>().ok()).is_some_and(|(asked, done)| 0 < done && done < asked)
    };
    assert!(calls.lines().any(short), "a part of it was written: {calls}");
    assert_eq!(log.metadata().unwrap().len(), length, "and taken off again");
    until_failed(&bridge).await;
    rig.reads(&bridge).await;
    bridge.limit_files(None).await.unwrap();
    assert_eq!(rig.write(&bridge, "Refusé ensuite").await.as_deref(), Some("disk-failed"));
    bridge.interrupt().await.unwrap();
    rig.platform.restart().await.unwrap();
    rig.recovered().await;
}

/// The log takes what is written, the database into which it is emptied does not. SQLite itself says nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_written_is_told_before_its_log_fills_the_disk() {
    if disk::where_it_may_trace("failing_disk::a_database_that_cannot_be_written_is_told_before_its_log_fills_the_disk")
    {
        return;
    }
    let (mut rig, bridge) = Rig::begin(700).await;
    let strace = bridge.inject("pwrite64,fdatasync:error=EIO", &[&rig.file("cache.db")], &rig.log()).await.unwrap();
    let mut number = 0;
    until("the log to be emptied", PATIENCE * 3, async || {
        // Everything is fetched and written anew.
        rig.admin.expire_states().await?;
        bridge.call("sync_now", &json!({})).await?;
        let refused = rig.write(&bridge, &format!("Gardé ou refusé {number}")).await;
        number += 1;
        Ok(refused.map(|code| assert_eq!(code, "disk-failed")))
    })
    .await
    .unwrap();
    until_failed(&bridge).await;
    assert!(strace.injected().unwrap() > 0);
    strace.end().await.unwrap();
    // What the index was just committing, in its own file, is still written.
    let (mut files, mut looks) = (rig.files(), 0);
    until("the files to rest", PATIENCE, async || {
        let before = std::mem::replace(&mut files, rig.files());
        // A commit of the index rests while the disk takes it.
        looks = if before == files { looks + 1 } else { 0 };
        Ok((looks >= 10).then_some(()))
    })
    .await
    .unwrap();
    bridge.interrupt().await.unwrap();
    assert_eq!(differing(&files, &rig.files()), Vec::<String>::new(), "nothing was written, at the end neither");
    rig.recovered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_are_due_while_nothing_can_be_written_wait_without_a_busy_loop() {
    if disk::where_it_may_trace("failing_disk::acts_that_are_due_while_nothing_can_be_written_wait_without_a_busy_loop")
    {
        return;
    }
    let (mut rig, bridge) = Rig::begin(120).await;
    bridge.call("queue_settings_set", &json!({ "undo_seconds": 3 })).await.unwrap();
    assert_eq!(rig.write(&bridge, "Gardé, et bientôt dû").await, None);
    let strace = bridge.inject("pwrite64:error=EIO", &[&rig.file("cache.db-wal")], &rig.log()).await.unwrap();
    assert_eq!(rig.write(&bridge, "Refusé").await.as_deref(), Some("disk-failed"));
    let tries =
        || fs::read_to_string(rig.profile().with_extension("log")).unwrap().matches("could not be worked on").count();
    until("a first try", PATIENCE, async || Ok((tries() >= 1).then_some(()))).await.unwrap();
    let (first, ticks) = (Instant::now(), bridge.ticks().unwrap());
    until("two more", PATIENCE, async || Ok((tries() >= 3).then_some(()))).await.unwrap();
    assert!(first.elapsed() > Duration::from_secs(2), "they come after 1 s and 2 s");
    let busy = bridge.ticks().unwrap() - ticks;
    assert!(busy < 150, "{busy} hundredths of a second");
    strace.end().await.unwrap();
    bridge.kill().await.unwrap();
    rig.recovered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_folder_at_the_start_is_said_and_opened_once_it_can_be_written() {
    if disk::in_a_namespace("failing_disk::a_read_only_folder_at_the_start_is_said_and_opened_once_it_can_be_written") {
        return;
    }
    let mut platform = market(false).await;
    let disk = Disk::of(48);
    let person = disk::on(disk.dir.path(), platform.url()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    platform.stop().await.unwrap();
    person.offline().await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    person.write(&thread, "Gardé avant").await.unwrap();
    let person = person.restarted_after(|| disk.remount("ro")).await;
    let said = json!({ "state": "signed-out", "reason": "storage" });
    let state = |status: Value| json!({ "state": status["state"], "reason": status["reason"] });
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!(state(status["session"].clone()), said);
    assert_eq!(state(person.call("session_retry", json!({})).await.unwrap()), said);
    disk.remount("rw");
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["state"], "signed-in");
    let queue = person.call("queue_list", json!({})).await.unwrap();
    assert_eq!(queue["acts"].as_array().unwrap().len(), 1);
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let texts = account.texts(&thread).await.unwrap();
    assert_eq!(texts.iter().filter(|text| *text == "Gardé avant").count(), 1);
}
