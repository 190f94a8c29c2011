//! The port on this machine to which the browser is redirected (RFC 8252 §7.3): just enough HTTP/1.1 for it.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::SignInError;

/// The path of the redirect.
const PATH: &str = "/callback";

/// Most bytes of a request's head.
const HEAD_LIMIT: usize = 16 * 1024;

/// How long a connection may take to send its request, or to take its answer.
const CONNECTION_LIMIT: Duration = Duration::from_secs(10);

/// Most connections read at once; browsers open some they never use.
const MOST_CONNECTIONS: usize = 32;

/// The open port.
pub(crate) struct Listener {
    listener: TcpListener,
    port: u16,
    host: &'static str,
}

/// A browser at the redirect's path, which waits for its answer.
pub(crate) struct Redirect {
    stream: TcpStream,
    query: Vec<(String, String)>,
}

impl Listener {
    /// Opens any free port of the loopback interface, IPv4 first.
    pub(crate) async fn bind() -> Result<Self, SignInError> {
        let failed = |error: std::io::Error| SignInError::Loopback(error.kind().to_string());
        let (listener, host) = match TcpListener::bind(("127.0.0.1", 0)).await {
            Ok(listener) => (listener, "127.0.0.1"),
            Err(_) => (TcpListener::bind(("::1", 0)).await.map_err(failed)?, "[::1]"),
        };
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, port, host })
    }

    /// The URL for `redirect_uri`.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://{}:{}{PATH}", self.host, self.port)
    }

    /// Waits for a request of the redirect's path; the port is closed with it. Other requests get a 404, and
    /// connections that send nothing hold no one up.
    pub(crate) async fn redirect(self) -> Result<Redirect, SignInError> {
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    let (stream, _) = accepted
                        .map_err(|error| SignInError::Loopback(error.kind().to_string()))?;
                    connections.push(tokio::time::timeout(CONNECTION_LIMIT, serve(stream)));
                }
                Some(served) = connections.next(), if !connections.is_empty() => {
                    if let Ok(Some(redirect)) = served {
                        return Ok(redirect);
                    }
                }
            }
        }
    }
}

/// Reads a request, and answers it unless it is the redirect.
async fn serve(mut stream: TcpStream) -> Option<Redirect> {
    let head = read_head(&mut stream).await?;
    let Some(target) = get_target(&head) else {
        write(&mut stream, "405 Method Not Allowed", "").await;
        return None;
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        write(&mut stream, "404 Not Found", "").await;
        return None;
    }
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Some(Redirect { stream, query })
}

/// The request's head, up to the empty line; `None` when it does not come or is too long.
async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.ok()?;
        let piece = piece.get(..read).filter(|piece| !piece.is_empty())?;
        head.extend_from_slice(piece);
        if head.len() > HEAD_LIMIT {
            write(stream, "431 Request Header Fields Too Large", "").await;
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// The target of a GET request.
fn get_target(head: &str) -> Option<&str> {
    let mut words = head.lines().next()?.split(' ');
    let method = words.next()?;
    let target = words.next()?;
    let version = words.next()?;
    (method == "GET" && version.starts_with("HTTP/1.")).then_some(target)
}

impl Redirect {
    /// The parameter called `name`, if it is there once; repeated ones are not to be trusted (RFC 6749 §3.1).
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether the parameter called `name` is there at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }

    /// Shows the browser a page. That it could not be shown changes nothing.
    pub(crate) async fn answer(mut self, status: &str, html: &str) {
        let work = write(&mut self.stream, status, html);
        if tokio::time::timeout(CONNECTION_LIMIT, work).await.is_err() {
            tracing::debug!("the browser did not take its closing page");
        }
    }
}

async fn write(stream: &mut TcpStream, status: &str, html: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         Cache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{html}",
        html.len()
    );
    let written = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    };
    if let Err(error) = written.await {
        tracing::debug!(kind = %error.kind(), "the browser went away");
    }
}
