//! Who calls, and whether they may: runs before every route that needs a token.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    limiter::Standing,
    problem::Problem,
    scopes::{Scope, Scopes},
    secret,
    store::{bids, projects::Viewer, tokens},
};

/// How long a password counts as recent: 10 minutes, in milliseconds.
pub const RECENT_MS: i64 = 600_000;

/// The holder of a valid token.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// Their row.
    pub n: i64,
    /// May bid.
    pub freelancer: bool,
    /// What the token may be used for.
    pub scopes: Scopes,
    /// When they last gave their password, in ms.
    pub signed_at: i64,
}

impl Caller {
    /// Refuses tokens without `scope`.
    ///
    /// # Errors
    /// `insufficient-scope`.
    pub const fn need(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(Problem::InsufficientScope(scope.name())) }
    }

    /// Refuses those who gave their password too long ago for what cannot be undone.
    ///
    /// # Errors
    /// `step-up-required`.
    pub const fn recent(&self, now: i64) -> Result<(), Problem> {
        if now - self.signed_at <= RECENT_MS { Ok(()) } else { Err(Problem::StepUpRequired) }
    }

    /// How they see what does not hang on the quota, at `now` (ms).
    #[must_use]
    pub const fn looking(&self, now: i64) -> Viewer {
        Viewer { n: self.n, freelancer: self.freelancer, quota_left: true, now }
    }

    /// How they see projects, at `now` (ms).
    ///
    /// # Errors
    /// On a database error.
    pub fn viewer(
        &self,
        sql: &rusqlite::Connection,
        settings: &crate::app::Settings,
        now: i64,
    ) -> Result<Viewer, Problem> {
        let quota_left = !self.freelancer
            || bids::placed_since(sql, self.n, crate::rules::month_start(now))? < settings.bids_per_month;
        Ok(Viewer { n: self.n, freelancer: self.freelancer, quota_left, now })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or(Problem::Unauthenticated)
    }
}

/// The token of a request, for what outlives its beginning.
#[derive(Debug, Clone)]
pub struct Access {
    /// Hash of the token.
    pub hash: String,
    /// The sign-in it is of.
    pub family: String,
    /// When it ends, in ms.
    pub expires_at: i64,
}

/// The token of `headers`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

async fn admit(app: &App, scope: Option<Scope>, request: &mut Request) -> Result<Standing, Problem> {
    let hash = bearer(request.headers()).map(secret::digest).ok_or(Problem::Unauthenticated)?;
    let (now, kept) = (app.now(), hash.clone());
    let bearer = app.read(move |sql| tokens::bearer(sql, &hash, now)).await?.ok_or(Problem::Unauthenticated)?;
    if bearer.unused {
        // Once for each token, before anything is done with it: see `tokens::renewable`.
        let presented = kept.clone();
        if !app.write(move |tx| tokens::used(tx, &presented)).await? {
            return Err(Problem::Unauthenticated);
        }
    }
    let caller = Caller {
        n: bearer.user_n,
        freelancer: bearer.freelancer,
        scopes: Scopes::parse(&bearer.scope).ok_or(Problem::Unauthenticated)?,
        signed_at: bearer.signed_at,
    };
    if let Some(scope) = scope {
        caller.need(scope)?;
    }
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(Access { hash: kept, family: bearer.family, expires_at: bearer.expires_at });
    Ok(app.limiter.count(caller.n, now))
}

/// Admits requests with a token that has `scope`, if one is named, and counts them.
pub async fn guard(State((app, scope)): State<(App, Option<Scope>)>, mut request: Request, next: Next) -> Response {
    let standing = match admit(&app, scope, &mut request).await {
        Ok(standing) => standing,
        Err(problem) => return problem.into_response(),
    };
    let mut response = if standing.left.is_some() {
        next.run(request).await
    } else {
        Problem::RateLimited { retry_after_s: standing.resets_s }.into_response()
    };
    standing.headers(response.headers_mut());
    response
}
