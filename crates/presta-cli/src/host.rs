//! The engine in this process: a host over `presta-commands`, as the window is.

use std::path::PathBuf;
use std::sync::Arc;

use presta_commands::{Failure, dispatch};
use presta_engine::{Clock, Config, CoreEvent, Engine, SessionState, SignedOutReason, Timeouts, host};
use presta_vault::Vault;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;

use crate::args::Global;
use crate::exit::{self, Stop};
use crate::output::{Output, clean_line};
use crate::passphrase;

/// Passphrases that are asked for in a row: those the engine takes without a wait.
const TRIES: usize = 3;

/// What a command needs of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To read, also beside another process.
    Reading,
    /// To change it, without the network or before anyone is signed in.
    Local,
    /// To sync and send.
    Online,
}

/// The engine, started.
#[derive(Debug)]
pub struct Host {
    pub engine: Engine,
    /// Subscribed to before the start, so that nothing is missed.
    pub events: Receiver<CoreEvent>,
    /// When it started, in ms since 1970.
    pub started: i64,
    need: Need,
}

/// An engine on the profile asked for; nothing is opened yet. Links are offered to `open_link`.
pub fn engine(global: &Global, open_link: Arc<presta_engine::OpenLink>) -> Result<Engine, Stop> {
    let profile = match &global.profile {
        Some(folder) => std::path::absolute(folder)?,
        None => host::profile()?,
    };
    Ok(Engine::new(Config {
        profile,
        server: host::server()?,
        user_agent: host::user_agent(),
        vault: Vault::os(host::KEYRING_SERVICE),
        open_link,
        downloads: host::downloads(),
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    })?)
}

/// Starts `engine` for a command.
pub async fn start(engine: &Engine, need: Need) -> Result<Host, Stop> {
    let host = Host { engine: engine.clone(), events: engine.events(), started: engine.now(), need };
    match need {
        Need::Reading => engine.start_reading().await?,
        Need::Local => engine.start_local().await?,
        Need::Online => engine.start_alone().await?,
    }
    Ok(host)
}

impl Host {
    /// Runs a command.
    pub async fn call(&self, name: &str, request: Value) -> Result<Value, Stop> {
        Ok(dispatch(&self.engine, name, request).await?)
    }

    /// Fails unless someone is signed in; the failure says why nobody is. For an account that is locked the passphrase is
    /// asked for, where there is a person to ask.
    pub async fn signed_in(&self, output: &Output) -> Result<(), Stop> {
        for _ in 0..TRIES {
            match self.engine.session() {
                SessionState::SignedIn { .. } => return Ok(()),
                SessionState::Locked { name, server, .. } => {
                    let account = name.unwrap_or(server);
                    let prompt = output.words.with("passphrase_ask", &[("account", &clean_line(&account))]);
                    let Some(passphrase) = passphrase::ask(&prompt).await else {
                        return Err(Failure::new("locked").into());
                    };
                    let unlocked = match self.need {
                        Need::Reading => self.engine.unlock_reading(passphrase).await,
                        Need::Local | Need::Online => self.engine.unlock(passphrase).await,
                    };
                    match unlocked.map_err(|error| error.failure()) {
                        Ok(_) => {}
                        Err(failure) if failure.code == "wrong-passphrase" => output.failure(&failure),
                        Err(failure) => return Err(failure.into()),
                    }
                }
                state => return Err(not_signed_in(&state).into()),
            }
        }
        match self.engine.session() {
            SessionState::SignedIn { .. } => Ok(()),
            // Each try was answered already.
            _ => Err(Stop::Said(exit::LOCKED)),
        }
    }
}

/// Why nobody is signed in.
pub fn not_signed_in(state: &SessionState) -> Failure {
    let code = match state {
        SessionState::SignInFailed { error } => return error.clone(),
        SessionState::SignedOut { reason } => match reason {
            SignedOutReason::None => "signed-out-yet".to_owned(),
            SignedOutReason::Revoked => "signed-out".to_owned(),
            reason => {
                serde_json::to_value(reason).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
            }
        },
        SessionState::Locked { .. } => "locked".to_owned(),
        _ => "signed-out-yet".to_owned(),
    };
    Failure::new(code)
}

/// The full path of a file that is to be written.
pub fn full_path(path: &std::path::Path) -> Result<PathBuf, Stop> {
    Ok(std::path::absolute(path)?)
}
