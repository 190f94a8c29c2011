//! P5 and P7: the first sync of a market from the real platform, from the sign-in to everything searchable, against
//! `sqlite3 .import` of the same rows and a rebuild of an FTS5 index over them.

#![expect(clippy::indexing_slicing, reason = "a missing key of a JSON answer reads as null")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use presta_bench::Figures;
use presta_engine::{Clock, Config, Engine, Timeouts};
use presta_testkit::{Options, Platform, Seed};
use presta_vault::Vault;
use serde_json::{Value, json};
use url::Url;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// How many projects the market has.
    #[arg(long, default_value_t = 100_000)]
    projects: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut figures = Figures::default();
    let platform = Platform::start(Options { seed: Seed::Projects(arguments.projects), ..Options::default() }).await?;
    let login = platform.login("freelancer")?.clone();
    let home = tempfile::tempdir()?;
    let engine = Engine::new(Config {
        profile: home.path().to_owned(),
        server: platform.url().clone(),
        user_agent: "Prestataires/bench".into(),
        vault: Vault::memory(),
        open_link: Arc::new(|_| Ok(())),
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    })?;
    engine.resume().await;
    let state = call(&engine, "session_sign_in", json!({ "server": null })).await?;
    let page = Url::parse(state["authorize_url"].as_str().context("no sign-in page")?)?;
    let started = Instant::now();
    Platform::allow(&page, &login).await?;
    let window = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 50 });
    let first = until(&engine, "projects_list", window.clone(), |list| {
        list["rows"].as_array().is_some_and(|rows| rows.len() == 50)
    });
    first.await?;
    let first = started.elapsed();
    until(&engine, "status", json!({}), |status| {
        status["sync"]["phase"] == "idle" && status["sync"]["as_of"].is_number()
    })
    .await?;
    let rows = started.elapsed();
    let active = engine.active().context("signed out")?;
    loop {
        let status = call(&engine, "status", json!({})).await?;
        if status["sync"]["indexing"].is_null() && pending(&engine).await? == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let searchable = started.elapsed();
    let total = call(&engine, "projects_list", window).await?["total"].as_f64().unwrap_or(0.0);
    figures.note("open projects of the feed", total)?;
    figures.note("first 50 rows, s", first.as_secs_f64())?;
    figures.note("all rows, s", rows.as_secs_f64())?;
    figures.note("all searchable, s", searchable.as_secs_f64())?;
    figures.note("first 50 rows, share of the whole", first.as_secs_f64() / searchable.as_secs_f64())?;

    let csv = home.path().join("rows.csv");
    write_rows(&active, &csv).await?;
    let imported = import(home.path(), &csv)?;
    figures.note("sqlite3 .import and FTS rebuild of the same rows, s", imported.as_secs_f64())?;
    figures.note("ratio: all searchable / sqlite3", searchable.as_secs_f64() / imported.as_secs_f64())?;
    active.stop();
    figures.print()
}

async fn call(engine: &Engine, name: &str, request: Value) -> anyhow::Result<Value> {
    presta_commands::dispatch(engine, name, request)
        .await
        .map_err(|failure| anyhow::anyhow!("{name}: {}", serde_json::to_string(&failure).unwrap_or_default()))
}

async fn pending(engine: &Engine) -> anyhow::Result<u64> {
    let active = engine.active().context("signed out")?;
    Ok(active
        .read(|connection| {
            let sql = "SELECT count(*) FROM index_todo";
            let count: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(presta_store::Error::from)?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
        .await?)
}

async fn until(engine: &Engine, name: &str, request: Value, so: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    // Refused until the sign-in has come back from the browser.
    while !call(engine, name, request.clone()).await.is_ok_and(|answer| so(&answer)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The rows as the cache holds them, as CSV.
async fn write_rows(active: &presta_engine::Active, csv: &Path) -> anyhow::Result<()> {
    let mut out = String::new();
    let rows = active
        .read(|connection| {
            let sql = "SELECT row_key, title, description, skills, client, data FROM project_text ORDER BY row_key";
            let mut statement = connection.prepare(sql).map_err(presta_store::Error::from)?;
            let rows = statement.query_map([], |row| {
                let key: i64 = row.get(0)?;
                let mut line = key.to_string();
                for column in 1..6 {
                    let text: String = row.get(column)?;
                    line.push_str(",\"");
                    line.push_str(&text.replace('"', "\"\""));
                    line.push('"');
                }
                Ok(line)
            });
            let rows: Result<Vec<String>, _> = rows.map_err(presta_store::Error::from)?.collect();
            Ok(rows.map_err(presta_store::Error::from)?)
        })
        .await?;
    for row in rows {
        out.push_str(&row);
        out.push('\n');
    }
    std::fs::write(csv, out).context("writing the rows")
}

fn import(folder: &Path, csv: &Path) -> anyhow::Result<Duration> {
    let script = format!(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = NORMAL;
CREATE TABLE doc (row_key INTEGER PRIMARY KEY, title TEXT, description TEXT, skills TEXT, client TEXT, data TEXT);
CREATE VIRTUAL TABLE fts USING fts5 (title, description, skills, client, content='doc', content_rowid='row_key',
  tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
.import --csv {} doc
INSERT INTO fts (fts) VALUES ('rebuild');
",
        csv.display()
    );
    let started = Instant::now();
    let mut child = Command::new("sqlite3")
        .arg(folder.join("plain.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("starting sqlite3")?;
    std::io::Write::write_all(&mut child.stdin.take().context("no input")?, script.as_bytes())?;
    anyhow::ensure!(child.wait()?.success(), "sqlite3 failed");
    Ok(started.elapsed())
}
