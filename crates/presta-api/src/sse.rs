//! Server-sent events (HTML Living Standard §9.2.6), of which comments are told too: they are the heartbeat.

use crate::Error;

/// Most bytes of one event.
const EVENT_LIMIT: usize = 64 * 1024;

/// A piece of the stream that means something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A comment line.
    Comment,
    /// An event; its id is the state that its data carries too.
    Event { name: String, data: String },
    /// How long to wait before the next connection, in ms.
    Retry(u64),
}

/// Cuts bytes into blocks, however they are split over the network.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it ends no second line.
    after_return: bool,
    begun: bool,
    name: String,
    data: String,
    has_data: bool,
}

impl Parser {
    /// Takes bytes in, and gives the blocks that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Block>, Error> {
        let mut blocks = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => blocks.extend(self.end_line()),
                _ => self.line.push(byte),
            }
            if self.line.len() + self.data.len() > EVENT_LIMIT {
                return Err(Error::TooLarge { limit: EVENT_LIMIT });
            }
        }
        Ok(blocks)
    }

    fn end_line(&mut self) -> Option<Block> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let mut line: &str = &line;
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Some(Block::Comment),
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            // Anything but digits is to be ignored.
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => return value.parse().ok().map(Block::Retry),
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Block> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then_some(Block::Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Block {
        Block::Event { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn blocks_are_the_same_however_the_bytes_are_split() {
        let text = "\u{feff}: hi\r\n\r\nretry: 2500\nretry: soon\nid: s1\nevent: change\ndata: {\"é\":\ndata:1}\n\nevent: lost\n\n:\rdata\r\rid: s2";
        let expected =
            vec![Block::Comment, Block::Retry(2500), event("change", "{\"é\":\n1}"), Block::Comment, event("", "")];
        for size in 1..=text.len() {
            let mut parser = Parser::default();
            let mut blocks = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                blocks.extend(parser.push(piece).unwrap());
            }
            assert_eq!(blocks, expected, "pieces of {size}");
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = Parser::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let refused = (0..100).find_map(|_| parser.push(line.as_bytes()).err());
        assert!(matches!(refused, Some(Error::TooLarge { .. })));
    }
}
