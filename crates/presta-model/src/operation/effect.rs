//! What a write does to a resource, as JSON: the same for every type.

use serde_json::{Map, Value, json};

use super::{Effect, Operation};

/// Ids given here to what the platform does not know yet begin with this; the id of the act that creates it follows.
const LOCAL: &str = "local:";

/// The id of what the act `act_id` creates, until the platform gives another.
pub fn local_id(act_id: &str) -> String {
    format!("{LOCAL}{act_id}")
}

/// The act that creates the resource of that id, when it is one given here.
pub fn creating_act(id: &str) -> Option<&str> {
    id.strip_prefix(LOCAL)
}

impl Operation {
    /// The resource that the act `act_id` creates, as far as it is known; `target` is what it belongs to.
    pub fn created(&self, act_id: &str, target: Option<&str>, body: &Map<String, Value>) -> Value {
        let mut row = Map::new();
        merge(&mut row, body);
        if let (Some(field), Some(target)) = (self.answer.parent_field(), target) {
            row.insert(field.to_owned(), target.into());
        }
        row.insert("id".to_owned(), local_id(act_id).into());
        row.insert("rev".to_owned(), json!(0));
        Value::Object(row)
    }

    /// `row` as it is once `body` has taken effect; `None` when it is gone then.
    pub fn apply(&self, row: Value, body: &Map<String, Value>) -> Option<Value> {
        let Value::Object(mut members) = row else { return Some(row) };
        match self.effect {
            Effect::None | Effect::Create => {}
            Effect::Merge => merge(&mut members, body),
            Effect::Into(name) => {
                let inner = members.entry(name).or_insert(Value::Null);
                if !inner.is_object() {
                    *inner = json!({});
                }
                if let Value::Object(inner) = inner {
                    merge(inner, body);
                }
            }
            Effect::Set(name, word) => {
                members.insert(name.to_owned(), word.into());
            }
            Effect::Choices => choose(&mut members, body),
            Effect::TakeBack => {
                members.insert("text".to_owned(), "".into());
                members.insert("taken_back".to_owned(), true.into());
            }
            Effect::Remove | Effect::RemoveAll => return None,
        }
        Some(Value::Object(members))
    }
}

/// Ids of uploaded files are no member of a resource: the platform shows the files themselves.
fn merge(row: &mut Map<String, Value>, body: &Map<String, Value>) {
    row.extend(
        body.iter().filter(|(name, _)| *name != "attachment_ids").map(|(name, value)| (name.clone(), value.clone())),
    );
}

/// The choices of `body` laid over the cells; cells that are locked stay as they are.
fn choose(row: &mut Map<String, Value>, body: &Map<String, Value>) {
    for name in ["marketing_profiling", "personalised_recommendations"] {
        if let Some(wish @ Value::Bool(_)) = body.get(name) {
            row.insert(name.to_owned(), wish.clone());
        }
    }
    let no_marketing = body.get("marketing") == Some(&Value::Bool(false));
    if no_marketing {
        row.insert("marketing_profiling".to_owned(), false.into());
    }
    let wishes = body.get("cells").and_then(Value::as_array);
    for cell in row.get_mut("cells").and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Object(cell) = cell else { continue };
        if cell.get("locked") == Some(&Value::Bool(true)) {
            continue;
        }
        let here = |wish: &&Value| {
            ["topic", "channel"].iter().all(|name| wish.get(*name).is_some() && wish.get(*name) == cell.get(*name))
        };
        // Of wishes for the same cell the last one counts.
        let wish = wishes.and_then(|wishes| wishes.iter().rfind(here)).and_then(|wish| wish.get("enabled")).cloned();
        if no_marketing && cell.get("marketing") == Some(&Value::Bool(true)) {
            cell.insert("enabled".to_owned(), false.into());
        } else if let Some(enabled) = wish {
            cell.insert("enabled".to_owned(), enabled);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Operation;

    fn apply(name: &str, row: Value, body: Value) -> Option<Value> {
        Operation::find(name).unwrap().apply(row, body.as_object().unwrap())
    }

    #[test]
    fn each_effect_does_what_it_says() {
        assert_eq!(
            apply("retractBid", json!({"status": "submitted"}), json!({})),
            Some(json!({"status": "retracted"}))
        );
        assert_eq!(
            apply("editBid", json!({"text": "a", "rev": 3}), json!({"text": "b", "attachment_ids": ["f"]})),
            Some(json!({"text": "b", "rev": 3}))
        );
        assert_eq!(
            apply("hideBid", json!({"client_marks": {"hidden": false, "stars": 2}}), json!({"hidden": true})),
            Some(json!({"client_marks": {"hidden": true, "stars": 2}}))
        );
        assert_eq!(
            apply("rateEntry", json!({"rating": null}), json!({"stars": 4})),
            Some(json!({"rating": {"stars": 4}}))
        );
        assert_eq!(apply("dropBookmark", json!({"id": "x"}), json!({})), None);
    }

    #[test]
    fn what_is_created_has_a_local_id_and_knows_what_it_belongs_to() {
        let operation = Operation::find("proposeAmendment").unwrap();
        let body = json!({"reason": "x"});
        let made = operation.created("a-1", Some("bid_1"), body.as_object().unwrap());
        assert_eq!(made, json!({"id": "local:a-1", "rev": 0, "bid_id": "bid_1", "reason": "x"}));
    }

    #[test]
    fn a_choice_changes_its_cell_and_no_locked_one() {
        let cell = |topic: &str, enabled: bool, locked: bool, marketing: bool| json!({"topic": topic, "channel": "email", "enabled": enabled, "locked": locked, "marketing": marketing});
        let row = json!({"marketing_profiling": true,
            "cells": [cell("security", true, true, false), cell("tips", true, false, true), cell("bids", true, false, false)]});
        let wish = |topic: &str| json!({"topic": topic, "channel": "email", "enabled": false});
        let chosen = apply("editCommunications", row.clone(), json!({"cells": [wish("security"), wish("bids")]}));
        assert_eq!(
            chosen.unwrap()["cells"],
            json!([
                cell("security", true, true, false),
                cell("tips", true, false, true),
                cell("bids", false, false, false)
            ])
        );
        let none = apply("editCommunications", row, json!({"marketing": false})).unwrap();
        assert_eq!(none["marketing_profiling"], false);
        assert_eq!(none["cells"][1]["enabled"], false);
        assert_eq!(none["cells"][2]["enabled"], true);
    }
}
