//! What the headers of tus 1.0 say (<https://tus.io/protocols/resumable-upload>).

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::{file_names, problem::Problem};

/// The version that is spoken.
pub const VERSION: &str = "1.0.0";
/// The extensions that are.
pub const EXTENSIONS: &str = "creation,checksum,expiration,termination";
/// The algorithms of `Upload-Checksum`.
pub const ALGORITHMS: &str = "sha1,sha256";
/// The largest file, in bytes.
pub const MAX_SIZE: i64 = 200 * 1024 * 1024;
/// The type of a chunk.
pub const CHUNK: &str = "application/offset+octet-stream";

/// Refuses other versions.
///
/// # Errors
/// `tus-version`.
pub fn version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, "tus-resumable") == Some(VERSION) { Ok(()) } else { Err(Problem::TusVersion) }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// Digits only; what does not fit is as large as can be.
fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().unwrap_or(i64::MAX))
}

fn number(headers: &HeaderMap, name: &'static str) -> Result<i64, Problem> {
    if !headers.contains_key(name) {
        return Err(Problem::field(name, "required"));
    }
    text(headers, name).and_then(digits).ok_or_else(|| Problem::field(name, "invalid"))
}

/// `Upload-Offset`, in bytes.
///
/// # Errors
/// `validation`.
pub fn offset(headers: &HeaderMap) -> Result<i64, Problem> {
    number(headers, "Upload-Offset")
}

/// What is announced before the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Bytes.
    pub length: i64,
    /// Cleaned: see [`file_names::clean`].
    pub name: String,
    /// Lower case, without parameters.
    pub media_type: String,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
}

/// `Upload-Length` and `Upload-Metadata`.
///
/// # Errors
/// `validation`, or `payload-too-large` beyond [`MAX_SIZE`].
pub fn announced(headers: &HeaderMap) -> Result<Announced, Problem> {
    let length = number(headers, "Upload-Length")?;
    let pairs = text(headers, "upload-metadata").ok_or_else(|| Problem::field("Upload-Metadata", "required"))?;
    let (mut name, mut media_type, mut sha256) = (None, None, None);
    for pair in pairs.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let invalid = || Problem::field("Upload-Metadata", "invalid");
        let value = STANDARD.decode(value.trim()).map_err(|_| invalid())?;
        let value = String::from_utf8(value).map_err(|_| invalid())?;
        match key {
            "filename" => name = Some(file_names::clean(&value)),
            "filetype" => media_type = Some(file_names::media_type(&value).ok_or_else(invalid)?),
            "sha256" => {
                let hexadecimal = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                sha256 = Some(hexadecimal.then(|| value.to_ascii_lowercase()).ok_or_else(invalid)?);
            }
            _ => {}
        }
    }
    let name = name.ok_or_else(|| Problem::field("Upload-Metadata", "filename-required"))?;
    if length > MAX_SIZE {
        return Err(Problem::PayloadTooLarge);
    }
    let media_type = media_type.unwrap_or_else(|| file_names::ANY_TYPE.to_owned());
    Ok(Announced { length, name, media_type, sha256 })
}

/// What the bytes of one chunk must come to.
#[derive(Debug, Clone)]
pub struct Checksum {
    expected: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// `Upload-Checksum`, if there is one.
    ///
    /// # Errors
    /// `validation` for an unknown algorithm or what is no digest of it.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        if !headers.contains_key("upload-checksum") {
            return Ok(None);
        }
        let invalid = || Problem::field("Upload-Checksum", "invalid");
        let (algorithm, digest) =
            text(headers, "upload-checksum").and_then(|t| t.split_once(' ')).ok_or_else(invalid)?;
        let expected = STANDARD.decode(digest.trim()).map_err(|_| invalid())?;
        let (state, length) = match algorithm {
            "sha1" => (State::Sha1(Sha1::new()), 20),
            "sha256" => (State::Sha256(Sha256::new()), 32),
            _ => return Err(Problem::field("Upload-Checksum", "unknown")),
        };
        if expected.len() == length { Ok(Some(Self { expected, state })) } else { Err(invalid()) }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha1(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
        }
    }

    /// Whether everything taken is what was announced.
    #[must_use]
    pub fn holds(self) -> bool {
        match self.state {
            State::Sha1(state) => state.finalize().as_slice() == self.expected,
            State::Sha256(state) => state.finalize().as_slice() == self.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::{Announced, Checksum, announced, offset};
    use crate::problem::Problem;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |&(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("")))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn metadata_is_read_and_cleaned() {
        let b = |text: &str| STANDARD.encode(text);
        let metadata = format!("filename {}, filetype {},colour {}", b("../../a b.PDF"), b("Application/PDF"), b("x"));
        let read = announced(&headers(&[("upload-length", "5000000000"), ("upload-metadata", &metadata)]));
        assert!(matches!(read, Err(Problem::PayloadTooLarge)));
        let read = announced(&headers(&[("upload-length", "7"), ("upload-metadata", &metadata)]));
        let expected =
            Announced { length: 7, name: "a b.PDF".to_owned(), media_type: "application/pdf".to_owned(), sha256: None };
        assert_eq!(read.ok(), Some(expected));
        for bad in ["filename %%%", "filetype YQ==", "filename YQ==,sha256 YQ==", "filename /w=="] {
            let read = announced(&headers(&[("upload-length", "7"), ("upload-metadata", bad)]));
            assert!(matches!(read, Err(Problem::Validation(_))), "{bad}");
        }
    }

    #[test]
    fn numbers_are_digits_of_any_size() {
        for (text, expected) in
            [("0", Some(0)), ("4294967296", Some(4_294_967_296)), ("9".repeat(40).as_str(), Some(i64::MAX))]
        {
            assert_eq!(offset(&headers(&[("upload-offset", text)])).ok(), expected);
        }
        for text in ["-1", "+1", "1.0", "", "0x10", "١"] {
            assert!(offset(&headers(&[("upload-offset", text)])).is_err(), "{text}");
        }
    }

    #[test]
    fn a_checksum_is_of_the_bytes_in_any_pieces() {
        for (text, holds) in [
            ("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", true),
            ("sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", true),
            ("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=", false),
        ] {
            let sum = Checksum::of(&headers(&[("upload-checksum", text)])).ok().flatten();
            let held = sum.map(|mut sum| {
                sum.update(b"a");
                sum.update(b"bc");
                sum.holds()
            });
            assert_eq!(held, Some(holds), "{text}");
        }
        for bad in ["md5 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "sha1", "sha1 YQ==", "sha256 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="] {
            assert!(Checksum::of(&headers(&[("upload-checksum", bad)])).is_err(), "{bad}");
        }
    }
}
