//! The window over a large market, measured.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use fantoccini::key::Key;
use presta_testkit::{Options, PATIENCE, Seed, until};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Stage, steps};

/// What was measured, in milliseconds unless the name says otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Projects on the platform.
    pub projects: u32,
    /// From the command to the platform's ready line, the making of the market included.
    pub platform_ms: u128,
    /// Projects made in a second, over the same time.
    pub seed: u128,
    /// From the closing page of the sign-in to the first rows on screen.
    pub first_rows_ms: u128,
    /// From the same to the end of the first synchronisation.
    pub first_sync_ms: u128,
    /// Size of the encrypted database in the end, in bytes.
    pub database_bytes: u64,
    /// From the End key to the last row on screen, and its text loaded.
    pub jump_to_end_ms: u128,
    /// From there to the first row again.
    pub jump_to_start_ms: u128,
    /// From the last letter typed to the marked answers, for each query.
    pub search_ms: BTreeMap<String, u128>,
    /// A call of the core that gives 50 rows of the list, and one that gives nothing: median, 99th percentile, and the mean
    /// of all in microseconds (WebKit's clock counts whole milliseconds).
    pub call_rows: Calls,
    /// See [`Measured::call_rows`].
    pub call_nothing: Calls,
    /// From the start of the program to the first rows, with everything on this machine.
    pub reopen_ms: u128,
}

/// How long calls from the page to the core took, once nothing is indexed any more.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Calls {
    /// Half of them were quicker, in ms.
    pub median_ms: f64,
    /// All but one in a hundred were quicker, in ms.
    pub p99_ms: f64,
    /// Over all of them, in µs.
    pub mean_us: f64,
}

/// Queries of different breadth.
const QUERIES: &[&str] = &["developpeur rust", "postgresql migration", "de", "\"site vitrine\""];

/// Syncs a market of so many projects for the first time, scrolls and searches.
///
/// # Errors
/// When something does not hold.
pub async fn measure(projects: u32) -> anyhow::Result<Measured> {
    let started = Instant::now();
    let options = Options { seed: Seed::Projects(projects), ..Options::default() };
    let stage = Stage::set(options).await?;
    let platform_ms = started.elapsed().as_millis();
    let window = stage.open().await?;
    window.click("signin-button").await?;
    stage.browser.sign_in(&stage.freelancer()?, presta_testkit::Decision::Allow).await?;
    let started = Instant::now();
    let limit = Duration::from_secs(60 + u64::from(projects) / 200);
    window.see_within("project-row", limit).await?;
    let first_rows_ms = started.elapsed().as_millis();
    steps::first_sync(&window, limit).await?;
    let first_sync_ms = started.elapsed().as_millis();
    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let total = steps::whole_market(&window, &camille, PATIENCE).await?;
    ensure!(total * 2 > u64::from(projects), "the feed has only {total} projects");

    window.client().execute("document.querySelector(\"[data-testid='feed-list']\").focus()", vec![]).await?;
    window.press(Key::Down).await?;
    window.see("project-title").await?;
    let started = Instant::now();
    window.press(Key::End).await?;
    row_at(&window, total).await?;
    let jump_to_end_ms = started.elapsed().as_millis();
    let started = Instant::now();
    window.press(Key::Home).await?;
    row_at(&window, 1).await?;
    let jump_to_start_ms = started.elapsed().as_millis();

    let mut search_ms = BTreeMap::new();
    for query in QUERIES {
        window.fill("search-input", "").await?;
        until(
            "the whole feed",
            PATIENCE,
            async || Ok((steps::feed_total(&window).await? == Some(total)).then_some(())),
        )
        .await?;
        search_ms.insert((*query).to_owned(), answered(&window, query, total).await?);
    }

    let rows = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 50 });
    let call_rows = calls(&window, "projects_list", &rows).await?;
    let call_nothing = calls(&window, "nothing", &json!({})).await?;
    let database_bytes = database(&stage.profile())?;
    window.close().await?;
    let started = Instant::now();
    let window = stage.open().await?;
    window.see("project-row").await?;
    let reopen_ms = started.elapsed().as_millis();
    window.close().await?;
    Ok(Measured {
        projects,
        platform_ms,
        seed: u128::from(projects) * 1_000 / platform_ms.max(1),
        first_rows_ms,
        first_sync_ms,
        database_bytes,
        jump_to_end_ms,
        jump_to_start_ms,
        search_ms,
        call_rows,
        call_nothing,
        reopen_ms,
    })
}

