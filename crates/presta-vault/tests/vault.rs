//! The vault against a real gnome-keyring-daemon in a D-Bus session of its own.
//!
//! Each test runs this binary again inside such a session, where the test of the same name does its work: the
//! keyring of whoever runs the tests is never touched. The tools have to be installed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

use presta_vault::{Error, LIMIT, Secret, Vault};

const SERVICE: &str = "pro.prestataires.test";

/// Tells the test inside of the session from the one outside.
const INSIDE: &str = "PRESTA_VAULT_INSIDE";

/// What is run in the session before the test.
enum Keyring {
    /// A daemon with an unlocked login keyring.
    Unlocked,
    /// The same, on a bus that starts no other when it is gone.
    UnlockedAlone,
    /// A daemon without any keyring.
    Bare,
    /// A login keyring that a first daemon made and a second one, which knows no password, finds locked.
    Locked,
    /// Nothing answers on the bus, and nothing is started by it.
    NoService,
    /// There is no bus.
    NoBus,
}

const UNLOCK: &str = r#"eval "$(printf testpw | gnome-keyring-daemon --unlock --components=secrets)""#;

/// Whether this process is inside; outside, the test called `name` is run inside, and has to pass there.
fn inside(name: &str, keyring: Keyring) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    for tool in ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"] {
        let found = Command::new(tool).arg("--version").output();
        assert!(found.is_ok(), "{tool} is needed for this test");
    }
    let home = tempfile::tempdir().unwrap();
    let status = command(name, &keyring, home.path()).status().unwrap();
    assert!(status.success(), "{name} failed inside of its session");
    false
}

fn command(name: &str, keyring: &Keyring, home: &Path) -> Command {
    let program = std::env::current_exe().unwrap();
    let test = |command: &mut Command| {
        command.arg(&program).args(["--exact", name, "--nocapture", "--test-threads=1"]);
    };
    let before = match keyring {
        Keyring::NoBus => {
            let mut command = Command::new("env");
            test(&mut command);
            environment(&mut command, home);
            command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
            return command;
        }
        Keyring::Unlocked | Keyring::UnlockedAlone => UNLOCK.to_owned(),
        Keyring::Bare => "gnome-keyring-daemon --start --components=secrets >/dev/null".to_owned(),
        Keyring::Locked => format!(
            "dbus-run-session -- bash -c '{}; printf x | secret-tool store --label=x a b'; \
             gnome-keyring-daemon --start --components=secrets >/dev/null",
            UNLOCK.replace('\'', "'\\''")
        ),
        Keyring::NoService => ":".to_owned(),
    };
    let mut command = Command::new("dbus-run-session");
    if matches!(keyring, Keyring::NoService | Keyring::UnlockedAlone) {
        // A bus that knows of no service to start.
        let config = home.join("bus.conf");
        std::fs::write(&config, BARE_BUS).unwrap();
        command.arg("--config-file").arg(config);
    }
    command.args(["--", "bash", "-c", &format!("{before}; \"$@\""), "_"]);
    test(&mut command);
    environment(&mut command, home);
    command
}

fn environment(command: &mut Command, home: &Path) {
    let run = home.join("run");
    std::fs::create_dir_all(&run).unwrap();
    command
        .env(INSIDE, "1")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", &run)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
}

const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

/// What every vault has to do.
async fn keep_and_forget(vault: &Vault) {
    assert_eq!(vault.get("token").await, Ok(None));
    vault.delete("token").await.unwrap();
    vault.set("token", &secret("première")).await.unwrap();
    vault.set("key", &secret("other")).await.unwrap();
    vault.set("token", &secret("seconde")).await.unwrap();
    assert_eq!(vault.get("token").await, Ok(Some(secret("seconde"))));
    let longest = secret(&"x".repeat(LIMIT));
    vault.set("token", &longest).await.unwrap();
    let too_long = secret(&"x".repeat(LIMIT + 1));
    let refused = Error::TooLong { len: LIMIT + 1, limit: LIMIT };
    assert_eq!(vault.set("token", &too_long).await, Err(refused));
    assert_eq!(vault.get("token").await, Ok(Some(longest)));
    vault.delete("token").await.unwrap();
    assert_eq!(vault.get("token").await, Ok(None));
    assert_eq!(vault.get("key").await, Ok(Some(secret("other"))));
    vault.delete("key").await.unwrap();
}

#[test]
fn memory_keeps_and_forgets() {
    let vault = Vault::memory();
    run(keep_and_forget(&vault));
    run(vault.set("a", &secret("b"))).unwrap();
    assert_eq!(run(vault.clone().get("a")), Ok(Some(secret("b"))));
    assert_eq!(vault.store_name(), "memory");
}

#[test]
fn the_keyring_keeps_and_forgets() {
    if inside("the_keyring_keeps_and_forgets", Keyring::Unlocked) {
        run(keep_and_forget(&Vault::os(SERVICE)));
    }
}

