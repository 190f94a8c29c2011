//! `Idempotency-Key`: one intent is carried out once, and answered the same every time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    http::{HeaderMap, HeaderValue, Method, Uri},
    response::Response,
};
use uuid::Uuid;

use crate::{
    answer,
    app::App,
    problem::Problem,
    secret,
    store::{
        changes::Tx,
        keys::{self, Stored},
    },
};

/// The header of intents.
pub const HEADER: &str = "idempotency-key";

/// Whether a route insists on the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Creates or acts: a second run would not be the same.
    Required,
    /// Sets a mark: harmless to repeat.
    Optional,
}

/// One write as it was asked for.
#[derive(Debug)]
pub struct Intent {
    key: Option<String>,
    request: String,
    user_n: i64,
}

impl Intent {
    /// Reads the key of `headers` for a request with `body`.
    ///
    /// # Errors
    /// `validation` when the key is missing or not a UUID.
    pub fn of(
        user_n: i64,
        need: Key,
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let key = match headers.get(HEADER) {
            Some(value) => {
                let uuid = value.to_str().ok().and_then(|text| Uuid::try_parse(text.trim()).ok());
                let invalid = || Problem::field("Idempotency-Key", "invalid");
                Some(uuid.ok_or_else(invalid)?.to_string())
            }
            None if need == Key::Required => {
                return Err(Problem::field("Idempotency-Key", "required"));
            }
            None => None,
        };
        let body = String::from_utf8_lossy(body);
        let request = secret::digest(&format!("{method} {}\n{body}", uri.path()));
        Ok(Self { key, request, user_n })
    }

    /// Runs `work` in one transaction with the keeping of its answer, or gives the first answer again.
    ///
    /// # Errors
    /// `request-in-progress`, `idempotency-key-reused`, what `work` refuses, or a database error.
    pub async fn run<F>(self, app: &App, work: F) -> Result<Response, Problem>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<Stored, Problem> + Send + 'static,
    {
        let Some(key) = self.key else {
            return app.write(work).await.map(answer::written);
        };
        let _running = Running::begin(&app.in_flight, (self.user_n, key.clone()))?;
        let (user_n, request) = (self.user_n, self.request);
        let (stored, again) = app
            .write(move |tx| {
                if let Some(stored) = keys::find(&tx.sql, user_n, &key, &request)? {
                    return Ok((stored, true));
                }
                let stored = work(tx)?;
                keys::store(&tx.sql, (user_n, &key), tx.now, &request, &stored)?;
                Ok((stored, false))
            })
            .await?;
        let mut response = answer::written(stored);
        if again {
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

type Keys = Arc<Mutex<HashSet<(i64, String)>>>;

/// A key whose first request is being answered.
#[derive(Debug)]
struct Running {
    keys: Keys,
    key: (i64, String),
}

impl Running {
    fn begin(keys: &Keys, key: (i64, String)) -> Result<Self, Problem> {
        let mut set = keys.lock().unwrap_or_else(PoisonError::into_inner);
        if set.insert(key.clone()) { Ok(Self { keys: Arc::clone(keys), key }) } else { Err(Problem::RequestInProgress) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
