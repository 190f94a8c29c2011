//! The bytes of files that were sent: whole or in part, with digests.

use axum::{
    extract::State,
    http::{HeaderMap, Method},
    routing::{get, head},
};

use super::{Answer, Needs, Route};
use crate::{
    app::App, download::Download, extract::Id, file_names, guard::Caller, ids::Prefix, problem::Problem,
    store::attachments,
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/attachments/{id}", Needs::Token, get(show)),
        Route::new("HEAD", "/v1/attachments/{id}", Needs::Token, head(show)),
    ]
}

/// `GET` and `HEAD /v1/attachments/{id}`
pub async fn show(State(app): State<App>, caller: Caller, id: Id, method: Method, headers: HeaderMap) -> Answer {
    let n = id.row(Prefix::Attachment)?;
    let file = app.read(move |sql| attachments::visible(sql, caller.n, n)).await?;
    if let Some((parent, _)) = file.parent {
        caller.need(parent.scope())?;
    }
    let download = Download {
        path: attachments::path(&app.files, n),
        sha256: file.sha256,
        size: file.size,
        modified_at: file.created_at,
        media_type: file.media_type,
        disposition: file_names::disposition(&file.name),
    };
    download.answer((&method, &headers)).await.map_err(|problem| match problem {
        // A file stays as long as its row: without it something broke here, which is nothing to get used to.
        Problem::Gone => Problem::Internal(format!("the bytes of attachment {n} are not there")),
        other => other,
    })
}
