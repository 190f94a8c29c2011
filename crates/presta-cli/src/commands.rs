//! One file for each noun. A command starts the engine as it needs it, calls what the window calls, and writes the answer.

mod accounts;
mod archive;
mod bids;
mod doctor;
mod export;
mod privacy;
mod projects;
mod queue;
mod session;
mod shell;
mod threads;

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use presta_commands::Failure;
use presta_engine::{Engine, OpenLink};

use crate::args::Command;
use crate::exit::Stop;
use crate::output::Output;

/// Most bytes of a text that is read from a file or the standard input: more than the platform takes.
const LONGEST_TEXT: u64 = 1 << 20;

/// Whether a command works on a profile.
pub fn needs_engine(command: &Command) -> bool {
    !matches!(command, Command::Completions(_) | Command::Man)
}

/// How a command opens links: in the system's browser, unless it is not to.
pub fn browser(command: &Command) -> Arc<OpenLink> {
    match command {
        Command::Login(login) if !login.no_browser => {
            Arc::new(|url| open::that_detached(url.as_str()).map_err(|error| error.to_string()))
        }
        _ => Arc::new(|_| Err("no browser is wanted".to_owned())),
    }
}

/// Runs a command.
pub async fn run(command: Command, engine: Option<&Engine>, output: &Output) -> Result<(), Stop> {
    let engine = match (&command, engine) {
        (Command::Completions(completions), _) => return shell::completions(completions.shell, output),
        (Command::Man, _) => return shell::man(output),
        (_, Some(engine)) => engine,
        (_, None) => return Err(Failure::new("interrupted").into()),
    };
    match command {
        Command::Login(login) => session::login(engine, output, login).await,
        Command::Logout(logout) => session::logout(engine, output, logout).await,
        Command::Accounts(accounts) => accounts::run(engine, output, accounts).await,
        Command::Sync => session::sync(engine, output).await,
        Command::Search(search) => projects::search(engine, output, search).await,
        Command::Show(show) => projects::show(engine, output, show).await,
        Command::Bid(bid) => bids::bid(engine, output, bid).await,
        Command::Bids => bids::list(engine, output).await,
        Command::Threads(threads) => threads::list(engine, output, threads).await,
        Command::Message(message) => threads::message(engine, output, message).await,
        Command::Queue(queue) => queue::run(engine, output, queue).await,
        Command::Prefs(prefs) => privacy::prefs(engine, output, prefs).await,
        Command::Requests(requests) => privacy::requests(engine, output, requests).await,
        Command::Export(export) => export::run(engine, output, export).await,
        Command::Archive(archive) => archive::run(engine, output, archive).await,
        Command::Doctor(doctor) => doctor::run(engine, output, doctor).await,
        Command::Completions(_) | Command::Man => Ok(()),
    }
}

/// A text from a file, or from the standard input for `-`.
fn text_from(path: &Path) -> Result<String, Stop> {
    let unreadable = |error: std::io::Error| {
        Failure::new("text-unreadable").with("path", path.display().to_string()).with("reason", error.to_string())
    };
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().take(LONGEST_TEXT).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(LONGEST_TEXT).read_to_string(&mut text).map_err(unreadable)?;
    }
    Ok(text.trim().to_owned())
}

/// The id of the act that a response names.
fn act_of(response: &serde_json::Value) -> String {
    response["act_id"].as_str().unwrap_or_default().to_owned()
}
