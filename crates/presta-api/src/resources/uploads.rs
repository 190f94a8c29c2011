//! Files, sent in pieces that survive a cut: tus 1.0 with creation, checksum and termination (<https://tus.io/protocols/resumable-upload>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::transport::Answer;
use crate::{Client, Error, ProblemKind};

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlace {
    /// Bytes that the platform has.
    pub offset: u64,
    /// The attachment it became, once complete.
    pub attachment_id: Option<String>,
}

#[derive(Deserialize)]
struct Begun {
    id: String,
    offset: u64,
    attachment_id: Option<String>,
}

impl Client {
    /// Announces a file of `length` bytes; `key` names the intent. Gives the upload's id, and how far it is.
    ///
    /// # Errors
    /// Any of a request's, and the refusals of the contract.
    pub async fn begin_upload(
        &self,
        name: &str,
        media_type: &str,
        length: u64,
        sha256: &str,
        key: Uuid,
    ) -> Result<(String, UploadPlace), Error> {
        let [filename, filetype, digest] = [name, media_type, sha256].map(|value| BASE64.encode(value));
        let request = self
            .tus(Method::POST, &["v1", "uploads"])?
            .header("Idempotency-Key", key.to_string())
            .header("Upload-Length", length)
            .header("Upload-Metadata", format!("filename {filename},filetype {filetype},sha256 {digest}"));
        let begun: Begun = self.send(request).await?.decode("an upload")?;
        Ok((begun.id, UploadPlace { offset: begun.offset, attachment_id: begun.attachment_id }))
    }

    /// Where to resume an upload.
    ///
    /// # Errors
    /// Any of a request's; see [`is_upload_gone`].
    pub async fn upload_place(&self, id: &str) -> Result<UploadPlace, Error> {
        place(&self.send(self.tus(Method::HEAD, &["v1", "uploads", id])?).await?)
    }

    /// Sends bytes from `offset` on. They count whole or not at all, as their digest goes with them.
    ///
    /// # Errors
    /// Any of a request's; [`ProblemKind::OffsetMismatch`] when the upload is elsewhere, [`is_upload_gone`].
    pub async fn append_to_upload(&self, id: &str, offset: u64, bytes: Vec<u8>) -> Result<UploadPlace, Error> {
        let digest = BASE64.encode(Sha256::digest(&bytes));
        let request = self
            .tus(Method::PATCH, &["v1", "uploads", id])?
            .header("Upload-Offset", offset)
            .header("Upload-Checksum", format!("sha256 {digest}"))
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .body(bytes);
        place(&self.send(request).await?)
    }

    /// Gives an upload up, with what was sent of it.
    ///
    /// # Errors
    /// Any of a request's; one that is gone already is an error too.
    pub async fn terminate_upload(&self, id: &str) -> Result<(), Error> {
        self.send(self.tus(Method::DELETE, &["v1", "uploads", id])?).await?.success()
    }

    fn tus(&self, method: Method, segments: &[&str]) -> Result<RequestBuilder, Error> {
        let url = self.transport.url(segments)?;
        Ok(self.transport.request(method, url).header("Tus-Resumable", "1.0.0"))
    }
}

/// Whether the platform no longer has an upload, or discarded it because its bytes are not those announced: it begins again.
/// The answer to a `HEAD` has a status alone.
pub fn is_upload_gone(error: &Error) -> bool {
    matches!(error, Error::UnexpectedStatus(404 | 410 | 460))
        || matches!(
            error.problem_kind(),
            Some(ProblemKind::NotFound | ProblemKind::Gone | ProblemKind::ChecksumMismatch)
        )
}

fn place(answer: &Answer) -> Result<UploadPlace, Error> {
    answer.success()?;
    let header =
        |headers: &HeaderMap, name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // What answers in the place of the platform does not speak tus.
    let offset = header(&answer.headers, "Upload-Offset").and_then(|offset| offset.parse().ok());
    let offset = offset.ok_or_else(|| Error::NotJson { content_type: "an answer without Upload-Offset".to_owned() })?;
    Ok(UploadPlace { offset, attachment_id: header(&answer.headers, "Upload-Attachment") })
}
