//! The event stream: the same events however the bytes are split over the network, and an end to every stream.

use futures_util::{StreamExt, stream};
use presta_api::PlatformEvent;

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "event: ",
    "data: ",
    "id: ",
    "retry: ",
    ": ",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\u{feff}",
    "hello",
    "change",
    "typing",
    "{\"types\":[\"project\"],\"new_state\":\"s\"}",
    "99999999999999999999999",
    "\u{0}",
];

#[test]
fn events_are_the_same_however_their_bytes_arrive() {
    let corpus = fuzz::folder("events").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| fuzz::bytes(corpus, WORDS, draw);
    let inputs = fuzz::run("events", &corpus, &mutation, |input| {
        let whole = runtime.block_on(read(input, input.len().max(1)));
        for size in [1, 2, 7, 64] {
            assert_eq!(runtime.block_on(read(input, size)), whole, "in pieces of {size}");
        }
    });
    report("events", inputs);
}

/// The events, and the code of the error that ended them.
async fn read(input: &[u8], size: usize) -> (Vec<PlatformEvent>, Option<&'static str>) {
    let pieces: Vec<_> = input.chunks(size).map(|piece| Ok(piece.to_vec())).collect();
    let mut events = presta_api::read_events(stream::iter(pieces).boxed());
    let (mut read, mut error) = (Vec::new(), None);
    while let Some(event) = events.next().await {
        assert!(error.is_none(), "nothing comes after an error");
        match event {
            Ok(event) => read.push(event),
            Err(broken) => error = Some(broken.code()),
        }
    }
    (read, error)
}