/// Waits until the row at `position`, counted from 1, is on screen with its text.
async fn row_at(window: &presta_testkit::Window, position: u64) -> anyhow::Result<()> {
    let script = "const row = document.querySelector(`[role='option'][aria-posinset='${arguments[0]}'] [data-testid='project-row']`); \
                  if (!row) return false; const box = row.getBoundingClientRect(); \
                  return box.height > 0 && box.top >= 0 && box.bottom <= window.innerHeight + 2";
    window
        .until(&format!("row {position} on screen"), PATIENCE, async || {
            Ok((window.js_with(script, vec![json!(position)]).await? == true).then_some(()))
        })
        .await
}

/// Types a query and measures inside the page, so that the driver's own time does not count.
async fn answered(window: &presta_testkit::Window, query: &str, before: u64) -> anyhow::Result<u128> {
    let script = "const [query, before] = arguments; const box = document.querySelector(\"[data-testid='search-input']\"); \
        box.focus(); window.__started = performance.now(); window.__answered = null; \
        const look = () => { \
          const total = document.querySelector(\"[data-testid='feed-count']\")?.dataset.total; \
          const marks = document.querySelectorAll(\"[data-testid='project-row'] mark\").length; \
          if (marks > 0 && Number(total) !== before) window.__answered = performance.now() - window.__started; \
          else requestAnimationFrame(look); }; \
        document.execCommand('insertText', false, query); requestAnimationFrame(look)";
    window.js_with(script, vec![json!(query), json!(before)]).await?;
    let took = until(&format!("answers to {query:?}"), PATIENCE, async || {
        Ok(window.js("return window.__answered").await?.as_f64())
    })
    .await;
    Ok(Duration::from_secs_f64(took? / 1_000.0).as_millis())
}

/// Calls the core 500 times from the page, one after the other. A name it does not know costs the way there and back alone.
async fn calls(window: &presta_testkit::Window, name: &str, request: &Value) -> anyhow::Result<Calls> {
    let script = "const [name, request] = arguments; window.__calls = null; (async () => { \
          const ask = (name, request) => window.__TAURI_INTERNALS__.invoke('call', { name, request }); \
          const call = () => ask(name, request).catch(() => null); \
          while ((await ask('status', {})).sync.indexing !== null) await new Promise((then) => setTimeout(then, 100)); \
          for (let n = 0; n < 50; n += 1) await call(); \
          const took = []; const started = performance.now(); \
          for (let n = 0; n < 500; n += 1) { const at = performance.now(); await call(); took.push(performance.now() - at); } \
          const mean = (performance.now() - started) / took.length; took.sort((a, b) => a - b); \
          window.__calls = { median_ms: took[250], p99_ms: took[495], mean_us: mean * 1000 }; })()";
    window.js_with(script, vec![json!(name), request.clone()]).await?;
    let calls = until(&format!("calls of {name:?}"), PATIENCE, async || {
        Ok(Some(window.js("return window.__calls").await?).filter(|calls| !calls.is_null()))
    })
    .await?;
    serde_json::from_value(calls).context("the calls that were measured")
}

/// The size of the account's database with its write-ahead log.
fn database(profile: &Path) -> anyhow::Result<u64> {
    let mut size = 0;
    for account in std::fs::read_dir(profile.join("accounts")).context("listing accounts")? {
        let account = account.context("listing accounts")?.path();
        for name in ["cache.db", "cache.db-wal"] {
            size += account.join(name).metadata().map_or(0, |facts| facts.len());
        }
    }
    Ok(size)
}
