//! The rows of a kind, one after the other: a list of objects, or an object a line. A row is in memory alone.

use std::io::{self, BufRead as _, BufReader, Read};
use std::ops::ControlFlow;

use serde_json::Value;

use crate::read::{Hashing, Open};
use crate::watch::{Tell, Watch};
use crate::{Archive, Entry, Error, Limits};

/// A page takes no more bytes of memory than this, whatever number of rows is asked for, but one row at least.
const PAGE: usize = 32 << 20;

/// Bytes of memory that an object takes beside its members: a node of a B-tree has room for eleven.
const OBJECT: usize = 700;
/// The same of a list: room for four values.
const LIST: usize = 160;
/// What a member or an item takes beside its text: its place, and what the allocator adds to a text.
const VALUE: usize = 140;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A JSON list of objects.
    Array,
    /// An object a line.
    Lines,
}

/// Why rows could not be read on.
#[derive(Debug)]
pub(crate) enum Stuck {
    Reading(io::Error),
    Row { row: u64, reason: String },
    TooLong { what: &'static str, limit: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    First,
    Row,
    After,
    Next,
    End,
}

/// Reads rows off bytes.
pub(crate) struct Scanner<R> {
    reader: BufReader<R>,
    shape: Shape,
    state: State,
    bytes: Vec<u8>,
    row: u64,
    longest: usize,
    deepest: usize,
    largest: usize,
    parsed: usize,
}

/// What a byte was for a row.
enum Step {
    Outside,
    Inside,
    Last,
    Wrong(&'static str),
}

/// Where in a row one is.
#[derive(Debug, Default)]
struct Inside {
    depth: usize,
    text: bool,
    escaped: bool,
    length: usize,
    /// Bytes of memory it takes once it is parsed, about.
    parsed: usize,
}

impl<R: Read> Scanner<R> {
    pub(crate) fn new(reader: R, shape: Shape, limits: &Limits) -> Self {
        let state = if shape == Shape::Array { State::Begin } else { State::First };
        let reader = BufReader::with_capacity(64 * 1024, reader);
        let (longest, deepest, largest) = (limits.row, limits.depth, limits.parsed);
        Self { reader, shape, state, bytes: Vec::new(), row: 0, longest, deepest, largest, parsed: 0 }
    }

    /// The bytes of the next row; empty ones when they are not to be kept.
    pub(crate) fn next(&mut self, keep: bool) -> Result<Option<&[u8]>, Stuck> {
        self.bytes.clear();
        let mut inside = Inside::default();
        loop {
            let buffer = self.reader.fill_buf().map_err(Stuck::Reading)?;
            if buffer.is_empty() {
                return self.ended(&inside);
            }
            let (mut used, mut begun, mut found) = (0, None, Step::Outside);
            for &byte in buffer {
                used += 1;
                found = step(self.shape, &mut self.state, &mut inside, byte);
                match found {
                    Step::Outside => {}
                    Step::Inside => {
                        begun.get_or_insert(used - 1);
                        inside.length += 1;
                        if inside.length > self.longest || inside.depth > self.deepest || inside.parsed > self.largest {
                            break;
                        }
                    }
                    Step::Last => {
                        begun.get_or_insert(used - 1);
                        break;
                    }
                    Step::Wrong(_) => break,
                }
            }
            if let (true, Some(begun)) = (keep, begun) {
                self.bytes.extend_from_slice(buffer.get(begun..used).unwrap_or_default());
            }
            self.reader.consume(used);
            if inside.length > self.longest {
                return Err(Stuck::TooLong { what: "row", limit: self.longest });
            }
            if inside.depth > self.deepest {
                return Err(Stuck::TooLong { what: "depth", limit: self.deepest });
            }
            if inside.parsed > self.largest {
                return Err(Stuck::TooLong { what: "parsed", limit: self.largest });
            }
            match found {
                Step::Last => {
                    self.row += 1;
                    self.parsed = inside.parsed;
                    return Ok(Some(&self.bytes));
                }
                Step::Wrong(reason) => return Err(self.wrong(reason)),
                Step::Outside | Step::Inside => {}
            }
        }
    }

    fn ended(&self, inside: &Inside) -> Result<Option<&[u8]>, Stuck> {
        let complete = match self.shape {
            Shape::Array => self.state == State::End,
            Shape::Lines => self.state != State::Row,
        };
        if complete && inside.length == 0 { Ok(None) } else { Err(self.wrong("the file ends within the data")) }
    }

