//! The bytes of files that were sent: whole or in part, with digests.

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, head},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::{Answer, Needs, Route};
use crate::{
    app::App,
    extract::Id,
    file_names,
    guard::Caller,
    ids::Prefix,
    problem::Problem,
    ranges::{self, Part},
    store::attachments::{self, File},
};

const PIECE: usize = 64 * 1024;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/attachments/{id}", Needs::Token, get(show)),
        Route::new("HEAD", "/v1/attachments/{id}", Needs::Token, head(show)),
    ]
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::try_from(value.as_ref()) {
        headers.insert(name, value);
    }
}

const DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// Compression leaves answers with this header alone: digest, length and ranges are of these very bytes.
pub const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// RFC 9530 §2.
fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(bytes))
}

fn from_hexadecimal(text: &str) -> Vec<u8> {
    let pair = |i: usize| text.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).filter_map(pair).collect()
}

fn broke(error: std::io::Error) -> Problem {
    Problem::Internal(format!("reading an attachment: {error}"))
}

/// What every answer says of the file, also 304 and HEAD.
fn describe(headers: &mut HeaderMap, file: &File, etag: &str, modified: &str) {
    set(headers, header::ETAG, etag);
    set(headers, header::LAST_MODIFIED, modified);
    set(headers, header::CACHE_CONTROL, "private, no-cache");
    set(headers, header::ACCEPT_RANGES, "bytes");
    set(headers, REPR_DIGEST, digest(&from_hexadecimal(&file.sha256)));
}

/// Files are what people send: a browser that is led here shows nothing and runs nothing.
fn disarm(headers: &mut HeaderMap, file: &File) {
    set(headers, header::CONTENT_TYPE, &file.media_type);
    set(headers, header::CONTENT_DISPOSITION, file_names::disposition(&file.name));
    set(headers, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
}

fn known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
}

/// `GET` and `HEAD /v1/attachments/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, method: Method, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Attachment)?;
    let file = app.read(move |sql| attachments::visible(sql, caller.n, n)).await?;
    if let Some((parent, _)) = file.parent {
        caller.need(parent.scope())?;
    }
    let (etag, modified) = (format!("\"{}\"", file.sha256), ranges::date(file.created_at));
    if known(&headers, &etag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        describe(response.headers_mut(), &file, &etag, &modified);
        return Ok(response);
    }
    let size = file.size.unsigned_abs();
    // RFC 9110 §14.2: a range is of GET alone.
    let part = if method == Method::GET { ranges::part(&headers, size, &etag, &modified) } else { Part::Whole };
    let (first, length) = match part {
        Part::Nothing => return Err(Problem::RangeNotSatisfiable { size: file.size }),
        Part::Whole => (0, size),
        Part::Bytes { first, last } => (first, last - first + 1),
    };
    let path = attachments::path(&app.files, n);
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), &file, &etag, &modified);
    disarm(response.headers_mut(), &file);
    set(response.headers_mut(), header::CONTENT_LENGTH, length.to_string());
    let digest = match part {
        Part::Bytes { first, last } => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(response.headers_mut(), header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}"));
            digest(&hash(path.clone(), first, length).await?)
        }
        _ => digest(&from_hexadecimal(&file.sha256)),
    };
    set(response.headers_mut(), DIGEST, digest);
    if method == Method::GET {
        *response.body_mut() = bytes(path, first, length).await?;
    }
    Ok(response)
}

/// SHA-256 of a part.
async fn hash(path: PathBuf, first: u64, length: u64) -> Result<Vec<u8>, Problem> {
    let work = move || {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(first))?;
        let (mut state, mut part, mut piece) = (Sha256::new(), file.take(length), vec![0; PIECE]);
        loop {
            let read = part.read(&mut piece)?;
            if read == 0 {
                return Ok(state.finalize().to_vec());
            }
            state.update(piece.get(..read).unwrap_or_default());
        }
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::Internal(format!("blocking work: {error}")))?.map_err(broke)
}

/// The bytes of a part, read as they are taken.
async fn bytes(path: PathBuf, first: u64, length: u64) -> Result<Body, Problem> {
    let mut file = tokio::fs::File::open(path).await.map_err(broke)?;
    file.seek(SeekFrom::Start(first)).await.map_err(broke)?;
    let pieces = stream::try_unfold(file.take(length), |mut part| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut part).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), part)))
    });
    Ok(Body::from_stream(pieces))
}
