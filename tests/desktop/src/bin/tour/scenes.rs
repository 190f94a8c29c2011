//! The steps, in order.

mod away;
mod looks;
mod market;
mod settings;
mod welcome;

use anyhow::Context;
use presta_testkit::Window;
use serde_json::Value;

use crate::album::{Album, Scene};

/// Plays everything.
pub async fn all(album: &mut Album) -> anyhow::Result<()> {
    let mut scene = Scene::set().await.context("setting the stage")?;
    welcome::play(album, &mut scene).await;
    market::play(album, &mut scene).await;
    away::play(album, &mut scene).await;
    settings::play(album, &mut scene).await;
    looks::play(album, &mut scene).await;
    if let Ok(window) = scene.leave() {
        window.close().await?;
    }
    Ok(())
}

/// Chooses the theme or the language in the account menu: `theme-dark`, `lang-en`…
async fn choose(window: &Window, what: &str) -> anyhow::Result<()> {
    window.click("account-menu").await?;
    window.click(what).await?;
    window.click("account-menu").await?;
    window.gone(what).await
}

/// An amount in the middle of the project's budget, as a French reader types it.
fn amount(project: &Value) -> String {
    let bound = |name: &str| project.pointer(name).and_then(Value::as_i64);
    let (low, high) = (bound("/budget_min/amount_minor"), bound("/budget_max/amount_minor"));
    let middle = (low.unwrap_or(90_000) + high.unwrap_or(110_000)) / 2;
    format!("{},{:02}", middle / 100, middle % 100)
}