    fn wrong(&self, reason: &str) -> Stuck {
        Stuck::Row { row: self.row + 1, reason: reason.to_owned() }
    }
}

fn step(shape: Shape, state: &mut State, inside: &mut Inside, byte: u8) -> Step {
    if *state == State::Row {
        return row_byte(shape, state, inside, byte);
    }
    match (*state, byte) {
        (State::After, b'\n') if shape == Shape::Lines => *state = State::First,
        (_, b' ' | b'\t' | b'\n' | b'\r') => {}
        (State::Begin, b'[') => *state = State::First,
        (State::First | State::Next, b'{') => {
            *state = State::Row;
            inside.depth = 1;
            inside.parsed = OBJECT;
            return Step::Inside;
        }
        (State::After, b',') if shape == Shape::Array => *state = State::Next,
        (State::First | State::After, b']') if shape == Shape::Array => *state = State::End,
        (State::First | State::Next, _) => return Step::Wrong("it is no object"),
        (State::Begin, _) => return Step::Wrong("the file is no list"),
        (State::After, _) => return Step::Wrong("something follows it that does not belong there"),
        (State::End | State::Row, _) => return Step::Wrong("something follows the list"),
    }
    Step::Outside
}

const fn row_byte(shape: Shape, state: &mut State, inside: &mut Inside, byte: u8) -> Step {
    if byte == b'\n' && matches!(shape, Shape::Lines) {
        return Step::Wrong("the line ends within it");
    }
    inside.parsed += 1;
    if inside.text {
        if inside.escaped {
            inside.escaped = false;
        } else if byte == b'\\' {
            inside.escaped = true;
        } else if byte == b'"' {
            inside.text = false;
        }
        return Step::Inside;
    }
    match byte {
        b'"' => inside.text = true,
        b'{' | b'[' => {
            inside.depth += 1;
            inside.parsed += if byte == b'{' { OBJECT } else { LIST };
        }
        b',' => inside.parsed += VALUE,
        b'}' | b']' => {
            inside.depth -= 1;
            if inside.depth == 0 {
                *state = State::After;
                return Step::Last;
            }
        }
        _ => {}
    }
    Step::Inside
}

/// A page of rows.
#[derive(Debug)]
pub struct Page {
    /// Objects, in the order they were written.
    pub rows: Vec<Value>,
    /// Whether there are more after these.
    pub more: bool,
    /// What stopped the reading: the rows before it are here, those after it cannot be reached.
    pub fault: Option<Error>,
}

/// A row as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'r> {
    bytes: &'r [u8],
    /// Bytes of memory it takes once it is parsed, about.
    parsed: usize,
    entry: &'r Entry,
    /// Its number in the entry, from 1.
    row: u64,
}

/// What is said of a row: its number in its kind from 0, and what it is.
pub(crate) type Take<'t> = dyn FnMut(u64, Raw<'_>) -> Result<ControlFlow<()>, Error> + 't;

