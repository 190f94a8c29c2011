//! The platform goes away while one works, and comes back.

use anyhow::ensure;
use desktop::{Stage, steps};
use presta_testkit::{Options, PATIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_dies_leaves_a_window_that_reads_searches_and_recovers() -> anyhow::Result<()> {
    let mut stage = Stage::set(Options::default()).await?;
    let window = stage.open().await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let total = steps::whole_market(&window, &camille, PATIENCE).await?;
    stage.platform.kill().await?;
    steps::cut_off(&window).await?;
    let said = window.text("offline-bar").await?;
    ensure!(said.contains("Hors ligne"), "the bar says {said:?}");
    steps::search(&window, "react").await?;
    window.click("project-row").await?;
    window.see("project-title").await?;
    window.fill("search-input", "").await?;
    let whole = async || Ok((steps::feed_total(&window).await? == Some(total)).then_some(()));
    window.until("the whole feed", PATIENCE, whole).await?;
    stage.platform.restart().await?;
    window.click("offline-retry").await?;
    steps::back_online(&window).await?;
    window.close().await
}