#[test]
fn a_store_is_compiled_in_and_others_see_what_it_holds() {
    if !inside("a_store_is_compiled_in_and_others_see_what_it_holds", Keyring::Unlocked) {
        return;
    }
    let vault = Vault::os(SERVICE);
    assert_eq!(vault.store_name(), "secret-service");
    run(vault.set("token", &secret("hunter2"))).unwrap();
    let seen = Command::new("secret-tool").args(["lookup", "service", SERVICE, "username", "token"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&seen.stdout), "hunter2");
    assert_eq!(run(Vault::os("another").get("token")), Ok(None));
}

#[test]
fn many_calls_at_once_all_end() {
    if !inside("many_calls_at_once_all_end", Keyring::Unlocked) {
        return;
    }
    let vault = Vault::os(SERVICE);
    run(async {
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..10 {
            let vault = vault.clone();
            calls.spawn(async move {
                let name = format!("n{number}");
                vault.set(&name, &secret(&name)).await.unwrap();
                assert_eq!(vault.get(&name).await, Ok(Some(secret(&name))));
            });
        }
        calls.join_all().await;
    });
}

#[test]
fn a_daemon_that_was_replaced_is_found_again() {
    if !inside("a_daemon_that_was_replaced_is_found_again", Keyring::Unlocked) {
        return;
    }
    let vault = Vault::os(SERVICE);
    run(async {
        vault.set("token", &secret("hunter2")).await.unwrap();
        let replaced = Command::new("bash")
            .args(["-c", "printf testpw | gnome-keyring-daemon --replace --unlock --components=secrets"])
            .output()
            .unwrap();
        assert!(replaced.status.success());
        assert_eq!(vault.get("token").await, Ok(Some(secret("hunter2"))));
    });
}

#[test]
fn a_daemon_that_died_is_absent_until_another_one_takes_its_place() {
    if !inside("a_daemon_that_died_is_absent_until_another_one_takes_its_place", Keyring::UnlockedAlone) {
        return;
    }
    let vault = Vault::os(SERVICE);
    run(async {
        vault.set("token", &secret("hunter2")).await.unwrap();
        vault.check().await.unwrap();
        kill_the_daemon();
        assert_eq!(vault.get("token").await, Err(Error::Absent));
        assert_eq!(vault.set("token", &secret("other")).await, Err(Error::Absent));
        let started = Command::new("bash")
            .args(["-c", "printf testpw | gnome-keyring-daemon --unlock --components=secrets"])
            .output()
            .unwrap();
        assert!(started.status.success());
        assert_eq!(vault.get("token").await, Ok(Some(secret("hunter2"))), "what it kept is still there");
    });
}

#[test]
fn a_daemon_that_died_and_was_started_by_the_bus_is_locked() {
    if !inside("a_daemon_that_died_and_was_started_by_the_bus_is_locked", Keyring::Unlocked) {
        return;
    }
    let vault = Vault::os(SERVICE);
    run(async {
        vault.set("token", &secret("hunter2")).await.unwrap();
        kill_the_daemon();
        assert_eq!(vault.get("token").await, Err(Error::Locked), "the new one knows no password");
    });
}

fn kill_the_daemon() {
    let killed = Command::new("bash").args(["-c", KILL]).output().unwrap();
    assert!(killed.status.success(), "{killed:?}");
}

/// Kills the daemon that owns the name on this session's bus, by its number.
const KILL: &str = r#"pid=$(gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus     --method org.freedesktop.DBus.GetConnectionUnixProcessID org.freedesktop.secrets | grep -o '[0-9]*,' | tr -d ,)     && kill -KILL "$pid" && while kill -0 "$pid" 2>/dev/null; do :; done"#;

#[test]
fn without_a_bus_the_keyring_is_absent() {
    if inside("without_a_bus_the_keyring_is_absent", Keyring::NoBus) {
        assert_absent();
    }
}

#[test]
fn without_a_service_the_keyring_is_absent() {
    if inside("without_a_service_the_keyring_is_absent", Keyring::NoService) {
        assert_absent();
    }
}

fn assert_absent() {
    let vault = Vault::os(SERVICE);
    run(async {
        assert_eq!(vault.get("token").await, Err(Error::Absent));
        assert_eq!(vault.set("token", &secret("x")).await, Err(Error::Absent));
        assert_eq!(vault.delete("token").await, Err(Error::Absent));
        assert_eq!(vault.check().await, Err(Error::Absent));
    });
}

#[test]
fn without_a_keyring_to_put_it_in_nothing_is_stored() {
    if !inside("without_a_keyring_to_put_it_in_nothing_is_stored", Keyring::Bare) {
        return;
    }
    let vault = Vault::os(SERVICE);
    run(async {
        assert_eq!(vault.get("token").await, Ok(None));
        assert_eq!(vault.set("token", &secret("x")).await, Err(Error::Absent));
        assert_eq!(vault.check().await, Err(Error::Absent));
    });
}

#[test]
fn a_keyring_that_nobody_unlocks_is_locked() {
    if !inside("a_keyring_that_nobody_unlocks_is_locked", Keyring::Locked) {
        return;
    }
    let vault = Vault::os(SERVICE);
    assert_eq!(run(vault.set("token", &secret("x"))), Err(Error::Locked));
    assert_eq!(run(vault.check()), Err(Error::Locked));
}
