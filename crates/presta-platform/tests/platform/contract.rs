//! The contract as a judge: of its own examples, of the list of routes, and of every answer seen.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock},
};

use jsonschema::Validator;
use serde_json::{Value, json};

const TEXT: &str = include_str!("../../../../contract/openapi.yaml");

const README: &str = include_str!("../../../../contract/README.md");

const ADMIN: &str = include_str!("../../../../contract/admin.yaml");

pub struct Contract {
    doc: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Contract> = OnceLock::new();
        SHARED.get_or_init(|| Self::read(TEXT))
    }

    /// The one of the operator's listener.
    pub fn operator() -> &'static Self {
        static OPERATOR: OnceLock<Contract> = OnceLock::new();
        OPERATOR.get_or_init(|| Self::read(ADMIN))
    }

    fn read(text: &str) -> Self {
        let mut doc: Value = serde_yaml_ng::from_str(text).unwrap();
        close(&mut doc["components"]["schemas"]);
        Self { doc, validators: Mutex::default() }
    }

    pub fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.resolve(self.doc.pointer(pointer).unwrap_or_else(|| panic!("nothing at {reference}")))
            }
            None => value,
        }
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut all = self.validators.lock().unwrap();
        let make = || {
            let mut root = schema.clone();
            root["components"] = json!({"schemas": self.doc["components"]["schemas"]});
            Arc::new(jsonschema::options().should_validate_formats(true).build(&root).unwrap())
        };
        Arc::clone(all.entry(schema.to_string()).or_insert_with(make))
    }

    fn assert_valid(&self, schema: &Value, instance: &Value, what: &str) {
        let errors: Vec<String> = self
            .validator(schema)
            .iter_errors(instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}\n{instance:#}");
    }

    /// The operation of a method and a path as it is in the contract.
    pub fn operation(&self, method: &str, template: &str) -> &Value {
        &self.doc["paths"][template][method.to_lowercase()]
    }

    /// Whether `schema` admits `instance`.
    pub fn admits(&self, schema: &Value, instance: &Value) -> bool {
        self.validator(schema).is_valid(instance)
    }

    /// The path of the contract that `path` is one of.
    fn template(&self, path: &str) -> Option<&str> {
        let path = path.split('?').next().unwrap();
        let fits = |template: &&String| {
            let (wanted, got): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            wanted.len() == got.len() && wanted.iter().zip(&got).all(|(wanted, got)| fits_segment(wanted, got))
        };
        self.doc["paths"].as_object().unwrap().keys().find(fits).map(String::as_str)
    }

    /// Panics unless the contract knows such an answer to such a request.
    pub fn check(&self, method: &str, path: &str, status: u16, kind: Option<&str>, body: &[u8]) {
        let what = format!("{method} {path} → {status}");
        let template = self.template(path).unwrap_or_else(|| panic!("{what}: no such path"));
        let operation = &self.doc["paths"][template][method.to_lowercase()];
        assert!(operation.is_object(), "{what}: no such operation");
        let responses = &operation["responses"];
        let response = responses.get(status.to_string()).or_else(|| {
            let range = format!("{}XX", status / 100);
            responses.get(range)
        });
        let response = self.resolve(
            response.unwrap_or_else(|| panic!("{what}: undocumented status\n{}", String::from_utf8_lossy(body))),
        );
        let Some(content) = response.get("content") else {
            assert!(body.is_empty(), "{what}: a body where there is none in the contract");
            return;
        };
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("none");
        let any = || content.get("*/*").filter(|_| kind != "none");
        let media = content.get(kind).or_else(any).unwrap_or_else(|| panic!("{what}: undocumented type {kind}"));
        if kind.ends_with("json") {
            let body: Value = serde_json::from_slice(body).unwrap_or_else(|_| panic!("{what}: not JSON"));
            self.assert_valid(&media["schema"], &body, &what);
        }
    }

    /// As [`Contract::check`], for an answer of `components/responses`.
    pub fn check_component(&self, name: &str, body: &Value) {
        let content = &self.doc["components"]["responses"][name]["content"];
        self.assert_valid(&content["application/problem+json"]["schema"], body, name);
    }
}

fn fits_segment(wanted: &str, got: &str) -> bool {
    match wanted.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(_, action)| action) {
        Some("") => !got.is_empty() && !got.contains(':'),
        Some(action) => got.ends_with(action),
        None => wanted == got,
    }
}

