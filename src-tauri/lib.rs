//! The Tauri shell around the core: the window, the one command of its user interface, the core's events.

mod log;
mod window;

use std::sync::Arc;

use anyhow::Context;
use presta_commands::{Failure, dispatch};
use presta_engine::{Clock, Config, Engine, Timeouts, host};
use presta_vault::Vault;
use serde_json::Value;
use tauri::{AppHandle, Emitter, RunEvent, State};
use tokio::sync::broadcast::error::RecvError;

/// The name under which the user interface hears the core.
const EVENT: &str = "core";

/// Runs the application until its window is closed.
///
/// # Errors
/// When the profile folder cannot be made or the window cannot be opened.
pub fn run() -> anyhow::Result<()> {
    let profile = host::profile().context("finding the profile folder")?;
    let _log = log::start(&profile);
    let config = Config {
        profile,
        server: host::server().context("reading PRESTA_SERVER")?,
        user_agent: host::user_agent(),
        vault: Vault::os(host::KEYRING_SERVICE),
        open_link: Arc::new(|url| open::that_detached(url.as_str()).map_err(|error| error.to_string())),
        downloads: host::downloads(),
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    };
    let engine = tauri::async_runtime::block_on(async { Engine::new(config) })?;
    let closing = engine.clone();
    let app = tauri::Builder::default()
        .manage(engine.clone())
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |app| {
            tauri::async_runtime::spawn(forward(app.handle().clone(), engine.clone()));
            // The keyring may take its time; the window does not wait for it.
            tauri::async_runtime::spawn({
                let engine = engine.clone();
                async move { engine.start().await }
            });
            window::open(app.handle(), engine.settings().theme)?;
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("opening the window")?;
    app.run(move |_, event| {
        if matches!(event, RunEvent::Exit) {
            tauri::async_runtime::block_on(closing.leave());
        }
    });
    Ok(())
}

/// Runs a command of the core for the user interface.
#[tauri::command]
async fn call(engine: State<'_, Engine>, name: String, request: Value) -> Result<Value, Failure> {
    dispatch(&engine, &name, request).await
}

/// Hands the core's events to the window; after some were missed, it is told to read everything again.
async fn forward(app: AppHandle, engine: Engine) {
    let mut events = engine.events();
    loop {
        let sent = match events.recv().await {
            Ok(event) => app.emit(EVENT, event),
            Err(RecvError::Lagged(_)) => app.emit(EVENT, serde_json::json!({ "type": "changed", "tags": ["*"] })),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn the_window_may_call_the_core_and_hear_it_and_nothing_else() {
        let capability: Value = serde_json::from_str(include_str!("capabilities/main.json")).unwrap();
        let permissions: Vec<&str> =
            capability["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(permissions, ["core:event:allow-listen", "core:event:allow-unlisten", "allow-call"]);
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert_eq!(std::fs::read_dir("src-tauri/capabilities").unwrap().count(), 1);
        let config: Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let csp = config["app"]["security"]["csp"].as_str().unwrap();
        let script = csp.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
        assert_eq!(script.trim(), "script-src 'self'");
        assert!(csp.starts_with("default-src 'none'"));
        assert_eq!(config["app"]["security"]["freezePrototype"], true);
    }
}
