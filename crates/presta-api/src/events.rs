//! The event stream: hints that something changed, never the data itself.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use presta_model::{EntityType, ThreadId, UserId};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::sse::{Block, Parser};
use crate::transport::content_type;
use crate::{Client, Error};

/// A hint from the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformEvent {
    /// The stream is open.
    Hello {
        /// The platform's state at that moment.
        state: String,
    },
    /// Something changed.
    Changed {
        /// The types of what changed.
        types: Vec<EntityType>,
        /// The state after it.
        state: String,
    },
    /// Someone is writing.
    Typing {
        /// In this conversation.
        thread: ThreadId,
        /// This person.
        user: UserId,
    },
    /// How long to wait before opening the next stream when this one ends.
    ComeBack {
        /// Drawn by the platform for each stream, so that not all come back at once.
        after: Duration,
    },
    /// The stream is alive.
    Heartbeat,
}

/// Events as they come. An error is the last item; the stream's end without one is the platform's doing.
pub type EventStream = BoxStream<'static, Result<PlatformEvent, Error>>;

#[derive(Deserialize)]
struct HelloData {
    new_state: String,
}

#[derive(Deserialize)]
struct ChangeData {
    types: Vec<EntityType>,
    new_state: String,
}

#[derive(Deserialize)]
struct TypingData {
    thread_id: ThreadId,
    user_id: UserId,
}

impl Client {
    /// Opens the event stream; `last_event_id` is the last state known, to be told at once of what came after.
    /// When nothing comes for [`Timeouts::silence`](crate::Timeouts), the stream ends with [`Error::Timeout`].
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn events(&self, last_event_id: Option<&str>) -> Result<EventStream, Error> {
        let url = self.transport.url(&["v1", "events"])?;
        let mut request = self
            .transport
            .request_for("text/event-stream", Method::GET, url)
            // A compressed stream would hold events back.
            .header(ACCEPT_ENCODING, "identity")
            .header(CACHE_CONTROL, "no-store");
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = self.open(request).await?;
        if !response.status().is_success() {
            let answer = self.transport.read(response).await?;
            return Err(answer.refusal());
        }
        let media = content_type(response.headers());
        if !media.starts_with("text/event-stream") {
            return Err(Error::NotJson { content_type: media.to_owned() });
        }
        let silence = self.transport.timeouts.silence;
        let pieces = response.bytes_stream().boxed();
        let blocks = stream::unfold(Some(pieces), move |pieces| async move {
            let mut pieces = pieces?;
            match tokio::time::timeout(silence, pieces.next()).await {
                Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
                Ok(Some(Err(error))) => Some((Err(Error::from_http(error)), None)),
                Ok(None) => None,
                Err(_) => Some((Err(Error::Timeout), None)),
            }
        });
        Ok(read_events(blocks.boxed()))
    }
}

/// Cuts the bytes of a stream into events, however they are split, and ends after the first error.
pub fn read_events<B: AsRef<[u8]> + Send + 'static>(pieces: BoxStream<'static, Result<B, Error>>) -> EventStream {
    pieces
        .scan(Some(Parser::default()), |parser, piece| {
            let events = match (parser.as_mut(), piece) {
                (None, _) => return std::future::ready(None),
                (Some(parser), Ok(piece)) => parse(parser, piece.as_ref()),
                (Some(_), Err(error)) => vec![Err(error)],
            };
            if events.iter().any(Result::is_err) {
                *parser = None;
            }
            std::future::ready(Some(stream::iter(events)))
        })
        .flatten()
        .boxed()
}

fn parse(parser: &mut Parser, piece: &[u8]) -> Vec<Result<PlatformEvent, Error>> {
    let mut events = Vec::new();
    match parser.push(piece) {
        Ok(blocks) => {
            for block in blocks {
                match event_of(&block) {
                    Ok(Some(event)) => events.push(Ok(event)),
                    Ok(None) => {}
                    Err(error) => {
                        events.push(Err(error));
                        break;
                    }
                }
            }
        }
        Err(error) => events.push(Err(error)),
    }
    events
}

/// The event in a block; `None` for one this version does not know.
fn event_of(block: &Block) -> Result<Option<PlatformEvent>, Error> {
    let (name, data) = match block {
        Block::Comment => return Ok(Some(PlatformEvent::Heartbeat)),
        Block::Retry(ms) => return Ok(Some(PlatformEvent::ComeBack { after: Duration::from_millis(*ms) })),
        Block::Event { name, data } => (name, data),
    };
    Ok(Some(match name.as_str() {
        "hello" => {
            let HelloData { new_state } = read("the hello event", data)?;
            PlatformEvent::Hello { state: new_state }
        }
        "change" => {
            let ChangeData { types, new_state } = read("a change event", data)?;
            PlatformEvent::Changed { types, state: new_state }
        }
        "typing" => {
            let TypingData { thread_id, user_id } = read("a typing event", data)?;
            PlatformEvent::Typing { thread: thread_id, user: user_id }
        }
        _ => return Ok(None),
    }))
}

fn read<T: DeserializeOwned>(what: &'static str, data: &str) -> Result<T, Error> {
    serde_json::from_str(data).map_err(|error| Error::from_json(what, &error))
}
