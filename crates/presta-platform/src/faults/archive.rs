//! A file that becomes another one between two requests for it.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::{Armed, body};
use crate::download::{CONTENT_DIGEST, REPR_DIGEST};

/// Marks the validators of the other file.
const MARK: &str = "-changed\"";

/// The validator of the first file, from that of the other one.
fn first_tag(value: &HeaderValue) -> Option<HeaderValue> {
    let tag = value.to_str().ok()?.strip_suffix(MARK)?;
    HeaderValue::try_from(format!("{tag}\"")).ok()
}

fn other_tag(value: &HeaderValue) -> Option<HeaderValue> {
    let tag = value.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::try_from(format!("{tag}{MARK}")).ok()
}

/// Conditions on the first file do not hold for the other one, and the other way round.
fn translate(headers: &mut HeaderMap) {
    if let Some(known) = headers.remove(header::IF_RANGE) {
        match first_tag(&known) {
            Some(tag) => {
                headers.insert(header::IF_RANGE, tag);
            }
            None => {
                headers.remove(header::RANGE);
            }
        }
    }
    if let Some(tag) = headers.remove(header::IF_NONE_MATCH).and_then(|known| first_tag(&known)) {
        headers.insert(header::IF_NONE_MATCH, tag);
    }
}

/// The first request for a path is answered as ever, all after it with other bytes and another `ETag`.
pub async fn changed(armed: &Armed, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !armed.was_served(&path) {
        let response = next.run(request).await;
        if response.status().is_success() {
            armed.note_served(&path);
        }
        return response;
    }
    translate(request.headers_mut());
    let mut response = next.run(request).await;
    if let Some(tag) = response.headers().get(header::ETAG).and_then(other_tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().remove(REPR_DIGEST);
    if !response.status().is_success() {
        return response;
    }
    if !response.headers().contains_key(CONTENT_DIGEST) {
        let (parts, body) = response.into_parts();
        let other = body.into_data_stream().map(|frame| frame.map(|frame| flip(&frame)));
        return Response::from_parts(parts, Body::from_stream(other));
    }
    match body::whole(response).await {
        Ok((mut parts, bytes)) => {
            let bytes = flip(&bytes);
            let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&bytes)));
            if let Ok(value) = HeaderValue::try_from(digest) {
                parts.headers.insert(CONTENT_DIGEST, value);
            }
            Response::from_parts(parts, Body::from(bytes))
        }
        Err(problem) => problem.into_response(),
    }
}

fn flip(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_the_first_file_becomes_the_whole_other_one() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=5-"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"a\""));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"a\""));
        translate(&mut headers);
        assert!(headers.is_empty(), "{headers:?}");
    }

    #[test]
    fn a_range_of_the_other_file_is_one_of_it() {
        let other = other_tag(&HeaderValue::from_static("\"a\"")).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=5-"));
        headers.insert(header::IF_RANGE, other);
        translate(&mut headers);
        assert_eq!((&headers[header::IF_RANGE], headers.len()), (&HeaderValue::from_static("\"a\""), 2));
    }
}
