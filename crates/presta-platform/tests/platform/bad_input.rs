//! What every operation refuses: generated from the contract, tried by someone who may do the thing.

use presta_platform::routes::{self, Route};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{Api, Reply},
    contract::Contract,
    matrix::{
        self,
        requests::{Request, parameter},
        targets::Variant,
        world::{Who, World},
    },
};

const JSON: &str = "application/json";
const MAX_BODY: usize = 1024 * 1024;

/// Operations of the API itself: those of signing in answer as RFC 6749 and browsers want it.
fn operations() -> Vec<Route> {
    routes::all().into_iter().filter(|route| route.path.starts_with("/v1/")).collect()
}

/// Who may do it, by the table of the matrix.
fn actor(route: &Route) -> Who {
    let start = format!("| `{} {}` |", route.method, route.path);
    let table = matrix::written();
    let row = table.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row {start}"));
    let cells: Vec<&str> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
    let people = [Who::Camille, Who::Theo, Who::Nadia, Who::Ines];
    let may = people.into_iter().zip(&cells[5..]).find(|(_, cell)| cell.starts_with('2'));
    may.map_or(Who::Camille, |(who, _)| who)
}

fn operation(route: &Route) -> &'static Value {
    Contract::shared().operation(route.method, route.path)
}

/// A refusal as every one is: a problem, and none of the server's own.
fn refused(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status, status, "{what}: {:#}", reply.body);
    if reply.header("content-length") != "0" && !reply.bytes.is_empty() {
        assert_eq!(reply.header("content-type"), "application/problem+json", "{what}");
    }
}

/// `request` with other bytes for a body.
async fn with(request: &Request, api: &Api, kind: Option<&str>, bytes: Vec<u8>) -> Reply {
    let mut call = request.bare(api, &request.path());
    if request.key.is_some() {
        call = call.key(Uuid::new_v4());
    }
    if let Some(kind) = kind {
        call = call.header("content-type", kind);
    }
    call.bytes(bytes).send().await
}

/// Whether an operation takes a JSON body, and whether it must have one.
fn json_body(route: &Route) -> Option<(&'static Value, bool)> {
    let body = &operation(route)["requestBody"];
    let schema = body["content"].get(JSON)?.get("schema")?;
    Some((schema, body["required"] == true))
}

#[tokio::test]
async fn a_body_that_is_not_the_contracts_is_refused() {
    let world = World::start().await;
    let mut tried = 0;
    for route in operations() {
        let Some((_, required)) = json_body(&route) else { continue };
        let request = world.request(route.method, route.path, Variant::Usual).await;
        let (api, what) = (world.of(actor(&route)), format!("{} {}", route.method, route.path));
        let mut extra = request.json().unwrap();
        extra["surprise"] = json!(1);
        let unknown = with(&request, api, Some(JSON), extra.to_string().into_bytes()).await;
        refused(&unknown, 422, &what);
        assert_eq!(unknown.error(), ("/surprise", "unknown-field"), "{what}");
        for bytes in [b"{".to_vec(), b"[]".to_vec(), b"null".to_vec(), b"7".to_vec(), b"{} {}".to_vec(), vec![0xff]] {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            refused(&with(&request, api, Some(JSON), bytes).await, 422, &format!("{what} {shown}"));
        }
        let example = request.json().unwrap().to_string().into_bytes();
        for kind in [Some("text/plain"), Some("application/jsonx"), Some("application/x-www-form-urlencoded"), None] {
            refused(&with(&request, api, kind, example.clone()).await, 415, &format!("{what} {kind:?}"));
        }
        if required {
            refused(&with(&request, api, Some(JSON), Vec::new()).await, 422, &format!("{what} empty"));
            refused(&with(&request, api, None, Vec::new()).await, 415, &format!("{what} without type"));
        }
        let large = with(&request, api, Some(JSON), vec![b' '; MAX_BODY + 1]).await;
        refused(&large, 413, &format!("{what} too large"));
        tried += 1;
    }
    assert!(tried >= 50, "only {tried} operations with a body");
}

/// The schema `schema` is, through what it refers to.
fn resolved(schema: &Value) -> &Value {
    Contract::shared().resolve(schema)
}

/// Every place of a body that a schema describes: path of members, and the schema there.
fn places(schema: &'static Value, at: &[String], found: &mut Vec<(Vec<String>, &'static Value)>) {
    let schema = resolved(schema);
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = [at, std::slice::from_ref(name)].concat();
        found.push((path.clone(), inner));
        places(inner, &path, found);
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|part| places(part, at, found));
    }
}

