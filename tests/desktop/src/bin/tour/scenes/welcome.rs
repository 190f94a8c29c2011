//! From the first start to the first list.

use anyhow::{Context, ensure};
use desktop::steps;
use presta_testkit::Decision;

use crate::album::{Album, Scene};

/// Signs in through the browser.
pub async fn play(album: &mut Album, scene: &mut Scene) {
    album
        .step(scene, "sign-in", async |scene| {
            scene.open().await?;
            scene.window()?.see("signin-button").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "sign-in-dark", async |scene| {
            scene.window()?.click("theme-dark").await?;
            scene.window()?.see("signin-button").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "sign-in-waiting", async |scene| {
            scene.window()?.click("theme-light").await?;
            scene.window()?.click("signin-button").await?;
            scene.window()?.see("signin-waiting").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "browser-wrong-password", async |scene| {
            let asked = scene.stage.browser.asked().await?;
            let page = scene.stage.browser.open(&asked).await?;
            page.log_in(&scene.stage.freelancer()?.login, "pas-le-bon").await?;
            let said = page.text("[role=alert]").await;
            scene.page = Some(page);
            said.map(|_| ())
        })
        .await;
    album
        .step(scene, "browser-consent", async |scene| {
            let login = scene.stage.freelancer()?;
            let page = scene.page.as_ref().context("no page is open")?;
            page.log_in(&login.login, &login.password).await?;
            page.text("#consent-allow").await.map(|_| ())
        })
        .await;
    album
        .step(scene, "browser-done", async |scene| {
            let page = scene.page.as_ref().context("no page is open")?;
            let text = page.decide(Decision::Allow).await?;
            ensure!(text.contains("Vous êtes connecté"), "the page reads {text:?}");
            Ok(())
        })
        .await;
    album
        .step(scene, "feed", async |scene| {
            if let Some(page) = scene.page.take() {
                page.close().await?;
            }
            steps::demo_market(scene.window()?).await
        })
        .await;
}
