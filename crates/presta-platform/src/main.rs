//! The reference platform: a real HTTP server that keeps the contract.

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use presta_platform::{app::Settings, faults::rules::Rules, load, serve};

const DEMO: u64 = 2_400;

#[derive(Debug, Parser)]
#[command(name = "presta-platform", version, about = "The Prestataires.pro reference platform.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the market until Ctrl-C; prints one JSON line when ready.
    Serve {
        /// Address to listen on; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Directory of the database.
        #[arg(long)]
        data: PathBuf,
        /// `demo`, or a number of projects; ignored when the directory holds a market.
        #[arg(long, value_parser = projects)]
        seed: Option<u64>,
        /// The same value makes the same market.
        #[arg(long, default_value_t = 1)]
        seed_value: u64,
        /// New projects arrive, clients answer, bids move on.
        #[arg(long)]
        live: bool,
        /// Bids a freelancer may place in a month.
        #[arg(long, default_value_t = 300)]
        bids_per_month: i64,
        /// Requests one user may send in a minute.
        #[arg(long, default_value_t = 12_000)]
        requests_per_minute: u32,
        /// Requests of signing in that one address may send in a minute.
        #[arg(long, default_value_t = 6_000)]
        sign_ins_per_minute: u32,
        /// Behind a proxy of ours: `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
        #[arg(long)]
        trust_proxy: bool,
        /// Listen for the operator too (faults, clock, counters, mails, script); a loopback address.
        #[arg(long)]
        admin: Option<SocketAddr>,
        /// Faults to do from the beginning: a JSON file as `PUT /admin/faults` takes it.
        #[arg(long)]
        faults: Option<PathBuf>,
        /// How long a peer may take nothing before its connection is cut, in ms.
        #[arg(long, default_value_t = 30_000)]
        stall_ms: u64,
        /// Also answer under /compat/ in the shape of the Freelancer.com 0.1 API.
        #[arg(long)]
        compat: bool,
    },
    /// Load the projects of a listing file, one JSON object a line.
    Import {
        /// The listing.
        file: PathBuf,
        /// Directory of the database.
        #[arg(long)]
        data: PathBuf,
    },
}

fn projects(text: &str) -> Result<u64, String> {
    if text == "demo" {
        return Ok(DEMO);
    }
    match text.parse() {
        Ok(n @ 1..=1_000_000) => Ok(n),
        _ => Err("expected demo or a number from 1 to 1000000".to_owned()),
    }
}

fn rules(file: &Path) -> anyhow::Result<Rules> {
    let text = std::fs::read_to_string(file).context("reading --faults")?;
    serde_json::from_str(&text).context("reading --faults")
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr).init();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "failed");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve {
            listen,
            data,
            seed,
            seed_value,
            live,
            bids_per_month,
            requests_per_minute,
            compat,
            sign_ins_per_minute,
            trust_proxy,
            admin,
            faults,
            stall_ms,
        } => {
            let settings = Settings { bids_per_month, requests_per_minute, sign_ins_per_minute, trust_proxy, compat };
            let faults = faults.map(|file| rules(&file)).transpose()?;
            let stall = std::time::Duration::from_millis(stall_ms);
            let options =
                serve::Options { listen, data, projects: seed, seed: seed_value, live, settings, admin, faults, stall };
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let served = runtime.block_on(serve::run(options));
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            served.map(|()| ExitCode::SUCCESS)
        }
        Command::Import { file, data } => {
            let report = load::run(&file, &data, 1, &mut std::io::stderr().lock())?;
            Ok(if report.loaded > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
