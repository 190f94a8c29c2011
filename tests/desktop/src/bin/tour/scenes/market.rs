//! Finding a project, bidding, talking.

use std::time::Duration;

use anyhow::ensure;
use desktop::steps;
use presta_testkit::{PATIENCE, until};

use super::{amount, choose};
use crate::album::{Album, Scene};

/// Works as one does with a network.
pub async fn play(album: &mut Album, scene: &mut Scene) {
    find(album, scene).await;
    bid(album, scene).await;
    talk(album, scene).await;
}

async fn find(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "filters", async |scene| {
            let window = scene.window()?;
            window.click("filters-button").await?;
            window.click("filter-kind-fixed").await?;
            window.click("filter-verified").await?;
            window.fill("filter-budget-min", "3000").await
        })
        .await;
    album
        .step(scene, "filtered-feed", async |scene| {
            let window = scene.window()?;
            window.click("filters-button").await?;
            window.gone("filter-verified").await?;
            let filtered = until("a shorter list", PATIENCE, async || steps::feed_total(window).await).await?;
            ensure!(window.count("filter-chip").await? >= 3, "the filters are not shown as chips");
            ensure!(filtered > 0 && filtered < 1_500, "{filtered} projects after filtering");
            Ok(())
        })
        .await;
    album
        .step(scene, "search", async |scene| {
            let window = scene.window()?;
            while window.count("filter-chip").await? > 0 {
                let left = window.count("filter-chip").await?;
                window.click("filter-chip").await?;
                until("one filter less", PATIENCE, async || {
                    Ok((window.count("filter-chip").await? < left).then_some(()))
                })
                .await?;
            }
            steps::search(window, "developpeur rust").await
        })
        .await;
    album
        .step(scene, "project", async |scene| {
            let camille = scene.stage.platform.sign_in(&scene.stage.freelancer()?).await?;
            let window = scene.window()?;
            let project = steps::first_of_the_market(&camille, &steps::rows(window).await?).await?;
            steps::open_row(window, &project).await
        })
        .await;
    album
        .step(scene, "project-dark", async |scene| {
            choose(scene.window()?, "theme-dark").await?;
            scene.window()?.see("project-title").await.map(|_| ())
        })
        .await;
}

async fn bid(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "composer-problems", async |scene| {
            choose(scene.window()?, "theme-light").await?;
            let window = scene.window()?;
            window.click("bid-button").await?;
            window.fill("bid-amount", "-12").await?;
            window
                .paste("bid-text", "Bonjour, je peux commencer lundi. Écrivez-moi directement à camille@example.org")
                .await?;
            window.click("bid-submit").await?;
            window.see("problem-amount").await?;
            window.see("problem-text").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "composer", async |scene| {
            let camille = scene.stage.platform.sign_in(&scene.stage.freelancer()?).await?;
            let window = scene.window()?;
            let place = window.js("return location.hash").await?;
            let id = place.as_str().unwrap_or_default().split('/').nth(2).unwrap_or_default();
            let project = camille.get(&format!("/v1/projects/{id}")).await?;
            window.fill("bid-amount", &amount(&project)).await?;
            window.fill("bid-period", "25").await?;
            window.paste("bid-text", steps::BID_TEXT).await?;
            window.gone("problem-amount").await?;
            window.gone("problem-text").await?;
            window.see("draft-saved").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "bid-sent", async |scene| {
            let window = scene.window()?;
            window.click("bid-submit").await?;
            until("the bid to be sent", PATIENCE, async || {
                let stage = window.attribute("project-my-bid", "data-stage").await?;
                Ok(stage.is_some_and(|stage| stage == "submitted" || stage == "shortlisted").then_some(()))
            })
            .await?;
            window.see("toast").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "my-bids", async |scene| {
            scene.window()?.click("nav-bids").await?;
            scene.window()?.see("bid-row").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "bid-page", async |scene| {
            let window = scene.window()?;
            let row = "[data-testid='bid-row'][data-stage='awarded']";
            window.click_until(row, async || Ok(window.count("bid-timeline").await? > 0)).await
        })
        .await;
    album
        .step(scene, "bids-board", async |scene| {
            scene.window()?.click("view-board").await?;
            scene.window()?.see("bid-board").await.map(|_| ())
        })
        .await;
}

async fn talk(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "messages", async |scene| {
            scene.window()?.click("nav-messages").await?;
            scene.window()?.see("thread-row").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "message-typing", async |scene| {
            let window = scene.window()?;
            window
                .click_until("[data-testid='thread-row']", async || Ok(window.count("message-input").await? > 0))
                .await?;
            steps::say(window, "Bonjour, j’ai relu votre brief. Quel est le délai souhaité pour la première version ?")
                .await?;
            window.see("typing").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "live-answer", async |scene| {
            let window = scene.window()?;
            until("the client's answer, and read", Duration::from_secs(30), async || {
                let script =
                    "return [...document.querySelectorAll(\"[data-testid='message-bubble']\")].at(-1)?.dataset.mine";
                let unread = window.attribute("thread-row", "data-unread").await?;
                Ok((window.js(script).await? == "false" && unread.as_deref() == Some("0")).then_some(()))
            })
            .await
        })
        .await;
    album
        .step(scene, "conversation-dark", async |scene| {
            choose(scene.window()?, "theme-dark").await?;
            scene.window()?.see("message-bubble").await.map(|_| ())
        })
        .await;
}
