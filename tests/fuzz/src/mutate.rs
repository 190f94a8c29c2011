//! Good inputs become bad ones.

use serde_json::{Map, Value, json};

use crate::Draw;

/// Pieces that mean something to the reader under test.
pub type Dictionary = &'static [&'static str];

/// Longest input.
const LONGEST: usize = 64 * 1024;

/// One to eight changes of bytes: other bits, other bytes, pieces left out, repeated, of another input or of the
/// dictionary.
pub fn bytes(corpus: &[Vec<u8>], dictionary: Dictionary, draw: &mut Draw) -> Vec<u8> {
    let mut input = draw.one(corpus).cloned().unwrap_or_default();
    for _ in 0..=draw.below(8) {
        let at = draw.below(input.len() + 1);
        match draw.below(7) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << draw.below(8);
                }
            }
            1 => {
                let byte = draw.byte();
                if let Some(there) = input.get_mut(at) {
                    *there = byte;
                }
            }
            2 => {
                let end = (at + draw.below(64)).min(input.len());
                input.drain(at..end);
            }
            3 => {
                let end = (at + draw.below(64)).min(input.len());
                let piece = input.get(at..end).unwrap_or_default().repeat(1 + draw.below(40));
                insert(&mut input, at, &piece);
            }
            4 => {
                let other = draw.one(corpus).cloned().unwrap_or_default();
                let from = draw.below(other.len());
                let to = (from + draw.below(200)).min(other.len());
                insert(&mut input, at, other.get(from..to).unwrap_or_default());
            }
            5 => input.truncate(at),
            _ => {
                let word = draw.one(dictionary).copied().unwrap_or_default();
                let times = if draw.below(20) == 0 { 300 } else { 1 };
                insert(&mut input, at, word.repeat(times).as_bytes());
            }
        }
    }
    input.truncate(LONGEST);
    input
}

/// One to four changes of the values in a JSON document; documents that are none are changed as bytes.
pub fn json(corpus: &[Vec<u8>], dictionary: Dictionary, draw: &mut Draw) -> Vec<u8> {
    if draw.below(3) == 0 {
        return bytes(corpus, dictionary, draw);
    }
    let input = draw.one(corpus).cloned().unwrap_or_default();
    let Ok(mut document) = serde_json::from_slice::<Value>(&input) else {
        return bytes(corpus, dictionary, draw);
    };
    for _ in 0..=draw.below(4) {
        change(&mut document, dictionary, draw);
    }
    serde_json::to_vec(&document).unwrap_or(input)
}

fn change(value: &mut Value, dictionary: Dictionary, draw: &mut Draw) {
    // Deep values are as likely as shallow ones.
    if draw.below(5) > 0 {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let at = draw.below(items.len());
                match draw.below(8) {
                    0 => drop(items.remove(at)),
                    1 => items.extend(items.clone().into_iter().take(200)),
                    _ => items.get_mut(at).into_iter().for_each(|item| change(item, dictionary, draw)),
                }
                return;
            }
            Value::Object(fields) if !fields.is_empty() => {
                change_field(fields, dictionary, draw);
                return;
            }
            _ => {}
        }
    }
    *value = other(value, dictionary, draw);
}

fn change_field(fields: &mut Map<String, Value>, dictionary: Dictionary, draw: &mut Draw) {
    let Some(name) = fields.keys().nth(draw.below(fields.len())).cloned() else { return };
    match draw.below(10) {
        0 => drop(fields.remove(&name)),
        1 => drop(fields.insert(draw.one(dictionary).copied().unwrap_or("x").to_owned(), json!(1))),
        _ => {
            if let Some(value) = fields.get_mut(&name) {
                change(value, dictionary, draw);
            }
        }
    }
}

/// Values at the edges of what types hold.
fn other(value: &Value, dictionary: Dictionary, draw: &mut Draw) -> Value {
    match draw.below(14) {
        0 => Value::Null,
        1 => json!(draw.below(2) == 0),
        2 => json!(-1),
        3 => json!(i64::MAX),
        4 => json!(i64::MIN),
        5 => json!(u64::MAX),
        6 => json!(1e308),
        7 => json!(0.1),
        8 => json!(""),
        9 => json!("\u{0}\u{202e}\u{fffd}'\"\\%_*"),
        10 => json!("é".repeat(5_000)),
        11 => (0..draw.below(120)).fold(json!([]), |inner, _| json!([inner])),
        12 => json!([value, value]),
        _ => json!(draw.one(dictionary).copied().unwrap_or_default()),
    }
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let tail = input.split_off(at.min(input.len()));
    input.extend_from_slice(piece);
    input.extend(tail);
    input.truncate(LONGEST);
}
