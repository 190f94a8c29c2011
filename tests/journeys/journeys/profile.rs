//! One process at a time works on a profile, and what is kept there goes into a file of the person's own.

use std::sync::Arc;

use presta_engine::{Clock, Config, CoreEvent, Engine, SessionState, SignedOutReason, Timeouts};
use presta_testkit::Platform;
use presta_vault::Vault;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::person::{Person, market};

/// A host that starts as the window does.
fn host(profile: &TempDir, server: &Url, vault: &Vault) -> Engine {
    Engine::new(Config {
        profile: profile.path().to_owned(),
        server: server.clone(),
        user_agent: "Prestataires/journeys".into(),
        vault: vault.clone(),
        open_link: Arc::new(|_| Ok(())),
        downloads: None,
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    })
    .unwrap()
}

async fn call(engine: &Engine, name: &str, request: Value) -> Value {
    presta_commands::dispatch(engine, name, request).await.unwrap()
}

async fn code(engine: &Engine, name: &str, request: Value) -> String {
    presta_commands::dispatch(engine, name, request).await.unwrap_err().code
}

async fn until(engine: &Engine, so: impl Fn(&SessionState) -> bool) {
    presta_testkit::until("the session's state", presta_testkit::PATIENCE, async || {
        Ok(so(&engine.session()).then_some(()))
    })
    .await
    .unwrap();
}

fn in_use(state: &SessionState) -> bool {
    *state == SessionState::SignedOut { reason: SignedOutReason::ProfileInUse }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_could_not_be_locked_is_locked_by_the_next_try() {
    let platform = market(false).await;
    let (profile, vault) = (tempfile::tempdir().unwrap(), Vault::memory());
    let lock = profile.path().join("lock");
    std::fs::create_dir(&lock).unwrap();
    let first = host(&profile, platform.url(), &vault);
    first.start().await;
    let storage = SessionState::SignedOut { reason: SignedOutReason::Storage };
    assert_eq!(first.session(), storage);
    call(&first, "session_retry", json!({})).await;
    assert_eq!(first.session(), storage);

    std::fs::remove_dir(&lock).unwrap();
    let second = host(&profile, platform.url(), &vault);
    second.start().await;
    call(&first, "session_retry", json!({})).await;
    assert!(in_use(&first.session()), "{:?}", first.session());
    assert_eq!(code(&first, "session_sign_in", json!({ "server": null })).await, "profile-in-use");
    second.leave().await;
    call(&first, "session_retry", json!({})).await;
    assert_eq!(first.session(), SessionState::SignedOut { reason: SignedOutReason::None });
    let third = host(&profile, platform.url(), &vault);
    assert_eq!(third.start_alone().await.unwrap_err().failure().code, "profile-in-use");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_waits_for_the_first_and_then_goes_on() {
    let platform = market(false).await;
    let (profile, vault) = (tempfile::tempdir().unwrap(), Vault::memory());
    let first = host(&profile, platform.url(), &vault);
    first.start().await;
    let state = call(&first, "session_sign_in", json!({ "server": null })).await;
    let address = Url::parse(state["authorize_url"].as_str().unwrap()).unwrap();
    Platform::allow(&address, platform.login("freelancer").unwrap()).await.unwrap();
    until(&first, |state| matches!(state, SessionState::SignedIn { .. })).await;

    let second = host(&profile, platform.url(), &vault);
    let starting = tokio::spawn({
        let second = second.clone();
        async move { second.start().await }
    });
    until(&second, in_use).await;
    assert_eq!(code(&second, "session_sign_in", json!({ "server": null })).await, "profile-in-use");
    assert_eq!(code(&second, "bids_list", json!({})).await, "signed-out");
    // One that does not wait is told at once.
    let third = host(&profile, platform.url(), &vault);
    assert_eq!(third.start_alone().await.unwrap_err().failure().code, "profile-in-use");
    // One that only reads, reads.
    // The first one is in the middle of a change of key: who reads beside it touches nothing of that.
    let account = std::fs::read_dir(profile.path().join("accounts")).unwrap().next().unwrap().unwrap();
    let copy = account.path().join("cache.db.rekey");
    let next = format!("database-key-next/{}", account.file_name().to_string_lossy());
    std::fs::write(&copy, "half").unwrap();
    vault.set(&next, &"0f".repeat(32).into()).await.unwrap();
    third.start_reading().await.unwrap();
    call(&third, "bids_list", json!({})).await;
    assert!(copy.exists());
    assert!(vault.get(&next).await.unwrap().is_some());
    assert_eq!(code(&third, "session_sign_out", json!({ "discard_unsent": true })).await, "profile-in-use");

    first.leave().await;
    starting.await.unwrap();
    assert!(matches!(second.session(), SessionState::SignedIn { .. }));
    second.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_export_leaves_no_file_and_the_next_one_is_whole() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let request = json!({ "path": path.to_str().unwrap(), "overwrite": false });
    let mut events = person.events();
    let work = tokio::spawn({
        let (engine, request) = (person.engine.clone(), request.clone());
        async move { presta_commands::dispatch(&engine, "export_local", request).await }
    });
    // The first word of an export comes before its first row.
    let total = loop {
        if let CoreEvent::Export { progress } = events.recv().await.unwrap() {
            break progress.total;
        }
    };
    assert_eq!(person.refused("export_local", request.clone()).await, "export-running");
    person.call("export_cancel", json!({})).await.unwrap();
    assert_eq!(work.await.unwrap().unwrap_err().code, "export-cancelled");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    // So does one whose caller goes away.
    let engine = person.engine.clone();
    let work = tokio::spawn(exported(engine, request.clone()));
    while !matches!(events.recv().await.unwrap(), CoreEvent::Export { .. }) {}
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    presta_testkit::until("the file to be gone", presta_testkit::PATIENCE, async || {
        Ok((std::fs::read_dir(folder.path())?.count() == 0).then_some(()))
    })
    .await
    .unwrap();

    let made = person.call("export_local", request.clone()).await.unwrap();
    let rows: u64 = made["files"].as_array().unwrap().iter().map(|file| file["rows"].as_u64().unwrap()).sum();
    assert_eq!(rows, total);
    assert!(rows > 300, "{made}");
    assert_eq!(person.refused("export_local", request).await, "export-exists");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

async fn exported(engine: Engine, request: Value) -> Result<Value, presta_commands::Failure> {
    presta_commands::dispatch(&engine, "export_local", request).await
}
