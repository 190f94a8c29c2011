//! What the keyring may do to us, with a real daemon in a D-Bus session of its own.
//!
//! Each test runs itself again inside `scripts/with-keyring`: the keyring of whoever runs the tests is never touched.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use presta_engine::{Config, Engine};
use presta_testkit::{Login, Mode, PATIENCE, Proxy, until};
use presta_vault::{Secret, Vault};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::person::{Person, market};

const SERVICE: &str = "pro.prestataires.journeys";
/// The folder of the session, as `scripts/with-keyring` tells it.
const SESSION: &str = "PRESTA_KEYRING_SESSION";
/// Tells the test inside of the session from the one outside, which may be in one that others share.
const INSIDE: &str = "PRESTA_JOURNEY_INSIDE";
/// Tells the child of the kill test which profile to work on.
const CHILD: &str = "PRESTA_ROTATION_CHILD";

/// Whether this process is in a session of its own; outside, the test called `name` is run in one and has to pass.
fn inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/with-keyring");
    let status = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("keyring::{name}"), "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed inside of its session");
    false
}

fn shell(script: &str) {
    let status = Command::new("bash")
        .args(["-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{script}");
}

/// Sends `signal` to the daemon that owns the name on this session's bus.
fn signal(signal: &str) {
    shell(&format!(
        "pid=$(gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
             --method org.freedesktop.DBus.GetConnectionUnixProcessID org.freedesktop.secrets \
             | grep -o '[0-9]*,' | tr -d ,) && kill -{signal} \"$pid\" \
         && {{ [ {signal} != KILL ] || while kill -0 \"$pid\" 2>/dev/null; do :; done; }}"
    ));
}

/// Waits until a daemon owns the name.
const OWNED: &str = "for try in $(seq 400); do gdbus call --session --dest org.freedesktop.DBus \
    --object-path /org/freedesktop/DBus --method org.freedesktop.DBus.NameHasOwner org.freedesktop.secrets \
    | grep -q true && exit 0; sleep 0.02; done; exit 1";

/// Starts a daemon on the session's keyring: unlocked, or knowing no password.
fn start(unlocked: bool) {
    let how =
        if unlocked { "printf throw-away | gnome-keyring-daemon --unlock" } else { "gnome-keyring-daemon --start" };
    shell(&format!(
        "export XDG_DATA_HOME=\"${SESSION}/keyring/data\"; {how} --components=secrets \
             --control-directory=\"${SESSION}/keyring/control\" && {OWNED}"
    ));
}

fn made(profile: &Path, server: &Url) -> Engine {
    Engine::new(config(profile, server)).unwrap()
}

/// A client with the real keyring.
fn config(profile: &Path, server: &Url) -> Config {
    Config { vault: Vault::os(SERVICE), ..crate::person::config(profile, server) }
}

async fn engine(profile: &Path, server: &Url) -> Engine {
    let engine = made(profile, server);
    engine.resume().await;
    engine
}

async fn person(server: &Url) -> Person {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path(), server).await;
    Person::of(engine, config(home.path(), server), home)
}

/// The same, signed in and up to date.
async fn signed_in(server: &Url, login: &Login) -> Person {
    let person = person(server).await;
    person.sign_in(login).await.unwrap();
    person.up_to_date().await;
    person
}

async fn session(person: &Person) -> Value {
    person.call("status", json!({})).await.unwrap()["session"].clone()
}