/// `body` with `value` at a place; none when there is no such place in it.
fn put(body: &Value, path: &[String], value: Value) -> Option<Value> {
    let (last, above) = path.split_last()?;
    let mut changed = body.clone();
    let mut at = &mut changed;
    for name in above {
        at = at.as_object_mut()?.get_mut(name)?;
    }
    at.as_object_mut()?.insert(last.clone(), value);
    Some(changed)
}

#[tokio::test]
async fn a_member_of_a_wrong_type_is_refused_wherever_it_is() {
    let world = World::start().await;
    let contract = Contract::shared();
    // As a value of every type there is, and of none of a member's own.
    let wrong = [json!(null), json!(true), json!(7.5), json!("\u{1f}"), json!([null]), json!({"a": {}}), json!([[]])];
    let (mut tried, mut taken) = (0, Vec::new());
    for route in operations() {
        let Some((schema, _)) = json_body(&route) else { continue };
        let mut members = Vec::new();
        places(schema, &[], &mut members);
        if members.is_empty() {
            continue;
        }
        let request = world.request(route.method, route.path, Variant::Usual).await;
        let api = world.of(actor(&route));
        let body = request.json().unwrap();
        for (path, inner) in members {
            for value in wrong.iter().filter(|value| !contract.admits(inner, value)) {
                let Some(changed) = put(&body, &path, value.clone()) else { continue };
                let what = format!("{} {}: {changed}", route.method, route.path);
                let reply = with(&request, api, Some(JSON), changed.to_string().into_bytes()).await;
                let pointer = reply.error().0;
                // A word of its own may be at odds with another member as well.
                let here = value.is_string() || pointer.is_empty() || pointer.starts_with(&format!("/{}", path[0]));
                if reply.status != 422 || !here {
                    taken.push(format!("{what}: {} {}", reply.status, reply.body));
                    continue;
                }
                refused(&reply, 422, &what);
                tried += 1;
            }
        }
        for name in resolved(schema)["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()) {
            let mut less = body.clone();
            less.as_object_mut().unwrap().remove(name);
            let what = format!("{} {} without {name}", route.method, route.path);
            refused(&with(&request, api, Some(JSON), less.to_string().into_bytes()).await, 422, &what);
        }
    }
    assert!(taken.is_empty(), "not refused as the contract has it: {taken:#?}");
    assert!(tried >= 300, "only {tried} members tried");
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let world = World::start().await;
    let mut tried = 0;
    for route in operations().into_iter().filter(|route| route.path.contains("{id}")) {
        let request = world.request(route.method, route.path, Variant::Usual).await;
        let api = world.of(actor(&route));
        let prefix = request.id.as_deref().unwrap().split_once('_').unwrap().0.to_owned();
        let other = if prefix == "prj" { "bid" } else { "prj" };
        for id in [
            "x".to_owned(),
            "7".to_owned(),
            "%00".to_owned(),
            "%F0%9F%92%A5".to_owned(),
            format!("{prefix}_"),
            format!("{prefix}_{}", "z".repeat(300)),
            format!("{prefix}_zzzzzzzzzzzz"),
            request.id.as_deref().unwrap().to_uppercase(),
            request.id.as_deref().unwrap().replace(&prefix, other),
        ] {
            let reply = request.send_to(api, &request.path_with(&id)).await;
            refused(&reply, 404, &format!("{} {} {id}", route.method, route.path));
        }
        tried += 1;
    }
    assert!(tried >= 70, "only {tried} operations with an id");
    let camille = world.of(Who::Camille);
    for n in ["0", "2", "-1", "x", "99999999999999999999"] {
        camille.get(&format!("/v1/exports/{}/parts/{n}", world.export)).await.expect(404);
    }
}

#[tokio::test]
async fn an_edit_names_the_revision_it_edits() {
    let world = World::start().await;
    let mut tried = 0;
    for route in operations().into_iter().filter(|route| parameter(operation(route), "If-Match") == Some(true)) {
        let mut request = world.request(route.method, route.path, Variant::Usual).await;
        let (who, what) = (actor(&route), format!("{} {}", route.method, route.path));
        for (tag, status) in [
            ("", 428),
            ("\"999999\"", 412),
            ("\"0\"", 412),
            ("999999", 412),
            ("W/\"1\"", 412),
            ("\"é\"", 412),
            ("*", 412),
        ] {
            request.headers.retain(|(name, _)| *name != "if-match");
            if !tag.is_empty() {
                request.headers.push(("if-match", tag.to_owned()));
            }
            refused(&request.send(world.of(who)).await, status, &format!("{what} {tag}"));
        }
        request.headers.retain(|(name, _)| *name != "if-match");
        let etag = world.etag(&request, who).await;
        request.headers.push(("if-match", etag));
        request.send(world.of(who)).await.expect(200);
        tried += 1;
    }
    let edits = operations().into_iter().filter(|route| route.method == "PATCH" && !route.path.contains("uploads"));
    assert_eq!(tried, edits.count(), "every edit needs a revision");
}

