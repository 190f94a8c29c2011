//! Drives a platform hard, and says what was seen: `cargo xtask load`, `cargo xtask kill`.
#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a chore: it talks to the terminal, and ends when it meets the unexpected"
)]

#[path = "../tests/drive/mod.rs"]
mod drive;

use std::path::PathBuf;

use anyhow::ensure;
use clap::{Parser, Subcommand};
use drive::{kill, load, process::Binary};

#[derive(Parser)]
struct Cli {
    /// The platform to drive.
    #[arg(long)]
    platform: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Event streams and requests, then a restart with all of them connected.
    Load {
        /// Open event streams.
        #[arg(long, default_value_t = 1_000)]
        clients: usize,
        /// Requests a second.
        #[arg(long, default_value_t = 200)]
        rate: u32,
        /// For so long.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Projects of the market.
        #[arg(long, default_value_t = 2_400)]
        projects: u32,
    },
    /// SIGKILL in the middle of writes.
    Kill {
        /// How often.
        #[arg(long, default_value_t = 200)]
        times: u32,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let (binary, home) = (Binary(cli.platform), tempfile::tempdir()?);
    match cli.what {
        What::Load { clients, rate, seconds, projects } => {
            let report = load::run(&binary, home.path(), load::Plan { clients, rate, seconds, projects }).await?;
            println!("{clients} event streams, {rate} requests a second for {seconds} s\n{report}");
            ensure!(report.errors.is_empty(), "{} errors", report.errors.len());
            ensure!(report.peak() <= 0.1, "a storm: {:.0} % of the clients in 100 ms", report.peak() * 100.0);
        }
        What::Kill { times } => {
            let told = |round: u32| {
                if round.is_multiple_of(20) {
                    println!("killed {round} times");
                }
            };
            let seen = kill::run(&binary, home.path(), times, told).await?;
            println!(
                "{} kills in {:.0} s: {} writes acknowledged, each there once; {} unanswered, {} of them carried out \
                 before the kill, all of them once after being sent again",
                seen.kills, seen.seconds, seen.acknowledged, seen.unknown, seen.carried_out
            );
        }
    }
    Ok(())
}
