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
use axum::{
    Router,
    http::{Extensions, HeaderMap, StatusCode, Version},
    middleware,
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate},
    },
};

use crate::{
    admin::{self, Admin},
    app::{App, Clock, Settings},
    archive, compat,
    counters::Counters,
    db::{self, Db, Found},
    download::{CONTENT_DIGEST, REPR_DIGEST},
    due, edge,
    faults::{Faults, layer, rules::Rules},
    guesses::Guesses,
    hub::Hub,
    limiter::Limiter,
    live,
    problem::Problem,
    routes,
    store::{
        changes,
        demo::{ACCOUNTS, Account},
        demo_contests, keys,
        privacy_requests::Pace,
        seeding::{self, Plan},
        tokens,
    },
    uploading,
    wire::{self, Peer, Wires},
};

/// The file in the data directory.
pub const FILE: &str = "platform.db";
/// The folder of files beside it.
pub const FILES: &str = "files";
/// How long open requests are waited for at the end.
const GRACE: Duration = Duration::from_secs(3);

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
    /// Where the operator is listened to: a loopback address, or nowhere.
    pub admin: Option<SocketAddr>,
    /// Faults from the beginning.
    pub faults: Option<Rules>,
    /// How long a peer may take nothing before its connection is cut.
    pub stall: Duration,
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
        let fill = |sql: &mut Connection| {
            seeding::fill(sql, plan)?;
            demo_contests::fill(sql, plan, &data.join(FILES))
        };
        db::create(&path, fill).context("making the database")?;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(projects = plan.projects, duration_ms, "market made");
    }
    Db::open(&path).context("opening the database")
}

/// Does what is due by the clock of the server.
///
/// # Errors
/// On a database error.
pub async fn tidy(app: &App) -> anyhow::Result<()> {
    app.write(|tx| {
        changes::prune(&tx.sql, tx.now)?;
        keys::prune(&tx.sql, tx.now)?;
        tokens::prune(tx)
    })
    .await?;
    due::once(app).await?;
    Ok(())
}

/// The whole server: routes and what surrounds them. Without `faults` none can be done. Event streams are not
/// compressed, which is the default: their events must not wait for more to come.
pub fn service(app: &App, faults: Option<Arc<Faults>>) -> Router {
    let v1 = Router::new()
        .fallback_service(routes::router(app))
        .layer(middleware::from_fn(edge::split_action))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn(edge::finish));
    let all = if app.settings.compat {
        Router::new().nest(compat::BASE, compat::router(v1.clone(), app.clock.clone())).fallback_service(v1)
    } else {
        v1
    };
    let router = all
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest).compress_when(compressible()))
        .layer(middleware::from_fn_with_state(app.settings.trust_proxy, edge::origin));
    match faults {
        Some(faults) => router.layer(middleware::from_fn_with_state((app.clone(), faults), layer::fault)),
        None => router,
    }
}

/// What has a digest of its very bytes is sent as these bytes.
fn compressible() -> impl Predicate {
    let digested = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        !headers.contains_key(CONTENT_DIGEST) && !headers.contains_key(REPR_DIGEST)
    };
    DefaultPredicate::new().and(digested)
}

fn announce(address: SocketAddr, admin: Option<SocketAddr>, accounts: &[Account]) -> anyhow::Result<()> {
    let mut line = json!({"url": format!("http://{address}"), "accounts": accounts});
    if let (Some(admin), Some(object)) = (admin, line.as_object_mut()) {
        object.insert("admin".to_owned(), format!("http://{admin}").into());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").context("writing the ready line")?;
    out.flush().context("writing the ready line")
}

/// The faults of the command line, ready.
fn prepare(rules: Option<Rules>) -> anyhow::Result<Arc<Faults>> {
    let faults = Arc::new(Faults::default());
    if let Some(rules) = rules {
        faults.set(rules).map_err(|problem| match problem {
            Problem::Validation(errors) => anyhow::anyhow!("--faults: {errors:?}"),
            other => anyhow::anyhow!("--faults: {other}"),
        })?;
    }
    Ok(faults)
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the file cannot be opened or the address not be listened on.
pub async fn run(options: Options) -> anyhow::Result<()> {
    wire::raise_open_files();
    let admin = match options.admin {
        Some(address) => Some(admin::bind(address).await?),
        None => None,
    };
    let faults = match (options.faults, &admin) {
        (None, None) => None,
        (rules, _) => Some(prepare(rules)?),
    };
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
        limiter: Arc::new(Limiter::new("user", options.settings.requests_per_minute)),
        in_flight: Arc::new(Mutex::new(HashSet::new())),
        ending,
        secret: secret.into(),
        demo: if demo == "1" { ACCOUNTS.into() } else { Arc::new([]) },
        counters: Arc::new(Counters::default()),
        guesses: Arc::new(Guesses::new(options.settings.sign_ins_per_minute)),
        clock: Clock::default(),
        pace: if options.live { Pace::Live } else { Pace::Office },
        files: files.into(),
        uploading: Arc::default(),
    };
    uploading::sweep(&app).await?;
    tidy(&app).await?;
    let stop = stop_signal().context("listening for signals")?;
    let listener = TcpListener::bind(options.listen).await.context("listening")?;
    let address = listener.local_addr().context("listening")?;
    let listener = Wires::new(listener, Arc::clone(&app.counters), options.stall);
    tokio::spawn(due::run(app.clone()));
    tokio::spawn(archive::run(app.clone()));
    if options.live {
        tokio::spawn(live::run(app.clone()));
    }
    let admin_address = admin.as_ref().map(TcpListener::local_addr).transpose().context("listening for --admin")?;
    if let (Some(listener), Some(faults)) = (admin, &faults) {
        let admin = Admin { app: app.clone(), faults: Arc::clone(faults) };
        tokio::spawn(async move {
            if let Err(error) = admin::serve(listener, admin).await {
                tracing::error!(%error, "serving --admin");
            }
        });
    }
    announce(address, admin_address, &app.demo)?;
    let mut ended = app.ending.clone();
    let service = service(&app, faults).into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
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
