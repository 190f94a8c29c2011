//! An export leaves nothing out.

use presta_model::{Attachment, ProjectId};
use presta_store::attachment::{self, Staged};
use presta_store::draft::{self, BidForm};
use presta_store::staged_file::FileKey;
use presta_store::{Error, dump, message, project};
use serde_json::Value;

use crate::sample::{self as samples, NOW, open, project as sample};

fn rows(store: &presta_store::Store, name: &str) -> Vec<Value> {
    store
        .read(|connection| {
            let sources = dump::sources(connection)?;
            let source = sources.iter().find(|source| source.name == name).unwrap_or_else(|| panic!("no {name}"));
            let mut rows = Vec::new();
            dump::each(connection, source, |row| {
                rows.push(serde_json::from_str(row).unwrap());
                Ok::<_, Error>(())
            })?;
            assert_eq!(source.rows, rows.len() as u64, "{name}");
            Ok::<_, Error>(rows)
        })
        .unwrap()
}

#[test]
fn rows_are_whole() {
    let (_folder, store) = open();
    store
        .write(|tx| {
            project::upsert(tx, &sample("prj_1"), 1)?;
            let form = BidForm { text: "Brouillon « un »\n\"deux\"".into(), ..BidForm::default() };
            draft::save_bid(tx, &ProjectId::new("prj_1"), &form, NOW)
        })
        .unwrap();
    let projects = rows(&store, "projects");
    assert_eq!(projects, [serde_json::to_value(sample("prj_1")).unwrap()]);
    assert_eq!(rows(&store, "bid_drafts")[0]["form"]["text"], "Brouillon « un »\n\"deux\"");
    assert!(rows(&store, "message_drafts").is_empty());
}

/// An export is not encrypted: what opens a copy stays here.
#[test]
fn a_staged_file_is_told_and_its_key_is_not() {
    let (_folder, store) = open();
    let key = FileKey::new([0xAB; 32]);
    let staged = Staged {
        id: "f1".into(),
        place: Some("thread:thr_1".into()),
        name: "devis.pdf".into(),
        media_type: "application/pdf".into(),
        size: 3,
        sha256: "00".repeat(32),
        key: key.clone(),
        upload_id: None,
        sent: 0,
        platform_id: None,
    };
    let file = |id: &str| Attachment {
        id: id.into(),
        name: "plan.png".into(),
        media_type: "image/png".into(),
        size: 3,
        sha256: "00".repeat(32),
        created_at: jiff::Timestamp::from_millisecond(NOW).unwrap(),
    };
    let mut with_files = samples::message("msg_1", "thr_1", 1, "Voici");
    with_files.attachments = vec![file("att_1")];
    store
        .write(|tx| -> Result<(), Error> {
            attachment::insert(tx, &staged, NOW)?;
            message::upsert(tx, &with_files, 1)
        })
        .unwrap();
    let rows_of = rows(&store, "attachments");
    assert_eq!((&rows_of[0]["name"], &rows_of[0]["size"]), (&"devis.pdf".into(), &3.into()));
    assert!(rows_of[0].get("key").is_none());
    assert_eq!(rows(&store, "messages")[0]["attachments"][0]["id"], "att_1", "JSON, and not a text of JSON");
    let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
    let sources = store.read(dump::sources).unwrap();
    for source in sources {
        store
            .read(|connection| {
                dump::each(connection, &source, |row| {
                    assert!(!row.to_uppercase().contains(&hex), "{} has the key: {row}", source.name);
                    Ok::<_, Error>(())
                })
            })
            .unwrap();
    }
}

/// What a later version adds is exported before anyone thinks of it; what only serves the search or the sync is not.
#[test]
fn every_table_is_a_source_or_known_not_to_be_one() {
    let (_folder, store) = open();
    store
        .write(|tx| -> Result<(), Error> {
            tx.execute_batch(
                "CREATE TABLE jotting (at INTEGER, \"odd 'name'\" TEXT, bytes BLOB, why TEXT, generation INTEGER) STRICT;
             INSERT INTO jotting VALUES (1, 'un', x'00ff', '[1]', 1), (2, NULL, NULL, NULL, 1), (3, '', x'', 'x', 1);
             INSERT INTO resource (kind, id, rev, at, data, generation)
             VALUES ('privacy_request', 'prq_1', 1, 1, '{\"id\":\"prq_1\"}', 1);",
            )?;
            Ok(())
        })
        .unwrap();
    let jotted = rows(&store, "jotting");
    assert_eq!(jotted[0], serde_json::json!({ "at": 1, "odd 'name'": "un", "bytes": "00FF", "why": [1] }));
    assert_eq!((&jotted[1]["odd 'name'"], &jotted[1]["why"]), (&Value::Null, &Value::Null));
    assert_eq!(jotted[2]["why"], "x");
    assert_eq!(rows(&store, "privacy_request")[0]["id"], "prq_1");

    let names: Vec<String> = store
        .read(|connection| Ok::<_, Error>(dump::sources(connection)?.into_iter().map(|it| it.name).collect()))
        .unwrap();
    for name in [
        "profile",
        "settings",
        "projects",
        "bids",
        "threads",
        "messages",
        "bid_drafts",
        "message_drafts",
        "queue",
        "delivered",
        "notes",
        "alerts",
        "alert_rules",
        "attachments",
    ] {
        assert!(names.iter().any(|it| it == name), "{name} is not in {names:?}");
    }
    for name in ["sync_state", "project_skill", "project_text", "alias", "index_todo", "index_state"] {
        assert!(!names.iter().any(|it| it == name), "{name}");
    }
}
