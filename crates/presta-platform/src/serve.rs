//! `serve`: opens or makes the file, listens, and ends when asked to.

use std::{
    collections::HashSet,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context as _;
use axum::{Router, middleware, serve::ListenerExt as _};
use jiff::Timestamp;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    app::{App, Clock, Settings},
    compat,
    db::{self, Db, Found},
    edge,
    hub::Hub,
    limiter::Limiter,
    live, routes,
    store::{
        changes,
        demo::{ACCOUNTS, Account},
        keys, projects,
        seeding::{self, Plan},
        tokens,
    },
};

/// The file in the data directory.
pub const FILE: &str = "platform.db";
/// The folder of files beside it.
pub const FILES: &str = "files";
/// How long open requests are waited for at the end.
const GRACE: Duration = Duration::from_secs(3);
const CLOSE_EVERY: Duration = Duration::from_secs(15);
const CLOSE_AT_ONCE: i64 = 500;

/// What to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the file is.
    pub data: PathBuf,
    /// Projects of a new market; none makes an empty one without accounts.
    pub projects: Option<u64>,
    /// The generator's seed.
    pub seed: u64,
    /// Whether the market lives.
    pub live: bool,
    /// Rules that can be set.
    pub settings: Settings,
}

/// Opens the file in `data`, making it by `plan` when there is none.
///
/// # Errors
/// When it cannot be made or opened.
pub fn open(data: &Path, plan: &Plan) -> anyhow::Result<Db> {
    std::fs::create_dir_all(data).context("creating the data directory")?;
    let path = data.join(FILE);
    if db::inspect(&path) == Found::Nothing {
        let started = std::time::Instant::now();
        db::create(&path, |sql| seeding::fill(sql, plan)).context("making the database")?;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(projects = plan.projects, duration_ms, "market made");
    }
    Db::open(&path).context("opening the database")
}

async fn tidy(app: &App) -> anyhow::Result<()> {
    app.write(|tx| {
        changes::prune(&tx.sql, tx.now)?;
        keys::prune(&tx.sql, tx.now)?;
        tokens::prune(tx)
    })
    .await?;
    while app.write(|tx| projects::close_due(tx, CLOSE_AT_ONCE)).await? > 0 {}
    Ok(())
}

/// Closes projects when their time is over, until the server ends.
async fn close_in_time(app: App) {
    let mut ending = app.ending.clone();
    loop {
        tokio::select! {
            () = tokio::time::sleep(CLOSE_EVERY) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
        if let Err(error) = app.write(|tx| projects::close_due(tx, CLOSE_AT_ONCE)).await {
            tracing::error!(%error, "closing projects");
        }
    }
}

/// The whole server: routes and what surrounds them.
pub fn service(app: &App) -> Router {
    let v1 = Router::new()
        .fallback_service(routes::router(app))
        .layer(middleware::from_fn(edge::split_action))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn(edge::finish));
    let all = if app.settings.compat {
        Router::new().nest(compat::BASE, compat::router(v1.clone())).fallback_service(v1)
    } else {
        v1
    };
    all.layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest))
}

fn announce(address: SocketAddr, accounts: &[Account]) -> anyhow::Result<()> {
    let line = json!({"url": format!("http://{address}"), "accounts": accounts});
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").context("writing the ready line")?;
    out.flush().context("writing the ready line")
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the file cannot be opened or the address not be listened on.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let plan = Plan { projects: options.projects, seed: options.seed, now };
    let data = options.data.clone();
    let db = tokio::task::spawn_blocking(move || open(&data, &plan)).await??;
    let (secret, demo) = db.read(|sql| Ok((seeding::meta(sql, "secret")?, seeding::meta(sql, "demo")?))).await?;
    let files = options.data.join(FILES);
    std::fs::create_dir_all(&files).context("creating the folder of the files")?;
    let (end, ending) = watch::channel(false);
    let app = App {
        db,
        hub: Hub::default(),
        settings: options.settings,
        limiter: Arc::new(Limiter::new(options.settings.requests_per_minute)),
        in_flight: Arc::new(Mutex::new(HashSet::new())),
        ending,
        secret: secret.into(),
        demo: if demo == "1" { ACCOUNTS.into() } else { Arc::new([]) },
        clock: Clock::default(),
        files: files.into(),
    };
    tidy(&app).await?;
    let stop = stop_signal().context("listening for signals")?;
    let listener = TcpListener::bind(options.listen).await.context("listening")?;
    let address = listener.local_addr().context("listening")?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(close_in_time(app.clone()));
    if options.live {
        tokio::spawn(live::run(app.clone()));
    }
    announce(address, &app.demo)?;
    let mut ended = app.ending.clone();
    let serving = axum::serve(listener, service(&app)).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("ending");
        let _ = end.send(true);
    });
    let grace = async move {
        let _ = ended.wait_for(|ending| *ending).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served.context("serving"),
        () = grace => Ok(()),
    }
}

/// Completes on SIGINT or SIGTERM; handlers are in place when this returns.
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
