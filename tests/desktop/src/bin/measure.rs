//! Measures the window over a large market and prints what it measured as JSON.

use std::io::Write as _;

use anyhow::Context;
use clap::Parser;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// How many projects the market has.
    #[arg(long, default_value_t = 100_000)]
    projects: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let measured = desktop::large::measure(Arguments::parse().projects).await?;
    let text = serde_json::to_string_pretty(&measured).context("writing the measurements")?;
    writeln!(std::io::stdout(), "{text}").context("writing the measurements")
}
