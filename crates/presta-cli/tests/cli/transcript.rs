//! The transcript in the guide is of a real session: this test runs its commands again and compares all but what differs
//! from one market to the next. `PRESTA_UPDATE=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::terminal::{OFFER, Terminal};

/// Words, without what differs from day to day: digits, ids, hashes, blanks and the rows of tables.
fn shape(transcript: &str) -> Vec<String> {
    let lines =
        transcript.lines().filter(|line| line.starts_with("$ ") || line.starts_with('>') || line.starts_with("→"));
    // Whether there is still something to wait for depends on how long the platform took to come back.
    let lines = lines.filter(|line| !line.starts_with("> Part dans") && !line.starts_with("> Leaves in"));
    lines
        .map(|line| {
            line.split_whitespace()
                .filter(|word| word.chars().all(|c| c != '_' && !c.is_ascii_digit()))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[tokio::test]
async fn the_guide_shows_a_real_session() {
    for (language, name) in [("fr", "transcript.txt"), ("en", "transcript.en.txt")] {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide").join(name);
        let transcript = session(language).await;
        if std::env::var_os("PRESTA_UPDATE").is_some() {
            fs::write(&file, &transcript).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(shape(&kept), shape(&transcript), "PRESTA_UPDATE=1 keeps the new one");
    }
}

async fn session(language: &str) -> String {
    let mut terminal = Terminal::new().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    terminal.sign_in(&login).await;
    fs::write(terminal.home().join("offre.txt"), OFFER).unwrap();
    let mut transcript = String::new();
    show(&terminal, language, &["sync"], &mut transcript).await;
    show(&terminal, language, &["search", "--limit", "5", "budget:>1000", "client:verified"], &mut transcript).await;
    let project = terminal.open_project(0).await;
    show(&terminal, language, &["show", &project], &mut transcript).await;
    terminal.platform.stop().await.unwrap();
    let bid = ["bid", &project, "--amount", "1200", "--days", "20", "--text", "offre.txt"];
    show(&terminal, language, &bid, &mut transcript).await;
    show(&terminal, language, &["queue"], &mut transcript).await;
    terminal.platform.restart().await.unwrap();
    show(&terminal, language, &["sync"], &mut transcript).await;
    let question = if language == "fr" { "Quel hébergement avez-vous ?" } else { "What hosting do you have?" };
    show(&terminal, language, &["message", &project, question], &mut transcript).await;
    show(&terminal, language, &["bids"], &mut transcript).await;
    show(&terminal, language, &["search", "--everywhere", "flutter"], &mut transcript).await;
    show(&terminal, language, &["prefs", "set", "bids", "push", "off"], &mut transcript).await;
    show(&terminal, language, &["prefs", "set", "newsletter", "push", "on"], &mut transcript).await;
    show(&terminal, language, &["accounts"], &mut transcript).await;
    show(&terminal, language, &["doctor"], &mut transcript).await;
    show(&terminal, language, &["export", "prestataires.zip"], &mut transcript).await;
    show(&terminal, language, &["bids", "--json=lines"], &mut transcript).await;
    transcript
}

/// Runs a command and writes down what a person sees: the line, what was said, and an exit code other than 0.
async fn show(terminal: &Terminal, language: &str, arguments: &[&str], transcript: &mut String) {
    let said = terminal.run(&[arguments, &["--lang", language]].concat()).await;
    let line: Vec<String> =
        arguments.iter().map(|it| if it.contains([' ', '>']) { format!("'{it}'") } else { (*it).to_owned() }).collect();
    writeln!(transcript, "$ presta {}", line.join(" ")).unwrap();
    // The brief and the offers are long; the guide shows their beginning.
    for line in said.out.lines().take(14) {
        let short: String = line.chars().take(150).collect();
        writeln!(transcript, "{}{}", short.trim_end(), if short.len() < line.len() { "…" } else { "" }).unwrap();
    }
    if said.out.lines().count() > 14 {
        writeln!(transcript, "…").unwrap();
    }
    for line in said.err.lines() {
        writeln!(transcript, "> {line}").unwrap();
    }
    if said.code != 0 {
        writeln!(transcript, "→ {}", said.code).unwrap();
    }
    writeln!(transcript).unwrap();
}