/// What the contract does not name is no part of an answer, as long as the tests look.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Every `{schema, example(s)}` below `value`.
fn examples<'d>(value: &'d Value, at: String, found: &mut Vec<(String, &'d Value, &'d Value)>) {
    match value {
        Value::Object(object) => {
            if let Some(schema) = object.get("schema") {
                if let Some(example) = object.get("example") {
                    found.push((at.clone(), schema, example));
                }
                for (name, example) in object.get("examples").and_then(Value::as_object).into_iter().flatten() {
                    found.push((format!("{at}/{name}"), schema, example));
                }
            }
            for (name, inner) in object {
                examples(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                examples(inner, format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_example_of_the_contract_fits_its_schema() {
    examples_fit(Contract::shared(), 100);
}

#[test]
fn every_example_of_the_operators_contract_fits_its_schema() {
    examples_fit(Contract::operator(), 25);
}

fn examples_fit(contract: &Contract, at_least: usize) {
    let mut found = Vec::new();
    examples(&contract.doc["paths"], "paths".to_owned(), &mut found);
    examples(&contract.doc["components"], "components".to_owned(), &mut found);
    assert!(found.len() >= at_least, "only {} examples found", found.len());
    for (at, schema, example) in found {
        let example = contract.resolve(example);
        let example = example.get("value").filter(|_| example.as_object().unwrap().len() == 1).unwrap_or(example);
        contract.assert_valid(schema, example, &at);
    }
}

#[test]
fn the_readme_explains_every_type_of_problem_with_its_status() {
    let kind = &Contract::shared().doc["components"]["schemas"]["Problem"]["properties"]["type"]["pattern"];
    let (_, kinds) = kind.as_str().unwrap().split_once('(').unwrap();
    let kinds: BTreeSet<&str> = kinds.trim_end_matches(")$").split('|').collect();
    let rows: Vec<Vec<&str>> = README.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let rows = rows.iter().filter(|cells| cells.len() == 6 && cells[2].parse::<u16>().is_ok());
    let told: HashMap<&str, &str> = rows.map(|cells| (cells[1].trim_matches('`'), cells[2])).collect();
    assert_eq!(told.keys().copied().collect::<BTreeSet<_>>(), kinds);
    let mut examples = Vec::new();
    self::examples(&Contract::shared().doc, String::new(), &mut examples);
    let mut seen = 0;
    for (at, _, example) in examples {
        let problem = example.get("value").unwrap_or(example);
        let kind = problem["type"].as_str().and_then(|kind| kind.strip_prefix("https://prestataires.pro/problems/"));
        if let Some(kind) = kind {
            assert_eq!(problem["status"].to_string(), told[kind], "{at}: {kind}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} examples of problems");
}

#[test]
fn every_body_of_the_contract_has_an_example() {
    let contract = Contract::shared();
    for (path, operations) in contract.doc["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = contract.resolve(response);
                let content = response.get("content").and_then(Value::as_object);
                assert!(response["description"].is_string(), "{method} {path} {status}");
                for (kind, media) in content.into_iter().flatten() {
                    let shown = media.get("example").is_some() || media.get("examples").is_some();
                    assert!(shown, "{method} {path} {status} {kind} has no example");
                }
            }
        }
    }
}

#[test]
fn the_contract_and_the_server_know_the_same_operations_and_scopes() {
    use presta_platform::routes::{self, Needs};
    let contract = Contract::shared();
    let offered: BTreeSet<(String, String, Vec<String>)> = routes::all()
        .into_iter()
        .map(|route| {
            let scopes = match route.needs {
                Needs::Nothing => vec!["public".to_owned()],
                Needs::Token => vec![],
                Needs::Scope(scope) => vec![scope.name().to_owned()],
            };
            (route.method.to_owned(), route.path.to_owned(), scopes)
        })
        .collect();
    let mut documented = BTreeSet::new();
    for (path, operations) in contract.doc["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap();
            let scopes = match security.first() {
                None => vec!["public".to_owned()],
                Some(first) => serde_json::from_value(first["oauth"].clone()).unwrap(),
            };
            documented.insert((method.to_uppercase(), path.clone(), scopes));
        }
    }
    assert_eq!(offered, documented);
}
