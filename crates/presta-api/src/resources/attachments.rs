//! The bytes of files that others sent, from any place on (RFC 9110, sections 13.1.5 and 14).

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE};
use reqwest::{Method, StatusCode};

use crate::transport::content_type;
use crate::{Client, Error};

/// A file on its way.
pub struct Download {
    /// The place in the file of the first byte that comes.
    pub from: u64,
    pieces: BoxStream<'static, Result<Vec<u8>, Error>>,
    idle: Duration,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Download {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// When the connection is cut, or nothing comes for [`Timeouts::idle`](crate::Timeouts).
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        tokio::time::timeout(self.idle, self.pieces.next()).await.map_err(|_| Error::Timeout)?.transpose()
    }
}

impl Client {
    /// Opens the file `id` from the byte `from` on. `sha256` is what the file comes to, in hexadecimal: the part one has goes
    /// on only where it is the same file, else it comes from its first byte ([`Download::from`]).
    ///
    /// # Errors
    /// Any of a request's; [`Error::NotJson`] when what answers is not that file.
    pub async fn download(&self, id: &str, from: u64, sha256: &str) -> Result<Download, Error> {
        let url = self.transport.url(&["v1", "attachments", id])?;
        let tag = format!("\"{sha256}\"");
        let mut request = self.transport.request_for("*/*", Method::GET, url).header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-")).header(IF_RANGE, &tag);
        }
        let response = self.open(request).await?;
        if !response.status().is_success() {
            return Err(self.transport.read(response).await?.refusal());
        }
        let headers = response.headers();
        let from = match response.status() {
            StatusCode::OK => Some(0),
            StatusCode::PARTIAL_CONTENT => beginning(headers).filter(|begins| *begins == from),
            _ => None,
        };
        // A page of a network's portal has neither the file's name for its content nor the range that was asked for.
        let same = headers.get(ETAG).and_then(|it| it.to_str().ok()) == Some(&tag);
        let Some(from) = from.filter(|_| same) else {
            return Err(Error::NotJson { content_type: content_type(headers).to_owned() });
        };
        let pieces = response.bytes_stream().map(|piece| piece.map(Vec::from).map_err(Error::from_http)).boxed();
        Ok(Download { from, pieces, idle: self.transport.timeouts.idle })
    }
}

/// Where the range of an answer begins.
fn beginning(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}
