//! `presta`: the commands of the window for the command line, for scripts and machines without a screen.
#![expect(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, and they answer null for what they have not"
)]

mod args;
mod commands;
mod exit;
mod help;
mod host;
mod output;
mod passphrase;
mod progress;
mod wait;
mod words;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use args::Cli;
use exit::Stop;
use output::Output;
use words::{Language, Words};

/// What still runs after a command is given so long to end.
const ENDING: Duration = Duration::from_secs(5);
/// The shell's code for a program that was interrupted.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let words = Words::of(Language::asked(&arguments).unwrap_or_else(Language::of_system));
    let cli = match help::parse(&words, arguments) {
        Ok(cli) => cli,
        Err((text, asked, code)) => {
            // A reader that went away is no fault.
            let _ = if asked {
                std::io::stdout().write_all(text.as_bytes())
            } else {
                std::io::stderr().write_all(text.as_bytes())
            };
            return ExitCode::from(code);
        }
    };
    let filter = EnvFilter::try_from_env("PRESTA_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    let output = Output::new(words, &cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.say(&error.to_string());
            return ExitCode::from(exit::FAILED);
        }
    };
    let code = runtime.block_on(run(cli, &output));
    runtime.shutdown_timeout(ENDING);
    ExitCode::from(code)
}

async fn run(cli: Cli, output: &Output) -> u8 {
    let engine = if commands::needs_engine(&cli.command) {
        match host::engine(&cli.global, commands::browser(&cli.command)) {
            Ok(engine) => Some(engine),
            Err(stop) => return ended(stop, output),
        }
    } else {
        None
    };
    let outcome = tokio::select! {
        outcome = commands::run(cli.command, engine.as_ref(), output) => outcome,
        () = interrupted() => Err(Stop::Said(INTERRUPTED)),
    };
    if let Some(engine) = engine {
        engine.leave().await;
    }
    outcome.map_or_else(|stop| ended(stop, output), |()| 0)
}

fn ended(stop: Stop, output: &Output) -> u8 {
    match stop {
        Stop::Failed(failure) => {
            output.failure(&failure);
            exit::code(&failure)
        }
        Stop::Said(code) => code,
        Stop::BrokenPipe => 0,
        Stop::Output(error) => {
            output.say(&format!("{} {error}", output.words.get("error_label")));
            exit::FAILED
        }
    }
}

/// The person, or the system, wants an end.
async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut end) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = end.recv() => {}
        }
        return;
    }
    let _ = interrupt.await;
}
