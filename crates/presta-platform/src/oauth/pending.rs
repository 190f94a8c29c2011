//! An authorization request on its way through the pages.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{cookies, pages};
use crate::{
    app::App,
    language::Language,
    problem::Problem,
    secret,
    store::{tokens, users},
};

/// What the application asked for, checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Params {
    /// Loopback, any port.
    pub redirect_uri: String,
    /// Separated by spaces.
    pub scope: String,
    /// Sent back as it came.
    pub state: Option<String>,
    /// S256.
    pub challenge: String,
    /// Oldest sign-in that will do, in seconds.
    pub max_age: Option<i64>,
    /// Sign in again even so.
    pub prompt_login: bool,
    /// Who is expected.
    pub login_hint: Option<String>,
    /// Whether the pages are in English.
    pub english: bool,
    /// See [`super::issuer`].
    pub issuer: String,
}

impl Params {
    /// The language of the pages.
    #[must_use]
    pub const fn language(&self) -> Language {
        if self.english { Language::English } else { Language::French }
    }

    /// Sends the browser back to the application with `answer`, `state` and `iss`.
    #[must_use]
    pub fn redirect(&self, answer: &[(&str, &str)]) -> Response {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else {
            return pages::failure(self.language(), pages::Failure::Redirect);
        };
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(answer);
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &self.issuer);
        }
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(value) = HeaderValue::try_from(url.as_str()) {
            response.headers_mut().insert(header::LOCATION, value);
        }
        pages::secure(response.headers_mut());
        response
    }
}

/// A request that is still good, and who is signed in recently enough for it.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its id, in the forms.
    pub id: String,
    /// What was asked for.
    pub params: Params,
    /// Who is signed in.
    pub user: Option<SignedIn>,
}

/// Someone signed in with their browser.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The row.
    pub n: i64,
    /// As shown.
    pub name: String,
    /// When they gave their password, in ms.
    pub at: i64,
}

/// Finds the request called `id`; none when it expired or was answered.
///
/// # Errors
/// On a database error.
pub async fn find(app: &App, id: &str, headers: &HeaderMap) -> Result<Option<Pending>, Problem> {
    let (id, now) = (id.to_owned(), app.now());
    let session = cookies::get(headers, cookies::SESSION).map(secret::digest);
    app.read(move |sql| {
        let Some((text, signed_here)) = tokens::authorization(sql, &id, now)? else {
            return Ok(None);
        };
        let Ok(params) = serde_json::from_str::<Params>(&text) else { return Ok(None) };
        let session = match session {
            Some(hash) => tokens::session(sql, &hash, now)?,
            None => None,
        };
        let recent = |at: i64| {
            signed_here.is_some()
                || (!params.prompt_login && params.max_age.is_none_or(|age| now - at < age.saturating_mul(1000)))
        };
        let user = match session {
            Some((n, at)) if recent(at) => Some(SignedIn { n, name: users::find(sql, n)?.display_name, at }),
            _ => None,
        };
        Ok(Some(Pending { id, params, user }))
    })
    .await
}
