//! What an archive says of itself.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// The name of the local export in its manifest.
const LOCAL: &str = "prestataires-local-export";
/// The newest version of the local export that is understood.
const LOCAL_VERSION: u64 = 1;

/// What a file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Of a local export: what is in it, and how many rows.
    pub(crate) rows: Option<(String, u64)>,
}

/// The manifest inside a ZIP.
#[derive(Debug)]
pub(crate) enum Manifest {
    Part { part: u32, profile: String, asked_at: String, files: HashMap<String, Expected> },
    Local { made_at: String, account: String, files: HashMap<String, Expected> },
}

/// Why a manifest is not understood.
#[derive(Debug)]
pub(crate) enum Unknown {
    Newer(u64),
    Other(String),
}

#[derive(Deserialize)]
struct PartManifest {
    part: u32,
    profile: String,
    asked_at: String,
    files: Vec<PartFile>,
}

#[derive(Deserialize)]
struct PartFile {
    path: String,
    size: u64,
    sha256: String,
}

#[derive(Deserialize)]
struct LocalManifest {
    #[serde(default)]
    made_at: Option<String>,
    account_id: String,
    files: Vec<LocalFile>,
    #[serde(default)]
    attachments: Vec<LocalAttachment>,
}

/// A file that was attached and waited to be sent.
#[derive(Deserialize)]
struct LocalAttachment {
    name: String,
    bytes: u64,
    sha256: String,
}

#[derive(Deserialize)]
struct LocalFile {
    name: String,
    kind: String,
    rows: u64,
    bytes: u64,
    sha256: String,
}

/// The manifest of all parts, as the platform answers it with the export.
#[derive(Deserialize)]
struct WholeManifest {
    profile: String,
    files: Vec<WholeFile>,
}

#[derive(Deserialize)]
struct WholeFile {
    part: u32,
    path: String,
    size: u64,
    sha256: String,
}

/// The manifest beside the parts.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) profile: String,
    pub(crate) files: HashMap<(u32, String), Expected>,
}

/// Reads the manifest of a ZIP.
pub(crate) fn read(text: &[u8]) -> Result<Manifest, Unknown> {
    let other = |error: serde_json::Error| Unknown::Other(error.to_string());
    let value: Value = serde_json::from_slice(text).map_err(other)?;
    if value.get("format").and_then(Value::as_str) == Some(LOCAL) {
        let version = value.get("version").and_then(Value::as_u64).unwrap_or(0);
        if version > LOCAL_VERSION {
            return Err(Unknown::Newer(version));
        }
        let LocalManifest { made_at, account_id, files, attachments } = serde_json::from_value(value).map_err(other)?;
        let files = files.into_iter().map(|file| {
            let expected = Expected { size: file.bytes, sha256: file.sha256, rows: Some((file.kind, file.rows)) };
            (file.name, expected)
        });
        let attached = attachments
            .into_iter()
            .map(|file| (file.name, Expected { size: file.bytes, sha256: file.sha256, rows: None }));
        let made_at = made_at.unwrap_or_default();
        return Ok(Manifest::Local { made_at, account: account_id, files: files.chain(attached).collect() });
    }
    let PartManifest { part, profile, asked_at, files } = serde_json::from_value(value).map_err(other)?;
    let files = files
        .into_iter()
        .map(|file| (file.path, Expected { size: file.size, sha256: file.sha256, rows: None }))
        .collect();
    Ok(Manifest::Part { part, profile, asked_at, files })
}

/// Reads the manifest beside the parts: as it is, or within the export it came with.
pub(crate) fn read_whole(text: &[u8]) -> Result<Whole, String> {
    let mut value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if let Some(inner) = value.get_mut("manifest").filter(|inner| inner.is_object()) {
        value = inner.take();
    }
    let WholeManifest { profile, files } = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let files = files
        .into_iter()
        .map(|file| ((file.part, file.path), Expected { size: file.size, sha256: file.sha256, rows: None }));
    Ok(Whole { profile, files: files.collect() })
}
