//! Every example of the contract is read by the type that the client reads it with.

use std::collections::BTreeMap;
use std::path::Path;

use presta_api::{Problem, ProblemKind};
use presta_model::{
    Bid, Catalog, ChangePage, Entity, EntityType, Me, Message, PostedMessage, Project, Quota, SnapshotPage, Thread,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The names a schema goes by, and how its examples are read.
type Decoder = (&'static [&'static str], fn(Value) -> Result<(), String>);

/// Schemas of which the contract has examples.
const DECODERS: &[Decoder] = &[
    (&["Project"], read::<Project>),
    (&["Bid"], read::<Bid>),
    (&["Thread"], read::<Thread>),
    (&["Message"], read::<Message>),
    (&["Me"], read::<Me>),
    (&["Quota"], read::<Quota>),
    (&["Catalog"], read::<Catalog>),
    (&["ChangePage", "Changes"], changes),
    (&["SnapshotPage", "Snapshot"], snapshot),
    (&["Problem"], problem),
];

/// Schemas that the contract may well write inline.
const OPTIONAL: &[Decoder] = &[
    (&["PostedMessage"], read::<PostedMessage>),
    (&["ProjectPage", "Projects"], page::<Project>),
    (&["BidPage", "Bids"], page::<Bid>),
    (&["ThreadPage", "Threads"], page::<Thread>),
    (&["MessagePage", "Messages"], page::<Message>),
];

fn read<T: DeserializeOwned>(example: Value) -> Result<(), String> {
    serde_json::from_value::<T>(example).map(|_| ()).map_err(|error| error.to_string())
}

fn page<T: DeserializeOwned>(example: Value) -> Result<(), String> {
    let items = example["items"].as_array().ok_or("no items")?.clone();
    items.into_iter().try_for_each(read::<T>)
}

fn changes(example: Value) -> Result<(), String> {
    let page: ChangePage = serde_json::from_value(example).map_err(|e| e.to_string())?;
    for change in page.changed {
        Entity::decode(change.kind, change.data).map_err(|e| format!("{}: {e}", change.id))?;
    }
    Ok(())
}

fn snapshot(example: Value) -> Result<(), String> {
    let page: SnapshotPage = serde_json::from_value(example).map_err(|e| e.to_string())?;
    for item in page.items {
        // A snapshot does not repeat its type, which an example's fields tell.
        let kind = EntityType::KEPT.into_iter().find(|kind| matches!(Entity::decode(*kind, item.clone()), Ok(Some(_))));
        kind.ok_or_else(|| format!("of no type: {item}"))?;
    }
    Ok(())
}

fn problem(example: Value) -> Result<(), String> {
    let status = example["status"].as_u64().ok_or("no status")?;
    let status = u16::try_from(status).map_err(|e| e.to_string())?;
    let problem = Problem::decode(status, example.to_string().as_bytes(), None).ok_or("not read")?;
    match problem.kind {
        ProblemKind::Unknown(name) => Err(format!("unknown kind {name}")),
        _ => Ok(()),
    }
}

/// Every example below `node`, with the name of its schema and where it is.
fn collect(root: &Value, node: &Value, at: &str, found: &mut Vec<(String, String, Value)>) {
    match node {
        Value::Object(fields) => {
            if let Some(name) = fields.get("schema").and_then(schema_name) {
                for (key, example) in examples(root, node) {
                    found.push((name.clone(), format!("{at}/{key}"), example));
                }
            }
            if let Some(name) = fields.get("schema").and_then(item_name) {
                for (key, example) in examples(root, node) {
                    let items = example["items"].as_array().cloned().unwrap_or_default();
                    found.extend(items.into_iter().map(|e| (name.clone(), format!("{at}/{key}"), e)));
                }
            }
            for (key, child) in fields {
                let at = format!("{at}/{key}");
                if let Some(name) = at.strip_prefix("/components/schemas/")
                    && !name.contains('/')
                {
                    for (key, example) in examples(root, child) {
                        found.push((name.to_owned(), format!("{at}/{key}"), example));
                    }
                }
                collect(root, child, &at, found);
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter().enumerate() {
                collect(root, child, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn schema_name(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    reference.strip_prefix("#/components/schemas/").map(str::to_owned)
}

/// What a page of a list, whose schema is written in place, is made of.
fn item_name(schema: &Value) -> Option<String> {
    schema_name(&schema["properties"]["items"]["items"])
}

/// The `example` of a node, and its `examples` (a list in schemas, named ones in media types).
fn examples(root: &Value, node: &Value) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = Vec::new();
    if let Some(example) = node.get("example") {
        all.push(("example".to_owned(), example.clone()));
    }
    match node.get("examples") {
        Some(Value::Array(list)) => {
            all.extend(list.iter().enumerate().map(|(i, e)| (format!("examples/{i}"), e.clone())))
        }
        Some(Value::Object(named)) => {
            for (name, example) in named {
                let example = match example["$ref"].as_str() {
                    Some(reference) => {
                        let pointer = reference.trim_start_matches('#');
                        root.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
                    }
                    None => example,
                };
                all.push((format!("examples/{name}"), example["value"].clone()));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn every_example_of_the_contract_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/openapi.yaml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let root: Value = serde_yaml_ng::from_str(&text).unwrap();
    let mut found = Vec::new();
    collect(&root, &root, "", &mut found);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for (name, at, example) in found {
        let decoder = DECODERS.iter().chain(OPTIONAL).find(|(names, _)| names.contains(&name.as_str()));
        let Some((names, decode)) = decoder else { continue };
        *counts.entry(names[0]).or_default() += 1;
        if let Err(error) = decode(example) {
            failures.push(format!("{at} ({name}): {error}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for (names, _) in DECODERS {
        assert!(counts.contains_key(names[0]), "no example of {}: {counts:?}", names[0]);
    }
}

#[test]
fn examples_are_found_wherever_the_contract_has_them() {
    let root = serde_json::json!({
        "components": {
            "schemas": { "A": { "type": "object", "example": 1, "examples": [2] } },
            "examples": { "three": { "value": 3 } },
        },
        "paths": { "/a": { "get": { "responses": { "200": { "content": {
            "application/json": {
                "schema": { "$ref": "#/components/schemas/A" },
                "examples": { "x": { "$ref": "#/components/examples/three" }, "y": { "value": 4 } },
            },
            "application/problem+json": {
                "schema": { "properties": { "items": { "items": { "$ref": "#/components/schemas/B" } } } },
                "example": { "items": [5, 6] },
            },
        } } } } } },
    });
    let mut found = Vec::new();
    collect(&root, &root, "", &mut found);
    let found: Vec<_> = found.iter().map(|(name, _, value)| (name.as_str(), value.as_i64().unwrap())).collect();
    assert_eq!(found, [("A", 1), ("A", 2), ("A", 3), ("A", 4), ("B", 5), ("B", 6)]);
}
