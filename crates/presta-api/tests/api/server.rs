//! A server of a few lines, which answers as it is told: no HTTP library corrects its lies.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use presta_api::{Client, Config, Timeouts};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::tokens::Tokens;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: String,
}

/// What is sent back; the connection is closed after it.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These bytes.
    Raw(Vec<u8>),
    /// These bytes, then one more each time the pause is over, for ever.
    Drip(Vec<u8>, Duration),
    /// These bytes, then nothing, with the connection open.
    Hang(Vec<u8>),
}

type Handler = Arc<dyn Fn(Request) -> BoxFuture<'static, Reply> + Send + Sync>;

/// A server on a port of its own, gone when dropped.
pub struct Server {
    pub base: String,
    requests: Arc<Mutex<Vec<Request>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Answers every request with what `handler` makes of it.
    pub async fn start<F>(handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |request| handler(request).boxed());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream, Arc::clone(&handler), Arc::clone(&log)));
            }
        });
        Self { base, requests, _tasks: tasks }
    }

    /// A platform: its metadata and its token endpoint are in order, the rest is `handler`'s.
    /// Refresh token `r1` gives access token `a1` and `r2`, and so on; each is good once.
    pub async fn platform<F>(handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let newest = Arc::new(Mutex::new(1_u32));
        Self::start(move |request| {
            let newest = Arc::clone(&newest);
            let oauth = oauth(&request, &newest);
            let rest = oauth.is_none().then(|| handler(request));
            async move {
                match (oauth, rest) {
                    (Some(reply), _) => reply,
                    (None, Some(rest)) => rest.await,
                    (None, None) => not_found(),
                }
            }
        })
        .await
    }

    /// A server that gives the same reply to every request of a resource.
    pub async fn always(reply: Reply) -> Self {
        Self::platform(move |_| std::future::ready(reply.clone())).await
    }

    /// Every request so far whose path begins with `path`.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        let wanted = requests.iter().filter(|r| r.target.starts_with(path));
        wanted.cloned().collect()
    }

    /// A client of this server with short timeouts.
    pub fn client(&self, tokens: &Arc<Tokens>) -> Client {
        self.client_with(tokens, short())
    }

    pub fn client_with(&self, tokens: &Arc<Tokens>, timeouts: Timeouts) -> Client {
        Client::new(config(&self.base, timeouts), Arc::clone(tokens) as _).unwrap()
    }
}

/// Long enough for a busy machine; tests of a timeout shorten the one they are about.
pub fn short() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(20),
        idle: Duration::from_secs(20),
        silence: Duration::from_secs(20),
        sign_in: Duration::from_secs(20),
        ..Timeouts::default()
    }
}

pub fn config(base: &str, timeouts: Timeouts) -> Config {
    Config {
        base: base.parse().unwrap(),
        client_id: "prestataires-desktop".to_owned(),
        user_agent: "presta-test/1".to_owned(),
        locale: "fr".to_owned(),
        timeouts,
    }
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a form field of the body.
    pub fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// An answer with a body of the given type.
pub fn reply(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    Reply::Raw(bytes)
}

pub fn json_reply(status: &str, body: &Value) -> Reply {
    reply(status, "Content-Type: application/json\r\n", body.to_string())
}

pub fn problem(status: &str, name: &str, headers: &str) -> Reply {
    let body = json!({
        "type": format!("https://prestataires.pro/problems/{name}"),
        "title": name, "retryable": false, "request_id": "req_1",
    });
    reply(status, &format!("Content-Type: application/problem+json\r\n{headers}"), body.to_string())
}

pub fn unauthenticated() -> Reply {
    problem("401 Unauthorized", "unauthenticated", "")
}

pub fn not_found() -> Reply {
    problem("404 Not Found", "not-found", "")
}

pub fn me(login: &str) -> Value {
    json!({
        "id": "usr_1", "rev": 1, "login": login, "display_name": "Ana", "email": "ana@example.org",
        "roles": ["freelancer"], "locale": "fr", "time_zone": "Europe/Paris",
    })
}

fn oauth(request: &Request, newest: &Mutex<u32>) -> Option<Reply> {
    let base = format!("http://{}", request.header("host").unwrap());
    match request.target.as_str() {
        "/.well-known/oauth-authorization-server" => Some(json_reply("200 OK", &metadata(&base, &base))),
        "/oauth/token" => {
            let mut newest = newest.lock().unwrap();
            if request.field("grant_type").as_deref() == Some("refresh_token")
                && request.field("refresh_token") != Some(format!("r{newest}"))
            {
                return Some(invalid_grant());
            }
            let tokens = tokens(*newest);
            *newest += 1;
            Some(json_reply("200 OK", &tokens))
        }
        "/oauth/revoke" => Some(json_reply("200 OK", &json!({}))),
        _ => None,
    }
}

/// Access token `a<number>`, and the refresh token after it.
pub fn tokens(number: u32) -> Value {
    json!({
        "access_token": format!("a{number}"), "token_type": "Bearer", "expires_in": 900,
        "refresh_token": format!("r{}", number + 1), "scope": "profile:read",
    })
}

pub fn invalid_grant() -> Reply {
    json_reply("400 Bad Request", &json!({ "error": "invalid_grant" }))
}

pub fn metadata(issuer: &str, base: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

async fn serve(mut stream: TcpStream, handler: Handler, log: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    log.lock().unwrap().push(request.clone());
    // The client may be gone at any of these writes, which ends the connection as well.
    let _ = match handler(request).await {
        Reply::Raw(bytes) => match stream.write_all(&bytes).await {
            Ok(()) => stream.shutdown().await,
            gone => gone,
        },
        Reply::Drip(head, pause) => drip(&mut stream, &head, pause).await,
        Reply::Hang(head) => match stream.write_all(&head).await {
            Ok(()) => stream.read(&mut [0]).await.map(|_| ()),
            gone => gone,
        },
    };
}

async fn drip(stream: &mut TcpStream, head: &[u8], pause: Duration) -> std::io::Result<()> {
    stream.write_all(head).await?;
    let mut pause = tokio::time::interval(pause);
    loop {
        pause.tick().await;
        stream.write_all(b" ").await?;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let method = first.next()?.to_owned();
    let target = first.next()?.to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[end + 4..].to_vec()).ok()?;
    Some(Request { method, target, headers, body })
}