impl Archive {
    /// Up to `limit` rows of a kind from row `offset` on, from 0. Fewer than asked for when they are large: go on where
    /// the page ends.
    ///
    /// # Errors
    /// [`Error::NoKind`], [`Error::Cancelled`].
    pub fn rows(&self, kind: &str, offset: u64, limit: usize, tell: &mut Tell<'_>) -> Result<Page, Error> {
        let entries = self.entries_of(kind)?;
        let total = entries.iter().fold(0_u64, |total, entry| total.saturating_add(entry.size));
        let mut watch = Watch::new(total, tell);
        let (mut rows, mut more, mut taken, mut bad) = (Vec::new(), false, 0, None);
        let walked = self.walk(&entries, offset, &mut watch, &mut |_, row| {
            if rows.len() >= limit || (taken + row.parsed > PAGE && !rows.is_empty()) {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            taken += row.parsed;
            match self.parse(row) {
                Ok(value) => rows.push(value),
                Err(error) => {
                    bad = Some(error);
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        });
        let fault = match walked {
            Ok(()) => bad,
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => Some(error),
        };
        Ok(Page { rows, more, fault })
    }

    /// Shows `take` every row of `entries`, which are one kind's, from `offset` on.
    pub(crate) fn walk(
        &self,
        entries: &[&Entry],
        offset: u64,
        watch: &mut Watch<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), Error> {
        let mut open = Open::default();
        let mut at = 0;
        for entry in entries {
            let Some(rows) = &entry.rows else { continue };
            let mut content = open.read(self, entry, watch, Hashing::No)?;
            let mut scanner = Scanner::new(&mut content, rows.shape, &self.limits);
            let stuck = loop {
                match scanner.next(at >= offset) {
                    Ok(Some(_)) if at < offset => at += 1,
                    Ok(Some(_)) => {
                        let raw = Raw { bytes: &scanner.bytes, parsed: scanner.parsed, entry, row: scanner.row };
                        if take(at, raw)?.is_break() {
                            return Ok(());
                        }
                        at += 1;
                    }
                    Ok(None) => break None,
                    Err(stuck) => break Some(stuck),
                }
            };
            drop(scanner);
            if let Some(stuck) = stuck {
                return Err(self.stuck(entry, stuck));
            }
        }
        Ok(())
    }

    /// What kept rows of `entry` from being read, in the archive's terms.
    pub(crate) fn stuck(&self, entry: &Entry, stuck: Stuck) -> Error {
        let (file, path) = (self.file(entry.part), entry.path.clone());
        match stuck {
            Stuck::Reading(error) => crate::read::fault(error, file, entry),
            Stuck::Row { row, reason } => Error::Row { file, entry: path, row, reason },
            Stuck::TooLong { what, limit } => {
                Error::Limit { file, entry: path, what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }
            }
        }
    }

    /// What a row says.
    pub(crate) fn parse(&self, raw: Raw<'_>) -> Result<Value, Error> {
        serde_json::from_slice(raw.bytes).map_err(|error| Error::Row {
            file: self.file(raw.entry.part),
            entry: raw.entry.path.clone(),
            row: raw.row,
            reason: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

    use super::{Scanner, Shape, Stuck};
    use crate::Limits;

    fn all(text: &str, shape: Shape) -> Result<Vec<String>, String> {
        let limits = Limits { row: 40, depth: 3, ..Limits::default() };
        let mut scanner = Scanner::new(text.as_bytes(), shape, &limits);
        let mut rows = Vec::new();
        loop {
            match scanner.next(true) {
                Ok(Some(row)) => rows.push(String::from_utf8(row.to_vec()).unwrap()),
                Ok(None) => return Ok(rows),
                Err(Stuck::Row { row, reason }) => return Err(format!("{row}: {reason}")),
                Err(Stuck::TooLong { what, limit }) => return Err(format!("{what} {limit}")),
                Err(Stuck::Reading(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn rows_of_both_shapes_are_found() {
        let rows = ["{\"a\": \"]},{\\\"\"}", "{\"b\":[{}]}"];
        assert_eq!(all(&format!("[\n{},\n{}\n]\n", rows[0], rows[1]), Shape::Array).unwrap(), rows);
        assert_eq!(all(&format!("{}\n\r\n{}", rows[0], rows[1]), Shape::Lines).unwrap(), rows);
        for empty in ["[]", " [\n\n]\n"] {
            assert!(all(empty, Shape::Array).unwrap().is_empty());
        }
        assert!(all("\n\n", Shape::Lines).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_row_is_told_with_its_number() {
        for (text, told) in [
            ("", "1: the file ends within the data"),
            ("{}", "1: the file is no list"),
            ("[{}", "2: the file ends within the data"),
            ("[{},]", "2: it is no object"),
            ("[{} {}]", "2: something follows it that does not belong there"),
            ("[1]", "1: it is no object"),
            ("[{}]]", "2: something follows the list"),
            ("[{\"a\"", "1: the file ends within the data"),
            ("[{\"a\":[[[1]]]}]", "depth 3"),
            ("[{\"a\":\"0123456789012345678901234567890123456789\"}]", "row 40"),
        ] {
            assert_eq!(all(text, Shape::Array).unwrap_err(), told, "{text}");
        }
        for (text, told) in [
            ("{}\n{\n}", "2: the line ends within it"),
            ("{}{}", "2: something follows it that does not belong there"),
            ("[]", "1: it is no object"),
            ("{\"a", "1: the file ends within the data"),
        ] {
            assert_eq!(all(text, Shape::Lines).unwrap_err(), told, "{text}");
        }
    }
}
