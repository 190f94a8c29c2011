//! What is done to the bytes of an answer.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::problem::Problem;

/// Bodies that must be seen as a whole are read up to this many bytes.
const WHOLE_MAX: usize = 64 * 1024 * 1024;
const PIECE: u64 = 64 * 1024;

/// Says how long the body is while it is still known.
fn keep_length(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Replaces the body by `change` of it.
fn stream_of(response: Response, change: impl FnOnce(BodyDataStream) -> Body) -> Response {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, change(body.into_data_stream()))
}

/// Sends `bytes` at a time, with `every` between.
pub fn drip(mut response: Response, bytes: usize, every: Duration) -> Response {
    keep_length(&mut response);
    stream_of(response, |frames| {
        let pieces = stream::unfold((frames, Bytes::new()), move |(mut frames, mut rest)| async move {
            if rest.is_empty() {
                match frames.next().await? {
                    Ok(frame) => rest = frame,
                    Err(error) => return Some((Err(error), (frames, Bytes::new()))),
                }
            }
            let piece = rest.split_to(bytes.min(rest.len()));
            tokio::time::sleep(every).await;
            Some((Ok(piece), (frames, rest)))
        });
        Body::from_stream(pieces)
    })
}

/// Sends `bytes`, then ends the connection.
pub fn truncate(mut response: Response, bytes: usize) -> Response {
    keep_length(&mut response);
    stream_of(response, |frames| {
        let cut = stream::unfold(Some((frames, bytes)), |state| async move {
            let (mut frames, left) = state?;
            if left > 0
                && let Some(Ok(mut frame)) = frames.next().await
            {
                frame.truncate(left);
                let left = left - frame.len();
                return Some((Ok(frame), Some((frames, left))));
            }
            // What was sent so far goes out before the connection ends.
            tokio::task::yield_now().await;
            Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)), None))
        });
        Body::from_stream(cut)
    })
}

/// Puts a byte that no UTF-8 has into the first piece.
pub fn invalid_utf8(mut response: Response) -> Response {
    keep_length(&mut response);
    stream_of(response, |frames| {
        let spoilt = frames.enumerate().map(|(i, frame)| {
            frame.map(|frame| {
                let mut bytes = frame.to_vec();
                let middle = bytes.len() / 2;
                if let (0, Some(byte)) = (i, bytes.get_mut(middle)) {
                    *byte = 0xff;
                }
                Bytes::from(bytes)
            })
        });
        Body::from_stream(spoilt)
    })
}

/// A JSON object of `bytes` bytes, made on the way.
pub fn huge(mut response: Response, bytes: u64) -> Response {
    const HEAD: &[u8] = b"{\"filler\":\"";
    const TAIL: &[u8] = b"\"}";
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    let frame = u64::try_from(HEAD.len() + TAIL.len()).unwrap_or(0);
    let filler = stream::unfold(bytes.saturating_sub(frame), |left| async move {
        let size = left.min(PIECE);
        (size > 0).then(|| (Bytes::from(vec![b'x'; usize::try_from(size).unwrap_or(0)]), left - size))
    });
    let once = |bytes: &'static [u8]| stream::once(async move { Bytes::from_static(bytes) });
    let all = once(HEAD).chain(filler).chain(once(TAIL)).map(Ok::<_, std::convert::Infallible>);
    *response.body_mut() = Body::from_stream(all);
    response
}

/// The whole body, with the rest of the answer.
pub async fn whole(response: Response) -> Result<(axum::http::response::Parts, Bytes), Problem> {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, WHOLE_MAX)
        .await
        .map_err(|error| Problem::Internal(format!("reading a body to spoil it: {error}")))?;
    Ok((parts, bytes))
}

/// Rewrites every text of a JSON answer; anything else stays as it is.
pub async fn rewrite(response: Response, change: impl Fn(Option<&str>, &str) -> Option<String>) -> Response {
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    if !json {
        return response;
    }
    match whole(response).await {
        Ok((mut parts, bytes)) => {
            let body = match serde_json::from_slice::<Value>(&bytes) {
                Ok(mut value) => {
                    walk(&mut value, None, &change);
                    Bytes::from(value.to_string())
                }
                Err(_) => bytes,
            };
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(body))
        }
        Err(problem) => axum::response::IntoResponse::into_response(problem),
    }
}

fn walk(value: &mut Value, name: Option<&str>, change: &impl Fn(Option<&str>, &str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(new) = change(name, text) {
                *text = new;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, name, change)),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                walk(member, Some(name), change);
            }
        }
        _ => {}
    }
}

/// An RFC 3339 instant in UTC, moved by `ms`; nothing else.
#[must_use]
pub fn moved(text: &str, ms: i64) -> Option<String> {
    if !text.ends_with('Z') || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let at: Timestamp = text.parse().ok()?;
    Some(at.checked_add(SignedDuration::from_millis(ms)).ok()?.to_string())
}

/// `at` as `Date` has it (RFC 9110 §5.6.7).
#[must_use]
pub fn http_date(at: Timestamp) -> Option<HeaderValue> {
    HeaderValue::try_from(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn bytes(response: Response) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(response.into_body(), usize::MAX).await
    }

    #[tokio::test]
    async fn a_truncated_body_keeps_its_length_and_ends_in_an_error() {
        let response = truncate(Response::new(Body::from("0123456789")), 4);
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "10");
        let mut frames = response.into_body().into_data_stream();
        assert_eq!(frames.next().await.unwrap().unwrap(), "0123");
        assert!(frames.next().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_dripping_body_is_whole_in_the_end() {
        let response = drip(Response::new(Body::from("0123456789")), 3, Duration::ZERO);
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "10");
        let frames: Vec<Bytes> = response.into_body().into_data_stream().map(Result::unwrap).collect().await;
        assert_eq!(frames, ["012", "345", "678", "9"]);
    }

    #[tokio::test]
    async fn a_spoilt_text_is_no_utf8_and_has_its_length() {
        let spoilt = bytes(invalid_utf8(Response::new(Body::from("{\"a\":\"b\"}")))).await.unwrap();
        assert_eq!(spoilt.len(), 9);
        assert!(std::str::from_utf8(&spoilt).is_err());
    }

    #[tokio::test]
    async fn a_huge_body_is_json_of_that_size() {
        let body = bytes(huge(Response::new(Body::empty()), 200_000)).await.unwrap();
        assert_eq!(body.len(), 200_000);
        assert!(serde_json::from_slice::<Value>(&body).unwrap()["filler"].is_string());
    }

    #[tokio::test]
    async fn instants_are_moved_and_other_texts_are_not() {
        let mut response = Response::new(Body::from(r#"{"at":"2025-11-20T08:00:00Z","v":"1Z","n":[1,{"t":"x"}]}"#));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let moved = rewrite(response, |_, text| moved(text, 60_000)).await;
        let value: Value = serde_json::from_slice(&bytes(moved).await.unwrap()).unwrap();
        assert_eq!(value, serde_json::json!({"at": "2025-11-20T08:01:00Z", "v": "1Z", "n": [1, {"t": "x"}]}));
    }

    #[test]
    fn dates_are_those_of_http() {
        let at: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        assert_eq!(http_date(at).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
