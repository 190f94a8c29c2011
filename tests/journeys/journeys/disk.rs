//! A disk that is really full: the profile lies on a filesystem of a few megabytes, in a mount namespace of the test's own
//! (`unshare`, which asks for no rights where the system lets a user make namespaces).

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use presta_testkit::PATIENCE;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::attachments;
use crate::person::{self, Person, form, market};

/// Set in the process that has the namespace.
const INSIDE: &str = "PRESTA_SMALL_DISK";

/// Runs the test `name` again in a namespace of its own, where filesystems can be mounted. False where that is already so.
pub fn in_a_namespace(name: &str) -> bool {
    again_in(name, &["--map-root-user", "--mount"])
}

/// Runs the test `name` again where it may trace the processes it starts (`CAP_SYS_PTRACE`), as the same user to the keyring.
/// False where that is already so.
pub fn where_it_may_trace(name: &str) -> bool {
    again_in(name, &["--map-current-user", "--keep-caps"])
}

fn again_in(name: &str, namespace: &[&str]) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let run = Command::new("unshare")
        .args(namespace)
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare, of util-linux");
    let told = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
    true
}

/// A filesystem with so many megabytes, gone with the namespace.
pub struct Disk {
    pub dir: TempDir,
}

impl Disk {
    pub fn of(megabytes: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).status().unwrap();
        assert!(done.success(), "a filesystem of its own");
        Self { dir }
    }

    fn filler(&self) -> PathBuf {
        self.dir.path().join("filler")
    }

    /// Takes all the room there is, but for so many bytes.
    fn fill(&self, but: usize) {
        let spare = self.dir.path().join("spare");
        fs::write(&spare, vec![0; but]).unwrap();
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        for piece in [64 * 1024, 4096] {
            let bytes = vec![0; piece];
            let full = loop {
                if let Err(error) = filler.write_all(&bytes) {
                    break error.kind();
                }
            };
            assert_eq!(full, ErrorKind::StorageFull);
        }
        fs::remove_file(spare).unwrap();
    }

    /// Mounts it again, `ro` or `rw`, once no file of it is open for writing: what an engine was doing when it ended keeps
    /// its file for a moment.
    pub fn remount(&self, how: &str) {
        let option = format!("remount,{how}");
        let deadline = Instant::now() + PATIENCE;
        while !Command::new("mount").args(["-o", &option]).arg(self.dir.path()).status().unwrap().success() {
            assert!(Instant::now() < deadline, "mounted again, {how}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

pub async fn on(disk: &Path, server: &url::Url) -> Person {
    let home = TempDir::new_in(disk).unwrap();
    let config = person::config(home.path(), server);
    Person::of(person::engine(&config).await, config, home)
}

async fn until_full(person: &Person) {
    person
        .until("the disk to be full", "status", json!({}), |status| {
            status["sync"]["storage_error"]["code"] == "disk-full"
        })
        .await
        .unwrap();
}

async fn until_room(person: &Person) {
    person.until("room", "status", json!({}), |status| status["sync"]["storage_error"].is_null()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fills_the_disk_says_so_and_goes_on_by_itself_when_there_is_room() {
    if in_a_namespace("disk::a_sync_that_fills_the_disk_says_so_and_goes_on_by_itself_when_there_is_room") {
        return;
    }
    let platform = market(false).await;
    let disk = Disk::of(48);
    disk.fill(1_500_000);
    let person = on(disk.dir.path(), platform.url()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    until_full(&person).await;
    disk.free();
    until_room(&person).await;
    person.up_to_date().await;
    assert_eq!(person.projects("").await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_disk_does_not_keep_is_not_acknowledged_and_what_was_acknowledged_is_sent_once() {
    if in_a_namespace("disk::what_a_full_disk_does_not_keep_is_not_acknowledged_and_what_was_acknowledged_is_sent_once")
    {
        return;
    }
    let mut platform = market(false).await;
    let login = platform.login("freelancer").unwrap().clone();
    let disk = Disk::of(48);
    let person = on(disk.dir.path(), platform.url()).await;
    person.sign_in(&login).await.unwrap();
    person.up_to_date().await;
    let project = person.projects("").await.remove(0);
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    let draft = json!({ "project_id": project, "form": form() });
    person.call("bid_draft_save", draft.clone()).await.unwrap();
    platform.stop().await.unwrap();
    person.offline().await;

    disk.fill(0);
    // The log takes what fits where it has been before.
    let mut kept: Vec<String> = Vec::new();
    let refused = loop {
        let text = format!("Message {} {}", kept.len(), "mot ".repeat(900));
        match person.write(&thread, text.trim()).await {
            Ok(_) => kept.push(text.trim().to_owned()),
            Err(error) => break error.to_string(),
        }
        assert!(kept.len() < 5_000, "the disk is full");
    };
    assert!(refused.contains("disk-full"), "{refused}");
    until_full(&person).await;
    assert_eq!(person.refused("bid_submit", draft.clone()).await, "disk-full");
    // What was kept before can be read, and is as it was.
    let read = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(read["form"], form());
    let queued = |queue: &Value| queue["acts"].as_array().unwrap().len();
    assert_eq!(queued(&person.call("queue_list", json!({})).await.unwrap()), kept.len());

    disk.free();
    until_room(&person).await;
    let person = person.restarted().await;
    assert_eq!(queued(&person.call("queue_list", json!({})).await.unwrap()), kept.len());
    person.call("bid_submit", draft).await.unwrap();
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    let account = platform.sign_in(&login).await.unwrap();
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);
    let texts = account.texts(&thread).await.unwrap();
    for text in &kept {
        assert_eq!(texts.iter().filter(|it| *it == text).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_under_an_upload_refuses_no_file_and_it_arrives_once_there_is_room() {
    if in_a_namespace("disk::a_disk_that_fills_under_an_upload_refuses_no_file_and_it_arrives_once_there_is_room") {
        return;
    }
    let (platform, admin) = attachments::market().await;
    let disk = Disk::of(48);
    let person = on(disk.dir.path(), platform.url()).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    let file = attachments::attach(&person, &thread, "devis.pdf", 3_000_000).await;
    // Slow enough for the disk to fill in its midst.
    let slow =
        json!({ "match": { "method": "PATCH", "path": "/v1/uploads/{id}" }, "fault": { "delay": { "ms": 400 } } });
    admin.faults(&json!([slow])).await.unwrap();
    person.write(&thread, "Sur un disque plein.").await.unwrap();
    let sending = |queue: &Value| queue["acts"][0]["state"] == "sending";
    person.until("the upload", "queue_list", json!({}), sending).await.unwrap();
    disk.fill(0);
    until_full(&person).await;
    for act in person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap() {
        assert!(act["state"] != "refused", "{act}");
    }
    admin.no_faults().await.unwrap();
    disk.free();
    until_room(&person).await;
    person.drained().await;
    let messages = attachments::arrived(&platform, &thread, "Sur un disque plein.").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["attachments"][0]["sha256"], file.sha256.as_str());
}
