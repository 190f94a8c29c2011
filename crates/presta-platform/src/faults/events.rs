//! What is done to event streams. One event is one piece of the body.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::header,
    response::Response,
};
use futures_util::{Stream, StreamExt as _, stream};

/// A change is held back for another one no longer than this.
const HELD: Duration = Duration::from_secs(1);

type Frame = Result<Bytes, axum::Error>;

fn has(frame: &Bytes, start: &[u8]) -> bool {
    frame.split(|&byte| byte == b'\n').any(|line| line.starts_with(start))
}

fn is_event(frame: &Bytes) -> bool {
    has(frame, b"event:")
}

/// Changes the body when it is an event stream.
fn changed<S>(response: Response, change: impl FnOnce(BodyDataStream) -> S) -> Response
where
    S: Stream<Item = Frame> + Send + 'static,
{
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return response;
    }
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, Body::from_stream(change(body.into_data_stream())))
}

/// Every event twice.
pub fn duplicate(response: Response) -> Response {
    changed(response, |frames| {
        frames.flat_map(|frame| {
            let again = frame.as_ref().ok().filter(|frame| is_event(frame)).cloned();
            stream::iter(std::iter::once(frame).chain(again.map(Ok)))
        })
    })
}

/// Of two changes the second first; a change that stays alone comes after [`HELD`].
pub fn reorder(response: Response) -> Response {
    changed(response, |frames| {
        stream::unfold((frames, None::<Bytes>, None::<Bytes>), |(mut frames, mut held, mut due)| async move {
            loop {
                if let Some(frame) = due.take() {
                    return Some((Ok(frame), (frames, held, None)));
                }
                let Some(first) = held.take() else {
                    match frames.next().await? {
                        Ok(frame) if has(&frame, b"event: change") => held = Some(frame),
                        other => return Some((other, (frames, None, None))),
                    }
                    continue;
                };
                match tokio::time::timeout(HELD, frames.next()).await {
                    Ok(Some(Ok(second))) if is_event(&second) => {
                        due = Some(first);
                        return Some((Ok(second), (frames, None, due)));
                    }
                    Ok(Some(Ok(comment))) => return Some((Ok(comment), (frames, Some(first), None))),
                    Ok(Some(error)) => return Some((error, (frames, None, None))),
                    Ok(None) | Err(_) => return Some((Ok(first), (frames, None, None))),
                }
            }
        })
    })
}

/// Only the first event, and then nothing at all until the server ends the stream.
pub fn silent(response: Response) -> Response {
    changed(response, |frames| {
        frames.enumerate().filter_map(|(i, frame)| std::future::ready((i == 0).then_some(frame)))
    })
}

/// The stream ends after `n` events.
pub fn close_after(response: Response, n: usize) -> Response {
    changed(response, move |frames| {
        stream::unfold((frames, n), |(mut frames, left)| async move {
            if left == 0 {
                return None;
            }
            let frame = frames.next().await?;
            let left = left - usize::from(frame.as_ref().is_ok_and(is_event));
            Some((frame, (frames, left)))
        })
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const HELLO: &str = "retry: 1\nevent: hello\ndata: {}\n\n";
    const ONE: &str = "event: change\ndata: 1\n\n";
    const TWO: &str = "event: change\ndata: 2\n\n";
    const THREE: &str = "event: change\ndata: 3\n\n";
    const BEAT: &str = ": heartbeat\n\n";

    fn stream_of(frames: &'static [&'static str]) -> Response {
        let frames = stream::iter(frames.iter().map(|frame| Ok::<_, std::convert::Infallible>(*frame)));
        let mut response = Response::new(Body::from_stream(frames));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        response
    }

    async fn frames(response: Response) -> Vec<Bytes> {
        response.into_body().into_data_stream().map(Result::unwrap).collect().await
    }

    #[tokio::test]
    async fn events_come_twice_and_heartbeats_once() {
        let got = frames(duplicate(stream_of(&[HELLO, BEAT, ONE]))).await;
        assert_eq!(got, [HELLO, HELLO, BEAT, ONE, ONE]);
    }

    #[tokio::test]
    async fn changes_swap_in_pairs_and_none_is_lost() {
        let got = frames(reorder(stream_of(&[HELLO, ONE, BEAT, TWO, THREE]))).await;
        assert_eq!(got, [HELLO, BEAT, TWO, ONE, THREE]);
    }

    #[tokio::test]
    async fn a_silent_stream_says_hello_only() {
        assert_eq!(frames(silent(stream_of(&[HELLO, ONE, BEAT]))).await, [HELLO]);
    }

    #[tokio::test]
    async fn a_stream_ends_after_so_many_events() {
        assert_eq!(frames(close_after(stream_of(&[HELLO, BEAT, ONE, TWO]), 2)).await, [HELLO, BEAT, ONE]);
    }

    #[tokio::test]
    async fn what_is_no_event_stream_stays_as_it_is() {
        assert_eq!(frames(duplicate(Response::new(Body::from(ONE)))).await, [ONE]);
    }
}
