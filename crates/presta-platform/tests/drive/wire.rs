//! HTTP/1.1 over a plain socket: shows what is really on the wire, and costs little enough for a thousand clients.

use std::io;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// One connection.
pub struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
    chunk_left: usize,
}

/// Status and headers of an answer.
#[derive(Debug)]
pub struct Head {
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// A header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl Wire {
    /// Connects to `base` (`http://127.0.0.1:1`).
    pub async fn connect(base: &str) -> io::Result<Self> {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(4096, stream), host, chunk_left: 0 })
    }

    /// Sends a request.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n", self.host, body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Reads status and headers.
    pub async fn head(&mut self) -> io::Result<Head> {
        let first = self.line().await?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| broken(&first))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(Head { status, headers });
            }
            let (name, value) = line.split_once(':').ok_or_else(|| broken(&line))?;
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }

    /// Reads the next piece of a chunked body, as it comes; none at its end.
    pub async fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.chunk_left == 0 {
            let size = self.line().await?;
            self.chunk_left = usize::from_str_radix(&size, 16).map_err(|_| broken(&size))?;
            if self.chunk_left == 0 {
                self.line().await?;
                return Ok(None);
            }
        }
        let mut piece = vec![0; self.chunk_left.min(64 * 1024)];
        let read = self.stream.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        self.chunk_left -= read;
        if self.chunk_left == 0 {
            self.line().await?;
        }
        Ok(Some(piece))
    }

    /// Reads what is left of a body; with an error also what was there before it.
    pub async fn body(&mut self, head: &Head) -> (Vec<u8>, io::Result<()>) {
        let mut all = Vec::new();
        if head.header("transfer-encoding") == "chunked" {
            loop {
                match self.piece().await {
                    Ok(Some(piece)) => all.extend(piece),
                    Ok(None) => return (all, Ok(())),
                    Err(error) => return (all, Err(error)),
                }
            }
        }
        let length: usize = head.header("content-length").parse().unwrap_or(0);
        let mut piece = [0; 16 * 1024];
        while all.len() < length {
            let wanted = piece.len().min(length - all.len());
            match self.stream.read(&mut piece[..wanted]).await {
                Ok(0) => return (all, Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => all.extend_from_slice(&piece[..read]),
                Err(error) => return (all, Err(error)),
            }
        }
        (all, Ok(()))
    }

    /// Sends, and reads the whole answer.
    pub async fn call(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<(Head, Vec<u8>)> {
        self.send(method, path, headers, body).await?;
        let head = self.head().await?;
        let (body, end) = self.body(&head).await;
        end?;
        Ok((head, body))
    }
}

/// An open event stream.
pub struct Stream {
    wire: Wire,
    text: String,
}

/// One event of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
    pub retry_ms: Option<u64>,
}

impl Stream {
    /// Opens `/v1/events`.
    pub async fn open(base: &str, token: &str) -> io::Result<Self> {
        let mut wire = Wire::connect(base).await?;
        wire.send("GET", "/v1/events", &[("authorization", &format!("Bearer {token}"))], b"").await?;
        let head = wire.head().await?;
        if head.status != 200 {
            return Err(broken(&format!("an event stream answered {}", head.status)));
        }
        Ok(Self { wire, text: String::new() })
    }

    /// The next event, comments aside; none when the stream ends as it should.
    pub async fn next(&mut self) -> io::Result<Option<Event>> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let mut event = Event::default();
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("event", value)) => value.clone_into(&mut event.name),
                        Some(("id", value)) => value.clone_into(&mut event.id),
                        Some(("data", value)) => value.clone_into(&mut event.data),
                        Some(("retry", value)) => event.retry_ms = value.parse().ok(),
                        _ => {}
                    }
                }
                self.text = rest.to_owned();
                if !event.name.is_empty() {
                    return Ok(Some(event));
                }
                continue;
            }
            match self.wire.piece().await? {
                Some(piece) => self.text.push_str(&String::from_utf8_lossy(&piece)),
                None => return Ok(None),
            }
        }
    }
}
