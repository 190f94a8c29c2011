//! Two people changed the same resource: what both sides leave alone or agree on needs no question.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// A member that was changed on both sides, each to something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldConflict {
    /// The member.
    pub field: String,
    /// As it was when the person changed it.
    #[ts(type = "unknown")]
    pub base: Value,
    /// As the person wants it.
    #[ts(type = "unknown")]
    pub mine: Value,
    /// As the platform has it now.
    #[ts(type = "unknown")]
    pub theirs: Value,
}

/// What comes out of comparing base, mine and theirs.
#[derive(Debug, Clone, PartialEq)]
pub enum Merged {
    /// The platform has all of it already.
    Settled,
    /// These members are still to be sent; nobody else touched them.
    Send(Map<String, Value>),
    /// The person has to choose, member by member.
    Ask(Vec<FieldConflict>),
}

/// Compares, member by member, what the person saw (`base`), what they want (`mine`, the body of the change) and what
/// the platform has (`theirs`).
pub fn three_way(base: &Value, mine: &Map<String, Value>, theirs: &Value) -> Merged {
    let mut send = Map::new();
    let mut conflicts = Vec::new();
    for (field, wish) in mine {
        // Choices are wishes cell by cell: they change no cell that the person did not touch.
        if matches!(field.as_str(), "cells" | "marketing" | "text_version") {
            send.insert(field.clone(), wish.clone());
            continue;
        }
        let (was, is) = (member(base, field), member(theirs, field));
        if same(&is, wish) || (same(&was, wish) && !same(&was, &is)) {
            // The platform has it already, or only the other side changed it.
            continue;
        }
        if same(&was, &is) {
            send.insert(field.clone(), wish.clone());
        } else {
            conflicts.push(FieldConflict { field: field.clone(), base: was, mine: wish.clone(), theirs: is });
        }
    }
    if !conflicts.is_empty() {
        Merged::Ask(conflicts)
    } else if send.is_empty() {
        Merged::Settled
    } else {
        Merged::Send(send)
    }
}

/// A member of a resource as a body would name it: files by their ids, what is not there as null.
fn member(resource: &Value, field: &str) -> Value {
    if field == "attachment_ids" {
        let files = resource.get("attachments").and_then(Value::as_array);
        return files.into_iter().flatten().filter_map(|file| file.get("id").cloned()).collect();
    }
    resource.get(field).cloned().unwrap_or(Value::Null)
}

/// Whether two values say the same; instants may be written in more than one way.
fn same(a: &Value, b: &Value) -> bool {
    let instant = |value: &Value| value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    a == b || matches!((instant(a), instant(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::{FieldConflict, Merged, three_way};

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn only_what_both_changed_differently_is_asked_about() {
        let base = json!({"title": "a", "text": "b", "city": "c", "at": "2026-01-01T00:00:00Z"});
        let theirs = json!({"title": "A", "text": "b", "city": "C", "at": "2026-01-01T00:00:00.000Z"});
        let mine = |value| three_way(&base, &object(value), &theirs);
        assert_eq!(mine(json!({"text": "B"})), Merged::Send(object(json!({"text": "B"}))));
        assert_eq!(mine(json!({"title": "A"})), Merged::Settled);
        assert_eq!(mine(json!({"title": "a", "text": "B"})), Merged::Send(object(json!({"text": "B"}))));
        assert_eq!(mine(json!({"at": "2026-01-01T00:00:00Z"})), Merged::Settled);
        let conflict = FieldConflict { field: "city".into(), base: json!("c"), mine: json!("k"), theirs: json!("C") };
        assert_eq!(mine(json!({"city": "k", "text": "B"})), Merged::Ask(vec![conflict]));
    }

    proptest! {
        /// Members are small numbers, so that the three sides often agree.
        #[test]
        fn no_change_of_either_side_is_lost_in_silence(
            base in prop::array::uniform4(0u8..3),
            mine in prop::array::uniform4(prop::option::of(0u8..3)),
            theirs in prop::array::uniform4(0u8..3),
        ) {
            let row = |values: [u8; 4]| -> Value {
                values.iter().enumerate().map(|(i, v)| (i.to_string(), json!(v))).collect::<Map<_, _>>().into()
            };
            let body: Map<String, Value> =
                mine.iter().enumerate().filter_map(|(i, v)| Some((i.to_string(), json!((*v)?)))).collect();
            let (sent, asked) = match three_way(&row(base), &body, &row(theirs)) {
                Merged::Settled => (Map::new(), Vec::new()),
                Merged::Send(sent) => (sent, Vec::new()),
                Merged::Ask(asked) => (Map::new(), asked),
            };
            for i in 0..4 {
                let name = i.to_string();
                let (b, t) = (base[i], theirs[i]);
                let is_asked = asked.iter().any(|conflict| conflict.field == name);
                match mine[i] {
                    Some(m) if m != b && t != b && m != t => prop_assert!(is_asked),
                    Some(m) if m != b && t == b => prop_assert!(!asked.is_empty() || sent[&name] == json!(m)),
                    // What the person did not change is as the platform has it.
                    _ => prop_assert!(!is_asked && sent.get(&name).is_none_or(|value| *value == json!(t))),
                }
            }
        }
    }
}
