//! Without a network, through a crash, and back.

use std::time::Duration;

use anyhow::ensure;
use desktop::steps;
use presta_testkit::{PATIENCE, until};
use serde_json::Value;

use super::{amount, choose};
use crate::album::{Album, Scene};

/// Loses the platform and finds it again.
pub async fn play(album: &mut Album, scene: &mut Scene) {
    let mut projects: Vec<Value> = Vec::new();
    album
        .step(scene, "offline", async |scene| {
            choose(scene.window()?, "theme-light").await?;
            scene.window()?.click("nav-missions").await?;
            let camille = scene.stage.platform.sign_in(&scene.stage.freelancer()?).await?;
            let found = camille.search("postgresql").await?.into_iter();
            projects = found.filter(|it| it.pointer("/viewer/can_bid") == Some(&Value::Bool(true))).take(2).collect();
            ensure!(projects.len() == 2, "{} projects to bid on", projects.len());
            scene.stage.platform.stop().await?;
            steps::cut_off(scene.window()?).await
        })
        .await;
    for (number, project) in projects.iter().enumerate() {
        album
            .step(scene, &format!("bid-queued-{}", number + 1), async |scene| {
                let window = scene.window()?;
                steps::open_project(window, project).await?;
                steps::bid(window, &amount(project), "18", steps::BID_TEXT).await
            })
            .await;
    }
    album
        .step(scene, "message-queued", async |scene| {
            let window = scene.window()?;
            window.click("nav-messages").await?;
            if window.count("message-input").await? == 0 {
                window.click("thread-row").await?;
            }
            steps::say(window, "Je suis dans le train : je vous envoie le planning dès que possible.").await?;
            until("a queued message", PATIENCE, async || {
                let script =
                    "return [...document.querySelectorAll(\"[data-testid='message-bubble']\")].at(-1)?.dataset.state";
                Ok((window.js(script).await? == "queued").then_some(()))
            })
            .await
        })
        .await;
    album.step(scene, "queue", async |scene| waiting(scene, 3).await).await;
    album
        .step(scene, "queue-after-kill", async |scene| {
            scene.leave()?.kill().await?;
            scene.open().await?;
            steps::cut_off(scene.window()?).await?;
            waiting(scene, 3).await
        })
        .await;
    album
        .step(scene, "queue-dark", async |scene| {
            choose(scene.window()?, "theme-dark").await?;
            scene.window()?.see("queue-row").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "delivered", async |scene| {
            choose(scene.window()?, "theme-light").await?;
            scene.stage.platform.restart().await?;
            let window = scene.window()?;
            steps::back_online(window).await?;
            until("three deliveries", Duration::from_secs(60), async || {
                let (left, done) = (window.count("queue-row").await?, window.count("queue-delivered-row").await?);
                Ok((left == 0 && done >= 3).then_some(()))
            })
            .await?;
            let camille = scene.stage.platform.sign_in(&scene.stage.freelancer()?).await?;
            for project in &projects {
                let arrived = camille.bids_on(&steps::text(project, "/id")?).await?.len();
                ensure!(arrived == 1, "a bid arrived {arrived} times");
            }
            Ok(())
        })
        .await;
}

async fn waiting(scene: &Scene, count: usize) -> anyhow::Result<()> {
    let window = scene.window()?;
    window.click("nav-queue").await?;
    until("the queue", PATIENCE, async || Ok((window.count("queue-row").await? == count).then_some(()))).await
}
