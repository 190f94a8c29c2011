//! An account that opens with a passphrase.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;

use presta_testkit::PATIENCE;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::terminal::Terminal;

const PASSPHRASE: &str = "une phrase de canari";

async fn protected() -> Terminal {
    let terminal = Terminal::signed_in().await;
    let request = json!({ "current": null, "new": PASSPHRASE });
    assert_eq!(terminal.window("passphrase_set", request).await["passphrase"], true);
    terminal
}

/// Runs a command on a terminal, and types each of `lines` when it asks. Answers the code and what the terminal showed.
async fn typed(terminal: &Terminal, arguments: &str, lines: &[&str]) -> (i32, String) {
    let plain = terminal.command(&[]);
    let mut command = Command::new("script");
    command.args(["-qefc", &format!("{} {arguments}", env!("CARGO_BIN_EXE_presta")), "/dev/null"]);
    for (name, value) in plain.as_std().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = String::new();
    let mut buffer = [0; 4096];
    let mut asked = 0;
    loop {
        let read = tokio::time::timeout(PATIENCE, screen.read(&mut buffer)).await.expect(&shown).unwrap();
        if read == 0 {
            break;
        }
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
        while shown.matches("Phrase de passe de").count() > asked {
            let line = lines.get(asked).unwrap_or_else(|| panic!("asked once more: {shown}"));
            keys.write_all(line.as_bytes()).await.unwrap();
            asked += 1;
        }
    }
    assert_eq!(asked, lines.len(), "{shown}");
    (child.wait().await.unwrap().code().unwrap_or(-1), shown)
}

#[tokio::test]
async fn a_script_is_told_and_a_person_is_asked() {
    let terminal = protected().await;
    for arguments in [&["bids"][..], &["sync"], &["export", "x.zip"], &["login"], &["logout"]] {
        let said = terminal.run(arguments).await;
        assert_eq!(said.code, 9, "{arguments:?} {said:?}");
        assert!(said.out.is_empty() && said.err.contains("verrouillé"), "{said:?}");
    }
    assert_eq!(terminal.run(&["bids", "--json"]).await.failure(), "locked");
    assert!(!terminal.home().join("x.zip").exists());
    let accounts = terminal.run(&["accounts"]).await;
    assert!(accounts.out.contains("(verrouillé)") && accounts.out.contains('*'), "{accounts:?}");

    let (code, shown) = typed(&terminal, "bids", &["faux\n", &format!("{PASSPHRASE}\n")]).await;
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("n’est pas la bonne") && shown.contains("MONTANT"), "{shown}");
    assert!(!shown.contains("canari") && !shown.contains("faux"), "what is typed is not shown: {shown}");
    let path = terminal.profile().join("lock");
    let mut window = File::options().read(true).write(true).truncate(true).open(path).unwrap();
    window.try_lock().unwrap();
    window.write_all(env!("CARGO_PKG_VERSION").as_bytes()).unwrap();
    let (code, shown) = typed(&terminal, "bids", &[&format!("{PASSPHRASE}\n")]).await;
    assert_eq!(code, 0, "beside the window as well: {shown}");
    drop(window);
    let (code, shown) = typed(&terminal, "sync", &[&format!("{PASSPHRASE}\n")]).await;
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("À jour"), "{shown}");
    let (code, shown) = typed(&terminal, "bids", &["faux\n", "faux\n", "faux\n"]).await;
    assert_eq!(code, 9, "{shown}");
    assert!(!shown.contains("MONTANT"), "{shown}");
    let (code, shown) = typed(&terminal, "bids", &["\u{3}"]).await;
    assert_eq!(code, 130, "Ctrl-C ends it: {shown}");
}
