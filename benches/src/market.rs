//! The engine in front of a real platform.

#![expect(clippy::indexing_slicing, reason = "a missing key of a JSON answer reads as null")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use presta_engine::{Clock, Config, Engine, Timeouts};
use presta_vault::Vault;
use serde_json::{Value, json};
use url::Url;

/// An engine on an empty profile, signed out.
///
/// # Errors
/// When the profile cannot be written.
pub async fn engine(profile: &Path, server: &Url) -> anyhow::Result<Engine> {
    let engine = Engine::new(Config {
        profile: profile.to_owned(),
        server: server.clone(),
        user_agent: "Prestataires/bench".into(),
        vault: Vault::memory(),
        open_link: Arc::new(|_| Ok(())),
        downloads: None,
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    })?;
    engine.resume().await;
    Ok(engine)
}

/// Begins to sign in; the page to be answered.
///
/// # Errors
/// When the platform does not answer.
pub async fn sign_in_page(engine: &Engine) -> anyhow::Result<Url> {
    let state = call(engine, "session_sign_in", json!({ "server": null })).await?;
    Ok(Url::parse(state["authorize_url"].as_str().context("no sign-in page")?)?)
}

/// Runs a command.
///
/// # Errors
/// When it is refused.
pub async fn call(engine: &Engine, name: &str, request: Value) -> anyhow::Result<Value> {
    presta_commands::dispatch(engine, name, request)
        .await
        .map_err(|failure| anyhow::anyhow!("{name}: {}", serde_json::to_string(&failure).unwrap_or_default()))
}

/// Repeats a command until its answer is so.
///
/// # Errors
/// Never; it waits for as long as it takes.
pub async fn until(engine: &Engine, name: &str, request: Value, so: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    // Refused until the sign-in has come back from the browser.
    while !call(engine, name, request.clone()).await.is_ok_and(|answer| so(&answer)) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// Waits until everything has been fetched.
///
/// # Errors
/// See [`until`].
pub async fn synced(engine: &Engine) -> anyhow::Result<()> {
    until(engine, "status", json!({}), |status| {
        status["sync"]["phase"] == "idle" && status["sync"]["as_of"].is_number()
    })
    .await
}

/// Waits until everything that was fetched is in the index.
///
/// # Errors
/// When the account is signed out.
pub async fn searchable(engine: &Engine) -> anyhow::Result<()> {
    let active = engine.active().context("signed out")?;
    loop {
        let status = call(engine, "status", json!({})).await?;
        let waiting = active
            .read(|connection| {
                let sql = "SELECT EXISTS (SELECT 1 FROM index_todo)";
                Ok(connection.query_row(sql, [], |row| row.get::<_, bool>(0)).map_err(presta_store::Error::from)?)
            })
            .await?;
        if status["sync"]["indexing"].is_null() && !waiting {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
