//! P6: what ten changes cost beside few cached rows and beside many, in turns, and what it costs that nothing changed.

#![expect(clippy::indexing_slicing, reason = "a missing key of a JSON answer reads as null")]

use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use presta_bench::market::{self, call, until};
use presta_bench::{Figures, milliseconds};
use presta_engine::Engine;
use presta_model::ProjectId;
use presta_store::project;
use presta_testkit::{Admin, Options, Platform, Seed};
use serde_json::{Value, json};

const CHANGES: usize = 10;
const ROUNDS: usize = 40;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// How many projects the small market has.
    #[arg(long, default_value_t = 1_000)]
    few: u32,
    /// How many projects the large market has.
    #[arg(long, default_value_t = 1_000_000)]
    many: u32,
}

/// A market and a client that has all of it.
struct Side {
    name: &'static str,
    admin: Admin,
    engine: Engine,
    taken: Vec<Duration>,
    _platform: Platform,
    _profile: tempfile::TempDir,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut figures = Figures::default();
    let mut sides = vec![Side::new("few rows", arguments.few).await?, Side::new("many rows", arguments.many).await?];
    for side in &sides {
        figures.note(&format!("{}: projects of the market", side.name), side.total().await?)?;
        figures.note(&format!("{}: requests when nothing changed", side.name), side.requests_of_nothing().await?)?;
    }
    for round in 0..=ROUNDS {
        for side in &mut sides {
            let taken = side.round().await?;
            // The first warms both.
            if round > 0 {
                side.taken.push(taken);
            }
        }
    }
    let mut medians = Vec::new();
    for side in &mut sides {
        side.taken.sort();
        let median = milliseconds(side.taken.get(side.taken.len() / 2).copied().unwrap_or_default());
        figures.note(&format!("{}: {CHANGES} changes, median ms", side.name), median)?;
        medians.push(median);
    }
    figures.note("ratio: many / few", medians[1] / medians[0])?;
    figures.print()
}

impl Side {
    async fn new(name: &'static str, projects: u32) -> anyhow::Result<Self> {
        let options = Options { seed: Seed::Projects(projects), admin: true, ..Options::default() };
        let platform = Platform::start(options).await?;
        let login = platform.login("freelancer")?.clone();
        let profile = tempfile::tempdir()?;
        let engine = market::engine(profile.path(), platform.url()).await?;
        Platform::allow(&market::sign_in_page(&engine).await?, &login).await?;
        market::synced(&engine).await?;
        market::searchable(&engine).await?;
        Ok(Self { name, admin: platform.admin()?, engine, taken: Vec::new(), _platform: platform, _profile: profile })
    }

    async fn total(&self) -> anyhow::Result<f64> {
        let counters = self.admin.counters().await?;
        counters["rows"]["projects"].as_f64().context("the counters have no projects")
    }

    /// From the word to synchronise to the last of ten new projects in the cache.
    async fn round(&mut self) -> anyhow::Result<Duration> {
        call(&self.engine, "sync_pause", json!({})).await?;
        let mut last = Value::Null;
        for _ in 0..CHANGES {
            last = self.admin.script(&json!({ "act": "post_project" })).await?["project_id"].clone();
        }
        let last = ProjectId::new(last.as_str().context("no project")?);
        let active = self.engine.active().context("signed out")?;
        let started = Instant::now();
        call(&self.engine, "sync_resume", json!({})).await?;
        // The row alone: what a page shows beside it is no part of the synchronisation.
        loop {
            let wanted = last.clone();
            if active.read(move |connection| Ok(project::get(connection, &wanted)?.is_some())).await? {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let taken = started.elapsed();
        market::synced(&self.engine).await?;
        market::searchable(&self.engine).await?;
        Ok(taken)
    }

    /// Requests that the platform answers for one synchronisation, all changes being known.
    async fn requests_of_nothing(&self) -> anyhow::Result<f64> {
        let before = self.requests().await?;
        let as_of = call(&self.engine, "status", json!({})).await?["sync"]["as_of"].clone();
        call(&self.engine, "sync_now", json!({})).await?;
        until(&self.engine, "status", json!({}), |status| {
            status["sync"]["phase"] == "idle" && status["sync"]["as_of"] != as_of
        })
        .await?;
        Ok(self.requests().await? - before)
    }

    async fn requests(&self) -> anyhow::Result<f64> {
        let counters = self.admin.counters().await?;
        let requests = counters["requests"].as_array().context("the counters have no requests")?;
        Ok(requests.iter().filter_map(|it| it["count"].as_f64()).sum())
    }
}
