//! What is said and what signs in stays out of every file.

use std::process::Command;

use anyhow::{Context, ensure};
use desktop::{Stage, steps};
use presta_testkit::{Options, PATIENCE, keyring, traces, until};

const IN_MESSAGE: &str = "canariboite";
const IN_BID: &str = "canarioffre";
const IN_DRAFT: &str = "canaribrouillon";

#[tokio::test(flavor = "multi_thread")]
async fn no_file_holds_a_word_of_a_message_a_bid_a_draft_or_the_token() -> anyhow::Result<()> {
    let stage = Stage::set(Options { live: true, ..Options::default() }).await?;
    let window = stage.open().await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let nadia = stage.platform.sign_in(&stage.client()?).await?;
    let open = steps::open_to(&camille, &nadia).await?;
    ensure!(open.len() >= 2, "only {} projects are open", open.len());

    steps::open_project(&window, &open[0]).await?;
    steps::bid(&window, "1500", "12", &format!("{} {IN_BID}", steps::BID_TEXT)).await?;
    window.click("message-button").await?;
    steps::say(&window, &format!("Bonjour, voici le mot {IN_MESSAGE}.")).await?;
    steps::open_project(&window, &open[1]).await?;
    window.click("bid-button").await?;
    window.paste("bid-text", &format!("Début d’une offre, {IN_DRAFT}.")).await?;
    window.see("draft-saved").await?;
    until("the bid on the platform", PATIENCE, async || {
        Ok((!camille.bids_on(&steps::text(&open[0], "/id")?).await?.is_empty()).then_some(()))
    })
    .await?;

    let tokens = keyring::secrets("pro.prestataires.desktop").await?;
    ensure!(tokens.len() >= 2, "the keyring holds {} secrets, and not a token and a key", tokens.len());
    let home = keyring::session()?;
    let words = [IN_MESSAGE, IN_BID, IN_DRAFT].into_iter().map(str::to_owned).chain(tokens);
    let words: Vec<String> = words.collect();
    // While it runs, with its write-ahead log, and once it has ended.
    nowhere(&stage, &home, &words)?;
    let databases = databases(&stage)?;
    window.close().await?;
    nowhere(&stage, &home, &words)?;
    for database in databases {
        // What was written last is still in the write-ahead log.
        let log = std::fs::read(database.with_extension("db-wal")).unwrap_or_default();
        let head = std::fs::read(&database).context("reading the database")?;
        ensure!(head.len() + log.len() > 100_000, "the database is nearly empty");
        ensure!(!head.starts_with(b"SQLite format 3"), "{} is not encrypted", database.display());
    }
    Ok(())
}

/// In no file of the profile, nor anywhere else the application or its web view may write.
fn nowhere(stage: &Stage, home: &std::path::Path, words: &[String]) -> anyhow::Result<()> {
    ensure!(stage.profile().join("logs").is_dir(), "there is no log to look into");
    for word in words {
        let shown = &word[..word.len().min(4)];
        let found = traces(&stage.profile(), word)?;
        ensure!(found.is_empty(), "{shown}… is in {found:?}");
        let found = traces(home, word)?;
        ensure!(found.is_empty(), "{shown}… is in {found:?}");
    }
    Ok(())
}

fn databases(stage: &Stage) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let accounts = std::fs::read_dir(stage.profile().join("accounts")).context("listing accounts")?;
    let databases: Vec<_> = accounts.flatten().map(|account| account.path().join("cache.db")).collect();
    ensure!(databases.len() == 1, "{} accounts", databases.len());
    Ok(databases)
}

/// WebKit's own libraries would otherwise bind to them.
#[test]
fn the_program_exports_no_symbol_of_sqlite() -> anyhow::Result<()> {
    let output = Command::new("nm").arg("-D").arg(presta_testkit::app()?).output().context("running nm")?;
    ensure!(output.status.success(), "nm: {}", String::from_utf8_lossy(&output.stderr));
    let symbols = String::from_utf8_lossy(&output.stdout);
    ensure!(symbols.contains("webkit"), "nm shows no import of WebKit, so it shows nothing");
    let exported: Vec<&str> = symbols.lines().filter(|line| line.contains("sqlite3_")).collect();
    ensure!(exported.is_empty(), "exported: {exported:?}");
    Ok(())
}
