//! Resumable uploads: tus 1.0 with creation, checksum, expiration and termination.
//!
//! Any token may upload: a file alone is seen by nobody but who sent it, and the permission that counts is that of what
//! it is attached to.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{delete, get, head, options, patch, post},
};

use super::{Answer, Needs, Route};
use crate::{
    answer,
    app::App,
    extract::Id,
    guard::Caller,
    ids::Prefix,
    intent::{Intent, Key},
    problem::Problem,
    ranges,
    store::{
        attachments,
        keys::Stored,
        uploads::{self, Upload},
    },
    tus::{self, Checksum},
    uploading::{self, At, Chunk},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("OPTIONS", "/v1/uploads", Needs::Nothing, options(describe)),
        Route::new("POST", "/v1/uploads", Needs::Token, post(create)),
        Route::new("GET", "/v1/uploads/{id}", Needs::Token, get(show)),
        Route::new("HEAD", "/v1/uploads/{id}", Needs::Token, head(place)),
        Route::new("PATCH", "/v1/uploads/{id}", Needs::Token, patch(append)),
        Route::new("DELETE", "/v1/uploads/{id}", Needs::Token, delete(terminate)),
    ]
}

/// Every answer to a tus client says the version, refusals too.
fn tus(answer: Answer) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert("tus-resumable", HeaderValue::from_static(tus::VERSION));
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: impl ToString) {
    if let Ok(value) = HeaderValue::try_from(value.to_string()) {
        headers.insert(name, value);
    }
}

/// Where the upload is.
fn placed(headers: &mut HeaderMap, upload: &Upload, at: At) {
    set(headers, "upload-offset", at.offset);
    match at.attachment_n {
        Some(n) => set(headers, "upload-attachment", Prefix::Attachment.id(n)),
        None => set(headers, "upload-expires", ranges::date(upload.expires_at)),
    }
}

/// `OPTIONS /v1/uploads`
pub async fn describe() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    set(headers, "tus-resumable", tus::VERSION);
    set(headers, "tus-version", tus::VERSION);
    set(headers, "tus-extension", tus::EXTENSIONS);
    set(headers, "tus-max-size", tus::MAX_SIZE);
    set(headers, "tus-checksum-algorithm", tus::ALGORITHMS);
    response
}

/// `POST /v1/uploads`
pub async fn create(State(app): State<App>, caller: Caller, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    tus(begin(app, caller, (method, uri), headers).await)
}

async fn begin(app: App, caller: Caller, (method, uri): (Method, Uri), headers: HeaderMap) -> Answer {
    tus::version(&headers)?;
    let announced = tus::announced(&headers)?;
    // What is asked for is in the headers: they are the body of the intent.
    let asked = format!("{announced:?}");
    let intent = Intent::of(caller.n, Key::Optional, (&method, &uri), &headers, asked.as_bytes())?;
    let length = announced.length;
    let mut response = intent
        .run(&app, move |tx| {
            let n = uploads::begin(tx, caller.n, &announced)?;
            let upload = uploads::find(&tx.sql, caller.n, n, tx.now)?;
            let location = Some(format!("/v1/uploads/{}", Prefix::Upload.id(n)));
            Ok(Stored { status: 201, location, etag: None, body: upload.json(0).to_string() })
        })
        .await?;
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let n = location.and_then(|path| Prefix::Upload.parse(path.trim_start_matches("/v1/uploads/")));
    let n = n.ok_or_else(|| Problem::Internal("an upload without an address".to_owned()))?;
    if length == 0 {
        // Complete as it begins. Said by headers: the body is what was kept with the key.
        let (upload, at) = uploading::settle(&app, (caller.n, n)).await?;
        placed(response.headers_mut(), &upload, at);
    } else {
        let now = app.now();
        let upload = app.read(move |sql| uploads::find(sql, caller.n, n, now)).await?;
        placed(response.headers_mut(), &upload, At { offset: 0, attachment_n: None });
    }
    Ok(response)
}

/// `GET /v1/uploads/{id}`: for who is no tus client; needs no `Tus-Resumable` and disturbs nobody.
pub async fn show(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Upload)?;
    let now = app.now();
    let upload = app.read(move |sql| uploads::find(sql, caller.n, n, now)).await?;
    let offset = uploading::offset(&app.files, &upload)?;
    let etag = answer::etag(offset.saturating_mul(2).saturating_add(i64::from(upload.attachment_n.is_some())));
    Ok(answer::resource(&headers, &etag, upload.json(offset).to_string()))
}

/// `HEAD /v1/uploads/{id}`
pub async fn place(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Response {
    let ask = async {
        tus::version(&headers)?;
        let (upload, at) = uploading::settle(&app, (caller.n, id.row(Prefix::Upload)?)).await?;
        let mut response = StatusCode::OK.into_response();
        let headers = response.headers_mut();
        placed(headers, &upload, at);
        set(headers, "upload-length", upload.announced.length);
        set(headers, "cache-control", "no-store");
        Ok(response)
    };
    tus(ask.await)
}

/// `PATCH /v1/uploads/{id}`
pub async fn append(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap, body: Body) -> Response {
    tus(take(app, caller, id, headers, body).await)
}

async fn take(app: App, caller: Caller, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let n = id.row(Prefix::Upload)?;
    tus::version(&headers)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(tus::CHUNK)) {
        return Err(Problem::UnsupportedMediaType);
    }
    let chunk = Chunk { offset: tus::offset(&headers)?, checksum: Checksum::of(&headers)?, body };
    let now = app.now();
    let upload = app.read(move |sql| uploads::find(sql, caller.n, n, now)).await?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
    if length.is_some_and(|length| length > tus::MAX_SIZE) {
        return Err(Problem::PayloadTooLarge);
    }
    // A task of its own: it goes on to a clean end when the connection is cut and this request is dropped.
    let work = tokio::spawn({
        let app = app.clone();
        async move { uploading::append(&app, (caller.n, n), chunk).await }
    });
    let at = work.await.map_err(|error| Problem::Internal(format!("taking bytes: {error}")))??;
    let mut response = StatusCode::NO_CONTENT.into_response();
    placed(response.headers_mut(), &upload, at);
    Ok(response)
}

/// `DELETE /v1/uploads/{id}`
pub async fn terminate(State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap) -> Response {
    let end = async {
        let n = id.row(Prefix::Upload)?;
        tus::version(&headers)?;
        let now = app.now();
        // Whoever still sends stops first.
        let turn = app.uploading.enter(n);
        let upload = app.read(move |sql| uploads::find(sql, caller.n, n, now)).await?;
        turn.settled(&app, &upload).await?;
        let upload = app.read(move |sql| uploads::find(sql, caller.n, n, now)).await?;
        if let Some(attachment_n) = upload.attachment_n {
            app.write(move |tx| attachments::discard(tx, caller.n, attachment_n)).await?;
            let _ = std::fs::remove_file(attachments::path(&app.files, attachment_n));
        }
        uploading::terminate(&app, n).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    tus(end.await)
}
