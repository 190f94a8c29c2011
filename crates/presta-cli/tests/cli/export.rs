//! What this computer holds, as a file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::terminal::{OFFER, Terminal};

/// The files of an archive, by name.
fn unpacked(path: &std::path::Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

#[tokio::test]
async fn an_export_holds_everything_and_says_so_itself() {
    let terminal = Terminal::signed_in().await;
    let project = terminal.open_project(0).await;
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "-", "--queue-only"];
    assert_eq!(terminal.run_with(&bid, OFFER).await.code, 0);
    let total = terminal.run(&["search", "--json", "--limit", "1"]).await.json()["total"].as_u64().unwrap();

    let report = terminal.run(&["export", "all.zip", "--json"]).await.json();
    let path = terminal.home().join("all.zip");
    assert_eq!(report["bytes"].as_u64().unwrap(), path.metadata().unwrap().len());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let files = unpacked(&path);
    assert!(files["LISEZMOI.txt"].contains("SHA-256") && files["README.txt"].contains("SHA-256"));
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["format"], "prestataires-local-export");
    assert_eq!(manifest["files"], report["files"]);
    for file in manifest["files"].as_array().unwrap() {
        let text = &files[file["name"].as_str().unwrap()];
        assert_eq!(file["rows"].as_u64().unwrap(), text.lines().count() as u64, "{file}");
        assert_eq!(file["bytes"].as_u64().unwrap(), text.len() as u64, "{file}");
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["sha256"], hash.as_str(), "{file}");
        for line in text.lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
    }
    let projects = &files["data/projects.jsonl"];
    assert!(projects.lines().count() as u64 >= total && projects.contains("\"description\":"));
    assert!(files["data/queue.jsonl"].contains("je peux commencer lundi"));
    assert!(files["data/profile.jsonl"].contains("\"login\""));

    let again = terminal.run(&["export", "all.zip", "--json"]).await;
    assert_eq!((again.code, again.failure().as_str()), (1, "export-exists"));
    assert_eq!(terminal.run(&["export", "all.zip", "--force"]).await.code, 0);
    let nowhere = terminal.run(&["export", "no/folder/x.zip", "--json"]).await;
    assert_eq!((nowhere.code, nowhere.failure().as_str()), (1, "export-not-writable"));
    let names: Vec<_> = fs::read_dir(terminal.home()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{names:?}");
}