/// Sends `request` under `key`, with its own body or another.
async fn under(request: &Request, api: &Api, key: &str, other: bool) -> Reply {
    let mut call = request.bare(api, &request.path()).header("idempotency-key", key);
    let (kind, mut bytes) = request.body.clone().unwrap_or((JSON, Vec::new()));
    if other {
        bytes.extend_from_slice(if bytes.is_empty() { b"{}" } else { b" " });
    }
    if !bytes.is_empty() {
        call = call.header("content-type", kind).bytes(bytes);
    }
    call.send().await
}

#[tokio::test]
async fn a_key_is_one_intent() {
    let world = World::start().await;
    let mut tried = 0;
    for route in operations() {
        let Some(required) = parameter(operation(&route), "Idempotency-Key") else { continue };
        let mut request = world.request(route.method, route.path, Variant::Usual).await;
        let (api, what) = (world.of(actor(&route)), format!("{} {}", route.method, route.path));
        for key in ["17", "not-a-uuid", "{}", "845435c8-9736-4a94-9b4c-39e5fbe17be"] {
            let reply = under(&request, api, key, false).await;
            refused(&reply, 422, &format!("{what} {key}"));
            assert_eq!(reply.error(), ("Idempotency-Key", "invalid"), "{what} {key}");
        }
        if required {
            let mut keyless = request.clone();
            keyless.key = None;
            let reply = keyless.send(api).await;
            refused(&reply, 422, &what);
            assert_eq!(reply.error(), ("Idempotency-Key", "required"), "{what}");
        }
        let key = Uuid::new_v4().to_string();
        let first = under(&request, api, &key, false).await;
        assert!((200..300).contains(&first.status), "{what}: {:#}", first.body);
        let again = under(&request, api, &key, false).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body), "{what}");
        assert_eq!((first.header("etag"), first.header("location")), (again.header("etag"), again.header("location")));
        assert_eq!(
            (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
            ("", "true"),
            "{what}"
        );
        let announced = request.headers.iter_mut().find(|(name, _)| *name == "upload-length");
        let other = match announced {
            Some((_, length)) => {
                length.push('7');
                under(&request, api, &key, false).await
            }
            None => under(&request, api, &key, true).await,
        };
        refused(&other, 422, &what);
        assert_eq!(other.problem(), "idempotency-key-reused", "{what}");
        tried += 1;
    }
    assert!(tried >= 60, "only {tried} operations with a key");
}

#[tokio::test]
async fn a_query_out_of_the_contract_is_refused_by_name() {
    let world = World::start().await;
    let contract = Contract::shared();
    let mut tried = 0;
    for route in operations() {
        let parameters = operation(&route)["parameters"].as_array().cloned().unwrap_or_default();
        let parameters = parameters.iter().map(|one| contract.resolve(one)).filter(|one| one["in"] == "query");
        let all: Vec<(&str, &Value)> =
            parameters.map(|one| (one["name"].as_str().unwrap(), resolved(&one["schema"]))).collect();
        if all.is_empty() || route.method != "GET" {
            continue;
        }
        let request = world.request(route.method, route.path, Variant::Usual).await;
        let path = request.path();
        let (start, query) = path.split_once('?').unwrap_or((&path, ""));
        for (name, schema) in all {
            let values: &[&str] = match (schema["type"].as_str(), schema.get("enum")) {
                (Some("integer"), _) => &["x", "7.5", "-9223372036854775808", "99999999999999999999", "%00", ""],
                (Some("boolean"), _) => &["maybe", "1", ""],
                (_, Some(_)) => &["nonsense", "%00"],
                _ => continue,
            };
            let rest: Vec<&str> =
                query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}="))).collect();
            for value in values {
                let path = format!("{start}?{}&{name}={value}", rest.join("&"));
                let reply = world.of(actor(&route)).get(&path).await;
                refused(&reply, 422, &path);
                assert_eq!(reply.error().0, format!("?{name}"), "{path}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 100, "only {tried} values tried");
}
