//! The settings section by section, the lock, a second account, and a file that was damaged.

use std::time::Duration;

use anyhow::{Context, ensure};
use desktop::steps;
use presta_testkit::{Decision, PATIENCE, Size, Window, until};

use super::choose;
use crate::album::{Album, Scene};

const PARTS: [&str; 4] = ["appearance", "sending", "security", "storage"];
const PASSPHRASE: &str = "un cheval et une agrafe";
/// A damaged file is read to its end and made anew.
const MENDED: Duration = Duration::from_secs(60);

/// Begins and ends in French, light, in the usual window, with one account.
pub async fn play(album: &mut Album, scene: &mut Scene) {
    let looks = [
        ("fr", "light", Size::WINDOW),
        ("en", "dark", Size::WINDOW),
        ("fr", "dark", Size::SMALL),
        ("en", "light", Size::SMALL),
    ];
    for (language, theme, size) in looks {
        sections(album, scene, language, theme, size).await;
    }
    lock(album, scene).await;
    accounts(album, scene).await;
    damage(album, scene).await;
}

async fn sections(album: &mut Album, scene: &mut Scene, language: &str, theme: &str, size: Size) {
    let small = if size == Size::SMALL { "small-" } else { "" };
    for (number, part) in PARTS.into_iter().enumerate() {
        album
            .step(scene, &format!("{small}settings-{part}-{theme}-{language}"), async |scene| {
                let window = scene.window()?;
                if number == 0 {
                    window.resize(size).await?;
                    choose(window, &format!("lang-{language}")).await?;
                    choose(window, &format!("theme-{theme}")).await?;
                }
                open(window, part).await
            })
            .await;
    }
}

async fn open(window: &Window, part: &str) -> anyhow::Result<()> {
    if window.count("settings-page").await? == 0 {
        window.click("account-menu").await?;
        let there = async || Ok(window.count("settings-page").await? > 0);
        window.click_until("[data-testid='show-settings']", there).await?;
    }
    window.click(&format!("settings-nav-{part}")).await?;
    window.see(&format!("{part}-section")).await?;
    // Only once what it reads is there.
    let control = match part {
        "sending" => "undo-window",
        "security" => "key-rotate",
        "storage" => "storage-size",
        _ => "setting-language",
    };
    window.see(control).await.map(|_| ())
}

async fn lock(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "passphrase-set", async |scene| {
            let window = scene.window()?;
            window.resize(Size::WINDOW).await?;
            choose(window, "lang-fr").await?;
            open(window, "security").await?;
            window.fill("passphrase-new", PASSPHRASE).await?;
            window.fill("passphrase-again", PASSPHRASE).await?;
            window.click("passphrase-save").await?;
            window.see("security-lock").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "lock-screen", async |scene| {
            let window = scene.window()?;
            window.click("security-lock").await?;
            window.see("unlock-passphrase").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "lock-screen-wrong-dark", async |scene| {
            let window = scene.window()?;
            window.click("theme-dark").await?;
            window.fill("unlock-passphrase", "autre chose").await?;
            window.click("unlock-button").await?;
            window.see("unlock-problem").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "unlocked-without-passphrase", async |scene| {
            let window = scene.window()?;
            window.click("theme-light").await?;
            window.fill("unlock-passphrase", PASSPHRASE).await?;
            window.click("unlock-button").await?;
            window.see("account-menu").await?;
            open(window, "security").await?;
            window.fill("passphrase-current", PASSPHRASE).await?;
            window.click("passphrase-remove").await?;
            window.gone("passphrase-current").await
        })
        .await;
}

async fn accounts(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "account-add", async |scene| {
            let window = scene.window()?;
            window.click("account-menu").await?;
            window.click("account-add").await?;
            window.see("account-back").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "accounts-menu", async |scene| {
            let window = scene.window()?;
            window.click("signin-button").await?;
            scene.stage.browser.sign_in(&scene.stage.client()?, Decision::Allow).await?;
            window.reads_within("account-menu", "Nadia Benali", steps::FIRST_SYNC).await?;
            steps::first_sync(window, steps::FIRST_SYNC).await?;
            window.click("account-menu").await?;
            window.reads("account-row", "Camille Laurent").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "account-switched", async |scene| {
            let window = scene.window()?;
            window.click("account-row").await?;
            window.reads("account-menu", "Camille Laurent").await?;
            steps::first_sync(window, PATIENCE).await.map(|_| ())
        })
        .await;
}

async fn damage(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "storage-recovered", async |scene| {
            scene.leave()?.kill().await?;
            flip_a_byte(&scene.stage.profile().join("accounts"))?;
            scene.open().await?;
            let window = scene.window()?;
            window.see_within("account-menu", MENDED).await?;
            open(window, "storage").await?;
            if window.count("storage-notice").await? == 0 {
                window.click("storage-check").await?;
            }
            window.see_within("storage-notice", MENDED).await.map(|_| ())
        })
        .await;
    album
        .step(scene, "storage-notice-read", async |scene| {
            let window = scene.window()?;
            window.click("storage-notice-dismiss").await?;
            window.gone("storage-notice").await?;
            window.click("nav-queue").await?;
            until("a queue with nothing left to send", PATIENCE, async || {
                let shown = window.count("queue-empty").await? + window.count("queue-none").await?;
                Ok((shown == 1).then_some(()))
            })
            .await
        })
        .await;
}

/// Changes a byte of the largest database: a disk that forgets. The last third of the file is the market's texts.
fn flip_a_byte(accounts: &std::path::Path) -> anyhow::Result<()> {
    const PAGE: usize = 4096;
    let mut files = Vec::new();
    for account in std::fs::read_dir(accounts).context("listing accounts")? {
        let file = account.context("listing accounts")?.path().join("cache.db");
        if let Ok(facts) = file.metadata() {
            files.push((facts.len(), file));
        }
    }
    let (_, file) = files.into_iter().max().context("there is no database")?;
    let mut bytes = std::fs::read(&file).context("reading the database")?;
    let at = bytes.len() / PAGE * 2 / 3 * PAGE + 50;
    let byte = bytes.get_mut(at).context("the database is nearly empty")?;
    *byte ^= 1;
    ensure!(bytes.len() > 100 * PAGE, "the database is nearly empty");
    std::fs::write(&file, bytes).context("writing the database")
}