async fn local_id(person: &Person) -> String {
    session(person).await["account"]["local_id"].as_str().unwrap().to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_a_session_is_offered_that_leaves_nothing() {
    if !inside("without_a_keyring_a_session_is_offered_that_leaves_nothing") {
        return;
    }
    signal("KILL");
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = person(platform.url()).await;
    // Said before the browser is opened, and nothing is written.
    let refused = person.call("session_sign_in", json!({ "server": null })).await.unwrap();
    assert_eq!((&refused["state"], &refused["error"]["code"]), (&json!("sign-in-failed"), &json!("keyring-absent")));
    person.sign_in_as(&freelancer, json!({ "server": null, "session_only": true })).await.unwrap();
    person.up_to_date().await;
    assert_eq!(session(&person).await["keeping"], "session-only");
    let project = person.projects("").await.remove(0);
    person.bid(&project).await.unwrap();
    person.drained().await;
    for request in
        [json!({ "server": null, "add": true }), json!({ "server": null, "add": true, "session_only": true })]
    {
        assert_eq!(person.refused("session_sign_in", request).await, "session-only-alone");
    }
    let names = |files: Vec<PathBuf>| -> Vec<String> {
        files.iter().map(|path| path.strip_prefix(person.profile()).unwrap().display().to_string()).collect()
    };
    let during = names(files(person.profile()));
    assert!(during.iter().any(|name| name.starts_with("session-only/") && name.ends_with("cache.db")), "{during:?}");
    for path in files(person.profile()) {
        assert!(!std::fs::read(&path).unwrap().starts_with(b"SQLite format 3"), "{}", path.display());
    }
    // An exit removes it.
    person.engine.leave().await;
    until("the folder to be removed", PATIENCE, async || Ok(names(files(person.profile())).is_empty().then_some(())))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_session_left_is_removed_at_the_next_start_and_a_running_one_is_not() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let running = Person::new(platform.url()).await;
    running.sign_in_as(&freelancer, json!({ "server": null, "session_only": true })).await.unwrap();
    running.up_to_date().await;
    let left = running.profile().join("session-only").join("abandoned");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("cache.db"), b"whatever").unwrap();
    std::fs::write(left.join("lock"), b"").unwrap();
    let beside = crate::person::engine(&crate::person::config(running.profile(), platform.url())).await;
    assert!(!left.exists(), "nobody has its key any more");
    assert!(files(running.profile()).iter().any(|path| path.ends_with("cache.db")), "the running one keeps its own");
    assert!(!running.projects("").await.is_empty());
    drop(beside);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_dies_is_said_and_what_is_queued_leaves_when_it_is_back() {
    if !inside("a_keyring_that_dies_is_said_and_what_is_queued_leaves_when_it_is_back") {
        return;
    }
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = signed_in(proxy.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    signal("KILL");
    // The access token is refused, so the refresh token is needed.
    let head = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    proxy.set(Mode::Answer(Arc::from(head.as_slice())));
    person.call("sync_now", json!({})).await.unwrap();
    let status = person
        .until("the keyring's end", "status", json!({}), |status| status["session"]["keeping"] == "keyring-gone")
        .await
        .unwrap();
    assert_eq!(status["session"]["state"], "signed-in", "nobody is signed out for that");
    person.bid(&project).await.unwrap();
    person
        .until("the reason", "status", json!({}), |status| status["sync"]["offline_reason"] == "keyring-gone")
        .await
        .unwrap();
    // Signing out now would leave the token behind: it is refused, and nothing is deleted.
    let out = json!({ "discard_unsent": true });
    assert_eq!(person.refused("session_sign_out", out).await, "keyring-absent");
    assert_eq!(person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap().len(), 1);
    start(true);
    proxy.set(Mode::Pass);
    let back = person.call("session_retry", json!({})).await.unwrap();
    assert_eq!(back["keeping"], "keyring");
    assert_eq!(person.drained().await.len(), 1);
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_the_keyring_could_not_keep_is_not_used_and_a_kill_then_costs_nothing() {
    if !inside("a_renewal_that_the_keyring_could_not_keep_is_not_used_and_a_kill_then_costs_nothing") {
        return;
    }
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let mut person = signed_in(proxy.url(), &freelancer).await;
    let projects = person.projects("").await;
    // The refresh token was read, the platform has rotated it, and there is nothing to keep the next one in.
    proxy.set(Mode::HoldAnswer("/oauth/token"));
    person = restarted(person).await;
    until("the rotation", PATIENCE, async || Ok((proxy.lost() == 1).then_some(()))).await.unwrap();
    signal("KILL");
    proxy.set(Mode::Pass);
    person
        .until("the keyring's end", "status", json!({}), |status| status["session"]["keeping"] == "keyring-gone")
        .await
        .unwrap();
    // Had the access token been used, the platform would take the next start for a thief.
    let (home, engine) = starting(person, proxy.url()).await;
    start(true);
    engine.resume().await;
    let person = Person::of(engine, config(home.path(), proxy.url()), home);
    person.up_to_date().await;
    assert_eq!(session(&person).await["state"], "signed-in");
    assert_eq!(person.projects("").await, projects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_or_silent_keyring_is_waited_for_and_tried_again() {
    if !inside("a_locked_or_silent_keyring_is_waited_for_and_tried_again") {
        return;
    }
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let mut person = signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;

    // Locked, and nobody to unlock it.
    signal("KILL");
    start(false);
    person = restarted(person).await;
    assert_eq!(session(&person).await, json!({ "state": "signed-out", "reason": "keyring-locked" }));
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["reason"], "keyring-locked");
    signal("KILL");
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["reason"], "keyring-absent");
    start(true);
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["state"], "signed-in");
    assert_eq!(person.projects("").await, projects);

    // Asking for its password, for as long as the person likes: that is shown, and can be given up.
    signal("STOP");
    let (home, engine) = starting(person, platform.url()).await;
    let resuming = tokio::spawn({
        let engine = engine.clone();
        async move { engine.resume().await }
    });
    let person = Person::of(engine, config(home.path(), platform.url()), home);
    person
        .until("the wait", "status", json!({}), |status| status["session"]["state"] == "opening-keyring")
        .await
        .unwrap();
    let begun = Instant::now();
    person.call("session_cancel_sign_in", json!({})).await.unwrap();
    resuming.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(session(&person).await["reason"], "keyring-locked");
    signal("CONT");
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["state"], "signed-in");
    assert_eq!(person.projects("").await, projects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_wrong_key_is_said_as_such_and_the_file_stays() {
    if !inside("a_lost_or_wrong_key_is_said_as_such_and_the_file_stays") {
        return;
    }
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let mut person = signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    let form = json!({ "amount": "12", "period_days": "", "text": "en cours", "milestones": [] });
    person.call("bid_draft_save", json!({ "project_id": projects[0], "form": form })).await.unwrap();
    let id = local_id(&person).await;
    let (vault, entry) = (Vault::os(SERVICE), format!("database-key/{id}"));
    let database = person.profile().join("accounts").join(&id).join("cache.db");
    let key = vault.get(&entry).await.unwrap().unwrap();

    vault.delete(&entry).await.unwrap();
    person = restarted(person).await;
    assert_eq!(session(&person).await["reason"], "key-lost");
    assert!(database.exists());
    vault.set(&entry, &Secret::from("00".repeat(32))).await.unwrap();
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["reason"], "wrong-key");
    vault.set(&entry, &Secret::from("not a key".to_owned())).await.unwrap();
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["reason"], "wrong-key");
    assert!(database.exists());
    // It comes back: nothing was touched meanwhile.
    vault.set(&entry, &key).await.unwrap();
    assert_eq!(person.call("session_retry", json!({})).await.unwrap()["state"], "signed-in");
    let draft = person.call("bid_draft_get", json!({ "project_id": projects[0] })).await.unwrap();
    assert_eq!(draft["form"], form);

    // It does not: signing in keeps the file aside and begins anew.
    vault.delete(&entry).await.unwrap();
    person = restarted(person).await;
    person.sign_in(&freelancer).await.unwrap();
    person.up_to_date().await;
    assert_eq!(person.projects("").await, projects);
    let kept = files(database.parent().unwrap());
    let is_kept = |path: &&std::path::PathBuf| {
        let name = path.display().to_string();
        name.contains("cache.db.kept-") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    let kept = kept.iter().find(is_kept).unwrap();
    let key = presta_engine::store::Key::from_hex(key.expose()).unwrap();
    let read = presta_engine::store::Store::glance(kept, &key, presta_engine::store::draft::bids).unwrap();
    assert_eq!(read.len(), 1, "the draft is in the file that was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_key_changes_loses_nothing() {
    if !inside("a_kill_while_the_key_changes_loses_nothing") {
        return;
    }
    if let Some(profile) = std::env::var_os(CHILD) {
        return rotate_forever(profile.as_ref()).await;
    }
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    // Out of reach from here on: a kill while the refresh token changes is a test of `renewal`.
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = signed_in(proxy.url(), &freelancer).await;
    proxy.set(Mode::Refuse);
    let projects = person.projects("").await;
    let next = format!("database-key-next/{}", local_id(&person).await);
    let (mut home, _) = starting(person, proxy.url()).await;
    let vault = Vault::os(SERVICE);
    let mut halfway = 0;
    for round in 0..12_u64 {
        let begun = home.path().join("begun");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "keyring::a_kill_while_the_key_changes_loses_nothing", "--nocapture"])
            .env(CHILD, home.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("the child's first change", PATIENCE, async || Ok(begun.exists().then_some(()))).await.unwrap();
        let at = Instant::now() + Duration::from_micros(1_000 + round * 7_919 % 60_000);
        while Instant::now() < at {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(begun).unwrap();
        halfway += usize::from(vault.get(&next).await.unwrap().is_some());
        let engine = engine(home.path(), proxy.url()).await;
        let person = Person::of(engine, config(home.path(), proxy.url()), home);
        assert_eq!(session(&person).await["state"], "signed-in", "round {round}");
        assert_eq!(person.projects("").await, projects, "round {round}");
        assert!(vault.get(&next).await.unwrap().is_none(), "every start settles what it finds");
        (home, _) = starting(person, proxy.url()).await;
    }
    assert!(halfway > 0, "no kill came in the middle of a change");
}

/// Changes the key again and again until this process is killed.
async fn rotate_forever(profile: &Path) {
    let engine = engine(profile, &Url::parse("http://127.0.0.1:9/").unwrap()).await;
    engine.active().unwrap().stop();
    std::fs::write(profile.join("begun"), []).unwrap();
    loop {
        engine.rotate_key().await.unwrap();
    }
}

/// Ends the client, and starts it again on the same profile.
async fn restarted(person: Person) -> Person {
    let server = person.server().clone();
    let (home, engine) = starting(person, &server).await;
    engine.resume().await;
    Person::of(engine, config(home.path(), &server), home)
}

/// Ends the client, and makes the next one, which has not opened anything yet.
async fn starting(person: Person, server: &Url) -> (TempDir, Engine) {
    let home = person.ended();
    let engine = made(home.path(), server);
    (home, engine)
}
