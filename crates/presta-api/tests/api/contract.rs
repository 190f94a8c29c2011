//! Every example of the contract is read by the type that the client reads it with. What this version does not know
//! yet (types, kinds of problems, values of enumerations) is read as unknown and harms nothing beside it.

use std::collections::BTreeMap;
use std::path::Path;

use presta_api::{Problem, ProblemKind};
use presta_model::{
    Bid, Catalog, ChangePage, Entity, EntityType, Me, Message, OPERATIONS, Operation, PostedMessage, Project, Quota,
    Resource, SnapshotPage, Thread,
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

/// The schemas of the types that are kept as they come, and the types' names.
const PLAIN: &[(&str, EntityType)] = &[
    ("Contest", EntityType::Contest),
    ("Entry", EntityType::Entry),
    ("Amendment", EntityType::Amendment),
    ("AgreedMilestone", EntityType::Milestone),
    ("MilestoneRequest", EntityType::MilestoneRequest),
    ("Review", EntityType::Review),
    ("SavedSearch", EntityType::SavedSearch),
    ("Bookmark", EntityType::Bookmark),
    ("Invitation", EntityType::Invitation),
    ("Recommendation", EntityType::Recommendation),
    ("Decision", EntityType::Decision),
    ("App", EntityType::App),
    ("LinkedAccount", EntityType::Account),
    ("Device", EntityType::Device),
    ("Contact", EntityType::Contact),
    ("Communications", EntityType::Communications),
    ("PrivacyRequest", EntityType::PrivacyRequest),
    ("Export", EntityType::Export),
];

/// The plain type a schema, or a page of it, is read as.
fn plain(name: &str) -> Option<(EntityType, bool)> {
    PLAIN.iter().find_map(|(schema, kind)| match name.strip_prefix(schema) {
        Some("") => Some((*kind, false)),
        Some("Page") => Some((*kind, true)),
        _ => None,
    })
}

fn page<T: DeserializeOwned>(example: Value) -> Result<(), String> {
    let items = example["items"].as_array().ok_or("no items")?.clone();
    items.into_iter().try_for_each(read::<T>)
}

/// Reads `data` as `kind`; what is not kept is passed over, and nothing that is kept is taken for it.
fn entity(kind: EntityType, data: Value) -> Result<(), String> {
    let entity = Entity::decode(kind, data).map_err(|e| e.to_string())?;
    if entity.is_some() == EntityType::KEPT.contains(&kind) { Ok(()) } else { Err(format!("{kind:?} passed over")) }
}

fn changes(example: Value) -> Result<(), String> {
    let names: Vec<Value> = example["changed"].as_array().into_iter().flatten().map(|c| c["type"].clone()).collect();
    let page: ChangePage = serde_json::from_value(example).map_err(|e| e.to_string())?;
    for (change, name) in page.changed.into_iter().zip(names) {
        let known = EntityType::KEPT.into_iter().find(|kind| name == kind.as_str());
        if change.kind != known.unwrap_or(EntityType::Unknown) {
            return Err(format!("{name} is read as {:?}", change.kind));
        }
        entity(change.kind, change.data).map_err(|e| format!("{}: {e}", change.id))?;
    }
    Ok(())
}

/// The type that the contract's ids of `item` tell: a snapshot does not repeat it.
fn kind_of(item: &Value) -> EntityType {
    let id = item["id"].as_str().unwrap_or_default();
    match id.split('_').next() {
        Some("usr") => EntityType::Me,
        Some("prj") => EntityType::Project,
        Some("bid") => EntityType::Bid,
        Some("thr") => EntityType::Thread,
        Some("msg") => EntityType::Message,
        _ => EntityType::Unknown,
    }
}

fn snapshot(example: Value) -> Result<(), String> {
    let page: SnapshotPage = serde_json::from_value(example).map_err(|e| e.to_string())?;
    page.items.into_iter().try_for_each(|item| entity(kind_of(&item), item))
}

fn problem(example: Value) -> Result<(), String> {
    let status = example["status"].as_u64().ok_or("no status")?;
    let status = u16::try_from(status).map_err(|e| e.to_string())?;
    let problem = Problem::decode(status, example.to_string().as_bytes(), None).ok_or("not read")?;
    let name = example["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    match problem.kind {
        ProblemKind::Unknown(kept) if kept == name && !KNOWN_PROBLEMS.contains(&name) => Ok(()),
        ProblemKind::Unknown(kept) => Err(format!("{name} is read as unknown {kept}")),
        known if known.code() == name => Ok(()),
        other => Err(format!("{name} is read as {other:?}")),
    }
}

/// Problems the client decides by; any other may come as well, and is shown by its own words.
const KNOWN_PROBLEMS: [&str; 13] = [
    "validation",
    "quota-exhausted",
    "contact-details-in-text",
    "project-closed",
    "duplicate-bid",
    "amount-out-of-range",
    "edited-elsewhere",
    "step-up-required",
    "sync-state-expired",
    "rate-limited",
    "not-found",
    "forbidden",
    "gone",
];

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
    let mut seen: BTreeMap<EntityType, usize> = BTreeMap::new();
    for (name, at, example) in found {
        if let Some((kind, is_page)) = plain(&name) {
            *seen.entry(kind).or_default() += 1;
            let items = if is_page { example["items"].as_array().cloned().unwrap_or_default() } else { vec![example] };
            for item in items {
                match Resource::read(kind, item) {
                    Ok(read) => assert!(!read.id.is_empty() && read.rev > 0, "{at}"),
                    Err(error) => failures.push(format!("{at} ({name}): {error}")),
                }
            }
            continue;
        }
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
    for (schema, kind) in PLAIN {
        assert!(seen.contains_key(kind), "no example of {schema}");
    }
}

#[test]
fn every_type_of_the_contract_is_kept() {
    let root: Value = serde_yaml_ng::from_str(include_str!("../../../../contract/openapi.yaml")).unwrap();
    let names = root["components"]["schemas"]["Type"]["enum"].as_array().unwrap();
    let mut wanted: Vec<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
    let mut kept: Vec<&str> = EntityType::KEPT.iter().map(|kind| kind.as_str()).collect();
    wanted.sort_unstable();
    kept.sort_unstable();
    assert_eq!(kept, wanted);
    for kind in EntityType::KEPT {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(EntityType::from_name(kind.as_str()), kind);
        assert!(!kind.is_plain() || PLAIN.iter().any(|(_, plain)| *plain == kind), "{kind:?} has no example to read");
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

#[test]
fn a_newer_platform_is_read_as_far_as_it_is_known() {
    let root: Value = serde_yaml_ng::from_str(include_str!("../../../../contract/openapi.yaml")).unwrap();
    let of = |name: &str| root["components"]["examples"][name]["value"].clone();
    let mut page = of("Changes");
    let strange =
        serde_json::json!({"type": "hologram", "id": "hol_1", "rev": 9, "data": {"id": "hol_1", "shape": [1]}});
    page["changed"].as_array_mut().unwrap().insert(0, strange);
    let gone = serde_json::json!({"type": "hologram", "id": "hol_2", "reason": "evaporated"});
    page["removed"].as_array_mut().unwrap().push(gone);
    changes(page.clone()).unwrap();
    let read: ChangePage = serde_json::from_value(page).unwrap();
    assert_eq!(read.changed[0].kind, EntityType::Unknown);
    assert_eq!(Entity::decode(read.changed[0].kind, read.changed[0].data.clone()).unwrap(), None);
    assert_eq!(read.removed.last().unwrap().kind, EntityType::Unknown);

    // Every word of an enumeration that an example holds may be another one some day, and fields be added anywhere.
    for (name, fields) in [
        ("Project", &["/type", "/status", "/viewer/reason"][..]),
        ("Bid", &["/status", "/events/0/kind", "/allowed_actions/0"][..]),
        ("Thread", &["/participants/0/role"][..]),
        ("Me", &["/roles/0"][..]),
    ] {
        for field in fields {
            let mut example = of(name);
            *example.pointer_mut(field).unwrap_or_else(|| panic!("{name}{field}")) = "of-tomorrow".into();
            example["of_tomorrow"] = serde_json::json!({"a": [null]});
            let (_, decode) = DECODERS.iter().find(|(names, _)| names.contains(&name)).unwrap();
            decode(example).unwrap_or_else(|error| panic!("{name}{field}: {error}"));
        }
    }
}

/// Writes that have acts of their own in the queue, because of what is checked before they are sent.
const SPECIAL: [&str; 6] = ["placeBid", "openThread", "writeMessage", "readThread", "muteThread", "archiveThread"];

/// Writes that are not queued: signing in, uploads (sent while the person waits), "is typing" (worth no second try), and
/// the link of a mail.
const NOT_QUEUED: [&str; 9] =
    ["login", "consent", "token", "revoke", "createUpload", "appendToUpload", "terminateUpload", "type", "unsubscribe"];

#[test]
fn every_write_of_the_contract_goes_through_the_queue() {
    let root: Value = serde_yaml_ng::from_str(include_str!("../../../../contract/openapi.yaml")).unwrap();
    let follow = |node: &Value| match node["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => node.clone(),
    };
    let mut seen = Vec::new();
    for (path, operations) in root["paths"].as_object().unwrap() {
        for (method, contract) in operations.as_object().unwrap() {
            if !matches!(method.as_str(), "post" | "put" | "patch" | "delete") {
                continue;
            }
            let name = contract["operationId"].as_str().unwrap();
            seen.push(name.to_owned());
            if SPECIAL.contains(&name) || NOT_QUEUED.contains(&name) {
                assert_eq!(Operation::find(name), None, "{name} is named twice");
                continue;
            }
            let operation = Operation::find(name).unwrap_or_else(|| panic!("{name} is not queued"));
            assert_eq!(operation.path, path, "{name}");
            assert_eq!(format!("{:?}", operation.method).to_lowercase(), *method, "{name}");
            let parameters: Vec<Value> = contract["parameters"].as_array().into_iter().flatten().map(follow).collect();
            let precondition = parameters.iter().any(|parameter| parameter["name"] == "If-Match");
            assert_eq!(operation.has_precondition(), precondition, "{name}");
            let schema = follow(&follow(&contract["requestBody"])["content"]["application/json"]["schema"]);
            let mut wanted: Vec<&str> =
                schema["properties"].as_object().into_iter().flatten().map(|(field, _)| field.as_str()).collect();
            let mut fields: Vec<&str> = operation.fields.iter().map(|field| field.name).collect();
            wanted.sort_unstable();
            fields.sort_unstable();
            assert_eq!(fields, wanted, "{name}");
            let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
            for field in operation.fields {
                assert_eq!(field.required, required.iter().any(|name| *name == field.name), "{name}: {}", field.name);
            }
        }
    }
    for name in OPERATIONS.iter().map(|operation| operation.name).chain(SPECIAL).chain(NOT_QUEUED) {
        assert!(seen.iter().any(|seen| seen == name), "the contract has no {name}");
    }
}
