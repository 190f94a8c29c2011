//! What an archive says of itself. Members that are not known are passed over, not kept: a manifest is as hostile as the
//! rest of an archive.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::name;

/// The name of the local export in its manifest.
const LOCAL: &str = "prestataires-local-export";
/// The newest version of the local export that is understood.
const LOCAL_VERSION: u64 = 1;
/// Files that a manifest may name.
const MOST: usize = 200_000;

/// What a file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) size: u64,
    pub(crate) sha256: Hash,
    /// Of a local export: what is in it, and how many rows.
    pub(crate) rows: Option<(String, u64)>,
}

/// A SHA-256; none when what is written is no such thing, and then nothing has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash(pub(crate) Option<[u8; 32]>);

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

/// What every local export says, whatever its version.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    format: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    version: u64,
}

#[derive(Deserialize)]
struct PartManifest {
    part: u32,
    profile: String,
    asked_at: String,
    files: Files<PartFile>,
}

#[derive(Deserialize)]
struct PartFile {
    path: String,
    size: u64,
    sha256: Hash,
}

#[derive(Deserialize)]
struct LocalManifest {
    #[serde(default)]
    made_at: Option<String>,
    account_id: String,
    files: Files<LocalFile>,
    #[serde(default = "none")]
    attachments: Files<LocalAttachment>,
}

/// A file that was attached and waited to be sent.
#[derive(Deserialize)]
struct LocalAttachment {
    name: String,
    bytes: u64,
    sha256: Hash,
}

#[derive(Deserialize)]
struct LocalFile {
    name: String,
    kind: String,
    rows: u64,
    bytes: u64,
    sha256: Hash,
}

/// The manifest of all parts within the export it came with.
#[derive(Deserialize)]
struct Within {
    #[serde(default)]
    manifest: Option<WholeManifest>,
}

/// The manifest of all parts, as the platform answers it with the export.
#[derive(Deserialize)]
struct WholeManifest {
    profile: String,
    files: Files<WholeFile>,
}

#[derive(Deserialize)]
struct WholeFile {
    part: u32,
    path: String,
    size: u64,
    sha256: Hash,
}

/// A list with an end.
struct Files<F>(Vec<F>);

fn none<F>() -> Files<F> {
    Files(Vec::new())
}

/// The manifest beside the parts.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) profile: String,
    pub(crate) files: HashMap<(u32, String), Expected>,
}

/// Reads the manifest of a ZIP.
pub(crate) fn read(text: &[u8]) -> Result<Manifest, Unknown> {
    let other = |error| Unknown::Other(reason(&error));
    let Form { format } = serde_json::from_slice(text).map_err(other)?;
    if format.as_deref() == Some(LOCAL) {
        let Version { version } = serde_json::from_slice(text).map_err(other)?;
        if version > LOCAL_VERSION {
            return Err(Unknown::Newer(version));
        }
        let LocalManifest { made_at, account_id, files, attachments } = serde_json::from_slice(text).map_err(other)?;
        let files = files.0.into_iter().map(|file| {
            let rows = Some((name::shown(&file.kind), file.rows));
            (file.name, Expected { size: file.bytes, sha256: file.sha256, rows })
        });
        let attached = attachments.0.into_iter();
        let attached = attached.map(|file| (file.name, Expected { size: file.bytes, sha256: file.sha256, rows: None }));
        let made_at = made_at.as_deref().map(name::shown).unwrap_or_default();
        let files = files.chain(attached).collect();
        return Ok(Manifest::Local { made_at, account: name::shown(&account_id), files });
    }
    let PartManifest { part, profile, asked_at, files } = serde_json::from_slice(text).map_err(other)?;
    let files = files.0.into_iter();
    let files = files.map(|file| (file.path, Expected { size: file.size, sha256: file.sha256, rows: None }));
    let (profile, asked_at) = (name::shown(&profile), name::shown(&asked_at));
    Ok(Manifest::Part { part, profile, asked_at, files: files.collect() })
}

/// Reads the manifest beside the parts: as it is, or within the export it came with.
pub(crate) fn read_whole(text: &[u8]) -> Result<Whole, String> {
    let bare = || serde_json::from_slice::<WholeManifest>(text);
    let read = match serde_json::from_slice(text) {
        Ok(Within { manifest: Some(manifest) }) => Ok(manifest),
        Ok(Within { manifest: None }) => bare(),
        Err(error) => bare().map_err(|_| error),
    };
    let WholeManifest { profile, files } = read.map_err(|error| reason(&error))?;
    let files = files
        .0
        .into_iter()
        .map(|file| ((file.part, file.path), Expected { size: file.size, sha256: file.sha256, rows: None }));
    Ok(Whole { profile: name::shown(&profile), files: files.collect() })
}

/// An error, which may quote what it is about, cut to a length.
fn reason(error: &serde_json::Error) -> String {
    name::shown(&error.to_string())
}

impl<'de, F: Deserialize<'de>> Deserialize<'de> for Files<F> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<F>(PhantomData<F>);

        impl<'de, F: Deserialize<'de>> Visitor<'de> for List<F> {
            type Value = Files<F>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(to, "a list of at most {MOST} files")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Files<F>, A::Error> {
                let mut files = Vec::new();
                while let Some(file) = list.next_element()? {
                    if files.len() >= MOST {
                        return Err(A::Error::invalid_length(MOST + 1, &self));
                    }
                    files.push(file);
                }
                Ok(Files(files))
            }
        }

        from.deserialize_seq(List(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Hex;

        impl Visitor<'_> for Hex {
            type Value = Hash;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a SHA-256 in hexadecimal")
            }

            fn visit_str<E>(self, text: &str) -> Result<Hash, E> {
                Ok(Hash(bytes(text)))
            }
        }

        from.deserialize_str(Hex)
    }
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut hash = [0; 32];
    if pairs.len() != hash.len() || !rest.is_empty() {
        return None;
    }
    for (to, [high, low]) in hash.iter_mut().zip(pairs) {
        *to = digit(high)? << 4 | digit(low)?;
    }
    Some(hash)
}
