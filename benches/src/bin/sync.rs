//! P5 and P7: the first sync of a market from the real platform, from the sign-in to everything searchable, against
//! `sqlite3 .import` of the same rows and a rebuild of an FTS5 index over them.

#![expect(clippy::indexing_slicing, reason = "a missing key of a JSON answer reads as null")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use presta_bench::Figures;
use presta_bench::market::{self, call, until};
use presta_testkit::{Options, Platform, Seed};
use serde_json::json;

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
    let engine = market::engine(home.path(), platform.url()).await?;
    let page = market::sign_in_page(&engine).await?;
    let started = Instant::now();
    Platform::allow(&page, &login).await?;
    let window = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 50 });
    let first = until(&engine, "projects_list", window.clone(), |list| {
        list["rows"].as_array().is_some_and(|rows| rows.len() == 50)
    });
    first.await?;
    let first = started.elapsed();
    market::synced(&engine).await?;
    let rows = started.elapsed();
    market::searchable(&engine).await?;
    let searchable = started.elapsed();
    let active = engine.active().context("signed out")?;
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
