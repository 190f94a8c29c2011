//! Files as answers: whole or in part, with validators and digests (RFC 9110 §14, RFC 9530).

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
};

use crate::{
    answer,
    problem::Problem,
    ranges::{self, Part},
};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// The digest of what is in an answer.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The digest of the whole file. Compression leaves answers with this header alone: digest, length and ranges are of
/// these very bytes.
pub const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// A file whose bytes never change.
#[derive(Debug, Clone)]
pub struct Download {
    /// Where the bytes are.
    pub path: PathBuf,
    /// Lower-case hexadecimal, of all bytes.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// In ms.
    pub modified_at: i64,
    /// `type/subtype`.
    pub media_type: String,
    /// `Content-Disposition`: what to keep it as.
    pub disposition: String,
}

/// `sha-256=:…:` of a digest.
fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(bytes))
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    text.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |value, &byte| value << 4 | digit(byte))).collect()
}

fn broken(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::NotFound => Problem::Gone,
        _ => Problem::Internal(format!("reading a file: {error}")),
    }
}

/// The digest of `length` bytes from `first` on.
async fn digest_of(path: PathBuf, first: u64, length: u64) -> Result<String, Problem> {
    let work = move || {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(first))?;
        let (mut hash, mut part, mut piece) = (Sha256::new(), file.take(length), vec![0; CHUNK]);
        loop {
            let read = part.read(&mut piece)?;
            if read == 0 {
                return Ok(digest(&hash.finalize()));
            }
            hash.update(piece.get(..read).unwrap_or_default());
        }
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::Internal(format!("blocking work: {error}")))?.map_err(|error| broken(&error))
}

/// The next piece of at most `left` bytes; none at the end of them.
async fn piece(file: &mut File, left: u64) -> std::io::Result<Option<Bytes>> {
    if left == 0 {
        return Ok(None);
    }
    let mut buffer = vec![0; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))];
    let read = file.read(&mut buffer).await?;
    if read == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    buffer.truncate(read);
    Ok(Some(buffer.into()))
}

/// `length` bytes from `first` on, read as they are taken.
async fn body(path: &Path, first: u64, length: u64) -> Result<Body, Problem> {
    let mut file = File::open(path).await.map_err(|error| broken(&error))?;
    file.seek(SeekFrom::Start(first)).await.map_err(|error| broken(&error))?;
    Ok(Body::from_stream(stream::try_unfold((file, length), |(mut file, left)| async move {
        let piece = piece(&mut file, left).await?;
        Ok::<_, std::io::Error>(piece.map(|bytes| {
            let left = left - u64::try_from(bytes.len()).unwrap_or(left);
            (bytes, (file, left))
        }))
    })))
}

fn set(headers: &mut HeaderMap, name: HeaderName, text: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::try_from(text.as_ref()) {
        headers.insert(name, value);
    }
}

impl Download {
    /// Answers a request of this method and these headers: 200, 206 or 304, to `HEAD` without the bytes.
    ///
    /// # Errors
    /// `range-not-satisfiable`, `gone` when the bytes are not there any more, or `internal`.
    pub async fn answer(&self, (method, asked): (&Method, &HeaderMap)) -> Result<Response, Problem> {
        let (etag, modified) = (format!("\"{}\"", self.sha256), ranges::date(self.modified_at));
        let whole = digest(&from_hex(&self.sha256));
        let mut response = if answer::known(asked, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.content((method, asked), (&etag, &modified, &whole)).await?
        };
        let headers = response.headers_mut();
        set(headers, header::ETAG, etag);
        set(headers, header::LAST_MODIFIED, modified);
        set(headers, header::CACHE_CONTROL, "private, no-cache");
        set(headers, header::ACCEPT_RANGES, "bytes");
        set(headers, REPR_DIGEST, whole);
        Ok(response)
    }

    async fn content(
        &self,
        (method, asked): (&Method, &HeaderMap),
        (etag, modified, whole): (&str, &str, &str),
    ) -> Result<Response, Problem> {
        let size = u64::try_from(self.size).unwrap_or(0);
        // RFC 9110 §14.2: a range is of GET alone.
        let part = if method == Method::GET { ranges::part(asked, size, etag, modified) } else { Part::Whole };
        let mut response = Response::new(Body::empty());
        let (first, length, content) = match part {
            Part::Nothing => return Err(Problem::RangeNotSatisfiable { size: self.size }),
            Part::Whole => (0, size, whole.to_owned()),
            Part::Bytes { first, last } => {
                let length = last - first + 1;
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                set(response.headers_mut(), header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}"));
                (first, length, digest_of(self.path.clone(), first, length).await?)
            }
        };
        let headers = response.headers_mut();
        set(headers, header::CONTENT_LENGTH, length.to_string());
        set(headers, CONTENT_DIGEST, content);
        set(headers, header::CONTENT_TYPE, &self.media_type);
        set(headers, header::CONTENT_DISPOSITION, &self.disposition);
        // Files are what people send: a browser that is led here shows nothing and runs nothing.
        set(headers, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
        set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        if method == Method::GET {
            *response.body_mut() = body(&self.path, first, length).await?;
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_digest_is_written_as_rfc_9530_has_it() {
        // RFC 9530, appendix B.1: {"hello": "world"} and a line feed.
        let hex = "44d12fa10842b5ae87be4001e4a2ba03df0f8b89aab9a85e02ad1ccfa3ca0f9a";
        assert!(super::digest(&super::from_hex(hex)).starts_with("sha-256=:RNEvoQhCta6HvkAB5KK6A9"));
    }
}
