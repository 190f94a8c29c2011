//! A TCP proxy before the platform that breaks things on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// What the proxy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Passes everything on.
    Pass,
    /// Closes every connection at once: the platform is not reached.
    Refuse,
    /// Answers every request with these bytes, as a captive portal does.
    Answer(Arc<[u8]>),
    /// Passes everything on, what comes from the client as slowly as this.
    Slow {
        /// Of each connection.
        bytes_per_second: u32,
    },
    /// Passes on a POST whose target ends with this text, and closes the connection on its answer, once.
    LoseAnswer(&'static str),
    /// Passes on a POST whose target ends with this text, and keeps its answer back: [`Mode::Pass`] lets it go, any other
    /// mode closes the connection on it.
    HoldAnswer(&'static str),
}

impl Mode {
    /// Answers with a page or document of this type.
    pub fn answer(content_type: &str, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        Self::Answer([head.as_bytes(), body].concat().into())
    }
}

/// A running proxy; ended when dropped.
#[derive(Debug)]
pub struct Proxy {
    url: Url,
    mode: watch::Sender<Mode>,
    lost: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy before `target`, on a free port.
    pub async fn start(target: &Url) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("opening the proxy's port")?;
        let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let address = format!(
            "{}:{}",
            target.host_str().context("the target has no host")?,
            target.port().context("the target has no port")?
        );
        let (mode, seen) = watch::channel(Mode::Pass);
        let lost = Arc::new(AtomicUsize::new(0));
        let switch = mode.clone();
        let counter = Arc::clone(&lost);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let connection = Connection {
                    address: address.clone(),
                    switch: switch.clone(),
                    lost: Arc::clone(&counter),
                    hit: AtomicBool::new(false),
                    held: AtomicBool::new(false),
                };
                tokio::spawn(connection.run(client, seen.clone()));
            }
        });
        Ok(Self { url, mode, lost, task })
    }

    /// Where the proxy listens.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Changes what the proxy does; connections that are open end.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// How many answers were lost or kept back.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Connection {
    address: String,
    switch: watch::Sender<Mode>,
    lost: Arc<AtomicUsize>,
    /// Whether the request under way is the one whose answer is to be lost.
    hit: AtomicBool,
    /// Whether an answer was kept back.
    held: AtomicBool,
}

impl Connection {
    async fn run(self, mut client: TcpStream, mut seen: watch::Receiver<Mode>) {
        let mode = seen.borrow_and_update().clone();
        match mode {
            Mode::Refuse => {}
            Mode::Answer(bytes) => {
                let mut head = [0; 16 * 1024];
                if client.read(&mut head).await.is_ok() {
                    let _ = client.write_all(&bytes).await;
                    let _ = client.shutdown().await;
                }
            }
            Mode::Pass | Mode::Slow { .. } | Mode::LoseAnswer(_) | Mode::HoldAnswer(_) => {
                let Ok(server) = TcpStream::connect(&self.address).await else {
                    return;
                };
                tokio::select! {
                    () = self.pass(client, server, mode) => {}
                    () = self.over(seen) => {}
                }
            }
        }
    }

    /// Waits until the mode has changed to one in which this connection ends.
    async fn over(&self, mut seen: watch::Receiver<Mode>) {
        while seen.changed().await.is_ok() {
            if *seen.borrow_and_update() != Mode::Pass || !self.held.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    async fn pass(&self, client: TcpStream, server: TcpStream, mode: Mode) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(n @ 1..) = from_client.read(&mut buffer).await {
                if let Mode::Slow { bytes_per_second } = mode {
                    let bytes = u32::try_from(n).unwrap_or(u32::MAX);
                    tokio::time::sleep(Duration::from_secs(1) * bytes / bytes_per_second).await;
                }
                if let Mode::LoseAnswer(target) | Mode::HoldAnswer(target) = mode {
                    let line = String::from_utf8_lossy(buffer.get(..n.min(512)).unwrap_or_default());
                    let asked = line.strip_prefix("POST ").and_then(|rest| rest.split(' ').next());
                    if asked.is_some_and(|asked| asked.ends_with(target)) {
                        self.hit.store(true, Ordering::SeqCst);
                    }
                }
                if to_server.write_all(buffer.get(..n).unwrap_or_default()).await.is_err() {
                    break;
                }
            }
        };
        let down = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(n @ 1..) = from_server.read(&mut buffer).await {
                if self.hit.load(Ordering::SeqCst) {
                    if !matches!(mode, Mode::HoldAnswer(_)) {
                        self.lost.fetch_add(1, Ordering::SeqCst);
                        self.switch.send_replace(Mode::Pass);
                        return;
                    }
                    self.held.store(true, Ordering::SeqCst);
                    self.lost.fetch_add(1, Ordering::SeqCst);
                    let _ = self.switch.subscribe().wait_for(|now| *now == Mode::Pass).await;
                    self.hit.store(false, Ordering::SeqCst);
                }
                if to_client.write_all(buffer.get(..n).unwrap_or_default()).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = up => {}
            () = down => {}
        }
    }
}
