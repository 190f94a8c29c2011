//! Files as answers: whole or in part, with validators and digests (RFC 9110 §14, RFC 9530).

use std::{
    io::SeekFrom,
    path::{Path, PathBuf},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
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
    problem::Problem,
    ranges::{self, Part},
};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

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
    pub media_type: &'static str,
    /// What to keep it as; ASCII, without quotes.
    pub name: String,
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
    Problem::Internal(format!("reading a file: {error}"))
}

async fn open(path: &Path, first: u64) -> Result<File, Problem> {
    let mut file = File::open(path).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::Gone,
        _ => broken(&error),
    })?;
    file.seek(SeekFrom::Start(first)).await.map_err(|error| broken(&error))?;
    Ok(file)
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

/// SHA-256 of `length` bytes from `first` on.
async fn digest_of(path: &Path, first: u64, length: u64) -> Result<String, Problem> {
    let (mut file, mut left, mut hash) = (open(path, first).await?, length, Sha256::new());
    while let Some(bytes) = piece(&mut file, left).await.map_err(|error| broken(&error))? {
        left -= u64::try_from(bytes.len()).unwrap_or(left);
        hash.update(&bytes);
    }
    Ok(digest(&hash.finalize()))
}

async fn body(path: &Path, first: u64, length: u64) -> Result<Body, Problem> {
    let file = open(path, first).await?;
    Ok(Body::from_stream(stream::try_unfold((file, length), |(mut file, left)| async move {
        let piece = piece(&mut file, left).await?;
        Ok::<_, std::io::Error>(piece.map(|bytes| {
            let left = left - u64::try_from(bytes.len()).unwrap_or(left);
            (bytes, (file, left))
        }))
    })))
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, text: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::try_from(text.as_ref()) {
        headers.insert(name, value);
    }
}

impl Download {
    /// Answers a request with `asked` headers: 200, 206 or 304.
    ///
    /// # Errors
    /// `range-not-satisfiable`, `gone` when the bytes are not there any more, or `internal`.
    pub async fn answer(&self, asked: &HeaderMap) -> Result<Response, Problem> {
        let (etag, modified) = (format!("\"{}\"", self.sha256), ranges::date(self.modified_at));
        let size = u64::try_from(self.size).unwrap_or(0);
        let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
        });
        let whole = digest(&from_hex(&self.sha256));
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match ranges::part(asked, size, &etag, &modified) {
                Part::Nothing => return Err(Problem::RangeNotSatisfiable { size: self.size }),
                Part::Whole => {
                    let mut response = Response::new(body(&self.path, 0, size).await?);
                    set(response.headers_mut(), header::CONTENT_LENGTH, size.to_string());
                    set(response.headers_mut(), header::HeaderName::from_static("content-digest"), &whole);
                    response
                }
                Part::Bytes { first, last } => {
                    let length = last - first + 1;
                    let content = digest_of(&self.path, first, length).await?;
                    let mut response = Response::new(body(&self.path, first, length).await?);
                    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                    let headers = response.headers_mut();
                    set(headers, header::CONTENT_LENGTH, length.to_string());
                    set(headers, header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}"));
                    set(headers, header::HeaderName::from_static("content-digest"), content);
                    response
                }
            }
        };
        let headers = response.headers_mut();
        if !known {
            set(headers, header::CONTENT_TYPE, self.media_type);
            set(headers, header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name));
            set(headers, header::HeaderName::from_static("repr-digest"), whole);
        }
        set(headers, header::ETAG, etag);
        set(headers, header::LAST_MODIFIED, modified);
        set(headers, header::ACCEPT_RANGES, "bytes");
        set(headers, header::CACHE_CONTROL, "private, no-cache");
        set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
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
