//! Help, completions, the manual page, and readers that go away.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::terminal::{Terminal, finished, presta};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["login"],
    &["logout"],
    &["accounts"],
    &["accounts", "list"],
    &["accounts", "switch"],
    &["sync"],
    &["search"],
    &["show"],
    &["bid"],
    &["bids"],
    &["threads"],
    &["message"],
    &["queue"],
    &["queue", "list"],
    &["queue", "retry"],
    &["queue", "confirm"],
    &["queue", "discard"],
    &["queue", "edit"],
    &["queue", "merge"],
    &["prefs"],
    &["prefs", "get"],
    &["prefs", "set"],
    &["prefs", "none"],
    &["requests"],
    &["requests", "list"],
    &["requests", "file"],
    &["requests", "withdraw"],
    &["export"],
    &["archive"],
    &["doctor"],
    &["completions"],
    &["man"],
];

/// The help is as it is kept beside this test; `PRESTA_UPDATE=1` keeps what it is now.
#[tokio::test]
async fn the_help_is_what_was_agreed() {
    for language in ["fr", "en"] {
        let mut help = String::new();
        for command in COMMANDS {
            let said = finished(presta(&[command, &["--help", "--lang", language][..]].concat()), "").await;
            assert_eq!((said.code, said.err.as_str()), (0, ""));
            help.push_str(&format!("$ presta {}\n{}\n", [command, &["--help"][..]].concat().join(" "), said.out));
        }
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/help.{language}.txt"));
        if std::env::var_os("PRESTA_UPDATE").is_some() {
            fs::write(&file, &help).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let first = kept.lines().zip(help.lines()).find(|(kept, help)| kept != help);
        assert!(kept == help, "PRESTA_UPDATE=1 keeps the new one; they differ first in {first:?}");
    }
}

#[tokio::test]
async fn completions_are_made_for_every_shell_and_bash_reads_them() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = finished(presta(&["completions", shell]), "").await;
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("queue-only") && said.out.contains("threads"), "{shell}");
        if shell == "bash" {
            let mut bash = Command::new("bash");
            bash.arg("-n");
            let read = finished(bash, &said.out).await;
            assert_eq!((read.code, read.err.as_str()), (0, ""));
        }
    }
}

#[tokio::test]
async fn the_manual_page_names_every_command_and_exit_code() {
    let said = finished(presta(&["man"]), "").await;
    assert_eq!(said.code, 0);
    assert!(said.out.contains(".TH presta 1"));
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        let section = format!(".SH \"PRESTA {}\"", command.join(" ").to_uppercase());
        assert!(said.out.contains(&section), "{section}");
    }
    assert!(said.out.contains("Codes de sortie"));
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_it_quietly() {
    let terminal = Terminal::signed_in().await;
    let mut child = terminal
        .command(&["search", "--json=lines", "--limit", "200"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
