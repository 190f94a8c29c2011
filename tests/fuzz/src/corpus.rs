//! Where inputs begin: the committed files, and every example of the contract.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// The files of `corpus/<name>`, by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn folder(name: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let entries = fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    paths.iter().map(|path| fs::read(path).with_context(|| format!("reading {}", path.display()))).collect()
}

/// Every example of `contract/openapi.yaml`, as JSON.
///
/// # Errors
/// When the contract cannot be read.
pub fn examples() -> anyhow::Result<Vec<Vec<u8>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/openapi.yaml");
    let text = fs::read_to_string(path).context("reading the contract")?;
    let mut contract: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).context("reading the contract")?;
    contract.apply_merge().context("reading the contract")?;
    let contract: Value = serde_json::to_value(contract).context("reading the contract")?;
    let mut found = Vec::new();
    collect(&contract, &mut found);
    found.iter().map(|example| serde_json::to_vec(example).context("writing an example")).collect()
}

fn collect(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("example" | "value", Value::Object(_) | Value::Array(_)) => found.push(field.clone()),
                    _ => collect(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
