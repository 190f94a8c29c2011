//! The accounts of this computer, and what protects them.

use presta_engine::{AccountRow, Engine, Error, Secret, Security, SessionState};
use serde::{Deserialize, Deserializer};
use ts_rs::TS;

use crate::Nothing;

/// A passphrase; wiped when dropped, and `Debug` prints none of it.
#[derive(Clone, TS)]
#[ts(type = "string")]
pub struct Passphrase(Secret);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::from(text)))
    }
}

/// An account of this computer.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AccountRequest {
    /// Which.
    pub local_id: String,
}

/// A passphrase to open the locked account with.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PassphraseRequest {
    /// As typed.
    pub passphrase: Passphrase,
}

/// A passphrase to protect the account with.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct NewPassphraseRequest {
    /// The one that holds now; `None` when there is none.
    pub current: Option<Passphrase>,
    /// The one to come; `None` for none, and the account no longer locks.
    pub new: Option<Passphrase>,
}

/// When the account locks by itself.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct LockAfterRequest {
    /// Minutes without a sign of the person; `None` for never.
    pub minutes: Option<u32>,
}

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<AccountRow>, Error> {
    Ok(engine.accounts().await)
}

pub(crate) async fn switch(engine: &Engine, request: AccountRequest) -> Result<SessionState, Error> {
    engine.switch_account(&request.local_id).await
}

pub(crate) async fn retry(engine: &Engine, _: Nothing) -> Result<SessionState, Error> {
    Ok(engine.retry_session().await)
}

pub(crate) async fn security(engine: &Engine, _: Nothing) -> Result<Security, Error> {
    engine.security().await
}

pub(crate) async fn passphrase_set(engine: &Engine, request: NewPassphraseRequest) -> Result<Security, Error> {
    let current = request.current.map(|current| current.0);
    match (current, request.new) {
        (current, Some(new)) => engine.set_passphrase(current, new.0).await,
        (Some(current), None) => engine.remove_passphrase(current).await,
        (None, None) => Err(Error::refused("wrong-passphrase")),
    }
}

pub(crate) async fn lock_after_set(engine: &Engine, request: LockAfterRequest) -> Result<Security, Error> {
    engine.set_lock_after(request.minutes).await
}

pub(crate) async fn lock(engine: &Engine, _: Nothing) -> Result<SessionState, Error> {
    engine.lock().await
}

pub(crate) async fn unlock(engine: &Engine, request: PassphraseRequest) -> Result<SessionState, Error> {
    engine.unlock(request.passphrase.0).await
}

pub(crate) async fn passphrase_forget(engine: &Engine, _: Nothing) -> Result<SessionState, Error> {
    engine.forget_passphrase().await
}

pub(crate) async fn activity(engine: &Engine, _: Nothing) -> Result<Nothing, Error> {
    engine.note_activity().await;
    Ok(Nothing {})
}

pub(crate) async fn key_rotate(engine: &Engine, _: Nothing) -> Result<Nothing, Error> {
    engine.rotate_key().await?;
    Ok(Nothing {})
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::{NewPassphraseRequest, PassphraseRequest};

    #[test]
    fn a_request_prints_none_of_its_passphrase() {
        let request: PassphraseRequest = serde_json::from_value(json!({ "passphrase": "hunter2-canari" })).unwrap();
        let both = json!({ "current": "hunter2-canari", "new": "hunter2-canari" });
        let change: NewPassphraseRequest = serde_json::from_value(both).unwrap();
        assert!(!format!("{request:?} {change:?}").contains("canari"));
    }
}
