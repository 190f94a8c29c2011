//! The commands over HTTP and WebSocket on loopback, for development and tests; never shipped.
//!
//! It serves the built user interface to a browser. Prints one JSON line when ready: `{"url"}`, with a random token in
//! the fragment, without which nothing answers.

mod server;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use presta_engine::{Clock, Config, Engine, Timeouts, host};
use presta_vault::Vault;

/// The page is served at once after so long.
const STARTING: Duration = Duration::from_secs(3);

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// Port on 127.0.0.1; 0 for a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The built user interface.
    #[arg(long, default_value = "ui/dist")]
    ui: PathBuf,
    /// Opens no browser: the sign-in page is offered as a link.
    #[arg(long)]
    no_browser: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,presta=info".into()),
        )
        .init();
    let arguments = Arguments::parse();
    let no_browser = arguments.no_browser;
    let engine = Engine::new(Config {
        profile: host::profile().context("finding the profile folder")?,
        server: host::server().context("reading PRESTA_SERVER")?,
        user_agent: host::user_agent(),
        vault: Vault::os(host::KEYRING_SERVICE),
        open_link: Arc::new(move |url| {
            if no_browser {
                return Err("started with --no-browser".to_owned());
            }
            open::that_detached(url.as_str()).map_err(|error| error.to_string())
        }),
        downloads: host::downloads(),
        clock: Clock::system(),
        timeouts: Timeouts::default(),
    })?;
    let mut starting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.start().await }
    });
    // Another process may have the profile for long: the page says so meanwhile.
    let _ = tokio::time::timeout(STARTING, &mut starting).await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments.port)).await.context("opening the port")?;
    let token = uuid::Uuid::new_v4().simple().to_string();
    let line = serde_json::json!({ "url": format!("http://{}/#token={token}", listener.local_addr()?) });
    writeln!(std::io::stdout(), "{line}")?;
    let router = server::router(engine.clone(), token, &arguments.ui);
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await
        .context("serving");
    engine.leave().await;
    served
}
