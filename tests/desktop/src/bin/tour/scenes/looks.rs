//! The same in English, by keyboard, and in a small window.

use desktop::steps;
use fantoccini::key::Key;
use presta_testkit::Size;

use super::choose;
use crate::album::{Album, Scene};

/// Shows the other faces.
pub async fn play(album: &mut Album, scene: &mut Scene) {
    english(album, scene).await;
    small(album, scene).await;
}

async fn english(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "english-queue", async |scene| {
            choose(scene.window()?, "lang-en").await?;
            scene.window()?.reads("nav-queue", "Outbox").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "english-project", async |scene| {
            let window = scene.window()?;
            window.click("nav-missions").await?;
            steps::search(window, "react typescript").await?;
            window
                .click_until("[data-testid='project-row']", async || Ok(window.count("bid-button").await? > 0))
                .await?;
            window.see("project-title").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "english-bids-dark", async |scene| {
            choose(scene.window()?, "theme-dark").await?;
            let window = scene.window()?;
            window.click("nav-bids").await?;
            window.click("view-list").await?;
            window.click_until("[data-testid='bid-row']", async || Ok(window.count("bid-page").await? > 0)).await
        })
        .await;
    album
        .step(scene, "english-palette", async |scene| {
            choose(scene.window()?, "theme-light").await?;
            let window = scene.window()?;
            window.click("palette-button").await?;
            window.fill("palette-input", "rust").await?;
            window.see("palette").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "english-shortcuts", async |scene| {
            let window = scene.window()?;
            window.press(Key::Escape).await?;
            window.gone("palette-input").await?;
            window.click("account-menu").await?;
            window.click("show-shortcuts").await?;
            window.see("shortcut-sheet").await.map(|_| ())
        })
        .await;
}

async fn small(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "small-feed", async |scene| {
            let window = scene.window()?;
            window.press(Key::Escape).await?;
            window.gone("shortcut-sheet").await?;
            choose(window, "lang-fr").await?;
            window.resize(Size::SMALL).await?;
            window.click("nav-missions").await?;
            window.fill("search-input", "").await?;
            window.see("project-row").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "small-project", async |scene| {
            let window = scene.window()?;
            window
                .click_until("[data-testid='project-row']", async || Ok(window.count("project-title").await? > 0))
                .await
        })
        .await;
    album
        .step(scene, "small-composer-dark", async |scene| {
            choose(scene.window()?, "theme-dark").await?;
            scene.window()?.click("bid-button").await?;
            scene.window()?.see("bid-text").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "small-conversation-dark", async |scene| {
            let window = scene.window()?;
            window.click("nav-messages").await?;
            if window.count("message-bubble").await? == 0 {
                window
                    .click_until("[data-testid='thread-row']", async || Ok(window.count("message-input").await? > 0))
                    .await?;
            }
            window.see("message-bubble").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "small-board", async |scene| {
            choose(scene.window()?, "theme-light").await?;
            let window = scene.window()?;
            window.click("nav-bids").await?;
            if window.count("view-board").await? == 0 {
                window.click("back").await?;
            }
            window.click("view-board").await?;
            window.see("bid-board").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "signed-out", async |scene| {
            let window = scene.window()?;
            window.resize(Size::WINDOW).await?;
            window.click("account-menu").await?;
            window.click("sign-out").await?;
            window.see("signin-button").await.map(|_| ())
        })
        .await;
}
