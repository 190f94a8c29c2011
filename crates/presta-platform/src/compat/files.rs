//! Files that come in a form, kept as the contract keeps files.

use axum::{
    body::{Body, Bytes},
    extract::{
        FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Api, Refusal, shapes};
use crate::tus;

/// The largest form, in bytes: it is held in memory until its last file is kept.
pub(super) const MAX: usize = 16 * 1024 * 1024;
/// Files of a form at most: as many as a message may have.
const FILES: usize = crate::store::attachments::MAX;

/// Whether the body is a form that may have files.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// A file of a form.
#[derive(Debug)]
pub(super) struct File {
    name: String,
    media_type: Option<String>,
    bytes: Bytes,
}

/// A file that is kept, and belongs to nothing yet.
#[derive(Debug)]
pub(super) struct Kept {
    upload: String,
    /// The attachment's id.
    pub(super) attachment_id: String,
}

fn refused(error: &MultipartError) -> Refusal {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large("the form"),
        _ => Refusal::invalid("the form"),
    }
}

async fn file(field: Field<'_>) -> Result<File, Refusal> {
    let name = field.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
    let media_type = field.content_type().map(str::to_owned);
    let name = name.ok_or_else(|| Refusal::invalid("the name of a file"))?;
    Ok(File { name, media_type, bytes: field.bytes().await.map_err(|error| refused(&error))? })
}

/// The `message` and the `files[]` of a form; each file is also named by an `attachments[]`.
pub(super) async fn read(request: Request) -> Result<(String, Vec<File>), Refusal> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::invalid("the form"))?;
    let (mut text, mut named, mut files) = (String::new(), Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(|error| refused(&error))? {
        match field.name() {
            Some("files[]") if files.len() == FILES => return Err(Refusal::invalid("the number of files[]")),
            Some("files[]") => files.push(file(field).await?),
            Some("attachments[]") => named.push(field.text().await.map_err(|error| refused(&error))?),
            Some("message") => text = field.text().await.map_err(|error| refused(&error))?,
            _ => return Err(Refusal::invalid("a field of the form")),
        }
    }
    let sent: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    if files.is_empty() || sent != named { Err(Refusal::invalid("attachments[]")) } else { Ok((text, files)) }
}

/// Keeps every one of `files`, or none.
pub(super) async fn keep(api: &Api, files: Vec<File>) -> Result<Vec<Kept>, Refusal> {
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        match one(api, file).await {
            Ok(done) => kept.push(done),
            Err(refusal) => {
                drop_all(api, &kept).await;
                return Err(refusal);
            }
        }
    }
    Ok(kept)
}

async fn one(api: &Api, File { name, media_type, bytes }: File) -> Result<Kept, Refusal> {
    let mut metadata = format!("filename {}", STANDARD.encode(name));
    if let Some(media_type) = media_type {
        metadata.push_str(&format!(",filetype {}", STANDARD.encode(media_type)));
    }
    let length = bytes.len().to_string();
    let begin = api.request(Method::POST, "/v1/uploads", Body::empty())?;
    let begin = api.send(tus(begin, &[("upload-length", &length), ("upload-metadata", &metadata)])?).await?;
    let upload = format!("/v1/uploads/{}", shapes::text(&begin, "/id"));
    if !bytes.is_empty() {
        let append = api.request(Method::PATCH, &upload, Body::from(bytes))?;
        let append = tus(append, &[("upload-offset", "0"), (header::CONTENT_TYPE.as_str(), tus::CHUNK)])?;
        api.send(append).await?;
    }
    let done = api.get(&upload).await?;
    match shapes::text(&done, "/attachment_id") {
        "" => Err(Refusal::broken("an upload that did not complete")),
        id => Ok(Kept { upload, attachment_id: id.to_owned() }),
    }
}

fn tus(mut request: Request, headers: &[(&str, &str)]) -> Result<Request, Refusal> {
    for &(name, value) in [("tus-resumable", tus::VERSION)].iter().chain(headers) {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
        let (name, value) = header.ok_or_else(|| Refusal::broken("a header of tus"))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Gives up what no message took. What cannot be given up now is the caller's alone, and seen by nobody else.
pub(super) async fn drop_all(api: &Api, kept: &[Kept]) {
    for file in kept {
        if let Ok(request) = api.request(Method::DELETE, &file.upload, Body::empty()).and_then(|r| tus(r, &[])) {
            let _ = api.send(request).await;
        }
    }
}
