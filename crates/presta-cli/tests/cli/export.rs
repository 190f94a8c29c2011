//! What this computer holds, as a file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::terminal::{OFFER, Said, Terminal, finished};

/// The files of an archive, by name.
fn unpacked(path: &Path) -> BTreeMap<String, String> {
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

/// The script of the guide, as it is there.
async fn nightly(terminal: &Terminal) -> Said {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/nightly-export");
    let program = Path::new(env!("CARGO_BIN_EXE_presta")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut command = Command::new(script);
    command.arg(terminal.home().join("nightly")).arg("2").env("PATH", path.unwrap());
    command.env("PRESTA_PROFILE", terminal.profile()).env("PRESTA_SERVER", terminal.platform.url().as_str());
    finished(command, "").await
}

#[tokio::test]
async fn the_nightly_script_keeps_the_last_archives_whatever_the_network_does() {
    let mut terminal = Terminal::signed_in().await;
    let folder = terminal.home().join("nightly");
    fs::create_dir(&folder).unwrap();
    for name in ["prestataires-2001-01-01.zip", "prestataires-2002-02-02.zip", "mine.zip"] {
        fs::write(folder.join(name), "old").unwrap();
    }
    let said = nightly(&terminal).await;
    assert_eq!(said.code, 0, "{said:?}");
    terminal.platform.stop().await.unwrap();
    let said = nightly(&terminal).await;
    assert_eq!(said.code, 0, "{said:?}");
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!(names[..3], ["last.json", "mine.zip", "prestataires-2002-02-02.zip"]);
    assert!(unpacked(&folder.join(&names[3])).contains_key("manifest.json"));
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("last.json")).unwrap()).unwrap();
    assert_eq!(report["path"], folder.join(&names[3]).to_str().unwrap());
    assert_eq!(terminal.run(&["logout"]).await.code, 0);
    assert_eq!(nightly(&terminal).await.code, 3);
}
