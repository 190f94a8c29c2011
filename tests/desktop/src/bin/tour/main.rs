//! Shows the application from sign-in to an evening in the train, in a window nobody has to look at.
//!
//! Writes one picture a step and `tour.json`, `[{step, ok, ms, screenshot}]`. Ends well only if every step held.

mod album;
mod scenes;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// Where the pictures go; those of an earlier tour are removed.
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut album = album::Album::open(Arguments::parse().folder)?;
    scenes::all(&mut album).await?;
    Ok(if album.close()? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
