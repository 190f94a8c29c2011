//! A process killed while it opens a file of the first schema: whatever the instant, the next one opens it, and the
//! person's work is there. `PRESTA_KILLS` says how often.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use presta_store::{Connection, Error, Key, Store, draft, outbox, sync_state};

use crate::sample;

/// Set for the process that only opens the file it names.
const OPEN: &str = "PRESTA_STORE_OPEN";
const ROWS: u32 = 400;

#[test]
fn a_kill_while_an_old_file_is_brought_up_to_date_loses_nothing() {
    if let Some(path) = std::env::var_os(OPEN) {
        Store::open(Path::new(&path), &sample::key(), |_| {}).unwrap();
        return;
    }
    let kills: u32 = std::env::var("PRESTA_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    make_first_schema(&old, &sample::key());
    // How long it takes to be killed at any instant of it.
    let fresh = folder.path().join("measured.db");
    std::fs::copy(&old, &fresh).unwrap();
    let begun = std::time::Instant::now();
    assert!(opening(&fresh).wait().unwrap().success());
    let whole = begun.elapsed();
    for kill in 0..kills {
        let path = folder.path().join(format!("cache-{kill}.db"));
        std::fs::copy(&old, &path).unwrap();
        let mut child = opening(&path);
        std::thread::sleep(instant(kill, whole));
        // It may have come to its end.
        let _ = child.kill();
        child.wait().unwrap();
        check(&path);
        for end in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(path.with_extension(end));
        }
    }
    println!("  store_kills: {kills}");
}

/// Messages of a version that kept nothing of their files are asked for again.
#[test]
fn a_file_from_before_attachments_is_synced_in_full_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\";", sample::key().expose())).unwrap();
    for sql in [
        include_str!("../../migrations/0001_initial.sql"),
        include_str!("../../migrations/0002_resources.sql"),
        include_str!("../../migrations/0003_search.sql"),
        include_str!("../../migrations/0004_alerts.sql"),
        include_str!("../../migrations/0005_outbox.sql"),
        "PRAGMA user_version = 5",
        r#"INSERT INTO sync_state (name, value) VALUES ('changes', '{"state":"s","as_of":1}'), ('generation', '3')"#,
    ] {
        connection.execute_batch(sql).unwrap();
    }
    connection.close().unwrap();
    let store = Store::open(&path, &sample::key(), |_| {}).unwrap();
    assert_eq!(store.read(sync_state::changes).unwrap(), None);
    assert_eq!(store.read(sync_state::generation).unwrap(), 3, "what was posted since is news, the rest is not");
}

/// Instants all over the whole time, none twice (the golden ratio's multiples).
fn instant(kill: u32, whole: Duration) -> Duration {
    whole.mul_f64((f64::from(kill) * 0.618_033_988_75).fract())
}

fn opening(path: &Path) -> std::process::Child {
    let name = "old_file::a_kill_while_an_old_file_is_brought_up_to_date_loses_nothing";
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(OPEN, path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn check(path: &Path) {
    let store = Store::open(path, &sample::key(), |_| {}).unwrap();
    assert!(store.recovery().is_none());
    assert_eq!(store.index_pending().unwrap(), u64::from(ROWS), "search.db is made anew, from every project");
    store
        .read(|connection| -> Result<_, Error> {
            assert_eq!(outbox::all(connection)?.len(), ROWS as usize);
            assert_eq!(draft::bids(connection)?.len(), ROWS as usize);
            assert_eq!(draft::message_threads(connection)?.len(), ROWS as usize);
            let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            assert_eq!(sound, "ok");
            Ok(())
        })
        .unwrap();
}

/// A file as the first version of the application left it, with unsent work and a feed.
fn make_first_schema(path: &Path, key: &Key) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"; PRAGMA journal_mode = wal;", key.expose())).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    connection.execute_batch(include_str!("../../migrations/0001_initial.sql")).unwrap();
    connection.execute_batch("PRAGMA user_version = 1").unwrap();
    let project = serde_json::to_value(sample::project("prj_1")).unwrap();
    for n in 0..ROWS {
        let act = serde_json::json!({
            "kind": "message-send", "thread_id": format!("thr_{n}"), "title": "Client", "text": format!("Message {n}"),
        });
        connection
            .execute(
                "INSERT INTO outbox (act_id, lane, kind, thread_id, payload, state, attempts, queued_at)
                 VALUES (?1, ?2, 'message-send', ?3, ?4, 'queued', 0, 1)",
                (format!("act-{n}"), format!("thread:thr_{n}"), format!("thr_{n}"), act.to_string()),
            )
            .unwrap();
        let form =
            serde_json::json!({ "amount": "12", "period_days": "3", "text": format!("Offre {n}"), "milestones": [] });
        connection
            .execute(
                "INSERT INTO bid_draft (project_id, version, started_at, saved_at, form) VALUES (?1, 1, 1, 1, ?2)",
                (format!("prj_{n}"), form.to_string()),
            )
            .unwrap();
        connection
            .execute(
                "INSERT INTO message_draft (thread_id, saved_at, text) VALUES (?1, 1, 'Bonjour')",
                [format!("thr_{n}")],
            )
            .unwrap();
        let mut data = project.clone();
        data["id"] = format!("prj_{n}").into();
        let text = data["description"].take();
        data.as_object_mut().unwrap().remove("description");
        connection
            .execute(
                "INSERT INTO project (row_key, id, rev, category, kind, country, city_folded, remote, language, status,
                   posted_at, bid_count, client_verified, generation)
                 VALUES (?1, ?2, 1, 'backend', 'fixed', 'FR', '', 1, 'fr', 'open', 1, 0, 1, 1)",
                (n, format!("prj_{n}")),
            )
            .unwrap();
        connection
            .execute(
                "INSERT INTO project_text (row_key, title, description, skills, client, data)
                 VALUES (?1, ?2, ?3, 'rust', 'Client', ?4)",
                (n, format!("Projet {n}"), text.as_str().unwrap().repeat(20), data.to_string()),
            )
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    connection.close().unwrap();
}
