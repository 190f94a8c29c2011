//! Archives that the platform makes, and those of this computer, read as the person would.

use std::ops::ControlFlow;
use std::path::PathBuf;

use presta_archive::{Archive, Form, Progress};
use presta_testkit::{Account, PATIENCE, until};
use serde_json::{Value, json};

use crate::person::{Person, market};

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Has the platform make an archive; its parts, and its manifest beside them.
async fn made(account: &Account, folder: &std::path::Path, body: Value) -> Vec<PathBuf> {
    let asked = account.post("/v1/exports", &body).await.unwrap();
    let path = format!("/v1/exports/{}", asked["id"].as_str().unwrap());
    let ready = until("the archive", PATIENCE, async || {
        let export = account.get(&path).await?;
        Ok((export["state"] == "ready").then_some(export))
    });
    let export = ready.await.unwrap();
    let manifest = folder.join("export.json");
    std::fs::write(&manifest, export.to_string()).unwrap();
    let mut paths = vec![manifest];
    for part in export["parts"].as_array().unwrap() {
        let bytes = account.bytes(part["url"].as_str().unwrap()).await.unwrap();
        let path = folder.join(part["name"].as_str().unwrap());
        std::fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    paths
}

#[tokio::test]
async fn an_archive_of_the_platform_is_read_searched_verified_and_compared() {
    let platform = market(false).await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let body = json!({"profile": "access", "resources": [], "formats": ["json", "csv", "html"]});
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let older = Archive::open(&made(&account, first.path(), body.clone()).await).unwrap();
    assert!(older.faults().is_empty(), "{:?}", older.faults());
    assert!(matches!(older.form(), Form::Platform { profile, .. } if profile == "access"));
    let report = older.verify(&mut on).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(report.sound, u64::try_from(older.entries().len()).unwrap());

    // What is read is what the platform answers.
    let rows = older.rows("bid", 0, 1_000, &mut on).unwrap();
    assert!(rows.fault.is_none() && !rows.rows.is_empty());
    for row in &rows.rows {
        let bid = account.get(&format!("/v1/bids/{}", row["id"].as_str().unwrap())).await.unwrap();
        assert_eq!((&bid["text"], &bid["amount"]), (&row["text"], &row["amount"]));
    }
    let counted = report.rows.iter().find(|kind| kind.kind == "bid").unwrap();
    assert_eq!(counted.rows, u64::try_from(rows.rows.len()).unwrap());
    let text = rows.rows[0]["text"].as_str().unwrap().split_whitespace().next().unwrap().to_uppercase();
    let found = older.search(&text, Some("bid"), 1_000, &mut on).unwrap();
    assert!(found.hits.iter().any(|hit| hit.id.as_deref() == rows.rows[0]["id"].as_str()), "{text}: {found:?}");

    // A message more is the difference between two archives.
    let thread = account.all("/v1/threads").await.unwrap()[0]["id"].as_str().unwrap().to_owned();
    let sent = account
        .post(
            &format!("/v1/threads/{thread}/messages"),
            &json!({"client_message_id": "0192f0c4-0000-7000-8000-000000000001", "text": "Encore un mot"}),
        )
        .await
        .unwrap();
    let newer = Archive::open(&made(&account, second.path(), body).await).unwrap();
    let difference = newer.difference(&older, &mut on).unwrap();
    assert!(difference.faults.is_empty(), "{:?}", difference.faults);
    let messages = difference.kinds.iter().find(|kind| kind.kind == "message").unwrap();
    let id = sent["id"].as_str().unwrap().to_owned();
    assert_eq!((messages.added_ids.clone(), messages.removed, messages.changed), (vec![id], 0, 0));
    let bids = difference.kinds.iter().find(|kind| kind.kind == "bid").unwrap();
    assert_eq!((bids.added, bids.removed, bids.same), (0, 0, counted.rows));
}

#[tokio::test]
async fn an_export_of_this_computer_is_read_back() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    person.up_to_date().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.zip");
    // Files that wait: one that is whole, one that is empty, and one whose copy is gone.
    let active = person.engine.active().unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut staged = Vec::new();
    for bytes in [bytes.clone(), Vec::new(), vec![7; 100_000]] {
        staged.push(active.stage("thread:thr_1", "devis.pdf".to_owned(), std::io::Cursor::new(bytes)).await.unwrap());
    }
    let copy = walk(person.profile()).into_iter().find(|path| path.ends_with(&staged[2].id)).unwrap();
    std::fs::File::options().write(true).open(copy).unwrap().set_len(70_000).unwrap();
    let request = json!({"path": path.to_str().unwrap(), "overwrite": false});
    let export = person.call("export_local", request).await.unwrap();
    let archive = Archive::open(&[path]).unwrap();
    assert!(archive.faults().is_empty(), "{:?}", archive.faults());
    let out = tempfile::tempdir().unwrap();
    for (staged, bytes) in staged.iter().zip([bytes, Vec::new()]) {
        let file = archive.extract(archive.attachment(&staged.id).unwrap(), out.path(), &mut on).unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    }
    assert!(archive.attachment(&staged[2].id).is_err(), "half a file is none");
    let rows = archive.rows("attachments", 0, 10, &mut on).unwrap().rows;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.get("key").is_none() && row["name"] == "devis.pdf"), "{rows:?}");
    let report = archive.verify(&mut on).unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    for file in export["files"].as_array().unwrap() {
        let rows = report.rows.iter().find(|kind| file["kind"] == kind.kind).map(|kind| kind.rows);
        assert_eq!(rows, file["rows"].as_u64(), "{file}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
