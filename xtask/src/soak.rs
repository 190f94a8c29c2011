//! Runs the tests that draw at random for longer than `./test` does, one after the other, and ends with their figures.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// How much is tried.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Amount {
    /// Cases of the model test.
    #[arg(long, default_value_t = 10_000)]
    pub cases: u32,
    /// Kills of a process at random instants.
    #[arg(long, default_value_t = 1_000)]
    pub kills: u32,
    /// Minutes of hostile bytes, shared by all targets.
    #[arg(long, default_value_t = 30)]
    pub minutes: u32,
    /// Changes on the platform during a day offline.
    #[arg(long, default_value_t = 20_000)]
    pub changes: u32,
    /// Where the draws begin; the same number draws the same.
    #[arg(long)]
    pub seed: Option<u32>,
    /// With release builds.
    #[arg(long)]
    pub release: bool,
    /// Processes that share the cases, and then the kills, side by side, for they mostly wait; each draws from the next seed.
    #[arg(long, default_value_t = 1)]
    pub jobs: u32,
}

/// Targets that share the minutes, by their tests.
const TARGETS: u32 = 7;

/// Runs all of them at `root`; fails with the first that fails.
pub fn run(root: &Path, amount: Amount) -> anyhow::Result<()> {
    let seed = match amount.seed {
        Some(seed) => seed,
        None => std::time::UNIX_EPOCH.elapsed().context("reading the clock")?.subsec_nanos(),
    };
    println!("seed: {seed}");
    // Together, so that all are built with the same features; the platform and the application come with their tests.
    let mut packages = Vec::new();
    for package in ["presta-platform", "presta-bridge", "presta-store", "journeys", "fuzz"] {
        if package != "presta-platform" || std::env::var_os("PRESTA_PLATFORM_BIN").is_none() {
            packages.extend(["--package", package]);
        }
    }
    let release: &[&str] = if amount.release { &["--release"] } else { &[] };
    let mut build = Command::new(env!("CARGO"));
    build.arg("test").args(&packages).args(release).arg("--no-run").current_dir(root);
    ensure!(build.status().context("running cargo")?.success(), "the tests could not be built");

    let seconds = (amount.minutes * 60 / TARGETS).max(1);
    let mut figures = Vec::new();
    for (target, test) in [
        ("journeys", "model::"),
        ("journeys", "kill::"),
        ("journeys", "files_killed::"),
        ("journeys", "power::"),
        ("store", "old_file::"),
        ("journeys", "offline24::"),
        ("fuzz", ""),
    ] {
        println!("\n▸ {target} {test}");
        let jobs = if ["model::", "kill::"].contains(&test) { amount.jobs.max(1) } else { 1 };
        let mut running = Vec::new();
        for job in 0..jobs {
            let mut command = Command::new(root.join("scripts/with-keyring"));
            command.arg(env!("CARGO")).arg("test").args(&packages).args(release).args(["--test", target, "--", test]);
            command.args(["--nocapture", "--test-threads=1"]).current_dir(root);
            for (name, value) in [
                ("PRESTA_MODEL_CASES", amount.cases.div_ceil(jobs)),
                ("PRESTA_KILLS", amount.kills.div_ceil(jobs)),
                ("PRESTA_FILE_KILLS", amount.kills / 4),
                ("PRESTA_POWER_CUTS", amount.kills),
                ("PRESTA_FUZZ_SECONDS", seconds),
                ("PRESTA_OFFLINE_CHANGES", amount.changes),
                ("PRESTA_SEED", seed.wrapping_add(job)),
            ] {
                command.env(name, value.to_string());
            }
            running.push(std::thread::spawn(move || figures_of(&mut command)));
        }
        let mut failed = None;
        for (job, thread) in (0..jobs).zip(running) {
            let ended = thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("reading the test's output panicked")));
            match ended {
                Ok(of_one) => figures.extend(of_one),
                Err(error) => {
                    failed.get_or_insert(
                        error.context(format!("{target} {test}, with --seed {}", seed.wrapping_add(job))),
                    );
                }
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
    println!("\nEverything holds, seed {seed}: {}", figures.join(", "));
    Ok(())
}

/// Runs a test, shows what it says, and gives the lines that are figures.
fn figures_of(command: &mut Command) -> anyhow::Result<Vec<String>> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("running the test")?;
    let output = child.stdout.take().context("the test's output")?;
    let mut figures = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line.context("reading the test's output")?;
        println!("{line}");
        if let Some((name, value)) = line.trim().split_once(": ")
            && value.parse::<u64>().is_ok()
        {
            // The first one stands behind the name of its test.
            let name = name.rsplit(' ').next().unwrap_or(name);
            figures.push(format!("{name} {value}"));
        }
    }
    ensure!(child.wait().context("waiting for the test")?.success(), "the test failed");
    Ok(figures)
}
